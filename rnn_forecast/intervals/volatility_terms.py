"""What a series' prices did up to an origin, in sizes: the terms that volatility is a weighted sum of.

All are in model space and never negative, and each row's is known at that row. Means are over the rows at
which a price moved (`prices.movement`): a share that was suspended for a year moves after it as before. In a
standstill what is left is the mean of its own past moves; 0 where there was none.

A long series is walked in stretches, so that millions of rows take no memory of their size; where a stretch
begins depends on the rows before it alone, so that neither later prices nor other series change a bit of a
term.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.prices.movement import counted

Rows = NDArray[np.int64]

SPANS = (1, 5, 22, 66)  # rows: a day, week, month and quarter of trading days
HIGH = 250  # rows: the high of a year
LATELY = 66  # rows over which the moves of k steps are looked at, besides all that there are
ONE_STEP = (*(f"{what}_{span}" for span in SPANS for what in ("falls", "rises")), "depth", "changes")
NAMES = (*ONE_STEP, "moves", "moves_lately")
STRETCH = 65_536  # rows


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some consecutive rows of a series in model space, and what is to be known of all rows before them."""

    values: Array  # (t,)
    sizes: Array  # (c, t) as a panel has them
    first: int  # row of values[0] in its series
    moved: Array  # (horizon,) the sum of all absolute moves in 1, 2… steps to rows before first + step
    usable: int  # terms hold from this row of the stretch on; before it they lack what lies before
    counts: Rows  # (t,) how many rows of the series up to each count as moving; all but its first, for most
    spans: Rows  # (horizon,) how many moves in 1, 2… steps to rows before first + step count

    @cached_property
    def changes(self) -> Array:
        """(t,) the sum of all absolute changes to each row."""
        return self.total(1)

    def total(self, step: int) -> Array:
        """(t,) the sum of absolute moves in `step` steps to each row and those before it."""
        total = np.full(len(self.values), self.moved[step - 1])
        size = self.values[step:] - self.values[:-step]
        np.cumsum(np.abs(size, out=size), out=size)
        total[step:] += size
        return total

    def moving(self, step: int) -> Rows:
        """(t,) how many moves in `step` steps to each row and those before it count: a row does on their way.

        One change of a share that seldom trades is in `step` of them, and in as many terms of `total`.
        """
        spans = np.full(len(self.values), self.spans[step - 1])
        if self.counts[-1] - self.counts[0] == len(spans) - 1:  # as nearly always: all of them count
            spans[step:] += np.arange(1, len(spans[step:]) + 1)
        else:
            spans[step:] += np.cumsum(self.counts[step:] > self.counts[:-step])
        return spans


def stretches(values: Array, horizon: int, back: int, sizes: Array | None = None) -> Iterator[Stretch]:
    """All rows of a series, `values` and `sizes`, each usable in one stretch, `back` rows before it known.

    Index example, stretches of 4 rows, back 3: rows 0-3, all usable; 1-7, from the row 4 on; 5-11, from 8 on.
    """
    back += max(HIGH, horizon)
    beside = np.empty((0, len(values))) if sizes is None else sizes
    size, start, moved, before = max(STRETCH, 2 * back), 0, np.zeros(horizon), 0
    spans = np.zeros(horizon, np.int64)
    moving = counted(values)
    for begin in range(0, len(values), size):
        stop = min(begin + size, len(values))
        counts = before + np.cumsum(moving[start:stop])
        part = values[start:stop], beside[:, start:stop]
        some = Stretch(*part, start, moved, begin - start, counts, spans)
        yield some
        if stop < len(values):
            following = stop - back
            at = [(step, following - start + step - 1) for step in range(1, horizon + 1)]
            spans = np.array([some.moving(step)[row] for step, row in at])
            moved = np.array([some.total(step)[row] for step, row in at])
            start, before = following, int(counts[following - start - 1])


def one_step(
    some: Stretch, profile: Array, at: Rows, used: NDArray[np.bool_] | None = None
) -> Iterator[Array]:
    """(n,) each, by `ONE_STEP`, or those of them that are `used`, at the rows `at` (n,) of the stretch: mean
    fall and mean rise over the last rows, span by span; depth below the high of the last `HIGH` rows, over
    their root; mean absolute change of all rows.

    Falls and rises are of changes over the `profile` (t,) of the calendar: a move at an hour that is always
    busy is no news. A mean fall and a mean rise over the same rows add up to the mean absolute change.
    """
    first = max(int(at.min()) - SPANS[-1], 0)  # no change before it counts
    values = some.values[first:]
    change = np.diff(values, prepend=values[:1]) / profile[first : len(some.values)]
    falls, rises = np.maximum(-change, 0), np.maximum(change, 0)
    wanted = iter(np.ones(len(ONE_STEP), np.bool_) if used is None else used)
    for span in SPANS:
        rows = np.maximum(some.counts[at] - some.counts[np.maximum(at - span, 0)], 1)
        for moved in (falls, rises):
            if next(wanted):
                yield sums(moved, span)[at - first] / rows
    if next(wanted):
        since = max(int(at.min()) - HIGH, 0)
        yield (_highest(some.values[since:], HIGH)[at - since] - some.values[at]) / math.sqrt(HIGH)
    if next(wanted):
        yield usual(some, at)


def usual(some: Stretch, at: Rows) -> Array:
    """(n,) the mean absolute change of all rows of the series up to each of `at` that count as moving."""
    return np.asarray(some.changes[at] / np.maximum(some.counts[at], 1))


def moves(some: Stretch, at: Rows, step: int) -> Iterator[Array]:
    """(n,) each: the mean absolute move in `step` steps, over all rows so far and over the last `LATELY`.

    This is where series that trend differ from those that return. Before the first such move: that of a
    random walk with the changes seen so far.
    """
    total, row = some.changes if step == 1 else some.total(step), some.moving(step)
    walk = math.sqrt(step) * usual(some, at)
    since = np.minimum(np.maximum(at - LATELY, step - 1), at)
    every = total[at] / np.maximum(row[at], 1)
    lately = (total[at] - total[since]) / np.maximum(row[at] - row[since], 1)
    for mean in (every, lately):
        yield np.where(row[at] > 0, mean, walk)


def sums(values: Array, span: int) -> Array:
    """(t,) the sum of the last `span` values up to each, of fewer at the start, by spans that double.

    No difference of running totals: those round by what stands before, and the profile that changes are
    divided by is only worked out for the rows that are asked for.
    """
    found, done, some, size = np.zeros_like(values), 0, values, 1  # `some`: sums of `size` values
    while done < span:
        if span & size:
            found[done:] += some[: max(len(some) - done, 0)]
            done += size
        doubled = some.copy()
        doubled[size:] += some[:-size]
        some, size = doubled, 2 * size
    return found


def _highest(values: Array, span: int) -> Array:
    """(t,) the highest of the last `span` values up to each, by spans that double."""
    found, size = values.copy(), 1
    while size < span:
        shift = min(size, span - size)
        found[shift:] = np.maximum(found[shift:], found[:-shift])
        size += shift
    return found
