"""Where prices may be: ONE distribution for each origin and step, from which all that is said of it is read.

A forecast, the move that is expected of each window, and the quantiles of past errors in units of that
(`conformal`). Intervals, quantiles, the chance of a rise, value at risk and expected shortfall are its ends,
its inverse and its integral, so that they never contradict each other. All in model space unless said.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.intervals.conformal import Intervals

KNOTS = (50.0, 80.0, 95.0, 99.0)  # levels, in percent, at which `Distribution.widening` is known
FAR = 2.6  # times: two stored tails that are farther apart say nothing of one between them
FINER = 5.0  # times: a mean over a tail takes quantiles of tails so much smaller


@dataclass(frozen=True, eq=False)
class Distribution:
    """What may follow some origins (n,).

    Steps beyond the calibrated horizon come from forecasts of forecasts: there the last step's ends grow as
    `intervals.beyond` says, and after that with the root of the step, as a sum of independent changes does.
    """

    intervals: Intervals
    forecast: Array  # (n, steps)
    spread: Array  # (n, horizon) or (n, 1), what the scores were divided by
    widening: Array | None = None  # (n, horizon, knots) logs of what widths at `KNOTS` are multiplied by

    def ends(self, level: float) -> tuple[Array, Array]:
        """Low and high ends (n, steps) of the interval of `level` percent; NaN where there is none."""
        tail = (100 - level) / 200
        unit = self._unit(tail)
        low, high = (self._of_steps(side) for side in scores_at(self.intervals, tail))
        return self.forecast + unit * low, self.forecast + unit * high

    def quantile(self, share: float) -> Array:
        """(n, steps) what the price is below with probability `share`; that of 0.5 is the forecast."""
        if share == 0.5:
            return self.forecast
        low, high = self.ends(100 * abs(1 - 2 * share))
        return low if share < 0.5 else high

    def below(self, values: Array) -> Array:
        """(n, steps) the probability of less than `values` (n, steps), and half of that of the very value.

        0 or 1 beyond the outermost stored tails; NaN where nothing is stored.
        """
        found = np.empty(self.forecast.shape)
        for step in range(values.shape[1]):
            found[:, step] = self._below(values[:, step], step)
        return found

    def _below(self, values: Array, step: int) -> Array:
        shares, scores = _curve(self.intervals, min(step, self.intervals.horizon - 1))
        if not len(shares):
            return np.full(len(values), np.nan)
        tails = np.minimum(shares, 1 - shares)
        ends = np.stack(
            [score * self._unit(tail)[:, step] for tail, score in zip(tails, scores, strict=True)]
        )
        ends = np.maximum.accumulate(ends, axis=0)  # widenings differ between tails
        gap = values - self.forecast[:, step]
        under, upto = (_interpolated(passed, ends, gap, shares) for passed in (ends < gap, ends <= gap))
        return (under + upto) / 2

    def rises(self, last: Array) -> Array:
        """(n, steps) the probability of a price above `last` (n,)."""
        values = np.broadcast_to(last[:, None], self.forecast.shape)
        exact = self._of_steps(np.array(self.intervals.exact or [0.0] * self.intervals.horizon))
        return 1 - self.below(values) - np.where(values == self.forecast, exact / 2, 0)

    def tail_nodes(self, tail: float) -> Iterator[tuple[float, Array]]:
        """Smaller and smaller tails, from `tail` on, and their quantiles (n, steps); none where that one has
        none itself.

        A tail of more than half goes through those of the upper side, and the forecast, that of 0.5.
        """
        lower = [(100 - level) / 200 for level in self.intervals.levels]  # descending
        upper = [1 - share for share in reversed(lower)]
        for share in (tail, *(some for some in (*upper, 0.5, *lower) if some < tail * 0.999)):
            quantile = self.quantile(share)
            if not np.isfinite(quantile).any():
                return
            yield share, quantile

    def _of_steps(self, by_horizon: Array) -> Array:
        """Of the calibrated steps (horizon,) → of all (steps,)."""
        return by_horizon[np.minimum(np.arange(self.forecast.shape[1]), len(by_horizon) - 1)]

    def _unit(self, tail: float) -> Array:
        """(n, steps) what a score at this tail is multiplied by."""
        steps, horizon = self.forecast.shape[1], max(self.intervals.horizon, 1)
        within = np.minimum(np.arange(steps), horizon - 1)
        unit = np.broadcast_to(self.spread, (len(self.forecast), horizon))[:, within]
        if self.widening is not None:
            unit = unit * np.exp(widening_at(self.widening[:, within], tail))
        return np.asarray(unit * growth(self.intervals, steps))


def _interpolated(passed: NDArray[np.bool_], ends: Array, gap: Array, shares: Array) -> Array:
    """(n,) the share at each gap (n,), between those of the ends (k, n) `passed` and of the others."""
    count, row = passed.sum(axis=0), np.arange(len(gap))
    before, after = np.maximum(count - 1, 0), np.minimum(count, len(shares) - 1)
    start, length = ends[before, row], ends[after, row] - ends[before, row]
    part = np.clip((gap - start) / np.where(length > 0, length, 1), 0, 1)
    inside = shares[before] + part * (shares[after] - shares[before])
    return np.where(count == 0, 0.0, np.where(count == len(shares), 1.0, inside))


def tail_of(percent: float) -> float:
    """The share of outcomes that lose more than value at risk of `percent`: 0.025 of 97.5."""
    return round(1 - percent / 100, 12)


def expected_shortfall(nodes: Sequence[tuple[float, Array]]) -> Array:
    """The mean loss in a tail, from losses at smaller and smaller tails `(share, losses)`; NaN with too few.

    Of each window and step from as many as there are: the smaller ones may be NaN.

    (1 / p) times the integral of the quantile over (0, p]: Acerbi and Tasche 2002. Between two tails losses
    are linear in the log of the share, as quantiles are read; beyond the smallest one they are its own.
    """
    smallest, farthest = np.full_like(nodes[0][1], np.nan), np.full_like(nodes[0][1], np.nan)
    for share, loss in nodes:
        known = ~np.isnan(loss)
        smallest, farthest = np.where(known, share, smallest), np.where(known, loss, farthest)
    total = smallest * farthest
    for (share, loss), (inner, more) in pairwise(nodes):
        sloped = (loss - more) * (share - inner) / math.log(share / inner)
        total = np.where(np.isnan(more), total, total + share * loss - inner * more - sloped)
    return np.where(smallest * FINER > nodes[0][0], np.nan, total / nodes[0][0])


def widening_at(widening: Array, tail: float) -> Array:
    """(n, steps) logs, from those at `KNOTS` (n, steps, knots): linear in the log of the share outside."""
    knots = [math.log(1 - knot / 100) for knot in reversed(KNOTS)]
    place = float(np.interp(math.log(min(2 * tail, 1.0)), knots, [*reversed(range(len(KNOTS)))]))
    first = min(int(place), len(KNOTS) - 2)
    return np.asarray(
        widening[..., first] + (place - first) * (widening[..., first + 1] - widening[..., first])
    )


def scores_at(intervals: Intervals, tail: float) -> tuple[Array, Array]:
    """Low and high scores (horizon,) that leave `tail` outside, on each side; NaN where none is stored near.

    Between two stored tails, scores are linear in the log of the tail; between the first and a half, linear.
    """
    tails = np.array([(100 - level) / 200 for level in intervals.levels])
    sides = [
        np.array(side, dtype=np.float64).reshape(len(tails), -1) for side in (intervals.low, intervals.high)
    ]
    same = np.flatnonzero(np.isclose(tails, tail, rtol=1e-9, atol=0))
    if len(same):
        low, high = (side[same[0]] for side in sides)
        return low, high
    after = int((tails > tail).sum())  # tails descend
    if after == 0 and len(tails) and tails[0] * FAR > 1:
        part = (0.5 - tail) / (0.5 - tails[0])
        return sides[0][0] * part, sides[1][0] * part
    if not 0 < after < len(tails) or tails[after - 1] > FAR * tails[after]:
        return np.full(intervals.horizon, np.nan), np.full(intervals.horizon, np.nan)
    part = math.log(tails[after - 1] / tail) / math.log(tails[after - 1] / tails[after])
    low, high = (side[after - 1] + part * (side[after] - side[after - 1]) for side in sides)
    return low, high


def _curve(intervals: Intervals, step: int) -> tuple[Array, Array]:
    """Shares, ascending, and the scores below which they lie, at one step; the centre is of all scores."""
    if not intervals.levels:
        return np.empty(0), np.empty(0)
    exact = intervals.exact[step] if intervals.exact else 0.0
    below = intervals.below[step] if intervals.below else (1 - exact) / 2
    points = [(below, 0.0), (below + exact, 0.0)]
    for level, low, high in zip(intervals.levels, intervals.low, intervals.high, strict=True):
        tail, down, up = (100 - level) / 200, low[step], high[step]
        if down is not None and down < 0 and tail < below:
            points.append((tail, down))
        if up is not None and up > 0 and 1 - tail > below + exact:
            points.append((1 - tail, up))
    shares, scores = np.array(sorted(points)).T
    return shares, scores


def interval_ends(intervals: Intervals, forecast: Array, spread: Array) -> dict[float, tuple[Array, Array]]:
    """Low and high ends by stored level for forecasts `(n, steps)` in model space; NaN where none is."""
    found = Distribution(intervals, forecast, spread)
    return {level: found.ends(level) for level in intervals.levels}


def growth(intervals: Intervals, steps: int) -> Array:
    """(steps,) how much wider than at the horizon's last step intervals are; 1 within the horizon."""
    known = np.concatenate([np.ones(max(intervals.horizon, 1)), intervals.beyond])
    step = np.arange(1, steps + 1)
    return np.asarray(known[np.minimum(step, len(known)) - 1] * np.sqrt(np.maximum(step / len(known), 1.0)))
