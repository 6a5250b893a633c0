"""Order and identity are those of instants: zoneinfo knows which, and is the oracle."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.clocks import is_ticks, join_clock, settle

HOUR = 3600


def local(
    zone: str, start: dt.datetime, hours: int, step: float = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a zone's clock shows at each hour after `start` (UTC), how far it is ahead, and the instants."""
    instants = [start.replace(tzinfo=dt.UTC) + dt.timedelta(hours=i * step) for i in range(hours)]
    there = [one.astimezone(ZoneInfo(zone)) for one in instants]
    shown = np.array([one.replace(tzinfo=None) for one in there], "datetime64[s]")
    ahead = np.array([one.utcoffset().total_seconds() for one in there], np.int32)
    return shown, ahead, np.array([one.replace(tzinfo=None) for one in instants], "datetime64[s]")


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "start",
    [dt.datetime(2023, 3, 6), dt.datetime(2023, 10, 23), dt.datetime(2023, 3, 27), dt.datetime(2023, 7, 1)],
)
def test_around_the_clock_goes_by_utc_in_all_months(zone: str, start: dt.datetime) -> None:
    shown, ahead, instants = local(zone, start, 24 * 10)
    dates, said = settle(shown, ahead, None)
    assert said == "UTC"
    np.testing.assert_array_equal(dates, instants)


@given(
    st.sampled_from(
        ["America/New_York", "Europe/Berlin", "Europe/London", "Asia/Kolkata", "Australia/Sydney"]
    ),
    st.sampled_from([0.25, 1, 4]),
    st.integers(0, 51 * 168),
    st.integers(168, 400),
)
@example("Europe/Berlin", 4, 1970, 168)  # its one Sunday skips the bar at three
def test_where_a_file_is_cut_changes_no_row(zone, step, start, hours):
    """A week holds a Sunday: whatever part of the year a file has, its rows are those of the whole year."""
    begins = dt.datetime(2023, 1, 1) + dt.timedelta(hours=start)
    shown, ahead, instants = local(zone, begins, int(hours / step), step)
    np.testing.assert_array_equal(settle(shown, ahead, None)[0], instants)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
@pytest.mark.parametrize(
    "switch",
    [dt.datetime(2023, 3, 12), dt.datetime(2023, 3, 26), dt.datetime(2023, 10, 29), dt.datetime(2023, 11, 5)],
)
def test_no_hour_around_a_switch_is_lost_or_out_of_order(zone: str, switch: dt.datetime) -> None:
    """Two days about either switch, without offsets that would tell the zone: only instants order them."""
    shown, ahead, instants = local(zone, switch - dt.timedelta(days=1), 48)
    for rows in (np.arange(48), np.arange(48)[::-1], np.random.default_rng(0).permutation(48)):
        dates, _ = settle(shown[rows], ahead[rows], None)
        assert len(np.unique(dates)) == 48
        np.testing.assert_array_equal(np.argsort(dates), np.argsort(instants[rows]))


def test_hours_of_trade_keep_their_own_clock_over_the_switch():
    shown, ahead, _ = local("America/New_York", dt.datetime(2023, 10, 30), 24 * 14)
    hour = (shown.astype("int64") // HOUR) % 24
    weekday = (shown.astype("datetime64[D]").astype(int) + 3) % 7
    trade = (hour >= 9) & (hour < 16) & (weekday < 5)
    dates, said = settle(shown[trade], ahead[trade], None)
    assert said is None
    np.testing.assert_array_equal(dates, shown[trade])


def test_days_keep_their_date_in_two_zones():
    days = np.arange("2023-10-25", "2023-11-10", dtype="datetime64[D]").astype("datetime64[s]")
    dates = np.r_[days, days]
    ahead = np.repeat(np.array([-5 * HOUR, 9 * HOUR], np.int32), len(days))
    codes = np.repeat(np.array([0, 1], np.int32), len(days))
    found, said = settle(dates, ahead, codes)
    assert said is None
    np.testing.assert_array_equal(found, dates)


def test_one_instant_that_is_written_with_two_offsets_is_one():
    shown = np.array(["2024-01-02T10:00", "2024-01-02T15:00", "2024-01-02T16:00"], "datetime64[s]")
    dates, said = settle(shown, np.array([-5 * HOUR, 0, 0], np.int32), None)
    assert said == "UTC"
    assert dates[0] == dates[1] < dates[2]


def test_utc_itself_is_left_alone():
    shown = np.array(["2024-01-07T01:00", "2024-01-07T02:00"], "datetime64[s]")
    dates, said = settle(shown, np.zeros(2, np.int32), None)
    assert said is None and dates is shown


def test_ticks_share_their_seconds_and_bars_do_not():
    minutes = np.datetime64("2024-01-02T09:30:00", "s") + 60 * np.arange(100)
    assert not is_ticks(minutes, None)
    assert is_ticks(np.repeat(minutes, 3), None)
    assert not is_ticks(np.repeat(minutes, 2), np.tile(np.array([0, 1], np.int32), 100))
    days = np.repeat(np.arange("2024-01-01", "2024-02-01", dtype="datetime64[D]"), 2).astype("datetime64[s]")
    assert not is_ticks(days, None)


@pytest.mark.parametrize(
    ("clocks", "want"),
    [
        (["000000", "93000"], ["d 000000", "d 093000"]),
        (["0", "930"], ["d 0000", "d 0930"]),
        (["0", "23"], ["d 0000", "d 2300"]),
        (["0", "23"], ["d 0000", "d 2300"]),
        (["09:30", "10:00 AM"], ["d 09:30", "d 10:00 AM"]),
    ],
)
def test_date_and_clock_are_joined(clocks: list[str], want: list[str]) -> None:
    assert join_clock(pa.array(["d", "d"]), pa.array(clocks)).to_pylist() == want
    assert join_clock(pa.array(["", "d"]), pa.array(clocks)).to_pylist()[0] == ""
