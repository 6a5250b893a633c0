"""Prices → the digits that are written."""

import numpy as np

from rnn_forecast.forecasts.formats import significant


def test_a_price_of_any_size_is_written_as_a_number() -> None:
    prices = np.array([1e-305, 5e-324, 1.1000000000000014, 1.7976931348623157e308])
    assert significant(prices).tolist() == [1e-305, 5e-324, 1.1, 1.79769313e308]
