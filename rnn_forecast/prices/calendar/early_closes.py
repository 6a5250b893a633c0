"""Half days, learnt: the days of each year on which the last bar came an hour or more before its time."""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.holidays import closed_days, learnt_rules
from rnn_forecast.prices.calendar.periods import DAY, HOUR, Days, Opens, Seconds, recent_year, weekday_of_day
from rnn_forecast.prices.calendar.summer_time import Clock, shift

FEW = 0.5  # of a weekday's sessions: fewer that end at one time are none that end early or late


def after_early_close(known: Seconds, weekdays: Days, clock: Clock) -> Opens:
    """Which of some moments are after the close of a half day, by the years that the rows show."""
    day = known // DAY
    ends = np.flatnonzero(np.r_[day[1:] != day[:-1], True])
    days, last = day[ends], (known[ends] + shift(known[ends], clock)) % DAY
    usual = _usual(days, last)
    early = last <= usual[weekday_of_day(days)] - HOUR
    early[-1] = False  # the day may not be over
    rules = learnt_rules(days[~early], weekdays) if early.any() else np.empty(0, np.intp)
    if not len(rules):
        return lambda moments: np.zeros(moments.shape, np.bool_)
    times, seen = np.unique(last[early], return_counts=True)
    close = times[seen.argmax()]

    def after(moments: Seconds) -> NDArray[np.bool_]:
        on = moments // DAY
        half = np.isin(on, closed_days(rules, int(on.min()), int(on.max())))
        return np.asarray(half & ((moments + shift(moments, clock)) % DAY > close))

    return after


def _usual(days: Days, last: Seconds) -> Seconds:
    """When each weekday's last bar comes, in seconds of the day; 0 where that is at no usual time."""
    recent = slice(len(days) - len(recent_year(days * DAY)), None)
    usual = np.zeros(7, np.int64)
    for weekday in range(7):
        times, seen = np.unique(last[recent][weekday_of_day(days[recent]) == weekday], return_counts=True)
        if len(times) and seen.max() > FEW * seen.sum():
            usual[weekday] = times[seen.argmax()]
    return usual
