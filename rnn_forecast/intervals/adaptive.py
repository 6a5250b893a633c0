"""Widths that follow what came true: an outcome outside makes the next ones wider, one inside narrower.

The log of what all widths of a level are multiplied by moves by gamma (missed - alpha) at every date at which
outcomes are known, `missed` being the share of that date's tickers that fell outside: shares are wild
together, and many say more than one. At step k an outcome is known k rows late, and gamma is smaller.

Under it lies one size for all steps and levels, from the outcomes of the first step, which are known soonest:
a wild day tells at once of all that is forecast from it, and is forgotten as days go by. On top of it each
ticker has a part of its own, which moves more slowly.

Nothing is kept: whoever knows the prices can replay it. A replay begins one to two `SPAN`s of dates before
the origin, counted from the first date that the model has not learnt from, so that the widths at an origin
are the same whether it is the last row of a file or one of thousands that are scored.
Source: Gibbs and Candes 2021 (adaptive conformal inference), for one series, and of levels, not widths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.distribution import KNOTS, scores_at

SPAN = 250  # dates
GAIN = 0.075  # gamma at step 1 of many tickers
LATER = 0.15  # at step k it is so over k to this power
ENOUGH = 2.6  # tickers at which gamma is half of that: one alone has 0.021
SIZE_GAIN = 0.055  # of what a date says of the size, for many tickers
KEPT = 0.98  # of the size, from date to date
FARTHEST = 0.7  # of a log: no date says more of the size
OWN = 0.005  # gamma of a ticker's own part
MOST = 2.0  # of a log: e^2 is 7.4
SLACK = (
    0.5  # of the log ratio of two knots' scores: so far the inner may widen more, or quantiles would cross
)
CELLS = 500_000  # outcomes that are replayed together, 100 bytes for each
ALPHA = 1 - np.array(KNOTS) / 100
# by how much the share outside of a knot falls for each unit of log width, where scores are normal
SLOPE = np.array([2 * z * NormalDist().pdf(z) for z in (NormalDist().inv_cdf(1 - a / 2) for a in ALPHA)])


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Forecasts (m,) of some tickers, by date, and what came of them: all dates are numbered from 0."""

    ticker: Positions  # (m,)
    made: Positions  # (m,) the date of the origin
    known: Positions  # (m, horizon) the date of the outcome; -1 where there is none, or it is not to count
    scores: Array  # (m, horizon) errors over expected moves

    def take(self, which: NDArray[np.bool_]) -> "Outcomes":
        return Outcomes(self.ticker[which], self.made[which], self.known[which], self.scores[which])


def widening(intervals: Intervals, outcomes: Outcomes, asked: Positions) -> Array:
    """(n, horizon, knots) logs of what widths at `KNOTS` are multiplied by, for the forecasts `asked` (n,).

    Of an outcome's date only forecasts made on it or later know.
    """
    ends = np.array([scores_at(intervals, (100 - knot) / 200) for knot in KNOTS])  # (knots, 2, horizon)
    low, high = ends[:, 0].T, ends[:, 1].T  # (horizon, knots)
    found = np.zeros((len(asked), *low.shape))
    block = outcomes.made[asked] // SPAN
    for runs in _groups(block, outcomes):
        here = np.flatnonzero((block >= runs[0]) & (block <= runs[-1]))
        begin, stop = (runs[0] - 1) * SPAN, (runs[-1] + 1) * SPAN
        among = (outcomes.made >= begin) & (outcomes.made < stop)
        place = np.cumsum(among) - 1
        replayed = _replayed(outcomes.take(among), low, high, runs[0])
        found[here] = replayed[place[asked[here]]]
    return _for_all_knots(found, np.isfinite(low))


def _groups(block: Positions, outcomes: Outcomes) -> Iterator[Sequence[int]]:
    """The blocks of dates that are asked for, as many at a time as memory has room for."""
    sizes = np.bincount(outcomes.made // SPAN, minlength=int(block.max(initial=0)) + 1)
    group: list[int] = []
    cells = 0
    for run in np.unique(block).tolist():
        more = int(sizes[max(run - 1, 0) : run + 1].sum()) * outcomes.known.shape[1]
        if group and cells + more > CELLS:
            yield group
            group, cells = [], 0
        group.append(run)
        cells += more
    if group:
        yield group


def _replayed(some: Outcomes, low: Array, high: Array, first_run: int) -> Array:
    """(m, horizon, knots) of each forecast as its own block's run has it.

    The run of a block begins a block earlier, at 0, and all runs go on side by side: a forecast is made in
    that of its block and in that of the next, which warms up with it.
    """
    used = np.zeros((2, len(some.made), *low.shape))  # in the run of its own block, and in the next one
    blocks = some.made // SPAN - first_run
    common = np.zeros((int(blocks.max(initial=0)) + 1, *low.shape))
    own = np.zeros((int(some.ticker.max(initial=0)) + 1, *common.shape))
    state = _State(common, np.zeros(len(common)), own)
    slack, told = _slack(low, high), _told(np.isfinite(low[0]))
    for new, due in zip(*_by_offset(some, blocks, first_run), strict=True):
        if len(due[0]):
            whose, run, row, step = due
            wide, score = np.exp(used[whose, row, step]), some.scores[row, step, None]
            missed = (score < low[step] * wide) | (score > high[step] * wide)
            state = state.after(missed, (some.ticker[row], run, step), told)
        if len(new[0]):
            whose, run, row = new
            used[whose, row] = _ordered(state.wide(some.ticker[row], run), slack)
    return np.asarray(used[0])


class _State(NamedTuple):
    """Of some runs side by side, the logs of what widths are multiplied by now: the sum of three parts."""

    common: Array  # (runs, horizon, knots)
    size: Array  # (runs,)
    own: Array  # (tickers, runs, horizon, knots)

    def after(self, missed: NDArray[np.bool_], at: tuple[Positions, ...], told: Array) -> "_State":
        """When outcomes are known that `missed` (d, knots) or not: of a ticker, in a run, at a step each."""
        (_, run, step), steps = at, np.arange(1, self.common.shape[1] + 1)
        share, weight = _shares(missed, run, step, self.common.shape)
        moved = GAIN * weight / steps**LATER
        common = np.clip(self.common + moved[:, :, None] * (share - ALPHA), -MOST, MOST)
        said = np.clip((share[:, 0] - ALPHA) @ told, -FARTHEST, FARTHEST)
        size = np.where(weight[:, 0] > 0, KEPT * self.size + SIZE_GAIN * weight[:, 0] * said, self.size)
        change = OWN / steps[step, None] * (missed - share[run, step])
        self.own[at] = np.clip(self.own[at] + change, -MOST, MOST)  # in place: the one large part
        return _State(common, size, self.own)

    def wide(self, ticker: Positions, run: Positions) -> Array:
        """(n, horizon, knots) of new forecasts, each of a ticker in a run."""
        wide = self.common[run] + self.size[run, None, None] + self.own[ticker, run]
        return np.clip(wide, -MOST, MOST)


def _shares(
    missed: NDArray[np.bool_], run: Positions, step: Positions, shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Of some outcomes (d, knots) the share that missed, `shape` (runs, horizon, knots), and what it counts
    for, (runs, horizon) from 0 to 1.
    """
    place, cells = run * shape[1] + step, shape[0] * shape[1]
    count = np.bincount(place, minlength=cells)
    total = np.stack([np.bincount(place, one, cells) for one in missed.T], axis=1)
    share = total / np.maximum(count, 1)[:, None]
    return share.reshape(shape), (count / (count + ENOUGH)).reshape(shape[:2])


def _told(known: NDArray[np.bool_]) -> Array:
    """(knots,) times what misses beyond alpha: by how much widths are too small, as a log.

    Each knot has its own answer, its excess over `SLOPE`; they are averaged by how sure each is, which of
    independent misses is slope^2 / (alpha (1 - alpha)).
    """
    sure = np.where(known, SLOPE**2 / (ALPHA * (1 - ALPHA)), 0.0)
    return np.asarray(sure / max(sure.sum(), 1e-30) / SLOPE)


def _by_offset(
    some: Outcomes, blocks: Positions, first_run: int
) -> tuple[Iterator[tuple[Positions, ...]], Iterator[tuple[Positions, ...]]]:
    """By date of a run: forecasts made then (whose run, run, row), and outcomes known (… and step)."""
    made, known = [], []
    for whose in (0, 1):
        runs = blocks + whose
        inside = (runs >= 0) & (runs <= blocks.max(initial=0))
        begins = np.maximum(first_run + runs - 1, 0) * SPAN
        rows = np.flatnonzero(inside)
        made.append((np.full(len(rows), whose), runs[rows], rows, (some.made - begins)[rows]))
        ends = (first_run + runs + 1) * SPAN
        row, step = np.nonzero((some.known >= 0) & (some.known < ends[:, None]) & inside[:, None])
        known.append((np.full(len(row), whose), runs[row], row, step, some.known[row, step] - begins[row]))
    return _split(made, 2 * SPAN), _split(known, 2 * SPAN)


def _split(parts: Sequence[Sequence[Positions]], length: int) -> Iterator[tuple[Positions, ...]]:
    """Rows of columns by their last one, an offset in 0…length-1."""
    *columns, offset = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(offset, kind="stable")
    columns = [column[order] for column in columns]
    cuts = np.searchsorted(offset[order], np.arange(length + 1)).tolist()
    del parts, offset, order  # as large as the columns, and the caller takes its time
    for start, stop in pairwise(cuts):
        yield tuple(column[start:stop] for column in columns)


def _slack(low: Array, high: Array) -> Array:
    """(horizon, knots - 1) by how much an inner level may widen more than the next one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.minimum(*(np.log(np.abs(side[:, 1:] / side[:, :-1])) for side in (low, high)))
    return SLACK * np.where(np.isfinite(ratio), ratio, 0.0)


def _ordered(logs: Array, slack: Array) -> Array:
    """Logs (n, horizon, knots) with which a higher level's ends stay outside of a lower one's."""
    for knot in range(1, logs.shape[-1]):
        logs[..., knot] = np.maximum(logs[..., knot], logs[..., knot - 1] - slack[:, knot - 1])
    return logs


def _for_all_knots(logs: Array, known: NDArray[np.bool_]) -> Array:
    """Where a level has no quantile (horizon, knots), as the nearest that has one."""
    knots = np.arange(len(KNOTS))
    for step in np.flatnonzero(known.any(axis=1) & ~known.all(axis=1)).tolist():
        there = np.flatnonzero(known[step])
        nearest = there[np.abs(knots[:, None] - there).argmin(axis=1)]
        logs[:, step] = logs[:, step][:, nearest]
    return logs
