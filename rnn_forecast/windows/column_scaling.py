"""Columns besides the price → the scales that they are seen on, learnt from fitted rows only.

Volumes of two tickers may differ a thousandfold, so each ticker has its own center and spread, the mean and
standard deviation of its fitted rows; a ticker that the model does not know, or whose fitted rows say too
little, has those of all rows together. What is nowhere below 0 and spreads over more than a power of ten
within the usual ticker, as volumes do, is seen by its logs. The market is seen by how far it moved.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.errors import DataError
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Data
from rnn_forecast.windows.scaling import ColumnScale

WIDE = np.log(10)  # of the largest value over the least one above 0: logs are taken
FEWEST = 20  # fitted values that give a ticker a center and spread of its own
LARGEST = 1e29  # a value from here on is none
LEAST = 1e-9  # of the center: a spread below this is a column that stands still, but for rounding


def fit_columns(
    series: Sequence[PriceSeries], fit_rows: NDArray[np.int64], data: Data
) -> dict[str, ColumnScale]:
    """The scale of each column that `data` names, from the first `fit_rows` (s,) rows of each series.

    Raises DataError for a series that lacks one of them.
    """
    return {
        name: _fitted({s.ticker: signal(s, name, role)[:n] for s, n in zip(series, fit_rows, strict=True)})
        for name, role in data.columns
    }


def signal(s: PriceSeries, name: str, role: str) -> Array:
    """What a column says of each row (n,), from this row and earlier ones; NaN where it says nothing.

    Of the market the log of its price over that of the row before, 0 where it has no new one. A value of the
    past stands until the next; one that is known ahead does not: a flag that is not raised is not said.

    Raises DataError where the series has no such column.
    """
    if name not in s.columns:
        raise _missing(s, name, role)
    values = usable(s.columns[name].values)
    if role == "known":
        return values
    if role == "past":
        return _carried(values)
    prices = _carried(np.where(values > 0, values, np.nan))
    return np.diff(np.log(prices), prepend=np.nan)


def usable(values: Array) -> Array:
    """The values, NaN where one is not finite or larger than any that a column may have."""
    return np.where(np.abs(values) < LARGEST, values, np.nan)


def _carried(values: Array) -> Array:
    """Each NaN replaced by the last value before it, where there is one."""
    rows = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return np.asarray(values[rows])


def _fitted(found: Mapping[str, Array]) -> ColumnScale:
    said = {ticker: values[~np.isnan(values)] for ticker, values in found.items()}
    scale = ColumnScale(_floor([*said.values()]), 0.0, 1.0, {})
    own = {ticker: _level(scale.logs(values)) for ticker, values in said.items() if len(values) >= FEWEST}
    center, spread = _level(scale.logs(np.concatenate([*said.values()])))
    spread = spread or 1.0
    by_ticker = {ticker: (middle, width or spread) for ticker, (middle, width) in own.items()}
    return ColumnScale(scale.floor, center, spread, by_ticker)


def _floor(parts: Sequence[Array]) -> float:
    """What logs are taken of at least, half of the least value above 0; 0 where no logs are taken."""
    above = [values[values > 0] for values in parts if (values > 0).any()]
    if not above or any((values < 0).any() for values in parts):
        return 0.0
    widths = [np.log(values.max()) - np.log(values.min()) for values in above]
    return float(min(values.min() for values in above)) / 2 if np.median(widths) > WIDE else 0.0


def _level(values: Array) -> tuple[float, float]:
    """Mean and standard deviation; the latter 0 where the values are one and the same, or none."""
    if not len(values):
        return 0.0, 0.0
    center, spread = float(values.mean()), float(values.std())
    return center, spread if spread > max(LEAST * abs(center), 1 / LARGEST) else 0.0


def _missing(s: PriceSeries, name: str, role: str) -> DataError:
    there = ", ".join(s.columns) or "none but the price"
    what = "price of the market" if role == "market" else f"column {name!r}"
    return DataError(
        f"{s.ticker} has no {what}, which the network is to see; its columns are: {there}.",
        "Give a source that has it, or train a model without it.",
    )
