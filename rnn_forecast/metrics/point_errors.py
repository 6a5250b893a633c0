"""Measures of a forecast: naked functions of arrays, each with its unit, formula and source.

`actual` and `forecast` are arrays of one shape, `(n,)` or `(n, horizon)`, in price units; every cell counts
the same. Lower is better, except where a docstring says otherwise. A measure that has no value on the given
cells is NaN; whoever writes JSON makes that null.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array

SAME = 1e-9  # a change below this part of the price is none: exp(log(p)) is p only to about 1e-15


class Mean:
    """A mean over cells that come part by part, each part's mean counting as many cells as it has.

    Of a single part it is that part's, to the bit; NaN without a cell.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[float, int]] = []

    def add(self, mean: float, cells: int) -> None:
        if cells:
            self._parts.append((mean, cells))

    @property
    def value(self) -> float:
        if len(self._parts) < 2:
            return self._parts[0][0] if self._parts else math.nan
        return math.fsum(mean * cells for mean, cells in self._parts) / sum(c for _, c in self._parts)


def rmse(actual: Array, forecast: Array) -> float:
    """Root mean squared error, in price units: sqrt(mean((actual - forecast)^2)). 0 is exact."""
    return math.sqrt(_mean(np.square(actual - forecast)))


def mae(actual: Array, forecast: Array) -> float:
    """Mean absolute error, in price units: mean(|actual - forecast|). 0 is exact."""
    return _mean(np.abs(actual - forecast))


def mape(actual: Array, forecast: Array) -> float:
    """Mean absolute percentage error, percent: 100 mean(|actual - forecast| / |actual|).

    NaN when an actual price is zero: leaving such cells out would be a different measure on each series.
    Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy", section 2.2.
    """
    if not np.all(actual):
        return math.nan
    return 100.0 * _mean(np.abs((actual - forecast) / actual))


def smape(actual: Array, forecast: Array) -> float:
    """Symmetric MAPE, in percent, 0 to 200: 100 mean(2 |actual - forecast| / (|actual| + |forecast|)).

    This is the form of the M4 competition (Makridakis et al. 2020). A cell where both are zero is exact: 0.
    """
    size = np.abs(actual) + np.abs(forecast)
    return 200.0 * _mean(np.abs(actual - forecast) / np.where(size > 0, size, 1.0))


def mase(actual: Array, forecast: Array, scale: Array | float) -> float:
    """Mean absolute scaled error, no unit: mean(|actual - forecast| / scale).

    `scale` is the mean absolute one-step change of the series' own training rows (`training_scale`), never of
    the span that is forecast; it broadcasts against `actual`, so that several series can be pooled. 1 is as
    good as last value was, one step ahead, on the training rows.
    Source: Hyndman and Koehler 2006, section 3.
    """
    return _mean(np.abs(actual - forecast) / scale)


def rmsse(actual: Array, forecast: Array, scale: Array | float) -> float:
    """Root mean squared scaled error, no unit: sqrt(mean(((actual - forecast) / scale)^2)).

    `scale` is the root mean square one-step change of the series' own training rows (`training_scale`).
    Source: the M5 competition (Makridakis et al. 2022), which scales one series at a time; pooled over series
    this is the root of the mean over all cells, so that a ratio of two of them is the skill's `rmse_ratio`.
    """
    return math.sqrt(_mean(np.square((actual - forecast) / scale)))


def training_scale(prices: Array, counts: NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """What MASE and RMSSE divide by: mean absolute and root mean square one-step change, in price units.

    `prices` are one series' own training rows. NaN with fewer than two; the training rows are what keeps the
    scale from knowing anything about the span that is scored. `counts` (n,): the rows whose change counts, so
    that a suspension is no year of easy forecasts; all where it is left out.
    """
    changes = np.diff(prices)
    if counts is not None and not counts[1:].all():
        changes = changes[counts[1:]]
    absolute = _mean(np.abs(changes, out=changes))  # in place: there may be millions
    return absolute, math.sqrt(_mean(np.square(changes, out=changes)))


def directional_accuracy(actual: Array, forecast: Array, last: Array) -> float:
    """The part of the moves whose direction was forecast, 0 to 1; higher is better, a coin gives 0.5.

    `last` is the last known price, broadcast against `actual`. The rule for no change: a cell whose actual
    price did not move has no direction and is left out; a forecast of no move there is half right, as a coin
    would be. So last value scores 0.5 by rule, not 0 and not 1. NaN when nothing moved.
    """
    moved = direction(actual, last)
    said = direction(forecast, last)
    right = np.where(said == 0, 0.5, said == moved)
    return _mean(right[moved != 0])


def direction(price: Array, last: Array) -> NDArray[np.int8]:
    """-1, 0 or 1: below, at or above `last`; within a billionth of it is at it."""
    change = price - last
    small = np.abs(change) <= SAME * np.abs(last)
    return np.where(small, 0, np.sign(change)).astype(np.int8)


def _mean(cells: NDArray[np.generic]) -> float:
    return float(np.mean(cells, dtype=np.float64)) if cells.size else math.nan  # type: ignore[arg-type]
