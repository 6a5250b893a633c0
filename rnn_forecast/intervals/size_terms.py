"""What sizes beside the price (`windows.sizes`) say of how far it may move: four terms of each.

Of a row's own range, means over the last rows, span by span: a day that ends where it began may have been
wild. Of all others only the course: how the size was lately over how it was in the last half year, times the
ticker's own mean change of that half year. So a quarter that was wild for all makes no ticker seem wild of
itself, and their unit does not matter (docs/internals/LOG.md has what else was tried).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.volatility_terms import SPANS, Stretch, sums
from rnn_forecast.windows.sizes import RANGES

COURSE = (1, 3, 10, 30)  # rows: lately
BASE = 132  # rows: half a year
EACH = len(SPANS)  # terms of each size, of either kind


class Term(NamedTuple):
    row: int  # of the stretch's sizes
    name: str
    place: int  # which of the size's terms


def terms_of(sizes: Sequence[str], names: Sequence[str]) -> list[Term]:
    """All terms of the sizes `names`, where a panel has `sizes`."""
    return [Term(sizes.index(name), name, place) for name in names for place in range(EACH)]


def size_terms(some: Stretch, asked: Sequence[Term], profile: Array, at: Positions) -> Iterator[Array]:
    """(n,) for each of the terms `asked`, which stand size by size, at the rows `at` (n,) of the stretch.

    Means are over rows at which something is said. As with the changes of closes, sizes are those over the
    `profile` (t,) of the calendar.
    """
    first = max(int(at.min()) - BASE, 0)
    shape = profile[first : len(some.values)]
    own = _usual(some, shape, first, at) if any(term.name not in RANGES for term in asked) else np.empty(0)
    for (row, name), terms in groupby(asked, lambda term: (term.row, term.name)):
        means = _Means.of(some.sizes[row, first:], shape)
        unit = np.ones(len(at))
        if name not in RANGES:
            base = means.over(BASE)[at - first]
            unit = np.divide(own, base, out=np.zeros_like(own), where=base > 0)
        spans = SPANS if name in RANGES else COURSE
        for term in terms:
            yield means.over(spans[term.place])[at - first] * unit


class _Means(NamedTuple):
    """Of a size (t,), where it is said."""

    known: Array  # 0 where it is not
    said: Array | None  # 1 or 0; None where all are, which is quicker

    @classmethod
    def of(cls, sizes: Array, shape: Array) -> "_Means":
        there = np.isfinite(sizes)
        if there.all():
            return cls(sizes / shape, None)
        return cls(np.where(there, sizes / shape, 0.0), there.astype(np.float64))

    def over(self, span: int) -> Array:
        """(t,) the mean of the last `span` rows up to each, of fewer at the start."""
        total = sums(self.known, span)
        if self.said is None:
            return np.asarray(total / np.minimum(np.arange(1, len(total) + 1), span))
        return np.asarray(total / np.maximum(sums(self.said, span), 1))


def _usual(some: Stretch, shape: Array, first: int, at: Positions) -> Array:
    """(n,) the mean absolute change over the last half year; `shape` (t,) is the profile from row `first`."""
    values = some.values[first:]
    change = np.abs(np.diff(values, prepend=values[:1])) / shape
    rows = some.counts[at] - some.counts[np.maximum(at - BASE, 0)]
    return np.asarray(sums(change, BASE)[at - first] / np.maximum(rows, 1))


def said(some: Stretch, rows: Sequence[int], at: Positions) -> NDArray[np.bool_]:
    """(n,) whether all sizes in these rows of the stretch are said at its rows `at`."""
    return np.asarray(np.isfinite(some.sizes[np.array(rows, np.int64)[:, None], at]).all(axis=0))
