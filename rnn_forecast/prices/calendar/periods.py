"""How far apart rows are, and the seconds and days that calendars count in."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]  # since 1970
Days = NDArray[np.int64]  # since 1970
Opens = Callable[[Days], NDArray[np.bool_]]  # on which of these days, or at which moments, there is trade
Frequency = Literal[
    "rows", "minutes", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"
]


HOUR, DAY, WEEK = 3600, 86_400, 604_800
MONDAY = 4 * DAY  # 1970-01-05
YEAR_OF_DAYS = 366 * DAY
BOUNDS: tuple[tuple[float, float, Frequency], ...] = (  # of the median distance, in days
    (0, 0.9 / 24, "minutes"),
    (0.9 / 24, 0.75, "hourly"),
    (0.75, 5, "daily"),
    (6, 22, "weekly"),  # every one to three weeks
    (26, 33, "monthly"),
    (85, 95, "quarterly"),
    (355, 375, "yearly"),
)


def frequency(dates: NDArray[Any]) -> Frequency:
    """What the rows are, by the median distance of the last year's (or of all, where those are few).

    `rows` for row numbers; `hourly` covers all bars from an hour to half a day; `irregular` what fits no name
    or is a single date.
    """
    if dates.dtype.kind != "M":
        return "rows"
    if len(dates) < 2:
        return "irregular"
    step = float(np.median(np.diff(recent_year(seconds_of(dates))))) / DAY
    return next((name for low, high, name in BOUNDS if low <= step < high), "irregular")


def seconds_of(dates: NDArray[Any]) -> Seconds:
    return dates.astype("datetime64[s]", copy=False).view(np.int64)


def since(known: Seconds, moment: np.int64) -> Seconds:
    """Those after `moment`."""
    return known[np.searchsorted(known, moment, side="right") :]


def days_of(known: Seconds) -> Days:
    """The days of rows, each once."""
    days = known // DAY
    return days[np.r_[True, days[1:] != days[:-1]]]


def first_kept(steps: int, make: Callable[[int], Seconds], kept: Opens) -> Seconds:
    """The first `steps` of what `make(n)` gives for any n, ascending, that are `kept`."""
    n = 2 * steps + 14
    while True:
        moments = make(n)
        if len(there := moments[kept(moments)]) >= steps:
            return there[:steps]
        n *= 2


def recent_year(known: Seconds) -> Seconds:
    """The last year of rows; where that is fewer than ten, the last ten."""
    first = np.searchsorted(known, known[-1] - YEAR_OF_DAYS, side="right")
    return known[min(int(first), max(len(known) - 10, 0)) :]


def weekday_of(seconds: Seconds) -> Seconds:
    return (seconds - MONDAY) // DAY % 7  # 0 is Monday


def weekday_of_day(days: Days) -> Days:
    return (days + 3) % 7  # 0 is Monday


def on_weekdays(days: Days) -> NDArray[np.bool_]:
    """Monday to Friday."""
    return np.asarray(weekday_of_day(days) < 5)
