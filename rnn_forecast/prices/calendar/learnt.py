"""The dates on which this market trades next: by the rows' rule, by a calendar, or learnt from the dates.

All is done in whole seconds since 1970. Dates assume what readers promise: sorted and unique.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.choice import ALWAYS, LEARNT, NONE, Calendar
from rnn_forecast.prices.calendar.early_closes import after_early_close
from rnn_forecast.prices.calendar.exchange import sessions
from rnn_forecast.prices.calendar.holidays import closed_days, learnt_rules
from rnn_forecast.prices.calendar.hours import OFTEN, RECENT_WEEKS, hours_ahead
from rnn_forecast.prices.calendar.period_rules import by_period
from rnn_forecast.prices.calendar.periods import (
    DAY,
    YEAR_OF_DAYS,
    Days,
    Opens,
    Seconds,
    days_of,
    first_kept,
    frequency,
    on_weekdays,
    recent_year,
    seconds_of,
    since,
    weekday_of_day,
)
from rnn_forecast.prices.calendar.session_hours import bars_ahead
from rnn_forecast.prices.calendar.summer_time import clock_of


def next_dates(dates: NDArray[Any], steps: int, calendar: Calendar = LEARNT) -> NDArray[Any]:
    """The `steps` dates that follow the last one, in the dtype of `dates`.

    Row numbers go on; daily data takes the days on which there is trade; bars within the day take the times
    of its sessions; weekly, monthly, quarterly and yearly data its own day of each period. What the calendar
    does not say, and what comes after its end, is learnt: the weekdays on which the market traded in the last
    year (an odd Saturday session does not make Saturday one; seven days a week for what trades so), and the
    holidays of three years or more. Assumes at least one date.
    """
    if steps <= 0:
        return dates[:0]
    kind = frequency(dates)
    if kind == "rows":
        return np.asarray(dates[-1] + np.arange(1, steps + 1), dtype=dates.dtype)
    known = seconds_of(dates)
    if kind in ("minutes", "hourly"):
        following = _hours(known, steps, calendar)
    elif kind == "daily" or len(known) == 1:
        opens = _opens_of(known, calendar)
        following = _days_ahead(int(known[-1] // DAY), steps, opens) * DAY + known[-1] % DAY
    elif (periodic := by_period(known, steps, _opens(calendar, on_weekdays))) is not None:
        following = periodic
    else:
        following = _onwards(known, steps)
    return following.astype("datetime64[s]").astype(dates.dtype)


def _opens_of(known: Seconds, calendar: Calendar) -> Opens:
    """On which days there is trade, of rows of days or of bars within them."""
    if calendar.name == ALWAYS:
        return _opens(calendar, on_weekdays)
    days = days_of(known)
    weekdays = _trading_days(days)
    rules = learnt_rules(days, weekdays) if calendar.name != NONE else np.empty(0, np.intp)

    def learnt(of: Days) -> NDArray[np.bool_]:
        there = np.isin(weekday_of_day(of), weekdays)
        if len(rules) and of.size:
            there &= ~np.isin(of, closed_days(rules, int(of.min()), int(of.max())))
        return there

    return _opens(calendar, learnt)


def _opens(calendar: Calendar, learnt: Opens) -> Opens:
    """What the calendar says, and where it says nothing what is `learnt`."""
    holidays = np.array(calendar.holidays, np.int64)

    def opens(days: Days) -> NDArray[np.bool_]:
        if calendar.name == ALWAYS:
            there = np.full(days.shape, True)
        elif calendar.is_exchange:
            known = sessions(calendar.name).days
            inside = (days >= known[0]) & (days <= known[-1])
            there = np.where(inside, np.isin(days, known), learnt(days))
        else:
            there = learnt(days)
        return there & ~np.isin(days, holidays)

    return opens


def _trading_days(days: Days) -> Days:
    """The weekdays on which this market trades, 0 to 6.

    Often enough in the last year and still seen in the last weeks; or in most of those, which follows a
    market that has changed its week. Less than two weeks of dates cannot say what is missing: Monday to
    Friday then, and whatever was seen.
    """
    days = since(days, days[-1] - YEAR_OF_DAYS // DAY)
    weekday = weekday_of_day(days)
    if days[-1] - days[0] < 14:
        return np.union1d(np.arange(5), weekday)
    year = np.bincount(weekday, minlength=7)
    lately = np.bincount(weekday[days > days[-1] - 7 * RECENT_WEEKS], minlength=7)
    usual = (year >= OFTEN * year.max()) & ((lately > 0) | (lately.max() < RECENT_WEEKS / 2))
    return np.flatnonzero(usual | (lately > RECENT_WEEKS * 0.7))


def _days_ahead(last: int, steps: int, opens: Opens) -> Days:
    """The first `steps` days of trade after `last`."""
    return first_kept(steps, lambda n: last + np.arange(1, n + 1), opens)


def _hours(known: Seconds, steps: int, calendar: Calendar) -> Seconds:
    """By the sessions of an exchange as far as they are known; then as the last weeks were."""
    opens, there = _opens_of(known, calendar), known[:0]
    if calendar.name == ALWAYS:
        return first_kept(steps, lambda n: _onwards(known, n), lambda moments: opens(moments // DAY))
    if calendar.is_exchange:
        there = bars_ahead(known, steps, sessions(calendar.name), np.array(calendar.holidays, np.int64))
    known, left = np.concatenate([known, there]), steps - len(there)
    return np.concatenate([there, _learnt_hours(known, left, opens, calendar)]) if left else there


def _learnt_hours(known: Seconds, steps: int, opens: Opens, calendar: Calendar) -> Seconds:
    clock = clock_of(known)
    days = days_of(known)
    half = after_early_close(known, _trading_days(days), clock) if calendar.name != NONE else None

    def kept(moments: Seconds) -> NDArray[np.bool_]:
        there = opens(moments // DAY)
        return there if half is None else there & ~half(moments)

    ahead = hours_ahead(known, steps, kept, clock)
    return _onwards(known, steps) if ahead is None else ahead


def _onwards(known: Seconds, steps: int) -> Seconds:
    """By the median distance, in whole days where the dates are."""
    step = float(np.median(np.diff(recent_year(known))))
    if not (known % DAY).any():
        step = max(round(step / DAY), 1) * DAY
    return np.asarray(known[-1] + max(round(step), 1) * np.arange(1, steps + 1))
