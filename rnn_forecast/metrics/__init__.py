"""Measures of forecasts, and the baselines beside them: naked functions of arrays.

In: actual prices and forecasts, `(n,)` or `(n, horizon)`, in price units. Out: a float, or a forecast.
Imports: nothing of ours.

point_errors.py     RMSE, MAE, MASE and their kin
quantile_scores.py  pinball, CRPS, coverage, Winkler
baselines.py        last value, drift, season before
"""

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
from rnn_forecast.metrics.quantile_scores import coverage, crps, pinball, winkler

__all__ = [
    "Mean",
    "coverage",
    "crps",
    "direction",
    "directional_accuracy",
    "mae",
    "mape",
    "mase",
    "pinball",
    "rmse",
    "rmsse",
    "smape",
    "training_scale",
    "winkler",
]
