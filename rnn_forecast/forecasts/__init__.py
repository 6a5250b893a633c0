"""What a model says: forecasts from any origins, and the table that they are written as.

In: a model and series. Out: a `ForecastTable`, or its bytes in one of four formats.
Imports: system, prices, windows, intervals, model.

forecasting.py     forecasts from any origins of a panel, and the next prices of series
static.py          the same by the last window alone: what a file of the model can say
network_weight.py  how far the network is trusted now
adaptation.py      how intervals have held since the model was made, and the widths that follow
dates_ahead.py     the dates that forecasts are for, and what must be known there
recursion.py       steps beyond the horizon
wanted.py          what is to be read of a distribution, and its columns
forecast_table.py  one row for each ticker, origin and step
formats.py         CSV, JSON, JSON lines, Parquet
written_tables.py  the same, read
"""

from typing import TYPE_CHECKING

from rnn_forecast.exports import lazily

if TYPE_CHECKING:
    from rnn_forecast.forecasts.forecast_table import ForecastTable
    from rnn_forecast.forecasts.forecasting import forecast
    from rnn_forecast.forecasts.formats import write_table

__all__ = ["ForecastTable", "forecast", "write_table"]
__getattr__ = lazily(
    __name__, {"ForecastTable": "forecast_table", "forecast": "forecasting", "write_table": "formats"}
)
