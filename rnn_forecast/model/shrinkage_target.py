"""What a forecast is pulled to where the network is not trusted: the last value, still or moving on."""

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.windows.windows import Windows

DEEPEST = -0.99  # a relative move: what is forecast stays a price


def fit_drift(windows: Windows, *, log: bool) -> Array:
    """How far prices move on average in 1, 2… steps, (horizon,), in spreads of each window.

    Of all windows of all series alike, each in its own spread, so that a calm share and a wild one have one
    number. Where model space is logs, moves are relative ones and not logs: the least squared error is that
    of the mean price, which lies above the exponential of the mean log by about half the variance.
    """
    moved = windows.future() - windows.last()[:, None]
    return np.asarray(((np.expm1(moved) if log else moved) / windows.spread[:, None]).mean(axis=0))


def shrinkage_targets(windows: Windows, drift: Array, *, log: bool) -> Array:
    """Where prices go by themselves, (n, horizon) in model space; `drift` is (horizon,), 0 for nowhere."""
    last = windows.last()[:, None]
    moved = windows.spread[:, None] * drift
    return np.asarray(last + (np.log1p(np.maximum(moved, DEEPEST)) if log else moved))
