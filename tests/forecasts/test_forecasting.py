"""The next prices and their dates."""

import numpy as np
import pytest
from toys import toy_model, walk

from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.prices.series import PriceSeries


def test_a_date_that_no_reader_takes_is_not_written() -> None:
    """Yearly data: 10,000 steps were dated up to the year 12019."""
    years = np.arange("1800", "2020", dtype="datetime64[Y]").astype("datetime64[s]")
    series = [PriceSeries("Y", years, walk(len(years)).prices)]
    model = toy_model(series)
    assert str(forecast(model, series, 7_980).date[-1]).startswith("9999-")
    with pytest.raises(DataError, match=r"Y: 7,981 steps after 2019-01-01 would end after 9999-12-31"):
        forecast(model, series, 7_981)
