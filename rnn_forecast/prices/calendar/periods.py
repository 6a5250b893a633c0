"""How far apart rows are, and the weeks, months, quarters and years that follow."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
Frequency = Literal[
    "rows", "minutes", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"
]


HOUR, DAY, WEEK = 3600, 86_400, 604_800
MONDAY = 4 * DAY  # 1970-01-05
YEAR_OF_DAYS = 366 * DAY
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
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


def recent_year(known: Seconds) -> Seconds:
    """The last year of rows; where that is fewer than ten, the last ten."""
    first = np.searchsorted(known, known[-1] - YEAR_OF_DAYS, side="right")
    return known[min(int(first), max(len(known) - 10, 0)) :]


def weekday_of(seconds: Seconds) -> Seconds:
    return (seconds - MONDAY) // DAY % 7  # 0 is Monday


def by_week(known: Seconds, steps: int) -> Seconds:
    """Every one to three weeks from the last week, on the commonest weekday: a holiday moves one date."""
    recent = recent_year(known)
    weeks = max(round(float(np.median(np.diff(recent))) / WEEK), 1)
    weekday = np.bincount(weekday_of(recent), minlength=7).argmax()
    if np.count_nonzero(weekday_of(recent) == weekday) * 2 <= len(recent):
        weekday = weekday_of(known[-1:])[0]
    slot = np.array([weekday * DAY + known[-1] % DAY])
    start = known[-1] - (known[-1] - MONDAY) % WEEK
    return np.asarray(start + slot + weeks * WEEK * np.arange(1, steps + 1))


def by_month(known: Seconds, steps: int, months: int) -> Seconds:
    """The same day of later months: the month's last day or last weekday where the dates are those, else the
    commonest day of the month, at most the month's last."""
    recent = recent_year(known)
    month = recent.astype("datetime64[s]").astype("datetime64[M]")
    day = recent // DAY - _first_day(month)  # 0 is the first of the month
    later = month[-1] + months * np.arange(1, steps + 1)
    first, length = _first_day(later), _first_day(later + 1) - _first_day(later)
    if _mostly(day == _last_day(month)):
        chosen = _last_day(later)
    elif _mostly(day == _last_weekday(month)):
        chosen = _last_weekday(later)
    elif _mostly(day == _first_weekday(month)):
        chosen = _first_weekday(later)
    else:
        chosen = np.minimum(np.bincount(day).argmax(), length - 1)
    return np.asarray((first + chosen) * DAY + known[-1] % DAY)


def _first_day(month: NDArray[Any]) -> Seconds:
    return month.astype("datetime64[D]").astype(np.int64)  # days since 1970


def _last_day(month: NDArray[Any]) -> Seconds:
    return _first_day(month + 1) - _first_day(month) - 1


def _last_weekday(month: NDArray[Any]) -> Seconds:
    weekday = weekday_of((_first_day(month) + _last_day(month)) * DAY)
    return _last_day(month) - np.maximum(weekday - 4, 0)


def _first_weekday(month: NDArray[Any]) -> Seconds:
    weekday = weekday_of(_first_day(month) * DAY)
    return np.asarray(np.where(weekday > 4, 7 - weekday, 0))


def _mostly(so: NDArray[np.bool_]) -> bool:
    return bool(so.mean() > 0.8)
