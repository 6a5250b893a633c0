"""Bytes → price series: the only way in for data.

`read_prices(sources, options)` gives a list of PriceSeries and a report of everything that was decided.
"""

from rnn_forecast.prices.options import ReadOptions
from rnn_forecast.prices.reader import Reading, read_prices
from rnn_forecast.prices.series import PriceSeries, iso

__all__ = ["PriceSeries", "ReadOptions", "Reading", "iso", "read_prices"]
