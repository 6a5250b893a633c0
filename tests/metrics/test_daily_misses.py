"""Tests over days: what one series and many give, how often they are wrong where shares move together."""

import numpy as np
import pytest
from scipy import stats

from rnn_forecast import metrics
from rnn_forecast.metrics.daily_misses import (
    clusters_over_days,
    conditional_over_days,
    coverage_over_days,
    dynamic_over_days,
)

ALPHA = 0.05


def shares(draw: np.random.Generator, days: int, tickers: int, together: float) -> np.ndarray:
    """Of tickers that miss: normal returns with the correlation `together`, bands right for each."""
    moves = np.sqrt(together) * draw.normal(size=(days, 1))
    moves = moves + np.sqrt(1 - together) * draw.normal(size=(days, tickers))
    return (np.abs(moves) > stats.norm.ppf(1 - ALPHA / 2)).mean(axis=1)


def test_one_series_is_tested_as_one() -> None:
    draw = np.random.default_rng(1)
    missed, size = draw.random(500) < 0.07, draw.lognormal(0, 0.3, 500)
    found = dynamic_over_days(missed * 1.0, ALPHA, size)
    assert found == pytest.approx(metrics.dynamic_quantile(missed, ALPHA, size))


def test_the_interval_leaves_out_what_the_test_rejects() -> None:
    share = shares(np.random.default_rng(2), 200, 30, 0.4)
    for alpha in np.linspace(0.01, 0.12, 50):
        found = coverage_over_days(share, float(alpha), 6_000)
        assert (found.p_value >= 0.05) == (found.low <= 1 - alpha <= found.high)


@pytest.mark.parametrize(("together", "days", "tickers"), [(0.3, 250, 50), (0.9, 250, 2), (0.0, 100, 100)])
def test_they_are_wrong_about_as_often_as_they_say(together: float, days: int, tickers: int) -> None:
    draw = np.random.default_rng(3)
    failed, reps = np.zeros(4), 500
    for _ in range(reps):
        share, size = shares(draw, days, tickers, together), draw.lognormal(0, 0.3, days)
        p_values = [coverage_over_days(share, ALPHA, days * tickers).p_value, clusters_over_days(share)]
        p_values += [conditional_over_days(share, ALPHA), dynamic_over_days(share, ALPHA, size)]
        failed += [p_value is not None and p_value < 0.05 for p_value in p_values]
    assert (failed / reps < 0.09).all(), failed / reps


def test_ticker_days_are_not_counted_as_independent() -> None:
    """A hundred shares that move as one are worth one; Wilson's interval of all would be a tenth as wide."""
    missed = np.random.default_rng(4).random(400) < ALPHA
    found = coverage_over_days(missed * 1.0, ALPHA, 40_000)
    low, high = metrics.coverage_interval(1 - missed.mean(), 400)
    assert found.high - found.low == pytest.approx(high - low, rel=0.35)


def test_shares_that_do_not_move_together_count_fully_and_never_more() -> None:
    share = np.tile([0.0, 0.1], 100)  # far calmer than independent misses are
    found = coverage_over_days(share, ALPHA, 2_000)
    assert found.low >= metrics.coverage_interval(0.95, 2_000, critical=2.3)[0]
    assert found.low <= metrics.coverage_interval(0.95, 2_000)[0]


def test_clusters_are_found_and_make_the_interval_wider() -> None:
    draw = np.random.default_rng(5)
    log_size = np.zeros(600)
    for t in range(1, 600):
        log_size[t] = 0.9 * log_size[t - 1] + 0.3 * draw.normal()
    share = (np.abs(draw.normal(size=(600, 40))) * np.exp(log_size)[:, None] > 2.5).mean(axis=1)
    assert clusters_over_days(share) < 1e-4
    wide, narrow = (coverage_over_days(s, ALPHA, 24_000) for s in (share, draw.permutation(share)))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_what_cannot_be_told_is_none() -> None:
    size = np.random.default_rng(6).lognormal(0, 0.3, 50)
    for share in (np.zeros(50), np.ones(50), np.full(50, 0.25)):
        assert clusters_over_days(share) is None
        assert conditional_over_days(share, ALPHA) is None
        assert dynamic_over_days(share, ALPHA, size) is None
    assert conditional_over_days(np.array([0.0, 0.5, 0.0]), ALPHA) is None
    assert dynamic_over_days(size / 10, ALPHA, np.ones(50)) is None


def test_no_miss_at_all_is_worth_one_outcome_a_day() -> None:
    found = coverage_over_days(np.zeros(100), ALPHA, 50_000)
    low, high = metrics.coverage_interval(1.0, 100, stats.t.ppf(0.975, 99))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p_value == pytest.approx(2 * stats.t.sf(0.05 / np.sqrt(0.05 * 0.95 / 100), 99))
    alone = coverage_over_days(np.zeros(1), ALPHA, 1)
    assert alone.high == 1.0 and alone.p_value > 0.5
