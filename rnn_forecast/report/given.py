"""What verbs have in hand → values of a report: a table of forecasts, series of prices."""

from collections.abc import Sequence

import numpy as np

from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.formats import columns
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.report.values import RECENT, Forecasts, Prices, by_ticker


def forecasts_of(table: ForecastTable) -> dict[str, Forecasts]:
    """What `predict` made, by ticker."""
    return dict(by_ticker({name: np.asarray(column) for name, column in columns(table).items()}))


def recent(series: PriceSeries) -> Prices:
    """The last prices of a series."""
    return Prices(iso(series.dates[-RECENT:]), series.prices[-RECENT:])


def only_forecast(
    table: ForecastTable, series: Sequence[PriceSeries]
) -> tuple[str, Prices, Forecasts] | None:
    """The ticker, its last prices and its forecast, where there is one ticker alone."""
    found = forecasts_of(table)
    if len(found) != 1:
        return None
    ((ticker, ahead),) = found.items()
    return ticker, recent(next(one for one in series if one.ticker == ticker)), ahead
