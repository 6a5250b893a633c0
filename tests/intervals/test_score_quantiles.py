"""Ends of few scores and of overlapping ones: what they are worth, and that they cover what they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_forecast.intervals import score_quantiles
from rnn_forecast.intervals.conformal import calibrate
from rnn_forecast.intervals.score_quantiles import FEW, LEAST, ends_of, exact_ends, independent_scores


@pytest.mark.parametrize(("step", "worth"), [(1, 1.0), (2, 1 / 1.5), (5, 1 / 3.4)])
def test_overlapping_scores_of_one_series_are_worth_less(step: int, worth: float) -> None:
    """1 + 2 sum_j (1 - j/k)^2 for k = 1, 2 and 5: 1, 1.5 and 1 + 2 (16 + 9 + 4 + 1) / 25 = 3.4."""
    scores = np.random.default_rng(0).normal(size=(90, 5))
    assert independent_scores(scores, np.arange(90))[step - 1] == pytest.approx(90 * worth)


def test_the_overlap_is_that_of_the_mean_size_of_sums() -> None:
    """The variance of a mean of squares of 5-step sums, over that of independent ones: 3.4 times."""
    changes = np.random.default_rng(1).normal(size=(20_000, 104))
    sums = np.cumsum(changes, axis=1)
    squares = (sums[:, 5:] - sums[:, :-5])[:, :95] ** 2
    inflated = squares.mean(axis=1).var() * squares.shape[1] / squares.var()
    worth = independent_scores(np.zeros((95, 5)) + squares[0][:, None], np.arange(95))[4]
    assert 95 / worth == pytest.approx(inflated, rel=0.06)


def test_tickers_that_move_as_one_are_one_and_others_are_many() -> None:
    rng = np.random.default_rng(2)
    one = np.repeat(rng.normal(size=(300, 1)), 20, axis=0)
    days = np.repeat(np.arange(300), 20)
    assert independent_scores(one, days)[0] == pytest.approx(300)
    assert independent_scores(rng.normal(size=(6000, 1)), days)[0] > 4500
    assert independent_scores(rng.normal(size=(6000, 1)), np.arange(6000))[0] == 6000


@given(st.integers(0, 200), st.integers(1, 4), st.integers(1, 30))
def test_scores_are_never_worth_more_than_they_are(n: int, horizon: int, days: int) -> None:
    rng = np.random.default_rng(n)
    found = independent_scores(rng.standard_t(3, (n, horizon)), rng.integers(0, days, n))
    assert (found <= n + 1e-9).all()
    assert (found >= 0).all()
    assert (independent_scores(np.zeros((n, horizon)), rng.integers(0, days, n)) <= n).all()


@given(st.integers(0, 400), st.sampled_from([0.5, 0.2, 0.1, 0.05, 0.01]))
def test_many_that_are_independent_have_exact_ends_and_few_lie_within_a_rank(n: int, alpha: float) -> None:
    ordered = np.sort(np.random.default_rng(n).normal(size=n))
    exact, found = exact_ends(ordered, alpha), ends_of(ordered, alpha, n)
    if n >= FEW or exact is None:
        assert found == exact
    elif n >= LEAST / 0.2 and (n + 1) * alpha / 2 >= 1:
        assert found is not None
        rank = math.floor((n + 1) * alpha / 2)
        assert exact[0] <= found[0] <= min(ordered[rank], 0)
        assert max(ordered[n - rank - 1], 0) <= found[1] <= exact[1]


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("n", [25, 37, 60, 150])
def test_few_independent_scores_cover_what_they_say_and_no_more(level: int, n: int) -> None:
    """Whole ranks hold up to 2 / (n + 1) more."""
    rng = np.random.default_rng(n)
    covered = []
    for _ in range(1500):
        low, high = ends_of(np.sort(rng.normal(size=n)), 1 - level / 100, n) or (math.nan, math.nan)
        covered.append(stats.norm.cdf(high) - stats.norm.cdf(low))
    assert np.mean(covered) == pytest.approx(level / 100, abs=0.012)


@pytest.mark.parametrize(("n", "step"), [(60, 5), (120, 20), (200, 10)])
def test_overlapping_scores_of_a_walk_cover_what_they_say(n: int, step: int) -> None:
    rng, inside = np.random.default_rng(step), []
    for _ in range(600):
        walk = np.cumsum(rng.normal(size=n + step))
        scores = np.full((n, step), np.nan)
        scores[:, -1] = walk[step:] - walk[:-step]
        worth = independent_scores(np.nan_to_num(scores), np.arange(n))
        found = calibrate(scores, [80, 95], worth)
        ends = [(found.low[i][-1], found.high[i][-1]) for i in (0, 1)]
        inside.append(
            [stats.norm.cdf(high, 0, step**0.5) - stats.norm.cdf(low, 0, step**0.5) for low, high in ends]
        )
    assert np.mean(inside, axis=0) == pytest.approx([0.8, 0.95], abs=0.03)


@pytest.mark.parametrize(
    ("degrees", "alpha"), [(4, 0.5), (4, 0.2), (4, 0.05), (7.5, 0.05), (20, 0.01), (200, 0.001), (400, 0.05)]
)
def test_students_quantile_is_near_enough(degrees: float, alpha: float) -> None:
    assert score_quantiles._student(alpha, degrees) == pytest.approx(
        stats.t.ppf(1 - alpha / 2, degrees), rel=0.006
    )


def test_too_little_is_no_evidence() -> None:
    ordered = np.sort(np.random.default_rng(3).normal(size=300))
    assert ends_of(ordered, 0.2, 3.9) is None
    assert ends_of(ordered, 0.2, 4.0) is not None
    assert ends_of(ordered, 0.01, 19.0) is None  # a fifth of one outside asks for 20
    assert ends_of(ordered, 0.01, 20.5) is not None
    assert ends_of(ordered[:19], 0.05, 19.0) is None  # nor is there a rank


def test_ends_of_few_are_alike_on_both_sides() -> None:
    ordered = np.sort(np.random.default_rng(4).exponential(size=300) - 1)
    low, high = ends_of(ordered, 0.05, 40.0) or (0.0, 0.0)
    assert low == -high
    low, high = ends_of(ordered, 0.05, 100.0) or (0.0, 0.0)
    assert high > -low
