"""Sizes regressed on sizes: against a general optimizer, and what the likelihood promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from rnn_forecast.intervals.volatility_regression import fit_weights, nonnegative


def problem(seed: int, n: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.exponential(size=(n, m)) + 0.3 * rng.exponential(size=(n, 1))
    true = np.where(rng.random(m) < 0.5, 0.0, rng.exponential(size=m))
    true[0] += 0.2
    return x, x @ true * rng.exponential(size=n), rng.exponential(size=m)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 300), st.integers(1, 8), st.sampled_from([0.5, 20.0]))
def test_no_other_weights_are_likelier(seed, n, m, strength):
    x, y, guess = problem(seed, n, m)

    def loss(w):
        s = x @ w
        return (np.log(s) + y / s).sum() + strength / 2 * ((w - guess) ** 2).sum()

    found = fit_weights(x, y, guess, strength)
    assert (found >= 0).all()
    # near by there are none; far off there may be: with few windows the likelihood has several tops
    for start in [found, *([guess + 0.1] if n > 100 else [])]:
        other = optimize.minimize(loss, start, bounds=[(1e-12, None)] * m, method="L-BFGS-B")
        assert loss(found) <= other.fun + 1e-4 * max(abs(other.fun), 1)
    assert loss(found) <= loss(guess) + 1e-9 * n


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 999), st.integers(1, 12))
def test_least_squares_that_stay_positive_are_those_of_scipy(seed, m):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(m + 5, m)), rng.normal(size=m + 5)
    found = nonnegative(x.T @ x, x.T @ y)
    np.testing.assert_allclose(found, optimize.nnls(x, y)[0], atol=1e-7)


def test_true_weights_are_found_and_the_scale_of_a_window_does_not_matter():
    rng = np.random.default_rng(2)
    x = rng.exponential(size=(50_000, 3))
    y = x @ [0.5, 0.0, 2.0] * rng.exponential(size=len(x))
    found = fit_weights(x, y, np.ones(3), 1.0)
    assert found == pytest.approx([0.5, 0.0, 2.0], abs=0.05)
    own = np.exp(5 * rng.normal(size=(len(x), 1)))
    np.testing.assert_allclose(fit_weights(x * own, y * own[:, 0], np.ones(3), 1.0), found, rtol=1e-6)


def test_little_evidence_leaves_the_guess_and_none_is_no_fault():
    guess = np.array([0.5, 0.25])
    assert fit_weights(np.zeros((9, 2)), np.ones(9), guess, 20.0) == pytest.approx(guess)
    assert fit_weights(np.empty((0, 2)), np.empty(0), guess, 20.0) == pytest.approx(guess)
    assert fit_weights(np.ones((1, 2)), np.full(1, 9.0), guess, 1e6) == pytest.approx(guess, abs=1e-3)
    assert np.isfinite(fit_weights(np.ones((99, 2)), np.zeros(99), guess, 20.0)).all()


def test_rows_where_nothing_may_be_the_likeliest_take_no_time_and_leave_the_others_alone():
    rng = np.random.default_rng(3)
    x, y = np.full((900, 2), 1.0) * [1.0, 0.0], np.zeros(900)  # flat for months, after a wild time
    x[:100, 1], guess = rng.exponential(size=100) + 0.1, np.array([0.4, 0.4])
    y[:100] = x[:100, 1] * rng.exponential(size=100)
    found = fit_weights(x, y, guess, 20.0)
    assert np.isfinite(found).all() and found[0] < 0.1 and 0.5 < found[1] < 1.5
