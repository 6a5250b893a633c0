"""Bars within the day: the times of a week's sessions, as the last weeks show them.

A week starts on Monday; a slot is a number of seconds since then, so that "weekdays at 09:30, 09:35 …, Sunday
from 22:00" is a list of slots that repeats every week.
"""

import numpy as np

from rnn_forecast.prices.calendar.periods import (
    DAY,
    MONDAY,
    WEEK,
    Opens,
    Seconds,
    first_kept,
    since,
    weekday_of,
)
from rnn_forecast.prices.calendar.summer_time import Clock, shift

RECENT_WEEKS = 8  # outlasts holidays, and follows new trading hours
OFTEN = 1 / 3  # a slot seen less often than this part of the commonest one is an exception, not the rule


def hours_ahead(known: Seconds, steps: int, opens: Opens, clock: Clock) -> Seconds | None:
    """The slots of the week seen often in the last weeks, at moments of trade.

    None where no pause has been seen (seven days a week, or a single session) and where moments do not
    repeat, as those of ticks: such bars just go on.
    """
    lately = since(known, known[-1] - RECENT_WEEKS * WEEK)
    lately = lately + shift(lately, clock)
    gaps = np.diff(lately)
    if len(gaps) == 0 or gaps.max() <= 1.5 * np.median(gaps):
        return None
    slots = _week_slots(lately) if lately[-1] - lately[0] >= 2 * WEEK else _short_slots(lately)
    if np.isin((lately - MONDAY) % WEEK, slots).mean() < 0.5:
        return None
    last = int(known[-1])
    start = last - (last - MONDAY) % WEEK

    def following(n: int) -> Seconds:
        weeks = np.arange(n // len(slots) + 2)[:, None] * WEEK
        moments = (start + weeks + np.sort(slots)).ravel()
        moments = np.unique(moments - shift(moments, clock))
        return np.asarray(moments[moments > last])

    return first_kept(steps, following, opens)


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
