"""How far a price is expected to move in k steps: a weighted sum of what it did lately, with weights learnt.

The size of an error is easier to foresee than its sign. What is known at an origin (how far the price fell
and rose over the last day, week, month and quarter, how deep it stands below its high, how far k steps took
it before) is summed with weights for each step, none of them negative, so that the data decide how fast wild
times calm down. Corsi 2009 (the heterogeneous autoregressive model, there of realized variance), falls apart
from rises after Patton and Sheppard 2015. The sum is multiplied by the calendar's profile, see `seasonality`.
Where more is known of a row than its price (`windows.sizes`), that is summed too, with weights of its own.
`volatility_fit` learns them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.seasonality import Cycle, profile, reach
from rnn_forecast.intervals.size_terms import BASE, Term, said, size_terms, terms_of
from rnn_forecast.intervals.volatility_terms import (
    NAMES,
    ONE_STEP,
    Stretch,
    moves,
    one_step,
    stretches,
)
from rnn_forecast.windows.panel import Panel

GUESS = {"falls_5": 0.1, "rises_5": 0.1, "falls_22": 0.3, "rises_22": 0.3, "falls_66": 0.2, "rises_66": 0.2,
         "changes": 0.4}  # fmt: skip


@dataclass(frozen=True)
class WithSizes:
    """Weights for rows at which all of some sizes are known, besides closes."""

    names: tuple[str, ...]  # of `windows.sizes`
    weights: tuple[tuple[float, ...], ...]  # (horizon, terms) of `NAMES`, and of `size_terms` of each name


@dataclass(frozen=True)
class Volatility:
    """What was learnt of the size of moves; with prices up to an origin it says how far they may go."""

    cycles: tuple[Cycle, ...]
    shares: tuple[float, ...]  # of each cycle in the profile; what is left of 1 is no cycle
    weights: tuple[tuple[float, ...], ...]  # (horizon, terms) of `volatility_terms.NAMES`
    with_sizes: tuple[WithSizes, ...] = ()  # the richest first: a row is served by the first that it can

    @property
    def horizon(self) -> int:
        return len(self.weights)

    @property
    def sizes(self) -> tuple[str, ...]:
        """All that have a weight, each once."""
        return tuple(dict.fromkeys(name for some in self.with_sizes for name in some.names))


def guessed(horizon: int) -> Volatility:
    """What is assumed where nothing could be learnt: no cycles, and moves that grow as a random walk's do."""
    weights = np.array([GUESS.get(name, 0.0) for name in NAMES])
    grown = np.sqrt(np.arange(1, horizon + 1))[:, None] * weights
    return Volatility((), (), by_step(grown))


def expected_moves(volatility: Volatility, panel: Panel, origins: Positions) -> Array:
    """(n, horizon) the mean absolute move expected from each origin in 1, 2… steps, in model space.

    0 where all was flat. Nothing after an origin is used. Besides the result, memory is bounded.
    """
    found, learnt = np.empty((len(origins), volatility.horizon)), [*_learnt(volatility, panel)]
    for some, at, rows in pieces(volatility, panel, origins):
        shape = profile(some, volatility.cycles, volatility.shares, volatility.horizon, asked(at))
        expected, left = np.empty((len(at), volatility.horizon)), np.ones(len(at), np.bool_)
        for terms, weights in learnt:
            which = left & said(some, sorted({term.row for term in terms}), at)
            if which.any():
                expected[which] = _summed(weights, terms, some, shape, at[which])
                left &= ~which
        found[rows] = expected * ahead_of(shape, at, volatility.horizon)
    return found


def _learnt(volatility: Volatility, panel: Panel) -> Iterator[tuple[list[Term], Array]]:
    """The terms of sizes and all weights of each set that the panel has, closes alone at last."""
    for some in volatility.with_sizes:
        if {*panel.sizes} >= {*some.names}:
            yield terms_of(panel.sizes, some.names), np.array(some.weights)
    yield [], np.array(volatility.weights)


def _summed(weights: Array, terms: Sequence[Term], some: Stretch, shape: Array, at: Positions) -> Array:
    """(n, horizon) all terms at the rows `at` (n,) by weights (horizon, terms), those of sizes the last."""
    expected = np.zeros((len(at), len(weights)))
    of_sizes = [(term, each) for term, each in zip(terms, weights.T[len(NAMES) :], strict=True) if each.any()]
    used = np.asarray(weights[:, : len(ONE_STEP)].any(axis=0))
    alike = [*zip(one_step(some, shape, at, used), weights.T[: len(ONE_STEP)][used], strict=True)]
    found = size_terms(some, [term for term, _ in of_sizes], shape, at)
    alike += zip(found, (each for _, each in of_sizes), strict=True)
    for term, weight in alike:
        expected += term[:, None] * weight
    for k, of_moves in enumerate(weights[:, len(ONE_STEP) : len(NAMES)]):
        if not of_moves.any():
            continue
        for term, weight in zip(moves(some, at, k + 1), of_moves, strict=True):
            expected[:, k] += weight * term
    return expected


def pieces(
    volatility: Volatility, panel: Panel, origins: Positions
) -> Iterator[tuple[Stretch, Positions, Positions]]:
    """All stretches that have origins in them: the stretch, their rows in it, which of `origins` they are."""
    back = reach(volatility.cycles) + BASE
    order = np.argsort(origins, kind="stable")  # by series, oldest first, as positions are
    positions = origins[order]
    cuts = np.searchsorted(positions, panel.offsets)
    for start, first, last in zip(panel.offsets, cuts, cuts[1:], strict=False):
        if first == last:
            continue
        seen = slice(start, positions[last - 1] + 1)
        for some in stretches(panel.prices[seen], volatility.horizon, back, panel.values[1:, seen]):
            begin, stop = (
                first + np.searchsorted(positions[first:last] - start, some.first + row)
                for row in (some.usable, len(some.values))
            )
            if begin < stop:
                yield some, positions[begin:stop] - start - some.first, order[begin:stop]


def asked(at: Positions) -> int:
    """The first row of a stretch whose place in the calendar the terms at rows `at` (n,) take in."""
    return max(int(at.min()) - BASE, 0)


def ahead_of(shape: Array, at: Positions, horizon: int) -> Array:
    """(n, horizon) the mean profile of the 1, 2… rows after each origin."""
    coming = shape[at[:, None] + np.arange(1, horizon + 1)]
    return np.asarray(np.cumsum(coming, axis=1) / np.arange(1, horizon + 1))


def by_step(weights: Array) -> tuple[tuple[float, ...], ...]:
    """Weights (horizon, terms) as a `Volatility` has them."""
    return tuple(tuple(row) for row in weights.tolist())
