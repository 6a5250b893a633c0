"""How far a price is expected to move in k steps: a weighted sum of what it did lately, with weights learnt.

The size of an error is easier to foresee than its sign. What is known at an origin (how far the price fell
and rose over the last day, week, month and quarter, how deep it stands below its high, how far k steps took
it before) is summed with weights for each step, none of them negative, so that the data decide how fast wild
times calm down. Corsi 2009 (the heterogeneous autoregressive model, there of realized variance), falls apart
from rises after Patton and Sheppard 2015. The sum is multiplied by the calendar's profile, see `seasonality`.
Where more is known of a row than its price (`windows.sizes`), that is summed too, with weights of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.seasonality import Cycle, profile, ratios, reach
from rnn_forecast.intervals.size_terms import BASE, EACH, Term, said, size_terms, terms_of
from rnn_forecast.intervals.volatility_regression import fit_weights
from rnn_forecast.intervals.volatility_terms import (
    NAMES,
    ONE_STEP,
    Stretch,
    moves,
    one_step,
    stretches,
    usual,
)
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.sizes import OF_CROWD, RANGES

GUESS = {"falls_5": 0.1, "rises_5": 0.1, "falls_22": 0.3, "rises_22": 0.3, "falls_66": 0.2, "rises_66": 0.2,
         "changes": 0.4}  # fmt: skip
STRENGTH = 20.0  # windows that the guess counts for
NO_CYCLE = 5.0  # windows that "no cycle at all" counts for
FEWEST = 100  # windows that weights of a set of sizes are learnt from
SMALLEST = 1e-300


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
    return Volatility((), (), _rows(grown))


def fit_volatility(
    panel: Panel, origins: Positions, horizon: int, cycles: tuple[Cycle, ...] = ()
) -> Volatility:
    """Learn shares and weights from what followed `origins` (n,), whose targets up to `horizon` must exist.

    Windows of all series count alike, each in units of its own expected size, so that one model serves a wild
    share and a calm one. Nothing after the last target of `origins` is looked at.
    """
    found = Volatility(cycles, (0.0,) * len(cycles), guessed(horizon).weights)
    if not len(origins):
        return guessed(horizon)
    if cycles:
        found = replace(found, shares=_fit_shares(found, panel, origins))
    terms = _terms(found, panel, origins)
    moved = [_absolute_moves(panel, origins, k + 1) for k in range(horizon)]
    closes = [
        _fit(terms.of_closes[:, k], moved[k], np.array(found.weights[k]), STRENGTH) for k in range(horizon)
    ]
    found = replace(found, weights=_rows(np.array(closes)))
    learnt = _fit_sets(terms, moved, closes, panel.sizes)
    return replace(found, with_sizes=tuple(learnt))


def _fit_sets(
    terms: "_Terms", moved: Sequence[Array], closes: Sequence[Array], sizes: Sequence[str]
) -> list[WithSizes]:
    """A set of weights for each set of sizes that some rows have, each learnt from all rows that have it.

    Sizes that turn out to have no weight are left out; where more rows have what is left, those are learnt
    from too, or weights of a few rows would serve all.
    """
    found: dict[tuple[str, ...], WithSizes] = {}
    for wanted in _sets(sizes):
        names = wanted
        while names and names not in found:
            columns = [sizes.index(name) for name in names]
            there = terms.known(columns)
            if there.sum() < FEWEST:
                break
            none = np.zeros(EACH * len(names))
            fitted = [
                _fit(terms.of_both(k, there, columns), moved[k][there], np.r_[guess, none], STRENGTH)
                for k, guess in enumerate(closes)
            ]
            some = _needed(names, np.array(fitted))
            names = some.names
            if names and np.array_equal(there, terms.known([sizes.index(name) for name in names])):
                found[names] = some
    return [*found.values()]


def _needed(names: tuple[str, ...], weights: Array) -> WithSizes:
    """What was learnt (horizon, terms), without sizes that have no weight: a row need not have those."""
    of_sizes = weights[:, len(NAMES) :].reshape(len(weights), len(names), EACH)
    used = np.asarray((of_sizes > 0).any(axis=(0, 2)))
    kept = of_sizes[:, used].reshape(len(weights), -1)
    some = tuple(name for name, use in zip(names, used, strict=True) if use)
    return WithSizes(some, _rows(np.hstack([weights[:, : len(NAMES)], kept])))


def _sets(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Which sizes may be known together, the richest set first: those of a kind are there all or none."""
    own = tuple(name for name in names if name in RANGES)
    crowd = tuple(name for name in names if name in OF_CROWD)
    others = tuple(name for name in names if name not in (*own, *crowd))
    sets = {some + few + more for some, few, more in product((own, ()), (crowd, ()), (others, ()))} - {()}
    return sorted(sets, key=lambda some: (-len(some), some))


class _Terms(NamedTuple):
    """What weights are fitted to, of some origins (n,)."""

    of_closes: Array  # (n, horizon, terms) of `volatility_terms.NAMES`, times the profile ahead
    of_sizes: Array  # (n, sizes, EACH) of `size_terms`: the same at all steps but for that
    said: NDArray[np.bool_]  # (n, sizes) which are known
    ahead: Array  # (n, horizon) the mean profile of the rows up to each step

    def known(self, columns: Sequence[int]) -> NDArray[np.bool_]:
        """(n,) where all of these sizes are."""
        return np.asarray(self.said[:, columns].all(axis=1))

    def of_both(self, k: int, rows: NDArray[np.bool_], columns: Sequence[int]) -> Array:
        sizes = self.of_sizes[rows][:, columns].reshape(-1, EACH * len(columns))
        return np.hstack([self.of_closes[rows, k], sizes * self.ahead[rows, k, None]])


def _terms(volatility: Volatility, panel: Panel, origins: Positions) -> _Terms:
    n, horizon, named = len(origins), volatility.horizon, panel.sizes
    found = _Terms(
        np.empty((n, horizon, len(NAMES))),
        np.empty((n, len(named), EACH)),
        np.empty((n, len(named)), np.bool_),
        np.empty((n, horizon)),
    )
    for some, at, rows in _pieces(volatility, panel, origins):
        shape = profile(some, volatility.cycles, volatility.shares, horizon, _asked(at))
        found.ahead[rows] = _ahead(shape, at, horizon)
        found.of_closes[rows, :, : len(ONE_STEP)] = np.stack([*one_step(some, shape, at)], axis=1)[:, None]
        for k in range(horizon):
            found.of_closes[rows, k, len(ONE_STEP) :] = np.stack([*moves(some, at, k + 1)], axis=1)
        found.said[rows] = np.isfinite(some.sizes[:, at]).T
        for i, term in enumerate(size_terms(some, terms_of(named, named), shape, at)):
            found.of_sizes[rows, i // EACH, i % EACH] = term
    found.of_closes[:] *= found.ahead[:, :, None]
    return found


def expected_moves(volatility: Volatility, panel: Panel, origins: Positions) -> Array:
    """(n, horizon) the mean absolute move expected from each origin in 1, 2… steps, in model space.

    0 where all was flat. Nothing after an origin is used. Besides the result, memory is bounded.
    """
    found, learnt = np.empty((len(origins), volatility.horizon)), [*_learnt(volatility, panel)]
    for some, at, rows in _pieces(volatility, panel, origins):
        shape = profile(some, volatility.cycles, volatility.shares, volatility.horizon, _asked(at))
        expected, left = np.empty((len(at), volatility.horizon)), np.ones(len(at), np.bool_)
        for terms, weights in learnt:
            which = left & said(some, sorted({term.row for term in terms}), at)
            if which.any():
                expected[which] = _summed(weights, terms, some, shape, at[which])
                left &= ~which
        found[rows] = expected * _ahead(shape, at, volatility.horizon)
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


def _fit_shares(volatility: Volatility, panel: Panel, origins: Positions) -> tuple[float, ...]:
    """How much of the next change's size, beside the mean one so far, each cycle explains."""
    terms = np.empty((len(origins), 1 + len(volatility.cycles)))
    for some, at, rows in _pieces(volatility, panel, origins):
        each = [ratio[at + 1] for ratio in ratios(some, volatility.cycles, volatility.horizon)]
        terms[rows] = np.stack([np.ones(len(at)), *each], axis=1) * usual(some, at)[:, None]
    guess = np.eye(terms.shape[1])[0]
    shares = _fit(terms, _absolute_moves(panel, origins, 1), guess, NO_CYCLE)
    return tuple((shares[1:] / max(shares.sum(), SMALLEST)).tolist())


def _fit(terms: Array, expected: Array, guess: Array, strength: float) -> Array:
    unit = max(float(expected.mean()), SMALLEST)  # so that the squares of tiny prices stay above zero
    return fit_weights(terms / unit, expected / unit, guess, strength)


def _absolute_moves(panel: Panel, origins: Positions, step: int) -> Array:
    return np.abs(panel.prices[origins + step] - panel.prices[origins])


def _pieces(
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


def _asked(at: Positions) -> int:
    """The first row of a stretch whose place in the calendar the terms at rows `at` (n,) take in."""
    return max(int(at.min()) - BASE, 0)


def _ahead(shape: Array, at: Positions, horizon: int) -> Array:
    """(n, horizon) the mean profile of the 1, 2… rows after each origin."""
    coming = shape[at[:, None] + np.arange(1, horizon + 1)]
    return np.asarray(np.cumsum(coming, axis=1) / np.arange(1, horizon + 1))


def _rows(weights: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in weights.tolist())
