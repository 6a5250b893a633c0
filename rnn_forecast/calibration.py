"""How far to trust a fitted network, and how wide its bands are: learnt on windows that nothing else saw."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.intervals import calibrate
from rnn_forecast.lesson import Lesson
from rnn_forecast.model import Model, forecast_values, volatility
from rnn_forecast.windows import Windows, sample

MOST_CALIBRATION_WINDOWS = 100_000  # a quantile needs no more


def calibrated(model: Model, lesson: Lesson) -> Model:
    """The model with shrinkage and bands from the calibration windows; unchanged where there are none."""
    recipe = lesson.recipe
    windows = lesson.windows(sample(lesson.calibrate, MOST_CALIBRATION_WINDOWS, 0, 0))
    if not len(windows):
        return model
    scale = volatility(lesson.panel, windows, lesson.scaling)[:, None]
    if recipe.forecast.shrink:
        raw = forecast_values(model, windows)
        model = replace(model, shrinkage=fit_shrinkage(raw, windows, scale))
    errors = windows.future() - forecast_values(model, windows)
    bands = calibrate(errors / scale, recipe.forecast.levels)
    return replace(model, bands=bands)


def fit_shrinkage(
    network: NDArray[np.float64], windows: Windows, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far to trust the network at each step, (horizon,) in [0, 1].

    Least squares of the actual move on the network's, in units of `scale` (n, 1), drawn to zero by
    its own standard error (the positive-part rule of James and Stein 1961 for one number):
    b = Σ d a / Σ d², t = b / se(b), shrinkage = b (1 - 1/t²), none where |t| < 1 or b < 0.
    """
    last = windows.last()[:, None]
    moved, actual = (network - last) / scale, (windows.future() - last) / scale
    power = np.maximum((moved**2).sum(axis=0), np.finfo(float).tiny)
    slope = (moved * actual).sum(axis=0) / power
    residual = actual - slope * moved
    # each window's targets overlap the next horizon - 1 windows', so there are fewer free errors than windows
    free = max(len(windows) / windows.horizon - 1, 1)
    variance = (residual**2).mean(axis=0) * len(windows) / free / power
    trust = np.clip(1 - variance / np.maximum(slope**2, np.finfo(float).tiny), 0, 1)
    return np.asarray(np.clip(slope, 0, 1) * trust)
