"""The baseline's intervals: the last value, and the historical quantiles of its own errors."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.intervals.conformal import Intervals, intervals_of
from rnn_forecast.intervals.distribution import interval_ends


def naive_intervals(history: Array, horizon: int, levels: Sequence[float]) -> Intervals:
    """The baseline's intervals: last value, and the historical quantiles of its own k-step errors.

    `history` is one series in model space, up to the origin or the cut: in log space the errors are relative,
    in price space absolute. Use with `interval_ends(intervals, last value, ones (n, 1))`. They know the size
    of moves of the past as a whole, not of this week: what the scaled intervals must improve on.
    """
    steps = range(1, horizon + 1)
    errors = (history[k:] - history[: max(len(history) - k, 0)] for k in steps)  # none where it is too short
    return intervals_of((_in_order(column) for column in errors), levels)


def _in_order(column: Array) -> Array:
    column.sort()  # in place: with millions of rows a copy counts
    return column


def naive_ends(
    intervals: Mapping[int, Intervals], series: NDArray[np.int64], last: Array, horizon: int
) -> dict[float, tuple[Array, Array]]:
    """The naive forecast's ends for some windows, (n, horizon) by level: each series by its own intervals.

    `last (n,)`, in model space, is the last known value of each window and `series (n,)` its series, both in
    the order of series. NaN for a series whose history was too short.
    """
    values = np.repeat(last[:, None], horizon, axis=1)
    cuts = np.flatnonzero(np.diff(series, prepend=-1, append=-1))
    parts = [
        interval_ends(intervals[int(series[begin])], values[begin:stop], np.ones((stop - begin, 1)))
        for begin, stop in pairwise(cuts)
    ]
    return {
        level: (
            np.concatenate([part[level][0] for part in parts]),
            np.concatenate([part[level][1] for part in parts]),
        )
        for level in parts[0]
    }
