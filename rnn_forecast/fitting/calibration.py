"""How far to trust a fitted network, and how wide its intervals are, by what it forecasts of known rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.fitting.shrinkage import fit_shrinkage
from rnn_forecast.forecasts.recursion import growth
from rnn_forecast.intervals.conformal import calibrate, most_beyond, stored_levels
from rnn_forecast.intervals.score_quantiles import independent_scores
from rnn_forecast.intervals.seasonality import find_cycles
from rnn_forecast.intervals.volatility import Volatility
from rnn_forecast.intervals.volatility_fit import fit_volatility
from rnn_forecast.model.model import (
    Model,
    calibrated_values,
    floored_moves,
    network_values,
    shrunk,
    target_values,
)
from rnn_forecast.model.shrinkage_target import fit_drift
from rnn_forecast.seeds import generator
from rnn_forecast.windows.dataset import Dataset, calibrating_to_the_end
from rnn_forecast.windows.origins import Origins, origins_between, sample
from rnn_forecast.windows.panel import dates_at
from rnn_forecast.windows.standing import movers
from rnn_forecast.windows.windows import Windows

MOST_CALIBRATION_WINDOWS = 50_000  # a quantile needs no more
MOST_VOLATILITY_WINDOWS = 20_000  # nor do a dozen weights
MOST_NETWORK_WINDOWS = 20_000  # forecast again; each takes a forward pass
MOST_RECURSED_WINDOWS = 300  # each takes a forward pass for every horizon up to the last step
FREEDOM = 3.0  # what a network learns by heart, in independent windows: measured by benchmarks/few_rows.py
SHARE_BEYOND = 4  # but no farther than this part of the training rows


def calibrated(model: Model, dataset: Dataset) -> Model:
    """The model with volatility from all training windows, drift from the fitted ones, shrinkage, and
    intervals.

    Shrinkage comes from the calibration windows; without any there is no evidence for the network, and where
    it is to be shrunk nothing of it is left. Scores come from all training windows: years say more of the
    size and shape of errors than a hundred days of one kind of market. That the network has been fitted to
    most of them, and errs less there than it will, is made good by `_optimism`; what it is pulled to has next
    to nothing fitted, and needs no such thing.
    """
    recipe = dataset.recipe
    model = replace(model, volatility=_learnt(dataset))
    if recipe.forecast.toward == "drift":
        model = replace(model, drift=fit_drift(_some(dataset, dataset.fit), log=model.scaling.log))
    windows = _some(dataset, dataset.calibrate)
    scale = floored_moves(model, dataset.panel, windows.origin)
    network, target = network_values(model, windows), target_values(model, windows)
    if recipe.forecast.shrink:
        dates = dates_at(dataset.series, dataset.panel, windows.origin)
        predicted, actual = (network - target) / scale, (windows.future() - target) / scale
        found = fit_shrinkage(predicted, actual, dates) if len(windows) else 0 * model.shrinkage
        model = replace(model, shrinkage=found)
    return _with_intervals(model, dataset, Errors(windows, shrunk(network, target, model.shrinkage), scale))


def calibrated_again(model: Model, dataset: Dataset) -> Model:
    """The model of a first fit with volatility and intervals from all rows, those of its test part too.

    For weights that are fitted again on all rows. The first fit has learnt from its test windows as little as
    from those it was calibrated on: both say how much larger new errors are than those of fitted windows.
    Shrinkage and drift stay those that were judged. Without test windows it is the model as it is.
    """
    if not len(dataset.test):
        return model
    whole = calibrating_to_the_end(dataset)
    model = replace(model, volatility=_learnt(whole))
    return _with_intervals(model, whole, _errors(model, whole, whole.calibrate, MOST_CALIBRATION_WINDOWS))


def _with_intervals(model: Model, dataset: Dataset, unseen: "Errors") -> Model:
    """The model with intervals from all training windows, what fitting flatters made good by `unseen`."""
    every = _training_errors(model, dataset)
    worth = independent_scores(every.ours, dates_at(dataset.series, dataset.panel, every.windows.origin))
    sure = _optimism(every, [unseen, *_stopping_errors(model, dataset)], model.shrinkage)
    sure = np.where(model.shrinkage == 0, sure, np.minimum(sure, worth / (worth + FREEDOM)))
    intervals = calibrate(every.ours / sure, stored_levels(model.recipe.forecast.levels), worth)
    return replace(model, intervals=replace(intervals, beyond=_beyond(model, dataset)))


def _beyond(model: Model, dataset: Dataset) -> tuple[float, ...]:
    """How intervals widen beyond the horizon, over a season or a few horizons, where a network is trusted.

    For the last value alone the root of the step will do: it is a random walk's, and nothing need be learnt.
    """
    window, train = model.recipe.window, dataset.split.train
    most = int(train.max()) // SHARE_BEYOND
    steps = min(most_beyond(window.horizon, window.season), most)
    if not model.shrinkage.any() or steps <= window.horizon:
        return ()
    far = window.model_copy(update={"horizon": steps})
    origins = _sampled(dataset, origins_between(dataset.panel, 0 * train, train, far), MOST_RECURSED_WINDOWS)
    return growth(model, dataset.panel, origins, steps) if len(origins) else ()


def _some(dataset: Dataset, origins: Origins) -> Windows:
    return dataset.windows(_sampled(dataset, origins, MOST_CALIBRATION_WINDOWS))


def _sampled(dataset: Dataset, origins: Origins, most: int) -> Positions:
    """An even sample of the origins; of those, the ones that move: see `windows.standing`."""
    drawn = sample(origins, most, generator(dataset.recipe.training.seed, "calibration"))
    return movers(dataset.panel, drawn)


def _training_origins(dataset: Dataset) -> Origins:
    train = dataset.split.train
    return origins_between(dataset.panel, np.zeros_like(train), train, dataset.recipe.window)


def _learnt(dataset: Dataset) -> Volatility:
    """The volatility of all training windows, and the calendar of the series with the most training rows."""
    horizon, train = dataset.recipe.window.horizon, dataset.split.train
    longest = int(train.argmax())
    cycles = find_cycles(dataset.series[longest].dates[: train[longest]], horizon)
    origins = _sampled(dataset, _training_origins(dataset), MOST_VOLATILITY_WINDOWS)
    return fit_volatility(dataset.panel, origins, horizon, cycles)


@dataclass(frozen=True, eq=False)
class Errors:
    """Forecasts (n, horizon) of some windows, in model space, beside the outcome, over expected sizes."""

    windows: Windows
    forecast: Array
    scale: Array

    @cached_property
    def ours(self) -> Array:
        return np.asarray((self.windows.future() - self.forecast) / self.scale)

    @cached_property
    def last_value(self) -> Array:
        return np.asarray((self.windows.future() - self.windows.last()[:, None]) / self.scale)


def _training_errors(model: Model, dataset: Dataset) -> Errors:
    most = MOST_NETWORK_WINDOWS if model.shrinkage.any() else MOST_CALIBRATION_WINDOWS
    return _errors(model, dataset, _training_origins(dataset), most)


def _stopping_errors(model: Model, dataset: Dataset) -> list[Errors]:
    """Those of the windows that said when to stop, if a network is trusted: they are nearly as new."""
    if not (model.shrinkage.any() and len(dataset.validation)):
        return []
    return [_errors(model, dataset, dataset.validation, MOST_NETWORK_WINDOWS)]


def _errors(model: Model, dataset: Dataset, origins: Origins, most: int) -> Errors:
    windows = dataset.windows(_sampled(dataset, origins, most))
    scale = floored_moves(model, dataset.panel, windows.origin)
    return Errors(windows, calibrated_values(model, windows), scale)


def _optimism(every: Errors, later: Sequence[Errors], shrinkage: Array) -> Array:
    """How small the errors of training windows are beside new ones, (horizon,) by step; 1 without a network.

    The mean absolute error beside the last value's on the same windows, over all training windows and over
    the later ones that the fit did not see: days that were wild for one were wild for the other. NaN, which
    is unknown, where there are no later ones; 1 where nothing moved or nothing was wrong. Never above 1: a
    network is trusted where it did well on the latest windows, which few of them may be by luck.
    """
    if not len(later[0].windows):
        return np.where(shrinkage == 0, 1.0, np.nan)
    ours, plain = (np.abs(found).mean(axis=0) for found in (every.ours, every.last_value))
    new, new_plain = (
        np.abs(np.concatenate(found)).mean(axis=0)
        for found in ([errors.ours for errors in later], [errors.last_value for errors in later])
    )
    known = (shrinkage != 0) & (np.minimum.reduce([ours, new, plain, new_plain]) > 0)
    return np.where(known, np.minimum(ours * new_plain / np.where(known, new * plain, 1.0), 1.0), 1.0)
