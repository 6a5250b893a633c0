import numpy as np
import pytest

from rnn_forecast.metrics.baselines import drift, last_value, seasonal_naive


def test_last_value_is_the_last_price_at_every_step():
    assert last_value(np.array([3.0, 5.0]), 3).tolist() == [[3, 3, 3], [5, 5, 5]]


def test_drift_goes_on_by_the_mean_change_of_all_known_prices():
    known = np.array([100.0, 103.0, 99.0, 106.0])
    ahead = drift(known[:1], known[-1:], np.array([4]), 3)
    assert ahead[0] == pytest.approx(known[-1] + np.diff(known).mean() * np.arange(1, 4))
    assert ahead[0, 0] > known[-1]  # the sign: a market that rose goes on rising


def test_drift_of_a_single_price_is_flat():
    assert drift(np.array([7.0]), np.array([7.0]), np.array([1]), 2).tolist() == [[7, 7]]


def test_drift_of_two_prices_is_the_line_through_them():
    assert drift(np.array([7.0]), np.array([9.0]), np.array([2]), 2).tolist() == [[11, 13]]


def test_drift_never_sees_the_order_of_the_past_and_scales_with_the_price():
    first, last, count = np.array([1.0, 40.0]), np.array([2.0, 30.0]), np.array([11, 6])
    assert drift(first, last, count, 4) * 1000 == pytest.approx(drift(first * 1000, last * 1000, count, 4))
    assert np.diff(drift(first, last, count, 4), axis=1) == pytest.approx(np.array([[0.1] * 3, [-2.0] * 3]))


def test_seasonal_naive_goes_round():
    prices, start = np.arange(10.0), np.array([0, 0])
    found = seasonal_naive(prices, start, np.array([9, 4]), 3, 4)
    assert found.tolist() == [[7, 8, 9, 7], [2, 3, 4, 2]]
    assert seasonal_naive(prices, start[:1], np.array([9]), 10, 2).tolist() == [[0, 1]]


def test_seasonal_naive_is_the_last_value_where_the_series_is_too_young():
    prices = np.arange(10.0)  # two series, the second one from row 4 on
    assert seasonal_naive(prices, np.array([4]), np.array([8]), 6, 3).tolist() == [[8, 4, 5]]
