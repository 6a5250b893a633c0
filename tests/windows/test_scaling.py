"""The numbers that scale windows, by hand on small series."""

from dataclasses import replace

import numpy as np
import pytest
from toys import walk

from rnn_forecast.errors import DataError, ModelError
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import ScalingChoice
from rnn_forecast.windows.scaling import FLOOR, Scaling, fit_scaling, window_spread


def priced(*prices: float, ticker: str = "T") -> PriceSeries:
    return PriceSeries(ticker, walk(len(prices)).dates, np.array(prices, np.float64))


def test_center_and_spread_are_of_the_training_rows_of_each_ticker() -> None:
    a, b = priced(1, 3, 2, 6, 900, ticker="A"), priced(10, 30, 20, 60, 9, ticker="B")
    for normalize, of_a in (("zscore", (3, np.sqrt(14 / 4))), ("minmax", (1, 5))):
        found = fit_scaling([a, b], np.array([4, 4]), ScalingChoice(normalize=normalize, log=False))
        expected = [[10 * v for v in of_a], of_a, of_a]
        np.testing.assert_allclose(found.centers_and_spreads(["B", "A", "A"]), expected)
    assert fit_scaling([a], np.array([4]), ScalingChoice(normalize="window")).by_ticker == {}


def test_a_level_that_is_not_known_is_refused_unless_there_is_but_one() -> None:
    two = Scaling("zscore", False, 1.0, {"A": (3.0, 2.0), "B": (5.0, 4.0)})
    with pytest.raises(ModelError, match="'C' was not among the tickers that this zscore model"):
        two.centers_and_spreads(["A", "C"])
    one = replace(two, by_ticker={"A": (3.0, 2.0)})
    assert one.centers_and_spreads(["C", "D", "A"]).tolist() == [[3, 2]] * 3
    assert one.centers_and_spreads(["A"]).tolist() == [[3, 2]]
    assert two.centers_and_spreads([]).shape == (0, 2)


def test_a_flat_ticker_beside_one_that_moves_has_a_spread_of_one() -> None:
    flat, other = priced(7, 7, 7, 7, ticker="F"), priced(1, 2, 3, 4)
    for normalize in ("zscore", "minmax"):
        found = fit_scaling([flat, other], np.array([4, 4]), ScalingChoice(normalize=normalize, log=False))
        assert found.by_ticker["F"] == (7.0, 1.0)
        assert found.floor == FLOOR  # the other's change is 1 a row


def test_the_floor_knows_training_rows_alone_and_none_that_move_is_a_fault() -> None:
    choice = ScalingChoice(log=False)
    s = priced(1, 2, 4, 5, 7, 1000, 1, 1000)
    assert fit_scaling([s], np.array([5]), choice).floor == pytest.approx(FLOOR * 6 / 4)
    with pytest.raises(DataError, match="never changes over the training rows"):
        fit_scaling([priced(5, 5, 5, 6)], np.array([3]), choice)
    for least in (0.0, -1.0):
        with pytest.raises(DataError, match="T has a price of"):
            fit_scaling([priced(1, least, 2)], np.array([3]), ScalingChoice(log=True))


def test_a_windows_spread_is_the_mean_change_of_what_it_knows() -> None:
    values = np.array([[99.0, 1, 3, 2], [0, 1, 3, 2], [0, 0, 0, 5]])
    mask = np.array([[0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 1]], np.bool_)
    np.testing.assert_allclose(window_spread(values, mask, 0.25), [3 / 2, 4 / 3, 0.25])
    np.testing.assert_allclose(window_spread(values, mask, 1.4), [1.5, 1.4, 1.4])


def test_two_known_prices_are_one_change_and_the_spread_is_its_size() -> None:
    values, mask = np.array([[9.0, 9, 2, 8]]), np.array([[0, 0, 1, 1]], np.bool_)
    assert window_spread(values, mask, 0.25).tolist() == [6]
    assert window_spread(values[:, 2:], mask[:, 2:], 0.25).tolist() == [6]


def test_a_spread_below_one_is_taken_as_it_is() -> None:
    s = priced(7.0, 7.25, 7.5, 7.25, ticker="S")
    for normalize, expected in (("zscore", (7.25, np.sqrt(0.125 / 4))), ("minmax", (7.0, 0.5))):
        found = fit_scaling([s], np.array([4]), ScalingChoice(normalize=normalize, log=False))
        assert found.by_ticker["S"] == pytest.approx(expected)
