"""Do the rows of a file keep to a calendar: which sessions they lack, and on which days there is none."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.choice import ALWAYS, LEARNT, Calendar
from rnn_forecast.prices.calendar.exchange import sessions
from rnn_forecast.prices.calendar.periods import DAY, Days, frequency, seconds_of

DAILY = ("minutes", "hourly", "daily")


def strays(dates: NDArray[Any], calendar: Calendar) -> tuple[Days, Days]:
    """The sessions without a row between the first and the last, and the days of rows without a session.

    Of days, and of bars within them; weeks and months have none. What is learnt says nothing of the past.
    """
    none = np.empty(0, np.int64)
    if calendar == LEARNT or frequency(dates) not in DAILY:
        return none, none
    days, holidays = np.unique(seconds_of(dates) // DAY), np.array(calendar.holidays, np.int64)
    closed = np.intersect1d(days, holidays)
    if not calendar.is_exchange:
        every = np.arange(days[0], days[-1] + 1) if calendar.name == ALWAYS else none
        return np.setdiff1d(every, np.union1d(days, holidays)), closed
    known = sessions(calendar.name)
    inside = (known.days >= days[0]) & (known.days <= days[-1])
    lacking = np.setdiff1d(known.days[inside], np.union1d(days, holidays))
    # some open the evening before, and a file's clock may be UTC
    may = np.concatenate([known.days, known.opens // DAY, known.closes // DAY])
    spanned = days[(days >= known.days[0]) & (days <= known.days[-1])]
    return lacking, np.union1d(closed, np.setdiff1d(spanned, may))
