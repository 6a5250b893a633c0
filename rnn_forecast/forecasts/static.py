"""What a file of the model alone can say: the networks' mean and the shrinkage as it was calibrated.

The weight that follows what came true, and the widths of intervals, look back on a year of rows and more.
Here neither is asked: a forecast depends on the last window alone, and `exporting` makes a graph of it that
gives the same.
"""

from collections.abc import Sequence

import numpy as np

from rnn_forecast.forecasts.dates_ahead import dates_ahead
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.forecasting import as_prices, table_of, too_short
from rnn_forecast.forecasts.network_weight import QUIET
from rnn_forecast.forecasts.recursion import recursed
from rnn_forecast.model.model import Model, panel_of
from rnn_forecast.prices.checks import is_constant
from rnn_forecast.prices.series import PriceSeries


@np.errstate(**QUIET)
def static_forecast(model: Model, series: Sequence[PriceSeries], steps: int) -> ForecastTable:
    """The next `steps` prices of every series, without intervals. Raises as `forecast` does.

    Steps beyond the horizon go on from the forecasts; a series whose price never changes stays where it is.
    """
    for error in too_short(model, series).values():
        raise error
    dates = dates_ahead(series, steps, model.recipe.data.known, model.horizon)
    values = model.scaling.to_model_space(np.array([s.prices[-1] for s in series]))
    values = np.repeat(values[:, None], steps, axis=1)
    goes = np.array([not is_constant(s) for s in series])
    if goes.any():
        panel = panel_of(model, [s for s, go in zip(series, goes, strict=True) if go])
        values[goes] = recursed(model, panel, panel.offsets[1:] - 1, steps, model.shrinkage)
    return table_of(series, dates, as_prices(model, values, lambda i: series[i].ticker))
