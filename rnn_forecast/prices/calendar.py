"""The days on which this market trades next, learned from the dates of the file: no calendar is built in.

All is done in whole seconds since 1970. A week starts on Monday; a slot is a number of seconds since then,
so that "weekdays at midnight" and "09:30, 09:35 … on weekdays, Sunday from 22:00" are the same thing: a list
of slots that repeats every week. Dates assume what readers promise: sorted and unique.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
Spacing = Literal[
    "rows", "minutes", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"
]

HOUR, DAY, WEEK = 3600, 86_400, 604_800
MONDAY = 4 * DAY  # 1970-01-05
YEAR_OF_DAYS = 366 * DAY
RECENT_WEEKS = 8  # outlasts holidays, and follows daylight saving and new trading hours
OFTEN = 1 / 3  # a slot seen less often than this part of the commonest one is an exception, not the rule
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
BOUNDS: tuple[tuple[float, float, Spacing], ...] = (  # of the median distance, in days
    (0, 0.9 / 24, "minutes"),
    (0.9 / 24, 0.75, "hourly"),
    (0.75, 5, "daily"),
    (6, 22, "weekly"),  # every one to three weeks
    (26, 33, "monthly"),
    (85, 95, "quarterly"),
    (355, 375, "yearly"),
)


def spacing(dates: NDArray[Any]) -> Spacing:
    """What the rows are, by the median distance of the last year's (or of all, where those are few).

    `rows` for row numbers; `hourly` covers all bars from an hour to half a day; `irregular` what fits no name
    or is a single date.
    """
    if dates.dtype.kind != "M":
        return "rows"
    if len(dates) < 2:
        return "irregular"
    step = float(np.median(np.diff(_recent(_seconds(dates))))) / DAY
    return next((name for low, high, name in BOUNDS if low <= step < high), "irregular")


def next_dates(dates: NDArray[Any], steps: int) -> NDArray[Any]:
    """The `steps` dates that follow the last one, in the dtype of `dates`.

    Row numbers go on; daily data takes the weekdays on which the market traded in the last year (an odd
    Saturday session does not make Saturday one; seven days a week for what trades so); bars within the day
    take the week's time slots of the last weeks; weekly data its own weekday, monthly, quarterly and yearly
    data its own day of the month or the month's end. Holidays are not known: a forecast may be dated on one.
    Assumes at least one date.
    """
    if steps <= 0:
        return dates[:0]
    kind = spacing(dates)
    if kind == "rows":
        return np.asarray(dates[-1] + np.arange(1, steps + 1), dtype=dates.dtype)
    known = _seconds(dates)
    if kind in MONTHS:
        following = _by_month(known, steps, MONTHS[kind])
    elif kind == "weekly":
        following = _by_week(known, steps)
    elif kind in ("minutes", "hourly"):
        following = _within_the_day(known, steps)
    elif kind == "daily" or len(known) == 1:
        following = _in_slots(known[-1], _trading_days(known) * DAY + known[-1] % DAY, steps)
    else:
        following = _onwards(known, steps)
    return following.astype("datetime64[s]").astype(dates.dtype)


def _seconds(dates: NDArray[Any]) -> Seconds:
    return dates.astype("datetime64[s]", copy=False).view(np.int64)


def _after(known: Seconds, moment: np.int64) -> Seconds:
    return known[np.searchsorted(known, moment, side="right") :]


def _recent(known: Seconds) -> Seconds:
    """The last year of rows; where that is fewer than ten, the last ten."""
    first = np.searchsorted(known, known[-1] - YEAR_OF_DAYS, side="right")
    return known[min(int(first), max(len(known) - 10, 0)) :]


def _weekday(seconds: Seconds) -> Seconds:
    return (seconds - MONDAY) // DAY % 7  # 0 is Monday


def _trading_days(known: Seconds) -> Seconds:
    """The weekdays on which this market trades, 0 to 6.

    Often enough in the last year and still seen in the last weeks; or in most of those, which follows a
    market that has changed its week. Less than two weeks of dates cannot say what is missing: Monday to
    Friday then, and whatever was seen.
    """
    days = np.unique(_after(known, known[-1] - YEAR_OF_DAYS) // DAY)
    weekday = _weekday(days * DAY)
    if days[-1] - days[0] < 14:
        return np.union1d(np.arange(5), weekday)
    year = np.bincount(weekday, minlength=7)
    lately = np.bincount(weekday[days > days[-1] - 7 * RECENT_WEEKS], minlength=7)
    usual = (year >= OFTEN * year.max()) & ((lately > 0) | (lately.max() < RECENT_WEEKS / 2))
    return np.flatnonzero(usual | (lately > RECENT_WEEKS * 0.7))


def _in_slots(last: np.int64, slots: Seconds, steps: int) -> Seconds:
    """The first `steps` moments after `last` in the weekly `slots`."""
    start = last - (last - MONDAY) % WEEK
    turns = np.arange(-(-steps // len(slots)) + 2) * WEEK
    moments = (start + turns[:, None] + np.sort(slots)).ravel()
    return moments[moments > last][:steps]


def _by_week(known: Seconds, steps: int) -> Seconds:
    """Every one to three weeks from the last week, on the commonest weekday: a holiday moves one date."""
    recent = _recent(known)
    weeks = max(round(float(np.median(np.diff(recent))) / WEEK), 1)
    weekday = np.bincount(_weekday(recent), minlength=7).argmax()
    if np.count_nonzero(_weekday(recent) == weekday) * 2 <= len(recent):
        weekday = _weekday(known[-1:])[0]
    slot = np.array([weekday * DAY + known[-1] % DAY])
    start = known[-1] - (known[-1] - MONDAY) % WEEK
    return np.asarray(start + slot + weeks * WEEK * np.arange(1, steps + 1))


def _by_month(known: Seconds, steps: int, months: int) -> Seconds:
    """The same day of later months: the month's last day or last weekday where the dates are those, else the
    commonest day of the month, at most the month's last."""
    recent = _recent(known)
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
    weekday = _weekday((_first_day(month) + _last_day(month)) * DAY)
    return _last_day(month) - np.maximum(weekday - 4, 0)


def _first_weekday(month: NDArray[Any]) -> Seconds:
    weekday = _weekday(_first_day(month) * DAY)
    return np.asarray(np.where(weekday > 4, 7 - weekday, 0))


def _mostly(so: NDArray[np.bool_]) -> bool:
    return bool(so.mean() > 0.8)


def _within_the_day(known: Seconds, steps: int) -> Seconds:
    """Bars of minutes or hours: the slots of the week seen often in the last weeks.

    Where no pause has been seen (seven days a week, or a single session) the bars just go on.
    """
    lately = _after(known, known[-1] - RECENT_WEEKS * WEEK)
    gaps = np.diff(lately)
    if len(gaps) == 0 or gaps.max() <= 1.5 * np.median(gaps):
        return _onwards(known, steps)
    slots = _week_slots(lately) if lately[-1] - lately[0] >= 2 * WEEK else _short_slots(lately)
    if np.isin((lately - MONDAY) % WEEK, slots).mean() < 0.5:
        return _onwards(known, steps)  # moments that do not repeat, ticks for instance
    return _in_slots(known[-1], slots, steps)


def _week_slots(lately: Seconds) -> Seconds:
    slots, seen = np.unique((lately - MONDAY) % WEEK, return_counts=True)
    weeks = (lately[-1] - lately[0]) / WEEK
    return np.asarray(slots[seen >= max(OFTEN * weeks, 1)])


def _short_slots(lately: Seconds) -> Seconds:
    """Less than two weeks: a weekend's or Friday's own times, for other weekdays every time that was seen.

    The first and the last day may be cut; Friday is where a week of round-the-clock trading ends early.
    """
    times, seen = np.unique(lately % DAY), _weekday(lately)
    whole = [day for day in range(7) if day < 4 or (day == 4 and 4 not in seen) or day == seen[-1]]
    slots = [(lately - MONDAY) % WEEK, *(day * DAY + times for day in whole)]
    return np.unique(np.concatenate(slots))


def _onwards(known: Seconds, steps: int) -> Seconds:
    """By the median distance, in whole days where the dates are."""
    step = float(np.median(np.diff(_recent(known))))
    if not (known % DAY).any():
        step = max(round(step / DAY), 1) * DAY
    return np.asarray(known[-1] + max(round(step), 1) * np.arange(1, steps + 1))
