"""Shortfall: plain loops, what a right and a wrong forecast get, and what does not matter."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from rnn_forecast import metrics

ALPHA = 0.025
QUANTILE = float(stats.norm.ppf(ALPHA))
SHORTFALL = float(-stats.norm.pdf(QUANTILE) / ALPHA)
RETURNS = np.random.default_rng(1).normal(size=300)
SPREAD = np.random.default_rng(2).uniform(0.5, 2, 300)


def constant(value: float, n: int = 300) -> np.ndarray:
    return np.full(n, value)


def test_they_are_what_plain_loops_give() -> None:
    z2, joint = 0.0, 0.0
    for r, s in zip(RETURNS.tolist(), SPREAD.tolist(), strict=True):
        q, e = QUANTILE * s, SHORTFALL * s
        z2 += r / e if r < q else 0.0
        joint += q / e + math.log(-e) - 1 - ((q - r) / (ALPHA * e) if r <= q else 0.0)
    q, e = QUANTILE * SPREAD, SHORTFALL * SPREAD
    assert metrics.acerbi_szekely_z2(RETURNS, q, e, ALPHA) == pytest.approx(1 - z2 / (300 * ALPHA))
    assert metrics.fissler_ziegel(RETURNS, q, e, ALPHA) == pytest.approx(joint / 300)


def expected_score(quantile: float, shortfall: float) -> float:
    def weighed(r: float) -> float:
        one = np.array([r]), np.array([quantile]), np.array([shortfall])
        return float(metrics.fissler_ziegel(*one, ALPHA)) * float(stats.norm.pdf(r))

    return sum(integrate.quad(weighed, *ends)[0] for ends in ((-12, quantile), (quantile, 12)))


def test_the_joint_score_is_least_for_the_true_pair() -> None:
    best = expected_score(QUANTILE, SHORTFALL)
    for quantile in (0.8, 0.95, 1.0, 1.05):
        for shortfall in (0.9, 0.97, 1.0, 1.03, 1.3):
            if (quantile, shortfall) != (1.0, 1.0):
                assert expected_score(quantile * QUANTILE, shortfall * SHORTFALL) > best


def test_a_difference_of_joint_scores_has_no_unit() -> None:
    def difference(unit: float) -> float:
        ours, theirs = (
            metrics.fissler_ziegel(
                unit * RETURNS, constant(unit * factor * QUANTILE), constant(unit * factor * SHORTFALL), ALPHA
            )
            for factor in (1.0, 1.4)
        )
        return ours - theirs

    assert difference(1000.0) == pytest.approx(difference(1.0))


def test_z2_is_zero_where_all_is_right_and_below_where_losses_are_worse() -> None:
    draw = np.random.default_rng(3)
    many = draw.normal(size=(2_000, 250))
    right, worse = (
        np.array(
            [
                metrics.acerbi_szekely_z2(row, constant(QUANTILE, 250), constant(SHORTFALL, 250), ALPHA)
                for row in factor * many
            ]
        )
        for factor in (1.0, 1.5)
    )
    assert right.mean() == pytest.approx(0, abs=0.03)
    assert np.quantile(right, 0.05) == pytest.approx(-0.7, abs=0.06)  # the limit that they give
    assert worse.mean() < -2


def test_a_day_without_a_loss_beyond_says_one() -> None:
    calm = np.abs(RETURNS)
    assert metrics.acerbi_szekely_z2(calm, constant(-2.0), constant(-2.3), ALPHA) == 1.0


def test_nothing_has_no_score() -> None:
    nothing = np.empty(0)
    assert metrics.acerbi_szekely_z2(nothing, nothing, nothing, ALPHA) is None
    assert metrics.fissler_ziegel(nothing, nothing, nothing, ALPHA) is None
    assert metrics.z2_p_value(nothing) is metrics.z2_p_value(np.ones(1)) is None


def terms_of(draw: np.ndarray, factor: float) -> np.ndarray:
    n = draw.shape[-1]
    return metrics.z2_terms(factor * draw, constant(QUANTILE, n), constant(SHORTFALL, n), ALPHA)


def test_z2_is_one_less_the_mean_of_its_terms_which_is_one_by_the_integral() -> None:
    terms = terms_of(RETURNS, 1.0)
    z2 = metrics.acerbi_szekely_z2(RETURNS, constant(QUANTILE), constant(SHORTFALL), ALPHA)
    assert z2 == pytest.approx(1 - terms.mean())
    one, _ = integrate.quad(lambda r: r * stats.norm.pdf(r) / (ALPHA * SHORTFALL), -12, QUANTILE)
    assert one == pytest.approx(1)


@pytest.mark.parametrize("runs", [1, 5])
def test_the_p_value_of_z2_is_careful_and_finds_what_is_wrong(runs: int) -> None:
    """Also where outcomes come in runs, so that losses cluster."""
    draw = np.repeat(np.random.default_rng(4).normal(size=(400, 500 // runs)), runs, axis=1)
    right, worse, milder = (
        np.array([metrics.z2_p_value(terms_of(row, factor)) for row in draw]) for factor in (1.0, 2.0, 0.7)
    )
    assert 0 < (right < 0.05).mean() < 0.05
    assert (worse < 0.05).mean() > 0.9
    assert (milder > 0.5).mean() > 0.9


def test_z2_without_any_loss_beyond_has_nothing_against_it() -> None:
    assert metrics.z2_p_value(np.zeros(300)) == 1.0
    assert metrics.z2_p_value(np.full(300, 2.0)) == 0.0


def test_the_past_as_it_was_has_the_rank_that_bands_have() -> None:
    changes = np.random.default_rng(5).permutation(np.arange(-50, 50)).astype(float)
    assert metrics.historical_shortfall(changes, 0.05) == (-46.0, -48.0)  # five of a hundred and one
    assert metrics.historical_shortfall(changes, 1 / 101) == (-50.0, -50.0)
    assert all(map(math.isnan, metrics.historical_shortfall(changes, 0.009)))
    assert all(map(math.isnan, metrics.historical_shortfall(np.empty(0), 0.05)))
