"""What the ranges of the last rows say of how far a price may move, which closes do not show.

A day that ends where it began may have been wild. Of each row there are two sizes: that of the trade within
it, and that of the move from the close before to its open. Means of both over the last rows, span by span,
stand beside the terms of `volatility_terms`.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.volatility_terms import SPANS, Stretch, sums

RANGE_NAMES = tuple(f"{what}_{span}" for span in SPANS for what in ("within", "between"))


def range_terms(some: Stretch, profile: Array, at: Positions) -> Iterator[Array]:
    """(n,) each, by `RANGE_NAMES`, at the rows `at` (n,) of the stretch: means over rows that have a range.

    As with the changes of closes, sizes are those over the `profile` (t,) of the calendar.
    """
    first = max(int(at.min()) - SPANS[-1], 0)
    sizes = some.ranges[:, first:]
    there = np.isfinite(sizes[0])
    known = np.where(there, sizes / profile[first : len(some.values)], 0.0)
    for span in SPANS:
        rows = np.maximum(sums(there.astype(np.float64), span), 1)
        for size in known:
            yield (sums(size, span) / rows)[at - first]


def has_range(some: Stretch, at: Positions) -> NDArray[np.bool_]:
    """(n,) whether the rows have ranges themselves; where one has none, its closes serve."""
    return np.isfinite(some.ranges[0, at]) if len(some.ranges) else np.zeros(len(at), np.bool_)
