"""The weeks, half-months, months, quarters and years that follow, by the rule that the rows keep.

A rule says on which day of its period a row is dated: the last, the last with trade, the third Friday. It is
the one that most of the last rows keep, and is applied to each later period: nothing drifts, as it would by
adding 30 days.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.periods import (
    DAY,
    Days,
    Opens,
    Seconds,
    on_weekdays,
    recent_year,
    weekday_of_day,
)

MONTH = 30.44  # days
KEPT = 0.8  # of the rows: a rule that fewer keep is none
ROWS = 24  # that say which rule is kept, and those of a year where they are more
LONGEST_PAUSE = 15  # days without trade at a period's end; no market rests so long


def by_period(known: Seconds, steps: int, opens: Opens = on_weekdays) -> Seconds | None:
    """The `steps` dates after the last of rows that are six days or more apart; None where no rule is kept.

    Assumes two rows at least.
    """
    days = known[-max(len(recent_year(known)), ROWS) :] // DAY
    even = _even_weeks(days)
    step = float(np.median(np.diff(recent_year(known)))) / DAY
    if step < 6:
        return None
    if step < 22:
        halves = None if even > KEPT else _by_half_month(days, steps, opens)
        weeks = max(round(step / 7), 1)
        later = _by_week(days, steps, weeks, opens) if halves is None else halves
    else:
        monthly = _by_month(days, steps, max(round(step / MONTH), 1), opens)
        if monthly is None and even <= KEPT:
            return None
        later = _by_week(days, steps, round(step / 7), opens) if monthly is None else monthly
    return np.asarray(later * DAY + known[-1] % DAY)


def _even_weeks(days: Days) -> float:
    """The part of the rows that are whole weeks apart, always as many."""
    gaps = np.diff(days)
    step = np.median(gaps)
    return float((gaps == step).mean()) if step % 7 == 0 else 0.0


def _by_week(days: Days, steps: int, weeks: int, opens: Opens) -> Days:
    """Every few weeks from the last row's, on the commonest weekday, or on the week's last day of trade."""
    weekday = np.bincount(weekday_of_day(days), minlength=7).argmax()
    alike = weekday_of_day(days) == weekday
    if np.count_nonzero(alike) * 2 <= len(days):
        weekday = weekday_of_day(days[-1:])[0]
    monday = days - weekday_of_day(days)
    later = monday[-1] + 7 * weeks * np.arange(1, steps + 1)
    for rule in (_last_open, _first_open):
        kept = (rule(monday, monday + 6, opens) == days).mean()
        if kept > max(alike.mean(), KEPT):
            return rule(later, later + 6, opens)
    return np.asarray(later + weekday)


def _by_half_month(days: Days, steps: int, opens: Opens) -> Days | None:
    """Two rows a month, the 15th and the last, say: two monthly series that take turns.

    None where that is not what the rows are. A row belongs to the half whose place in the month is nearer.
    """
    place = (days - _first_day(_month(days))) / MONTH
    other = np.abs((place - place[-1] + 0.5) % 1 - 0.5) > 0.25  # nearer to half a month from the last row
    turns = (other[1:] != other[:-1]).mean() if len(days) > 3 else 0.0
    if turns <= KEPT:
        return None
    late = int(_month(days[-1:])[0] - _month(days[other][-1:])[0])  # months: rows may be missing
    one, two = (_by_month(half, steps + 1 + late, 1, opens) for half in (days[~other], days[other]))
    if one is None or two is None:
        return None
    later = np.union1d(one, two)
    return np.asarray(later[later > days[-1]][:steps])


def _by_month(days: Days, steps: int, months: int, opens: Opens) -> Days | None:
    """The same place in every so-many-th month; None where rows are not so far apart, or keep no rule.

    Rows about one month, quarter or year apart that keep none are given the commonest day of the month. Where
    more rows are even weeks apart than keep any rule, it is weeks that they keep.
    """
    month = _month(days)
    later = month[-1] + months * np.arange(1, steps + 1)
    place = days - _first_day(month)  # 0 is the first of the month
    best, most, even = None, KEPT, _even_weeks(days)
    for then, ahead in zip(_rules(month, place, opens), _rules(later, place, opens), strict=True):
        if (kept := (then == days).mean()) > most:
            best, most = ahead, kept
    if even > most:
        return None
    usual = months in (1, 3, 12)
    if best is None and usual:
        best = _same_day(later, place)
    spaced = (np.diff(month).astype(np.int64) == months).mean() if len(days) > 1 else 1.0
    return best if usual or spaced > KEPT else None


def _rules(month: NDArray[Any], place: Days, opens: Opens) -> Iterator[Days]:
    """The day of each month (n,) that each rule takes; the `place` of the rows says which day or weekday."""
    first, last = _first_day(month), _first_day(month + 1) - 1
    same = _same_day(month, place)
    yield last
    yield _last_open(first, last, opens)
    yield first
    yield same
    yield _first_open(first, last, opens)
    yield _last_open(first, same, opens)
    yield _first_open(same, last, opens)
    for weekday in range(7):
        own = first + (weekday - weekday_of_day(first)) % 7
        for week in range(4):
            yield own + 7 * week
        yield own + 7 * ((last - own) // 7)


def _same_day(month: NDArray[Any], place: Days) -> Days:
    first, last = _first_day(month), _first_day(month + 1) - 1
    return np.asarray(np.minimum(first + np.bincount(place).argmax(), last))


def _last_open(first: Days, last: Days, opens: Opens) -> Days:
    """The last day of trade of each span, or its last day where there is none."""
    back = np.arange(LONGEST_PAUSE)
    days = last[:, None] - back
    there = opens(days) & (days >= first[:, None])
    return np.asarray(last - np.where(there.any(axis=1), there.argmax(axis=1), 0))


def _first_open(first: Days, last: Days, opens: Opens) -> Days:
    days = first[:, None] + np.arange(LONGEST_PAUSE)
    there = opens(days) & (days <= last[:, None])
    return np.asarray(first + np.where(there.any(axis=1), there.argmax(axis=1), 0))


def _month(days: Days) -> NDArray[Any]:
    return days.astype("datetime64[D]").astype("datetime64[M]")


def _first_day(month: NDArray[Any]) -> Days:
    return month.astype("datetime64[D]").astype(np.int64)
