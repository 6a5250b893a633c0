"""What sizes beside the price (`windows.sizes`) say of how far it may move: four terms of each.

Of a row's own range, means over the last rows, span by span: a day that ends where it began may have been
wild. Of all others only the course: how the size was lately over how it was in the last half year, times the
ticker's own mean change of that half year. So a quarter that was wild for all makes no ticker seem wild of
itself, and their unit does not matter (docs/internals/LOG.md has what else was tried).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.volatility_terms import SPANS, Stretch, sums
from rnn_forecast.windows.sizes import RANGES

COURSE = (1, 3, 10, 30)  # rows: lately
BASE = 132  # rows: half a year
EACH = len(SPANS)  # terms of each size, of either kind


def size_terms(
    some: Stretch, which: Sequence[tuple[int, str]], profile: Array, at: Positions
) -> Iterator[Array]:
    """(n,) `EACH` for each of the sizes `which` (row and name) of the stretch, at its rows `at` (n,).

    Means are over rows at which something is said. As with the changes of closes, sizes are those over the
    `profile` (t,) of the calendar.
    """
    first = max(int(at.min()) - BASE, 0)
    shape = profile[first : len(some.values)]
    own = _usual(some, shape, first, at) if any(name not in RANGES for _, name in which) else np.empty(0)
    for row, name in which:
        sizes = some.sizes[row, first:]
        there = np.isfinite(sizes)
        known, rows = np.where(there, sizes / shape, 0.0), there.astype(np.float64)

        def mean(span: int, known: Array = known, rows: Array = rows) -> Array:
            return np.asarray((sums(known, span) / np.maximum(sums(rows, span), 1))[at - first])

        if name in RANGES:
            yield from map(mean, SPANS)
        else:
            base = mean(BASE)
            unit = np.divide(own, base, out=np.zeros_like(own), where=base > 0)
            yield from (mean(span) * unit for span in COURSE)


def _usual(some: Stretch, shape: Array, first: int, at: Positions) -> Array:
    """(n,) the mean absolute change over the last half year; `shape` (t,) is the profile from row `first`."""
    values = some.values[first:]
    change = np.abs(np.diff(values, prepend=values[:1])) / shape
    rows = some.counts[at] - some.counts[np.maximum(at - BASE, 0)]
    return np.asarray(sums(change, BASE)[at - first] / np.maximum(rows, 1))


def said(some: Stretch, rows: Sequence[int], at: Positions) -> NDArray[np.bool_]:
    """(n,) whether all sizes in these rows of the stretch are said at its rows `at`."""
    return np.asarray(np.isfinite(some.sizes[np.array(rows, np.int64)[:, None], at]).all(axis=0))
