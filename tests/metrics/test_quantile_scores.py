"""Scores of quantiles and bands against scoringrules, and the histogram of where outcomes lie."""

import numpy as np
import pytest
import scoringrules
from scipy import stats

from rnn_forecast import metrics

rng = np.random.default_rng(7)
ACTUAL = rng.normal(100, 5, 500)
LOW, HIGH = ACTUAL + rng.normal(-6, 5, 500), ACTUAL + rng.normal(16, 5, 500)
LEVELS = np.arange(1, 10) / 10
FORECASTS = ACTUAL[:, None] + rng.normal(0, 3, (500, 1)) + 5 * stats.norm.ppf(LEVELS)


def test_they_are_those_of_scoringrules() -> None:
    low, high = np.minimum(LOW, HIGH), np.maximum(LOW, HIGH)
    want = scoringrules.interval_score(ACTUAL, low, high, 0.2)
    assert metrics.winkler(ACTUAL, low, high, 80) == pytest.approx(want.mean())
    want = scoringrules.crps_quantile(ACTUAL, FORECASTS, LEVELS)
    assert metrics.crps(ACTUAL, FORECASTS, LEVELS) == pytest.approx(want.mean())
    want = scoringrules.quantile_score(ACTUAL, LOW, 0.1)
    assert metrics.pinball(ACTUAL, LOW, 0.1) == pytest.approx(want.mean())


def test_a_right_forecast_fills_ten_bins_alike() -> None:
    forecasts = np.broadcast_to(stats.norm.ppf(LEVELS), (20_000, 9))
    actual = np.random.default_rng(1).normal(size=20_000)
    counts = metrics.pit_counts(actual, forecasts, LEVELS)
    assert counts.tolist() == np.histogram(stats.norm.cdf(actual), np.arange(11) / 10)[0].tolist()
    assert stats.chisquare(counts).pvalue > 0.01
    assert stats.chisquare(metrics.pit_counts(1.1 * actual, forecasts, LEVELS)).pvalue < 1e-6


def test_a_price_at_a_forecast_is_below_it_and_none_is_lost() -> None:
    forecasts = np.array([[1.0, 2.0, 3.0]] * 4)
    counts = metrics.pit_counts(np.array([0.5, 1.0, 2.5, 9.0]), forecasts, np.array([0.25, 0.5, 0.75]))
    assert counts.tolist() == [2, 0, 1, 1]
    assert metrics.pit_counts(np.empty(0), np.empty((0, 3)), np.array([0.25, 0.5, 0.75])).tolist() == [0] * 4
