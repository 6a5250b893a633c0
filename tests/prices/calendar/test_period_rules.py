"""Weeks, half-months, months, quarters and years keep the rule of their rows: as pandas, over leap years."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.calendar.learnt import next_dates
from rnn_forecast.prices.calendar.period_rules import by_period
from rnn_forecast.prices.calendar.periods import seconds_of

SPACINGS = {
    "half-months, 15th and last": "SME",
    "half-months, 1st and 15th": "SMS",
    "month ends": "ME",
    "last business days": "BME",
    "first days": "MS",
    "first business days": "BMS",
    "third Fridays": "WOM-3FRI",
    "every second month's end": "2ME",
    "quarter ends": "QE",
    "quarters' last business days": "BQE",
    "quarters' first days": "QS",
    "quarters that end in November": "QE-NOV",
    "half-years": "6ME",
    "year ends": "YE",
    "years that end in February": "YE-FEB",
    "years' last business days": "BYE",
    "years' first days": "YS",
    "Fridays": "W-FRI",
    "Sundays": "W-SUN",
    "every other Friday": "2W-FRI",
    "every fourth Friday": "4W-FRI",
    "thirteen weeks": "13W-FRI",
    "days": "D",
    "business days": "B",
}
AHEAD = 30  # steps


@pytest.mark.parametrize("spacing", SPACINGS.values(), ids=SPACINGS)
def test_each_spacing_goes_on_as_pandas_has_it(spacing: str) -> None:
    """From every row of 2020 to 2024."""
    dates = pd.date_range("1995-01-01", "2055-12-31", freq=spacing).to_numpy().astype("datetime64[s]")
    origins = np.flatnonzero((dates >= np.datetime64("2019-12-01")) & (dates < np.datetime64("2025-01-01")))
    assert len(origins) >= 5
    for origin in origins[:: max(len(origins) // 60, 1)]:
        known, came = dates[: origin + 1], dates[origin + 1 : origin + 1 + AHEAD]
        np.testing.assert_array_equal(next_dates(known, AHEAD), came, err_msg=str(known[-1]))


@pytest.mark.parametrize("day", [5, 10, 15, 25])
@pytest.mark.parametrize("rolled", [None, "backward", "forward"])
def test_a_day_of_the_month_and_the_business_day_before_or_after_it(day: int, rolled: str | None) -> None:
    months = np.arange("2012-01", "2027-01", dtype="datetime64[M]")
    dates = months.astype("datetime64[D]") + day - 1
    if rolled is not None:
        dates = np.busday_offset(dates, 0, roll=rolled)
    for origin in range(95, len(dates) - 12, 5):
        following = next_dates(dates[: origin + 1].astype("datetime64[s]"), 6)
        np.testing.assert_array_equal(following.astype("datetime64[D]"), dates[origin + 1 : origin + 7])


@pytest.mark.parametrize("first", ["2019-12-31", "2023-12-31", "2024-12-31"])
def test_february_ends_where_it_ends(first: str) -> None:
    ends = pd.date_range(first, periods=2, freq="ME").to_numpy().astype("datetime64[s]")
    following = next_dates(ends, 2).astype("datetime64[D]")
    np.testing.assert_array_equal(following, pd.date_range(ends[-1], periods=3, freq="ME").to_numpy()[1:])


def test_half_months_with_rows_missing_find_their_place() -> None:
    dates = pd.date_range("2018-01-01", "2024-12-31", freq="SME").to_numpy().astype("datetime64[s]")
    there = np.delete(dates, [20, 51, 90, len(dates) - 1])
    assert str(there[-1]) == "2024-12-15T00:00:00"
    np.testing.assert_array_equal(
        next_dates(there, 3).astype("datetime64[D]"),
        np.array(["2024-12-31", "2025-01-15", "2025-01-31"], "datetime64[D]"),
    )


def test_where_every_day_has_trade_no_weekend_is_skipped() -> None:
    """The last day of trade of a month is its last day; and of a market with a week of its own, its own."""
    ends = pd.date_range("2019-01-01", "2024-05-15", freq="ME").to_numpy().astype("datetime64[s]")
    known = seconds_of(ends)
    for opens in (lambda days: np.full(days.shape, True), lambda days: days % 7 != 0):
        following = by_period(known, 12, opens)
        assert following is not None
        found = following.astype("datetime64[s]").astype("datetime64[D]")
        np.testing.assert_array_equal(found, pd.date_range("2024-05-31", periods=12, freq="ME").to_numpy())


def test_a_weeks_last_day_of_trade_follows_the_holidays_that_are_known() -> None:
    """Thursdays before Good Friday, in the file and ahead."""
    good_fridays = pd.to_datetime(["2022-04-15", "2023-04-07", "2024-03-29"]).to_numpy().astype("M8[D]")
    closed = good_fridays.astype(np.int64)
    fridays = pd.date_range("2022-01-07", "2024-03-22", freq="W-FRI").to_numpy().astype("M8[D]")
    rows = np.where(np.isin(fridays, good_fridays), fridays - 1, fridays).astype("datetime64[s]")
    following = by_period(
        seconds_of(rows), 2, lambda days: np.isin(days, closed, invert=True) & ((days + 3) % 7 < 5)
    )
    assert following is not None
    assert list(map(str, following.astype("datetime64[s]").astype("M8[D]"))) == ["2024-03-28", "2024-04-05"]


@given(st.integers(7, 400), st.lists(st.integers(-4, 4), min_size=2, max_size=60), st.integers(1, 30))
def test_rows_about_so_far_apart_always_go_on_rising(step: int, off: list[int], ahead: int) -> None:
    known = 86_400 * np.unique(11_000 + step * np.arange(len(off)) + np.array(off) * (step > 8))
    following = by_period(known, ahead)
    if following is not None:
        assert following.shape == (ahead,)
        assert following[0] > known[-1]
        assert (np.diff(following) > 0).all()
        longer = by_period(known, 2 * ahead)
        assert longer is not None
        np.testing.assert_array_equal(longer[:ahead], following)
