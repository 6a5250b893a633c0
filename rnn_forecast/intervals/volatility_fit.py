"""What followed some origins → the weights of expected moves, and the shares of the calendar's cycles.

Weights are learnt with closes alone, then anew for each set of sizes (`windows.sizes`) that enough rows have.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.seasonality import Cycle, profile, ratios
from rnn_forecast.intervals.size_terms import EACH, size_terms, terms_of
from rnn_forecast.intervals.volatility import Volatility, WithSizes, ahead_of, asked, by_step, guessed, pieces
from rnn_forecast.intervals.volatility_regression import fit_weights
from rnn_forecast.intervals.volatility_terms import NAMES, ONE_STEP, moves, one_step, usual
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.sizes import OF_CROWD, RANGES

STRENGTH = 20.0  # windows that the guess counts for
NO_CYCLE = 5.0  # windows that "no cycle at all" counts for
FEWEST = 100  # windows that weights of a set of sizes are learnt from
SMALLEST = 1e-300


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
    found = replace(found, weights=by_step(np.array(closes)))
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
    return WithSizes(some, by_step(np.hstack([weights[:, : len(NAMES)], kept])))


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
    for some, at, rows in pieces(volatility, panel, origins):
        shape = profile(some, volatility.cycles, volatility.shares, horizon, asked(at))
        found.ahead[rows] = ahead_of(shape, at, horizon)
        found.of_closes[rows, :, : len(ONE_STEP)] = np.stack([*one_step(some, shape, at)], axis=1)[:, None]
        for k in range(horizon):
            found.of_closes[rows, k, len(ONE_STEP) :] = np.stack([*moves(some, at, k + 1)], axis=1)
        found.said[rows] = np.isfinite(some.sizes[:, at]).T
        for i, term in enumerate(size_terms(some, terms_of(named, named), shape, at)):
            found.of_sizes[rows, i // EACH, i % EACH] = term
    found.of_closes[:] *= found.ahead[:, :, None]
    return found


def _fit_shares(volatility: Volatility, panel: Panel, origins: Positions) -> tuple[float, ...]:
    """How much of the next change's size, beside the mean one so far, each cycle explains."""
    terms = np.empty((len(origins), 1 + len(volatility.cycles)))
    for some, at, rows in pieces(volatility, panel, origins):
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
