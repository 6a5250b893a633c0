"""Each measure against an independent oracle, and its sign and scale with two numbers."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from sklearn import metrics as sklearn_metrics

from rnn_forecast import metrics

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the oracle's own imports
    import pandas as pd
    from utilsforecast import losses

rng = np.random.default_rng(7)
ACTUAL = rng.uniform(50, 150, 400)
FORECAST = ACTUAL + rng.normal(0, 3, 400)
TRAIN = np.cumsum(rng.normal(0, 1, 300)) + 100
LAST = ACTUAL + rng.normal(0, 3, 400)


def oracle(loss, **more) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.DataFrame({"unique_id": "a", "ds": np.arange(400), "y": ACTUAL, "m": FORECAST})
        train = pd.DataFrame({"unique_id": "a", "ds": np.arange(300), "y": TRAIN})
        if "seasonality" in more:
            more["train_df"] = train
        return float(loss(frame, models=["m"], **more)["m"].iloc[0])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.rmse, sklearn_metrics.root_mean_squared_error),
        (metrics.mae, sklearn_metrics.mean_absolute_error),
        (metrics.mape, lambda a, f: 100 * sklearn_metrics.mean_absolute_percentage_error(a, f)),
        (metrics.smape, lambda a, f: 200 * oracle(losses.smape)),
        (
            lambda a, f: metrics.pinball(a, f, 0.9),
            lambda a, f: sklearn_metrics.mean_pinball_loss(a, f, alpha=0.9),
        ),
        (
            lambda a, f: metrics.mase(a, f, metrics.training_scale(TRAIN)[0]),
            lambda a, f: oracle(losses.mase, seasonality=1),
        ),
        (
            lambda a, f: metrics.rmsse(a, f, metrics.training_scale(TRAIN)[1]),
            lambda a, f: oracle(losses.rmsse, seasonality=1),
        ),
        (
            lambda a, f: metrics.coverage(a, f - 2, f + 3),
            lambda a, f: float(pd.Series(a).between(f - 2, f + 3).mean()),
        ),
        (
            lambda a, f: metrics.directional_accuracy(a, f, LAST),
            lambda a, f: sklearn_metrics.accuracy_score(a > LAST, f > LAST),
        ),
    ],
)
def test_agrees_with_an_independent_implementation(ours, theirs):
    assert ours(ACTUAL, FORECAST) == pytest.approx(theirs(ACTUAL, FORECAST), rel=1e-12)


def test_winkler_is_pinball_of_both_ends_over_half_alpha():
    """Gneiting and Raftery 2007: the interval score is the sum of two pinball losses."""
    low, high = FORECAST - 2, FORECAST + 3
    both = sklearn_metrics.mean_pinball_loss(ACTUAL, low, alpha=0.1)
    both += sklearn_metrics.mean_pinball_loss(ACTUAL, high, alpha=0.9)
    assert metrics.winkler(ACTUAL, low, high, 80) == pytest.approx(both / 0.1, rel=1e-12)


def test_crps_tends_to_the_integral_of_a_normal_forecast():
    quantiles = (np.arange(2000) + 0.5) / 2000
    forecasts = stats.norm.ppf(quantiles)[None, :]
    whole = integrate.quad(lambda x: (stats.norm.cdf(x) - (x >= 0.7)) ** 2, -10, 10, points=[0.7])[0]
    assert metrics.crps(np.array([0.7]), forecasts, quantiles) == pytest.approx(whole, rel=1e-3)


A = np.array([10.0, 20.0])
HIGH = np.array([12.0, 20.0])  # the first forecast is 2 too high
LOW = np.array([8.0, 20.0])


@pytest.mark.parametrize(
    ("measure", "high", "low"),
    [
        (metrics.rmse, math.sqrt(2), math.sqrt(2)),
        (metrics.mae, 1.0, 1.0),
        (metrics.mape, 10.0, 10.0),
        (metrics.smape, 100 * 2 / 11 / 2, 100 * 2 / 9 / 2),
        (lambda a, f: metrics.mase(a, f, 4.0), 0.25, 0.25),
        (lambda a, f: metrics.rmsse(a, f, 4.0), math.sqrt(2) / 4, math.sqrt(2) / 4),
        (lambda a, f: metrics.pinball(a, f, 0.9), 0.1, 0.9),  # too low a high quantile costs more
        (lambda a, f: metrics.directional_accuracy(a, f, np.array([9.0, 19.0])), 1.0, 0.5),
        (lambda a, f: metrics.coverage(a, f - 1, f + 1), 0.5, 0.5),
        (lambda a, f: metrics.winkler(a, f - 1, f + 1, 80), 2 + 10 / 2, 2 + 10 / 2),
    ],
)
def test_sign_and_scale_with_two_numbers(measure, high, low):
    assert measure(A, HIGH) == pytest.approx(high)
    assert measure(A, LOW) == pytest.approx(low)


def test_both_ends_of_an_interval_are_inside_it():
    assert metrics.coverage(A, A, A + 1) == metrics.coverage(A, A - 1, A) == metrics.coverage(A, A, A) == 1.0


def test_the_scale_is_of_the_changes_that_count():
    prices = np.array([1.0, 9.0, 10.0, 13.0])
    counts = np.array([False, False, True, True])
    assert metrics.training_scale(prices, counts) == (2.0, math.sqrt(5))
    assert metrics.training_scale(prices, counts | True) == (4.0, math.sqrt(74 / 3))
    assert prices.tolist() == [1.0, 9.0, 10.0, 13.0]


def test_a_billionth_of_the_price_is_no_direction():
    assert metrics.direction(np.array([1e9 + 1, 1e9 + 2, 1e9 - 2]), np.array([1e9])).tolist() == [0, 1, -1]


def test_directional_accuracy_counts_no_change_as_the_docstring_says():
    last = np.array([10.0, 10.0, 10.0])
    actual = np.array([11.0, 9.0, 10.0])  # the third has no direction: left out
    assert metrics.directional_accuracy(actual, last, last) == 0.5
    assert metrics.directional_accuracy(actual, np.exp(np.log(last)), last) == 0.5
    assert metrics.directional_accuracy(actual, np.array([11.0, 11.0, 11.0]), last) == 0.5
    assert metrics.directional_accuracy(actual, np.array([11.0, 10.0, 11.0]), last) == 0.75
    assert math.isnan(metrics.directional_accuracy(last, actual, last))


def test_what_has_no_value_is_nan_and_warns_of_nothing():
    zero = np.zeros(3)
    assert math.isnan(metrics.mape(zero, zero + 1))
    assert metrics.smape(zero, zero) == 0.0
    assert all(math.isnan(value) for value in metrics.training_scale(np.array([5.0])))
    assert math.isnan(metrics.rmse(np.empty(0), np.empty(0)))


prices = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=20).map(np.array)


@given(prices, st.floats(0.5, 2.0), st.floats(0.01, 1000))
def test_price_units_scale_and_percent_does_not(actual, tilt, factor):
    forecast = actual * tilt + 0.01
    for measure in (metrics.rmse, metrics.mae, lambda a, f: metrics.winkler(a, f - a, f + a, 80)):
        assert measure(actual * factor, forecast * factor) == pytest.approx(
            factor * measure(actual, forecast)
        )
    for measure in (metrics.mape, metrics.smape):
        assert measure(actual * factor, forecast * factor) == pytest.approx(measure(actual, forecast))
    assert metrics.mae(actual, forecast) <= metrics.rmse(actual, forecast) * (1 + 1e-12)
    assert 0 <= metrics.smape(actual, forecast) <= 200
