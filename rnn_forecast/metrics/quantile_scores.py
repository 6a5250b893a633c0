"""Measures of quantiles and prediction intervals: naked functions of arrays, each with unit and source."""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.metrics.point_errors import _mean


def pinball(actual: Array, forecast: Array, quantile: float) -> float:
    """Quantile loss, in price units: mean(max(q gap, (q - 1) gap)), gap = actual - forecast, q in (0, 1).

    The actual price above a high quantile costs more than below it. Source: Koenker and Bassett 1978.
    """
    return _mean(quantile_losses(actual, forecast, quantile))


def quantile_losses(actual: Array, forecast: Array, quantile: float) -> Array:
    """The same of each cell."""
    gap = actual - forecast
    return np.maximum(quantile * gap, (quantile - 1.0) * gap)


def crps(actual: Array, forecasts: Array, quantiles: Array) -> float:
    """Continuous ranked probability score from quantile forecasts, in price units.

    Twice the mean pinball loss over the given quantiles, which tends to the CRPS as they fill (0, 1) evenly.
    `forecasts` has one more, last, axis than `actual`: one column for each quantile.
    Source: Gneiting and Ranjan 2011; Laio and Tamea 2007.
    """
    return 2.0 * _mean(
        np.array([pinball(actual, forecasts[..., i], float(q)) for i, q in enumerate(quantiles)])
    )


def coverage(actual: Array, low: Array, high: Array) -> float:
    """The part of the actual prices inside [low, high], 0 to 1; right is the level, higher is too wide."""
    return _mean((low <= actual) & (actual <= high))


def winkler(actual: Array, low: Array, high: Array, level: float) -> float:
    """Interval score, in price units: mean(width + 2/alpha distance outside), alpha = 1 - level/100.

    `level` in percent (80). It rewards narrow intervals and punishes those that miss, so it cannot be
    bettered by making every interval wide. Source: Winkler 1972; Gneiting and Raftery 2007, equation 43.
    """
    alpha = 1.0 - level / 100.0
    outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    return _mean(high - low + 2.0 / alpha * outside)


def pit_counts(actual: Array, forecasts: Array, quantiles: Array) -> NDArray[np.int64]:
    """How many of the actual prices lie between each two neighbouring quantile forecasts, (q + 1,).

    The histogram of the probability integral transform, exact where the quantiles are its edges: with
    0.1, 0.2, … 0.9 ten bins, each right where it holds a tenth. Full outer bins: forecasts are too narrow;
    empty ones: too wide; a slope: they lean to one side. `actual (n,)` and `forecasts (n, q)` in price
    units, `quantiles (q,)` rising in (0, 1); a price at a forecast counts as below it. Where two quantile
    forecasts cross, the price is above as many as it exceeds.
    Source: Dawid 1984; Diebold, Gunther and Tay 1998.
    """
    above = (actual[:, None] > forecasts).sum(axis=1)
    return np.bincount(above, minlength=len(quantiles) + 1)
