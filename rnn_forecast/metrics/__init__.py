"""Measures of forecasts, and the baselines beside them: naked functions of arrays.

In: actual prices and forecasts, `(n,)` or `(n, horizon)`, in price units. Out: a float, or a forecast.
Imports: nothing of ours.

point_errors.py     RMSE, MAE, MASE and their kin
quantile_scores.py  pinball, CRPS, coverage, Winkler, PIT counts
coverage_tests.py   does a band hold as often as it says, and do its misses come alone? Of one series
daily_misses.py     the same of many series that move together: tests of the share that misses on each day
shortfall.py        Z2, its p-value, and the joint score of value at risk and expected shortfall
baselines.py        last value, drift, season before
"""

from rnn_forecast.metrics.coverage_tests import christoffersen, coverage_interval, dynamic_quantile, kupiec
from rnn_forecast.metrics.point_errors import (
    Mean,
    direction,
    directional_accuracy,
    mae,
    mape,
    mase,
    rmse,
    rmsse,
    smape,
    training_scale,
)
from rnn_forecast.metrics.quantile_scores import coverage, crps, pinball, pit_counts, quantile_losses, winkler
from rnn_forecast.metrics.shortfall import (
    acerbi_szekely_z2,
    fissler_ziegel,
    historical_shortfall,
    z2_p_value,
    z2_terms,
)

__all__ = [
    "Mean",
    "acerbi_szekely_z2",
    "christoffersen",
    "coverage",
    "coverage_interval",
    "crps",
    "direction",
    "directional_accuracy",
    "dynamic_quantile",
    "fissler_ziegel",
    "historical_shortfall",
    "kupiec",
    "mae",
    "mape",
    "mase",
    "pinball",
    "pit_counts",
    "quantile_losses",
    "rmse",
    "rmsse",
    "smape",
    "training_scale",
    "winkler",
    "z2_p_value",
    "z2_terms",
]
