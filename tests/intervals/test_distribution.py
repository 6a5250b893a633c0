"""One distribution: ends, quantiles, probabilities and mean losses agree with each other, and with scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from rnn_forecast.intervals.conformal import TAILS, calibrate, stored_levels
from rnn_forecast.intervals.distribution import KNOTS, Distribution, expected_shortfall, scores_at

DRAWN = stats.t(4)  # errors, in expected moves
N = 40_000
SCORES = DRAWN.ppf((np.random.default_rng(0).permutation(N) + 0.5) / N)[:, None]  # its quantiles, exactly
STORED = calibrate(SCORES, stored_levels((80, 95)))


def of_t(
    n: int = 1, *, steps: int = 1, spread: float = 2.0, at: float = 10.0, levels=(80, 95)
) -> Distribution:
    intervals = calibrate(SCORES, stored_levels(levels))
    return Distribution(intervals, np.full((n, steps), at), np.full((n, 1), spread))


@pytest.mark.parametrize("share", [0.001, 0.01, 0.025, 0.05, 0.11, 0.3, 0.45, 0.55, 0.9, 0.987, 0.999])
def test_quantiles_are_those_that_errors_were_drawn_from(share: float) -> None:
    found = of_t().quantile(share)[0, 0]
    assert found == pytest.approx(10 + 2 * DRAWN.ppf(share), abs=0.01 + 0.006 * abs(DRAWN.ppf(share)))


@pytest.mark.parametrize("level", [50, 80, 90, 95, 98, 99, 99.8])
def test_a_level_is_two_quantiles(level: float) -> None:
    low, high = of_t().ends(level)
    assert low[0, 0] == of_t().quantile((1 - level / 100) / 2)[0, 0]
    assert high[0, 0] == pytest.approx(of_t().quantile((1 + level / 100) / 2)[0, 0])


@given(st.lists(st.floats(0.0002, 0.9998), min_size=2, max_size=12, unique=True))
def test_quantiles_never_cross(shares: list[float]) -> None:
    found = np.array([of_t(steps=3).quantile(share)[0] for share in sorted(shares)])
    assert (np.diff(found, axis=0) >= 0).all()


@pytest.mark.parametrize("value", [-20.0, 3.0, 8.5, 9.9, 10.0, 10.4, 13.0, 40.0])
def test_the_probability_below_a_value_is_the_inverse_of_quantiles(value: float) -> None:
    found = of_t().below(np.array([[value]]))[0, 0]
    assert found == pytest.approx(DRAWN.cdf((value - 10) / 2), abs=0.002)


def test_probabilities_of_outcomes_are_even() -> None:
    outcomes = 10 + 2 * DRAWN.rvs(size=(20_000, 1), random_state=1)
    found = of_t(len(outcomes)).below(outcomes).ravel()
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_a_price_that_often_stands_still_rises_less_often() -> None:
    scores = np.concatenate([np.zeros(5000), np.abs(SCORES[:3000, 0]), -np.abs(SCORES[:2000, 0])])[:, None]
    found = Distribution(calibrate(scores, stored_levels([80])), np.full((1, 1), 10.0), np.ones((1, 1)))
    assert found.rises(np.array([10.0]))[0, 0] == pytest.approx(0.3)
    assert found.rises(np.array([9.9999]))[0, 0] == pytest.approx(0.8, abs=0.01)
    assert of_t(at=12.0).rises(np.array([10.0]))[0, 0] == pytest.approx(DRAWN.sf(-1), abs=0.002)


@pytest.mark.parametrize("tail", [0.01, 0.025, 0.05, 0.3, 0.5, 0.6, 0.99])
def test_expected_shortfall_is_the_mean_of_the_worse_outcomes(tail: float) -> None:
    nodes = [(share, -low) for share, low in of_t(spread=1.0, at=0.0).tail_nodes(tail)]
    exact, _ = integrate.quad(lambda u: -DRAWN.ppf(u), 1 / N, tail)
    assert expected_shortfall(nodes)[0, 0] * tail == pytest.approx(exact, rel=0.03)
    assert nodes[0][1][0, 0] == pytest.approx(-DRAWN.ppf(tail), rel=0.01, abs=1e-9)
    assert expected_shortfall(nodes)[0, 0] > nodes[0][1][0, 0]


def test_a_mean_over_a_tail_takes_more_than_its_end() -> None:
    found = Distribution(calibrate(SCORES[:400], stored_levels([])), np.zeros((1, 1)), np.ones((1, 1)))
    assert np.isfinite(found.quantile(0.005)).all()
    assert np.isnan(expected_shortfall([(share, -low) for share, low in found.tail_nodes(0.005)])).all()
    assert np.isfinite(expected_shortfall([(share, -low) for share, low in found.tail_nodes(0.025)])).all()


def test_a_mean_over_a_tail_is_that_of_each_step() -> None:
    """A late step that knows less far tails was empty where an earlier one knew them."""
    late = np.where(np.arange(N) < 400, SCORES[:, 0], np.nan)
    for tail in (0.005, 0.05, 0.6):
        alone, both = (
            Distribution(calibrate(scores, stored_levels([])), np.zeros((1, 2)), np.ones((1, 2)))
            for scores in (np.stack([late, late], axis=1), np.stack([SCORES[:, 0], late], axis=1))
        )
        one, two = (
            expected_shortfall([(share, -low) for share, low in some.tail_nodes(tail)])[0, 1]
            for some in (alone, both)
        )
        np.testing.assert_equal(two, one)
        assert np.isnan(two) == (tail == 0.005)


def test_what_few_rows_cannot_say_is_empty() -> None:
    few = calibrate(SCORES[:300], stored_levels([80, 95]))
    found = Distribution(few, np.zeros((1, 1)), np.ones((1, 1)))
    assert np.isfinite(found.ends(99)).all()
    for share in (0.0005, 0.00005, 1e-9):
        assert np.isnan(found.quantile(share)).all() and np.isnan(found.quantile(1 - share)).all()


def test_a_model_that_kept_only_its_levels_says_no_other() -> None:
    old = calibrate(SCORES, [80, 95])
    assert np.isfinite(scores_at(old, 0.1)[0]).all()
    for tail in (0.05, 0.3, 0.01):
        assert np.isnan(scores_at(old, tail)[0]).all()
    found = Distribution(old, np.zeros((1, 1)), np.ones((1, 1)))
    assert [*found.tail_nodes(0.05)] == []  # and not what is stored of a smaller tail
    assert [share for share, _ in found.tail_nodes(0.1)] == [0.1, 0.025]


def test_widths_are_multiplied_by_level_and_window() -> None:
    narrow, steps = of_t(2), np.zeros((2, 1, len(KNOTS)))
    steps[1] = np.log([1.0, 1.1, 1.5, 2.0])
    wide = Distribution(narrow.intervals, narrow.forecast, narrow.spread, steps)
    for level, factor in ((50, 1.0), (80, 1.1), (95, 1.5), (99, 2.0), (99.8, 2.0), (20, 1.0)):
        low, high = (after - 10 for after in wide.ends(level))
        before = narrow.ends(level)[1] - 10
        assert high[0] == before[0] and high[1] == pytest.approx(factor * before[1])
        assert low[1] == pytest.approx(-high[1], rel=0.02)
    between = (wide.ends(90)[1] - 10)[1, 0] / (narrow.ends(90)[1] - 10)[1, 0]
    share = (math.log(0.2) - math.log(0.1)) / (math.log(0.2) - math.log(0.05))
    assert between == pytest.approx(1.1 * (1.5 / 1.1) ** share)


def test_stored_tails_are_near_enough_for_all_between() -> None:
    intervals = calibrate(SCORES, stored_levels([]))
    for tail in np.geomspace(TAILS[-1], 0.4999, 500):
        assert np.isfinite(scores_at(intervals, float(tail))[0]).all()
