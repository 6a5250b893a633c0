"""Which of four columns of numbers are open, high, low and close, as the numbers themselves tell.

High and low are the greatest and the least of a row. The open is near the close of the row before: which of
the other two it is shows where the dates tell which row is the earlier.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.dates import parse_dates

Values = NDArray[np.float64]
_NEARLY = 0.95  # of the rows: a bar may be damaged
_APART = 10  # times the low: a number beyond is no price of the same bar
_FAR = 20  # times the usual change from row to row: no bar is as high
_LATEST = np.datetime64("2262-01-01")


class Bar(NamedTuple):
    """What four columns are; `told`: whether the rows before tell the open from the close."""

    names: tuple[str, ...]
    told: bool


def find_bar(values: Values, dates: Sequence[str]) -> Bar | None:
    """`values` (m, 4), `dates` as the cells show them. None where no column alone is the highest, or none the
    lowest, on nearly every row; nor where they are too far apart, or each keeps a height of its own."""
    tops, bottoms = values.max(axis=1), values.min(axis=1)
    if not len(values) or np.mean(tops < _APART * np.abs(bottoms)) < _NEARLY:
        return None
    if 0 < _FAR * np.abs(np.diff(values, axis=0)).sum() < 4 * (tops - bottoms).sum():
        return None  # four prices, each of which keeps its own height
    high, low = _end(values, tops), _end(values, bottoms)
    if high is None or low is None or high == low:
        return None
    names = ["", "", "", ""]
    names[high], names[low] = "high", "low"
    first, second = (i for i in range(4) if not names[i])
    opens = _opens(values[:, first], values[:, second], dates)
    # not told: as in open, high, low, close; but of two that stand together in front, the close first
    taken = opens if opens is not None else second != 1
    names[first], names[second] = ("open", "close") if taken else ("close", "open")
    return Bar(tuple(names), opens is not None)


def _end(values: Values, ends: Values) -> int | None:
    """The one column that is the end of a row most often, and nearly always."""
    shares = (values == ends[:, None]).mean(axis=0)
    best = np.flatnonzero(shares == shares.max())
    return int(best[0]) if len(best) == 1 and shares.max() >= _NEARLY else None


def is_price_beside(values: Values, bars: Values) -> bool:
    """Whether the numbers (m,) are of the size of the bars (m, 4) beside them, as an adjusted close is."""
    near = (values > bars.min(axis=1) / 2) & (values < bars.max(axis=1) * 2)
    return bool(near.mean() >= _NEARLY)


def _opens(one: Values, other: Values, dates: Sequence[str]) -> bool | None:
    """Whether `one` is the open and `other` the close: it is near the other of the row before, and not the
    other way round. None where that does not tell."""
    later = _direction(dates)
    if later < 0:
        one, other = one[::-1], other[::-1]
    if not later:
        return None
    gaps, crossed = (np.abs(a[1:] - b[:-1]).sum() for a, b in ((one, other), (other, one)))
    return bool(gaps < crossed) if 2 * min(gaps, crossed) < max(gaps, crossed) else None


def _direction(dates: Sequence[str]) -> int:
    """1 where each row is later than the one before, -1 where each is earlier, 0 where it is not known."""
    try:
        steps = np.diff(parse_dates(pa.array(dates), 0, None, _LATEST).values).view(np.int64)
    except BadCell:
        return 0
    return int((steps > 0).all()) - int((steps < 0).all()) if len(steps) else 0
