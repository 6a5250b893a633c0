"""Forecasts that need no training, beside which every score stands: `(what is known) -> (n, horizon)`."""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array


def last_value(last: Array, horizon: int) -> Array:
    """Tomorrow is today: the last known price at every step. Hard to beat on prices, near random walks."""
    return np.repeat(last[:, None], horizon, axis=1)  # (n, horizon), price units


def drift(first: Array, last: Array, count: NDArray[np.int64], horizon: int) -> Array:
    """The line through the first and the last known price, prolonged.

    The mean one-step change of all prices known at the origin is (last - first) / (count - 1): the steps
    between cancel, so a window costs three numbers and not its whole past. `first` is the series' first
    price, `count` how many of its prices are known at the origin; with one price the line is flat.
    Step k: last + k (last - first) / (count - 1).
    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, section 5.2.
    """
    slope = (last - first) / np.maximum(count - 1, 1)  # (n,) price units a step
    return last[:, None] + slope[:, None] * np.arange(1, horizon + 1)


def seasonal_naive(
    values: Array, first: NDArray[np.int64], origins: NDArray[np.int64], season: int, horizon: int
) -> Array:
    """The price one season before each step, (n, horizon), or as many seasons as it takes to be known.

    `values` (m,) holds series end to end, `origins` (n,) the rows of the last known prices and `first` (n,)
    those of their series' first ones. Index example, season 3, origin 9, horizon 4: rows 7, 8, 9 and 7 again.
    The last known price where the series is too young.
    """
    steps = np.arange(1, horizon + 1)
    rows = origins[:, None] + steps - season * -(-steps // season)
    return np.asarray(values[np.where(rows >= first[:, None], rows, origins[:, None])])
