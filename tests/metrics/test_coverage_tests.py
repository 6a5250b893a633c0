"""Tests of bands against scipy, plain loops and least squares; how often they are wrong; what they find."""

import math

import numpy as np
import pytest
from arch.univariate import GARCH, Normal, ZeroMean
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from sklearn.linear_model import LinearRegression

from rnn_forecast import metrics
from rnn_forecast.metrics.coverage_tests import autocorrelation_p_value, regression_p_value

rng = np.random.default_rng(11)
MISSED = rng.random(400) < 0.08
SIZE = np.exp(rng.normal(0, 0.3, 400))
some_misses = st.lists(st.booleans(), min_size=1, max_size=60).map(np.array)
some_alpha = st.floats(0.001, 0.5)


def log_likelihood(missed: np.ndarray, chance: np.ndarray | float) -> float:
    chances = np.where(missed, chance, 1 - np.asarray(chance))
    return float(np.log(chances).sum())


@pytest.mark.parametrize(("held", "n"), [(0, 1), (0, 30), (30, 30), (238, 250), (12_000, 12_400)])
def test_the_interval_is_wilsons(held: int, n: int) -> None:
    want = stats.binomtest(held, n).proportion_ci(method="wilson")
    assert metrics.coverage_interval(held / n, n) == pytest.approx((want.low, want.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.8, 0.95, 0.99])
def test_the_interval_holds_the_true_share_nineteen_times_of_twenty(share: float) -> None:
    """Exactly, by the chances of each number of hits; on average over some lengths."""
    held = []
    for n in range(100, 400, 7):
        ends = np.array([metrics.coverage_interval(k / n, n) for k in range(n + 1)])
        inside = (ends[:, 0] <= share) & (share <= ends[:, 1])
        held.append(stats.binom.pmf(np.arange(n + 1), n, share)[inside].sum())
    assert np.mean(held) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(("misses", "n", "alpha"), [(0, 100, 0.05), (100, 100, 0.2), (9, 100, 0.05)])
def test_kupiec_is_the_likelihood_ratio(misses: int, n: int, alpha: float) -> None:
    missed = np.arange(n) < misses
    best = 0.0 if misses in (0, n) else log_likelihood(missed, misses / n)
    want = stats.chi2.sf(2 * (best - log_likelihood(missed, alpha)), 1)
    assert metrics.kupiec(missed, alpha) == pytest.approx(want, rel=1e-9)


def test_kupiec_is_near_the_exact_binomial_test() -> None:
    want = stats.binomtest(int(MISSED.sum()), 400, 0.05).pvalue
    assert metrics.kupiec(MISSED, 0.05) == pytest.approx(want, abs=0.01)


def test_christoffersen_is_the_likelihood_ratio_of_two_chances() -> None:
    """The two chances found by a search, not by counting."""
    before, after = MISSED[:-1], MISSED[1:]

    def cost(chances: np.ndarray) -> float:
        return -log_likelihood(after, np.where(before, chances[1], chances[0]))

    best = -optimize.minimize(cost, [0.1, 0.1], bounds=[(1e-6, 1 - 1e-6)] * 2).fun
    ratio = 2 * (best - log_likelihood(after, after.mean()))
    found = metrics.christoffersen(MISSED, 0.05)
    assert found.independence == pytest.approx(stats.chi2.sf(ratio, 1), rel=1e-4)
    coverage = 2 * (log_likelihood(MISSED, MISSED.mean()) - log_likelihood(MISSED, 0.05))
    assert found.conditional == pytest.approx(stats.chi2.sf(ratio + coverage, 2), rel=1e-4)


def test_the_dynamic_quantile_test_is_least_squares() -> None:
    hits = MISSED - 0.05
    known = np.column_stack([*(hits[4 - lag : 400 - lag] for lag in (1, 2, 3, 4)), SIZE[4:]])
    fitted = LinearRegression().fit(known, hits[4:]).predict(known)
    want = stats.chi2.sf(float(fitted @ fitted) / (0.05 * 0.95), 6)  # b' X'X b is the fit's square
    assert metrics.dynamic_quantile(MISSED, 0.05, SIZE) == pytest.approx(want, rel=1e-9)
    assert metrics.dynamic_quantile(MISSED, 0.05, 1e6 * SIZE + 3) == pytest.approx(want, rel=1e-6)


def test_an_autocorrelation_is_n_r_squared() -> None:
    e = rng.normal(size=3_000)
    known = np.column_stack([e[4 - lag : 3_000 - lag] for lag in (1, 2, 3, 4)])
    fit = LinearRegression().fit(known, e[4:]).score(known, e[4:])
    assert autocorrelation_p_value(e) == pytest.approx(stats.chi2.sf(2_996 * fit, 4), rel=0.02)


def test_what_cannot_be_told_is_none() -> None:
    none, every, flat = np.zeros(50, bool), np.ones(50, bool), np.full(50, 2.0)
    assert metrics.kupiec(none[:0], 0.05) is None
    assert metrics.christoffersen(none[:1], 0.05) == (None, None)
    for missed in (none, every):
        found = metrics.christoffersen(missed, 0.05)
        assert found.independence is None
        assert found.conditional > metrics.kupiec(missed, 0.05)  # the same ratio, a degree more
        assert metrics.dynamic_quantile(missed, 0.05, SIZE[:50]) is None
    assert metrics.dynamic_quantile(MISSED[:50], 0.05, flat) is None
    assert metrics.dynamic_quantile(MISSED[:10], 0.05, SIZE[:10]) is None
    assert metrics.dynamic_quantile(MISSED[:0], 0.05, SIZE[:0]) is None
    assert autocorrelation_p_value(flat) is None
    assert regression_p_value(none * 1.0, [], 0.0) is None


def test_the_last_miss_has_none_after_it() -> None:
    missed = np.arange(30) == 29
    assert metrics.christoffersen(missed, 0.05).independence is None


@given(some_misses, some_alpha)
def test_a_p_value_is_a_chance_or_none(missed: np.ndarray, alpha: float) -> None:
    found = [metrics.kupiec(missed, alpha), *metrics.christoffersen(missed, alpha)]
    found.append(metrics.dynamic_quantile(missed, alpha, SIZE[: len(missed)]))
    assert found[0] is not None
    for p_value in found:
        assert p_value is None or (0 <= p_value <= 1 and not math.isnan(p_value))


@given(some_misses)
def test_the_order_is_nothing_to_coverage(missed: np.ndarray) -> None:
    assert metrics.kupiec(missed[::-1], 0.1) == metrics.kupiec(np.sort(missed), 0.1)


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_each_is_wrong_about_as_often_as_it_says(alpha: float) -> None:
    """Two thousand series of independent misses: 5 % of them fail at 5 %, that of independence up to 8 %."""
    draw = np.random.default_rng(5)
    failed = np.zeros(4)
    for _ in range(2_000):
        missed, size = draw.random(1_000) < alpha, draw.lognormal(0, 0.3, 1_000)
        p_values = [metrics.kupiec(missed, alpha), *metrics.christoffersen(missed, alpha)]
        p_values.append(metrics.dynamic_quantile(missed, alpha, size))
        failed += np.array(p_values) < 0.05
    assert (np.abs(failed / 2_000 - 0.05) < 0.035).all(), failed / 2_000


def test_bands_that_do_not_see_volatility_are_found_and_those_that_do_are_not() -> None:
    """Returns of a GARCH process; one band of its own volatility, one of the mean, both right in number."""
    process = ZeroMean(None, volatility=GARCH(1, 0, 1), distribution=Normal(seed=np.random.default_rng(3)))
    path = process.simulate([0.02, 0.18, 0.8], 3_000)
    returns, volatility = path["data"].to_numpy(), path["volatility"].to_numpy()
    seeing = np.abs(returns) > 1.645 * volatility
    blind = np.abs(returns) > np.quantile(np.abs(returns), 0.9)
    assert metrics.kupiec(blind, 0.1) > 0.5
    assert metrics.christoffersen(blind, 0.1).independence < 1e-4
    assert metrics.dynamic_quantile(blind, 0.1, SIZE.repeat(8)[:3_000]) < 1e-6
    assert min(metrics.kupiec(seeing, 0.1), *metrics.christoffersen(seeing, 0.1)) > 0.05
    assert metrics.dynamic_quantile(seeing, 0.1, volatility) > 0.05


def test_a_band_whose_size_says_when_it_misses_is_found() -> None:
    draw = np.random.default_rng(4)
    size = draw.uniform(1, 3, 1_000)
    missed = np.abs(draw.normal(size=1_000)) * 2 > 1.96 * size  # it should have been 2 all the time
    assert metrics.christoffersen(missed, missed.mean()).independence > 0.05
    assert metrics.dynamic_quantile(missed, float(missed.mean()), size) < 1e-6
