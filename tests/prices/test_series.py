"""A price series: what it refuses, and the two ways to make another one of it."""

import numpy as np
import pytest

from rnn_forecast.prices.series import Column, PriceSeries

DATES = np.arange("2024-01-01", "2024-01-11", dtype="datetime64[D]").astype("datetime64[s]")
PRICES = np.arange(1.0, 11.0)
VOLUME = Column(np.r_[np.nan, np.arange(9.0)], "past")
SERIES = PriceSeries("A", DATES, PRICES, {"volume": VOLUME}, zone="America/New_York", date_format="%Y-%m-%d")


def test_until_cuts_every_column_and_keeps_the_rest():
    some = SERIES.until(4)
    assert len(some) == 4
    assert (some.dates == DATES[:4]).all()
    np.testing.assert_array_equal(some.columns["volume"].values, VOLUME.values[:4])
    assert some.columns["volume"].role == "past"
    assert (some.ticker, some.zone, some.date_format) == ("A", "America/New_York", "%Y-%m-%d")
    assert len(SERIES) == 10  # as it was


def test_other_prices_leave_the_rows_as_they_are():
    other = SERIES.with_prices(2 * PRICES)
    assert (other.prices == 2 * PRICES).all()
    assert other.dates is DATES
    assert other.columns is SERIES.columns


def test_the_frequency_is_that_of_the_dates():
    assert SERIES.frequency == "daily"
    assert PriceSeries("A", np.arange(1, 11), PRICES).frequency == "rows"
    assert SERIES.until(1).frequency == "irregular"


@pytest.mark.parametrize(
    ("prices", "columns"),
    [(PRICES[:9], {}), (PRICES[:, None], {}), (PRICES, {"volume": Column(PRICES[:9], "past")})],
)
def test_every_column_has_a_value_for_each_row(prices, columns):
    with pytest.raises(ValueError, match="not one row each"):
        PriceSeries("A", DATES, prices, columns)
