"""Bars within the day without a calendar: summer time and half days that the file shows."""

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from rnn_forecast.prices.calendar.choice import Calendar
from rnn_forecast.prices.calendar.learnt import next_dates
from rnn_forecast.prices.calendar.periods import seconds_of
from rnn_forecast.prices.calendar.summer_time import clock_of


def bars(first: str, last: str, market: str, clock: str, short: frozenset[str] = frozenset()) -> np.ndarray:
    """09:30 to 15:30 each hour on the market's clock (to 12:30 on short days), as another clock shows it."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    moments = []
    for day in days[np.is_busday(days)].tolist():
        for hour in range(9, 13 if str(day) in short else 16):
            local = datetime.datetime.combine(day, datetime.time(hour, 30), ZoneInfo(market))
            moments.append(local.astimezone(ZoneInfo(clock)).replace(tzinfo=None))
    return np.array(moments, "datetime64[s]")


CLOCKS = [
    ("America/New_York", "UTC", (1, 0)),
    ("America/New_York", "America/New_York", (0, 0)),
    ("Europe/Berlin", "UTC", (0, 1)),
    ("Asia/Tokyo", "America/New_York", (-1, 0)),
    ("Asia/Tokyo", "Europe/Berlin", (0, -1)),
    ("America/New_York", "Europe/London", (1, -1)),
    ("Europe/London", "America/New_York", (-1, 1)),
    ("Asia/Tokyo", "UTC", (0, 0)),
]


@pytest.mark.parametrize(("market", "clock", "differ"), CLOCKS)
def test_each_change_of_the_clock_is_foreseen(market: str, clock: str, differ: tuple[int, int]) -> None:
    """From the day before each of four, and half a year ahead."""
    every = bars("2021-06-01", "2024-06-01", market, clock)
    assert clock_of(seconds_of(every)) == differ
    for friday in ("2023-03-10", "2023-03-24", "2023-10-27", "2023-11-03"):
        origin = int(np.searchsorted(every, np.datetime64(friday) + 1))
        said = next_dates(every[:origin], 900)
        np.testing.assert_array_equal(said, every[origin : origin + 900], err_msg=friday)


def test_a_session_that_began_otherwise_once_is_no_summer_time() -> None:
    every = bars("2023-01-01", "2023-12-31", "Asia/Tokyo", "UTC")
    later = every + np.where(every > np.datetime64("2023-09-20"), 3600, 0).astype("timedelta64[s]")
    assert clock_of(seconds_of(later)) == (0, 0)


def test_half_days_of_past_years_come_again() -> None:
    """24 December, and the day after the fourth Thursday of November."""
    thanks = {2017: 24, 2018: 23, 2019: 29, 2020: 27, 2021: 26, 2022: 25, 2023: 24}
    short = frozenset(f"{year}-12-24" for year in thanks) | {f"{y}-11-{d}" for y, d in thanks.items()}
    every = bars("2017-01-01", "2023-12-31", "America/New_York", "UTC", short)
    for day in ("2021-11-25", "2021-12-23", "2022-11-24", "2022-12-22", "2023-11-23"):
        origin = int(np.searchsorted(every, np.datetime64(day) + 1))
        said = next_dates(every[:origin], 60)
        np.testing.assert_array_equal(said, every[origin : origin + 60], err_msg=day)
    origin = int(np.searchsorted(every, np.datetime64("2023-11-24")))
    assert len(np.setdiff1d(next_dates(every[:origin], 60, Calendar("none")), every)) == 3


def test_around_the_clock_no_hour_of_the_weekend_is_skipped() -> None:
    """Though the file has only weekdays so far."""
    known = np.arange("2024-03-04T00", "2024-03-08T23", dtype="datetime64[h]").astype("datetime64[s]")
    said = next_dates(known, 60, Calendar("24/7"))
    assert (np.diff(np.r_[known[-1:], said]) == np.timedelta64(1, "h")).all()
    off = int(np.datetime64("2024-03-09").astype(np.int64))
    assert str(next_dates(known, 2, Calendar("24/7", (off,)))[1]) == "2024-03-10T00:00:00"
