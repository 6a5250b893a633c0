"""The next trading dates of markets of all kinds, learned from dates alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.calendar.learnt import next_dates
from rnn_forecast.prices.calendar.periods import frequency


def days(first: str, last: str, weekdays: str = "1111100") -> np.ndarray:
    """Every day of a span that is one of the weekdays, as the readers give it: datetime64[s]."""
    span = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return span[np.is_busday(span, weekmask=weekdays)].astype("datetime64[s]")


def bars(on: np.ndarray, first: str, last: str, minutes: int) -> np.ndarray:
    """The same session on each of the days."""
    times = np.arange(np.timedelta64(0, "m"), np.timedelta64(1440, "m"), np.timedelta64(minutes, "m"))
    start, stop = (np.timedelta64(int(t[:2]) * 60 + int(t[3:]), "m") for t in (first, last))
    times = (start + times)[start + times <= stop]
    return (on[:, None] + times.astype("timedelta64[s]")).ravel()


def text(dates: np.ndarray) -> list[str]:
    assert dates.dtype == np.dtype("datetime64[s]")
    return [str(d).replace("T00:00:00", "") for d in dates]


def test_row_numbers_go_on():
    assert frequency(np.arange(1, 9)) == "rows"
    assert next_dates(np.arange(1, 9), 3).tolist() == [9, 10, 11]


def test_shares_rest_at_the_weekend():
    dates = days("2023-01-02", "2024-03-07")  # a Thursday
    assert frequency(dates) == "daily"
    assert text(next_dates(dates, 3)) == ["2024-03-08", "2024-03-11", "2024-03-12"]
    assert next_dates(dates, 0).tolist() == []


def test_one_saturday_session_does_not_make_saturday_a_trading_day():
    dates = days("2023-01-02", "2024-03-07")
    odd = np.array(["2024-01-20", "2024-03-02"], "datetime64[s]")  # both real sessions of the Indian exchange
    assert text(next_dates(np.union1d(dates, odd), 2)) == ["2024-03-08", "2024-03-11"]


def test_a_saturday_as_the_last_row_does_not_either():
    dates = np.append(days("2023-01-02", "2024-03-08"), np.datetime64("2024-03-09", "s"))
    assert text(next_dates(dates, 6))[-2:] == ["2024-03-15", "2024-03-18"]


@pytest.mark.parametrize(
    ("weekdays", "want"),
    [
        ("1111111", ["2024-03-08", "2024-03-09", "2024-03-10"]),  # crypto
        ("1111001", ["2024-03-10", "2024-03-11", "2024-03-12"]),  # Sunday to Thursday: Riyadh
        ("1111110", ["2024-03-08", "2024-03-09", "2024-03-11"]),  # six days
    ],
)
def test_other_weeks_are_learned(weekdays, want):
    assert text(next_dates(days("2023-01-02", "2024-03-07", weekdays), 3)) == want


def test_a_market_that_changes_its_week_is_followed():
    before = days("2023-01-01", "2023-12-31", "1111001")
    after = days("2024-01-01", "2024-03-08", "1111100")  # Sunday dropped, Friday added
    assert text(next_dates(np.union1d(before, after), 6)) == [
        "2024-03-11", "2024-03-12", "2024-03-13", "2024-03-14", "2024-03-15", "2024-03-18",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "want"),
    [
        (["2024-03-08"], ["2024-03-11", "2024-03-12"]),
        (["2024-03-07", "2024-03-08"], ["2024-03-11", "2024-03-12"]),
        (["2024-03-08", "2024-03-11", "2024-03-12"], ["2024-03-13", "2024-03-14"]),
        (["2024-03-08", "2024-03-09", "2024-03-10"], ["2024-03-11", "2024-03-12"]),
        (["2024-03-04", "2024-03-11"], ["2024-03-18", "2024-03-25"]),
        (["2024-01-31", "2024-02-29"], ["2024-03-31", "2024-04-30"]),
    ],
)
def test_a_few_dates_are_enough(dates, want):
    assert text(next_dates(np.array(dates, "datetime64[s]"), 2)) == want


def test_daily_rows_keep_their_time_of_day():
    closes = days("2023-01-02", "2024-03-08") + np.timedelta64(16, "h")
    assert text(next_dates(closes, 1)) == ["2024-03-11T16:00:00"]


def test_weekly_data_keeps_its_weekday_when_a_holiday_moves_the_last_row():
    fridays = days("2023-01-02", "2024-03-22", "0000100")
    assert frequency(fridays) == "weekly"
    assert text(next_dates(fridays, 2)) == ["2024-03-29", "2024-04-05"]
    good_friday = np.append(fridays, np.datetime64("2024-03-28", "s"))
    assert text(next_dates(good_friday, 2)) == ["2024-04-05", "2024-04-12"]
    unfinished = np.append(days("2023-01-02", "2024-03-18", "1000000"), np.datetime64("2024-03-22", "s"))
    assert text(next_dates(unfinished, 1)) == ["2024-03-25"]
    assert text(next_dates(fridays[::2], 2)) == ["2024-03-29", "2024-04-12"]  # every other week


MONTHS = np.arange("2020-01", "2024-03", dtype="datetime64[M]")


@pytest.mark.parametrize(
    ("dates", "kind", "want"),
    [
        (MONTHS.astype("datetime64[D]"), "monthly", ["2024-03-01", "2024-04-01"]),
        (MONTHS.astype("datetime64[D]") + 14, "monthly", ["2024-03-15", "2024-04-15"]),
        ((MONTHS + 1).astype("datetime64[D]") - 1, "monthly", ["2024-03-31", "2024-04-30"]),
        (np.busday_offset((MONTHS + 1).astype("datetime64[D]"), -1, roll="forward"), "monthly",
         ["2024-03-29", "2024-04-30"]),
        (np.busday_offset(MONTHS.astype("datetime64[D]"), 0, roll="forward"), "monthly",
         ["2024-03-01", "2024-04-01"]),
        ((MONTHS + 1).astype("datetime64[D]")[2::3] - 1, "quarterly", ["2024-03-31", "2024-06-30"]),
        (np.arange("1990", "2024", dtype="datetime64[Y]").astype("datetime64[D]"), "yearly",
         ["2024-01-01", "2025-01-01"]),
    ],
)  # fmt: skip
def test_months_quarters_and_years_keep_their_day(dates, kind, want):
    dates = dates.astype("datetime64[s]")
    assert frequency(dates) == kind
    assert text(next_dates(dates, 2)) == want


def test_bars_of_a_session_start_again_the_next_morning():
    dates = bars(days("2024-01-02", "2024-03-08"), "09:30", "15:30", 60)
    assert frequency(dates) == "hourly"
    assert text(next_dates(dates[:-1], 3)) == [
        "2024-03-08T15:30:00", "2024-03-11T09:30:00", "2024-03-11T10:30:00",
    ]  # fmt: skip


def test_minutes_of_less_than_two_weeks():
    dates = bars(days("2024-03-06", "2024-03-08"), "09:30", "16:00", 5)
    assert frequency(dates) == "minutes"
    assert text(next_dates(dates, 2)) == ["2024-03-11T09:30:00", "2024-03-11T09:35:00"]
    morning = dates[dates >= np.datetime64("2024-03-08")][:10]
    assert text(next_dates(morning, 1)) == ["2024-03-08T10:20:00"]  # no pause seen: go on


def test_a_half_day_does_not_shorten_the_days_that_follow():
    full = bars(days("2024-01-02", "2024-03-08"), "09:30", "15:30", 60)
    short = bars(days("2024-03-11", "2024-03-11"), "09:30", "12:30", 60)
    ahead = text(next_dates(np.concatenate([full, short]), 4))
    assert ahead[0] == "2024-03-11T13:30:00"  # whether the day is over is not in the file
    assert ahead[3] == "2024-03-12T09:30:00"


def test_round_the_clock_goes_on_round_the_clock():
    dates = np.arange("2024-01-01T00", "2024-03-08T20", dtype="datetime64[h]").astype("datetime64[s]")
    assert text(next_dates(dates, 2)) == ["2024-03-08T20:00:00", "2024-03-08T21:00:00"]
    assert len(next_dates(np.delete(dates, [500, 501, 900]), 30)) == 30  # an outage is no weekend
    assert text(next_dates(np.delete(dates, [500, 501, 900]), 2))[0] == "2024-03-08T20:00:00"


def test_daylight_saving_moves_the_session_after_a_few_weeks():
    """A session of local time written in UTC: an hour later after the change."""
    winter = bars(days("2023-11-06", "2024-03-08"), "14:00", "20:00", 60)
    summer = bars(days("2024-03-11", "2024-05-10"), "13:00", "19:00", 60)
    ahead = next_dates(np.concatenate([winter, summer]), 7)
    assert text(ahead)[0] == "2024-05-13T13:00:00"
    assert text(ahead)[-1] == "2024-05-13T19:00:00"


def test_ticks_that_never_repeat_go_on_by_their_distance():
    rng = np.random.default_rng(0)
    dates = np.unique(np.datetime64("2024-03-01", "s") + rng.integers(0, 40 * 86_400, 5000))
    ahead = next_dates(dates, 3)
    assert (ahead > dates[-1]).all()
    assert len(np.unique(np.diff(ahead))) == 1


KINDS = st.sampled_from([60, 300, 3600, 4 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 91 * 86_400, 365 * 86_400])


@given(KINDS, st.lists(st.integers(0, 400), min_size=1, max_size=200, unique=True), st.integers(1, 60))
def test_always_as_many_as_asked_rising_and_after_the_last(unit, steps, ahead):
    dates = np.datetime64("2001-07-13T09:00:00", "s") + np.sort(np.array(steps)) * unit
    following = next_dates(dates, ahead)
    assert following.shape == (ahead,)
    assert following.dtype == dates.dtype
    assert following[0] > dates[-1]
    assert (np.diff(following) > np.timedelta64(0, "s")).all()
    assert (next_dates(dates, 2 * ahead)[:ahead] == following).all()  # more steps change none


def column(path, name: str = "") -> np.ndarray:
    with path.open() as lines:
        header = next(lines).rstrip("\n").split(",")
        return np.array([line.split(",")[header.index(name)] for line in lines], "datetime64[s]")


def hits(dates: np.ndarray, hidden: int = 20) -> float:
    return float(np.isin(next_dates(dates[:-hidden], hidden), dates[-hidden:]).mean())


def test_hidden_dates_of_real_files_are_found_but_for_holidays(shared_data):
    assert hits(column(shared_data / "GOOG.csv")) >= 0.95  # Washington's Birthday 2013
    assert hits(column(shared_data / "EURUSD_hourly.csv"), 100) == 1.0
    shares = [hits(column(path, "Date")) for path in sorted((shared_data / "sp500").glob("*.csv"))]
    assert min(shares) >= 0.9  # Christmas and New Year 2020
    weekly = np.genfromtxt(
        shared_data / "m4_weekly_train.csv", delimiter=",", skip_header=1, usecols=(0, 1), dtype=str
    )
    for ticker in ("W1", "W100", "W359"):
        assert hits(weekly[weekly[:, 0] == ticker, 1].astype("datetime64[s]")) == 1.0
