"""Regression of moves on moves: weights never negative, fitted by likelihood, shrunk to a guess."""

import numpy as np

from rnn_forecast.arrays import Array

ROUNDS = 200  # some are slow where the guess is far off
TURNS = 3  # for each weight
NOTHING = 1e-30  # the least that is divided by
# the least that is expected, as a part of a row's terms: after months of standstill nothing at all may be
# the likeliest, and a row that counts as 1 / 0^2 drowns all others
LEAST = 1e-4
# the most that a size counts for, times its row's terms: else the jump that ends a standstill is all
MOST = 100.0
ENOUGH = 1e-9  # a gain in the objective, beside its goal's size, that is none


def fit_weights(terms: Array, moves: Array, guess: Array, strength: float) -> Array:
    """The weights w (m,) >= 0 for which `terms @ w` is the expected size; terms (n, m), moves (n,).

    Maximum likelihood where a size over its expectation is exponential, which is that of a Laplace error and
    its mean absolute value, with a penalty:

        sum_i (log s_i + y_i / s_i) + strength / 2 |w - guess|^2,   s = terms @ w,   w >= 0

    Least squares would fit the wildest weeks of the wildest series; here each window counts as one, whatever
    its scale. `strength` is in windows: so many of them weigh as much as the guess. A row whose terms are
    all 0 expects nothing and is left out. By Fisher scoring: least squares with weights 1 / s^2, again and
    again (McCullagh and Nelder 1989, section 2.5), with half the step as long as that is the likelier one.
    """
    known = terms.sum(axis=1) > 0
    x = terms[known]
    total = x.sum(axis=1)
    y, least_expected = np.minimum(moves[known], MOST * total), np.maximum(LEAST * total, NOTHING)

    def loss(weights: Array) -> float:
        expected = np.maximum(x @ weights, least_expected)
        return float((np.log(expected) + y / expected).sum() + strength / 2 * ((weights - guess) ** 2).sum())

    weights = guess
    for _ in range(ROUNDS):
        expected = np.maximum(x @ weights, least_expected)
        scaled = x / expected[:, None]
        square = scaled.T @ scaled + strength * np.eye(len(guess))
        before, weights = weights, nonnegative(square, scaled.T @ (y / expected) + strength * guess)
        while loss(halfway := (weights + before) / 2) < loss(weights) and not np.allclose(weights, before):
            weights = halfway
        if np.abs(weights - before).max(initial=0.0) < ENOUGH * weights.max(initial=0.0):
            break
    return weights


def nonnegative(square: Array, goal: Array) -> Array:
    """The w >= 0 that minimises w' square w / 2 - goal' w, `square (m, m)` positive definite.

    Lawson and Hanson 1974, chapter 23: weights are let in one by one, the one that helps most first, and one
    that would turn negative is put back to 0. In `TURNS` for each weight at most: rounding could let one in
    and put it back for ever.
    """
    weights, free = np.zeros(len(goal)), np.zeros(len(goal), bool)
    for _ in range(TURNS * len(goal)):
        gain = np.where(free, 0.0, goal - square @ weights)
        if gain.max(initial=0.0) <= ENOUGH * np.abs(goal).max(initial=0.0):
            return weights
        free[gain.argmax()] = True
        while True:
            best = np.zeros(len(goal))
            best[free] = np.linalg.solve(square[np.ix_(free, free)], goal[free])
            wrong = free & (best <= 0)
            if not wrong.any():
                break
            shares = np.where(wrong, weights / np.maximum(weights - best, NOTHING), np.inf)
            weights = np.maximum(weights + shares.min() * (best - weights), 0.0)
            free &= ~wrong | (weights > ENOUGH * weights.max())
            free[shares.argmin()] = False
            weights[~free] = 0.0
        weights = best
    return weights
