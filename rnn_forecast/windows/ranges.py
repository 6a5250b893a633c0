"""What a row's open, high and low say beside its close: ratios to that close, left out where they cannot be.

Ratios, because a file may adjust its closes for dividends and splits and leave the others as they were
traded: it is the close of the same row, as it was traded too, that they are held against.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.prices.movement import changed
from rnn_forecast.prices.series import PriceSeries

MOST_BROKEN = 0.05  # of the rows that have a range: more are no accident, and none is used from there on
ROUNDED = 1e-6  # of a price: so far a low may lie above the close, by rounding alone


@dataclass(frozen=True)
class DayRanges:
    """Of each row (n,), logs of open, high and low over the close; NaN where nothing is to be said."""

    open: Array
    high: Array
    low: Array
    broken: int  # rows left out: not low ≤ open, close ≤ high, or high is low though the price moved
    off: bool  # broken rows are so many that the last row's range is not believed

    def within(self) -> Array:
        """(n,) the standard deviation of the trade within each row, as a log of prices.

        sqrt(0.5 (ln high/low)^2 - (2 ln 2 - 1) (ln close/open)^2); 0 where that is below 0.
        Source: Garman and Klass 1980, their practical estimator.
        """
        square = 0.5 * (self.high - self.low) ** 2 - (2 * math.log(2) - 1) * self.open**2
        return np.sqrt(np.maximum(square, 0.0))


def day_ranges(series: PriceSeries) -> DayRanges | None:
    """The ranges of a series that has open, high and low; what is said of a row hangs on no later one."""
    columns = series.columns
    if not {"open", "high", "low"} <= columns.keys():
        return None
    close = columns["close"].values if "close" in columns else series.prices
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.log(np.stack([columns[name].values / close for name in ("open", "high", "low")]))
    said = np.isfinite(ratios).all(axis=0)
    broken = said & ~_is_range(*ratios, moved=np.r_[True, changed(series.prices)])
    off = np.cumsum(broken) > MOST_BROKEN * np.cumsum(said)
    ratios[:, ~said | broken | off] = np.nan
    opened, high, low = ratios
    return DayRanges(opened, high, low, int(broken.sum()), bool(off[-1])) if said.any() else None


def _is_range(opened: Array, high: Array, low: Array, *, moved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        holds = (low <= np.minimum(opened, 0) + ROUNDED) & (high >= np.maximum(opened, 0) - ROUNDED)
        return np.asarray(holds & ((high > low) | ~moved))
