"""How long ago a last price is, in sessions of its own market."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.periods import DAY, seconds_of

RECENT = 60  # steps that say how far sessions are apart


def sessions_since(dates: NDArray[Any], now: np.datetime64) -> float:
    """How many sessions would have followed the last of `dates` (n,), sorted, until `now`; below 0: to come.

    A session is a row, or the rows of one day: five hours without an hourly price are a lunch, five days are
    not. Its length is the mean of the last RECENT steps, weekends and holidays among them.
    """
    known = seconds_of(dates)
    steps = min(len(known) - 1, RECENT)
    length = max((int(known[-1]) - int(known[-1 - steps])) / steps, DAY) if steps else DAY
    return float((int(now.astype("datetime64[s]").astype(np.int64)) - int(known[-1])) / length)
