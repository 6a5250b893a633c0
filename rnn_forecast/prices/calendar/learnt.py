"""The days on which this market trades next, learned from the dates of the file: no calendar is built in.

All is done in whole seconds since 1970. A week starts on Monday; a slot is a number of seconds since then,
so that "weekdays at midnight" and "09:30, 09:35 … on weekdays, Sunday from 22:00" are the same thing: a list
of slots that repeats every week. Dates assume what readers promise: sorted and unique.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.period_rules import by_period
from rnn_forecast.prices.calendar.periods import (
    DAY,
    MONDAY,
    WEEK,
    YEAR_OF_DAYS,
    Seconds,
    frequency,
    recent_year,
    seconds_of,
    weekday_of,
)

RECENT_WEEKS = 8  # outlasts holidays, and follows daylight saving and new trading hours
OFTEN = 1 / 3  # a slot seen less often than this part of the commonest one is an exception, not the rule


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
    kind = frequency(dates)
    if kind == "rows":
        return np.asarray(dates[-1] + np.arange(1, steps + 1), dtype=dates.dtype)
    known = seconds_of(dates)
    if kind in ("minutes", "hourly"):
        following = _within_the_day(known, steps)
    elif kind == "daily" or len(known) == 1:
        following = _in_slots(known[-1], _trading_days(known) * DAY + known[-1] % DAY, steps)
    elif (periodic := by_period(known, steps)) is not None:
        following = periodic
    else:
        following = _onwards(known, steps)
    return following.astype("datetime64[s]").astype(dates.dtype)


def _after(known: Seconds, moment: np.int64) -> Seconds:
    return known[np.searchsorted(known, moment, side="right") :]


def _trading_days(known: Seconds) -> Seconds:
    """The weekdays on which this market trades, 0 to 6.

    Often enough in the last year and still seen in the last weeks; or in most of those, which follows a
    market that has changed its week. Less than two weeks of dates cannot say what is missing: Monday to
    Friday then, and whatever was seen.
    """
    days = np.unique(_after(known, known[-1] - YEAR_OF_DAYS) // DAY)
    weekday = weekday_of(days * DAY)
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
    times, seen = np.unique(lately % DAY), weekday_of(lately)
    whole = [day for day in range(7) if day < 4 or (day == 4 and 4 not in seen) or day == seen[-1]]
    slots = [(lately - MONDAY) % WEEK, *(day * DAY + times for day in whole)]
    return np.unique(np.concatenate(slots))


def _onwards(known: Seconds, steps: int) -> Seconds:
    """By the median distance, in whole days where the dates are."""
    step = float(np.median(np.diff(recent_year(known))))
    if not (known % DAY).any():
        step = max(round(step / DAY), 1) * DAY
    return np.asarray(known[-1] + max(round(step), 1) * np.arange(1, steps + 1))
