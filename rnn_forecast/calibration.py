"""How far to trust a fitted network, and how wide its bands are: learnt on windows that the fit never saw."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.cycles import find_cycles
from rnn_forecast.intervals import calibrate
from rnn_forecast.lesson import Lesson
from rnn_forecast.model import Model, drawn, move_sizes, network_values
from rnn_forecast.skill import long_run_variance
from rnn_forecast.source import with_rows_used
from rnn_forecast.volatility import Volatility, fit_volatility
from rnn_forecast.windows import Origins, Windows, dates_at, origins_between, sample

Array = NDArray[np.float64]
MOST_CALIBRATION_WINDOWS = 50_000  # a quantile needs no more
MOST_VOLATILITY_WINDOWS = 20_000  # nor do a dozen weights
NOTHING = 1e-30  # the least that is divided by: a network that does not move divides nothing by it


def calibrated(model: Model, lesson: Lesson) -> Model:
    """The model with volatility from all training windows, shrinkage from the calibration windows, and bands.

    Without calibration windows there is no evidence for the network, and where it is to be shrunk nothing of
    it is left. At a step where the forecast is the last value, which fits nothing, every training window is
    as good a witness of its errors as the calibration windows are, and years say more than a hundred days of
    one kind of market. At the other steps shrinkage and bands share the calibration windows: one number a
    step is fitted to them, which makes bands narrower by about one window's weight.
    """
    recipe = lesson.recipe
    model = replace(model, volatility=_learnt(lesson))
    windows = _some(lesson, lesson.calibrate)
    scale = move_sizes(model, lesson.panel, windows)
    network = network_values(model, windows)
    if recipe.forecast.shrink:
        dates = dates_at(lesson.series, lesson.panel, windows.origin)
        found = fit_shrinkage(network, windows, scale, dates) if len(windows) else 0 * model.shrinkage
        model = replace(model, shrinkage=found)
    scores = (windows.future() - drawn(network, windows, model.shrinkage)) / scale
    at_last_value = model.shrinkage == 0
    if at_last_value.any():
        scores = np.concatenate(
            [_only(scores, ~at_last_value), _only(_last_value_scores(model, lesson), at_last_value)]
        )
        model = replace(model, source=with_rows_used(model.source, lesson, "calibration", lesson.split.train))
    return replace(model, bands=calibrate(scores, recipe.forecast.levels))


def fit_shrinkage(
    network: Array, windows: Windows, scale: Array, dates: NDArray[np.generic]
) -> NDArray[np.float64]:
    """How far to trust the network at each step, (horizon,) in [0, 1].

    Least squares of the actual move a on the network's d, both in units of `scale` (n, horizon), drawn
    to zero by its own standard error (the positive-part rule of James and Stein 1961, for one number):

        b = sum(d a) / sum(d^2),  t = b / se(b),  shrinkage = b (1 - 1 / t^2), and 0 where |t| < 1 or b < 0

    The standard error is that of clusters: d (a - b d) is summed over the windows of each origin date, `dates
    (n,)`, since all tickers of a day move together, and over `horizon` neighbouring dates, whose targets
    overlap (Driscoll and Kraay 1998). A market's hundred tickers over fifty days are fifty days.
    """
    last = windows.last()[:, None]
    moved, actual = (network - last) / scale, (windows.future() - last) / scale
    days, day = np.unique(dates, return_inverse=True)
    power = np.maximum((moved**2).sum(axis=0), NOTHING)
    slope = (moved * actual).sum(axis=0) / power
    terms = moved * (actual - slope * moved)
    variance = np.array(
        [
            long_run_variance(np.bincount(day, weights=step).astype(np.float64), windows.horizon)
            for step in terms.T
        ]
    )
    variance = variance * len(days) / power**2 * len(days) / max(len(days) - 1, 1)
    trust = np.clip(1 - variance / np.maximum(slope**2, NOTHING), 0, 1)
    return np.asarray(np.clip(slope, 0, 1) * trust)


def _some(lesson: Lesson, origins: Origins) -> Windows:
    return lesson.windows(sample(origins, MOST_CALIBRATION_WINDOWS, 0, 0))


def _training_origins(lesson: Lesson) -> Origins:
    window, nothing = lesson.recipe.window, np.zeros_like(lesson.split.train)
    return origins_between(lesson.panel, nothing, lesson.split.train, window.lookback, window.horizon)


def _learnt(lesson: Lesson) -> Volatility:
    """The volatility of all training windows, and the calendar of the series with the most training rows."""
    horizon, train = lesson.recipe.window.horizon, lesson.split.train
    longest = int(train.argmax())
    cycles = find_cycles(lesson.series[longest].dates[: train[longest]], horizon)
    origins = sample(_training_origins(lesson), MOST_VOLATILITY_WINDOWS, 0, 0)
    return fit_volatility(lesson.panel, origins, horizon, cycles)


def _last_value_scores(model: Model, lesson: Lesson) -> Array:
    """The errors (n, horizon) of the last value over all training windows, over their expected sizes."""
    windows = _some(lesson, _training_origins(lesson))
    scale = move_sizes(model, lesson.panel, windows)
    return np.asarray((windows.future() - windows.last()[:, None]) / scale)


def _only(scores: Array, steps: NDArray[np.bool_]) -> Array:
    """The scores at these steps (horizon,); NaN, which is unknown, at the others."""
    return np.where(steps, scores, np.nan)
