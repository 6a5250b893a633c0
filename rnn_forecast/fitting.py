"""A lesson → a fitted model: fit the members, then shrink and calibrate. The one way into Keras."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_forecast.calibration import calibrated
from rnn_forecast.intervals import Bands
from rnn_forecast.lesson import Lesson
from rnn_forecast.model import Model
from rnn_forecast.network import Epoch, FittedNetwork, fit
from rnn_forecast.recipe import Recipe
from rnn_forecast.source import describe
from rnn_forecast.windows import Origins, Windows, origins_between, sample


@dataclass(frozen=True)
class Fit:
    model: Model
    history: tuple[Epoch, ...]
    best_epochs: tuple[int, ...]  # of each member, counted from 1


def fit_model(
    lesson: Lesson, reading: Mapping[str, Any], *, on_epoch: Callable[[Epoch], None]
) -> Fit:
    """Fit every member, then shrinkage and bands on windows that stopping has not looked at.

    Raises TrainingError when loss or weights stop being finite.
    """
    stop = lesson.windows(sample(lesson.stop, lesson.recipe.training.max_windows_per_epoch, 0, 0))
    fitted = _fit_members(lesson, lesson.fit, stop if len(stop) else None, lesson.recipe, on_epoch)
    model = Model(
        recipe=lesson.recipe,
        scaling=lesson.scaling,
        members=tuple(f.weights for f in fitted),
        shrinkage=np.ones(lesson.recipe.window.horizon),
        bands=Bands.none(),
        source=describe(lesson, reading, lesson.split.train),
    )
    history = tuple(epoch for f in fitted for epoch in f.history)
    return Fit(calibrated(model, lesson), history, tuple(f.best_epoch for f in fitted))


def refit(fit_: Fit, lesson: Lesson, *, on_epoch: Callable[[Epoch], None]) -> Model:
    """Fit again on all rows, each member for the epochs that early stopping found best."""
    every = origins_between(
        lesson.panel,
        np.zeros_like(lesson.split.rows),
        lesson.split.rows,
        lesson.recipe.window.lookback,
        lesson.recipe.window.horizon,
    )
    members = []
    for member, epochs in enumerate(fit_.best_epochs):
        training = lesson.recipe.training.model_copy(update={"epochs": max(epochs, 1), "patience": 0})
        recipe = lesson.recipe.model_copy(update={"training": training})
        members.append(_fit_member(lesson, every, None, recipe, member, on_epoch).weights)
    source = describe(lesson, fit_.model.source.reading, lesson.split.rows)
    return replace(fit_.model, members=tuple(members), source=source)


def _fit_members(
    lesson: Lesson,
    origins: Origins,
    stop: Windows | None,
    recipe: Recipe,
    on_epoch: Callable[[Epoch], None],
) -> list[FittedNetwork]:
    return [
        _fit_member(lesson, origins, stop, recipe, member, on_epoch)
        for member in range(recipe.training.members)
    ]


def _fit_member(
    lesson: Lesson,
    origins: Origins,
    stop: Windows | None,
    recipe: Recipe,
    member: int,
    on_epoch: Callable[[Epoch], None],
) -> FittedNetwork:
    most, seed = recipe.training.max_windows_per_epoch, recipe.training.seed

    def draw(epoch: int) -> Windows:
        return lesson.windows(sample(origins, most, epoch, seed))

    return fit(draw, stop, recipe, seed=seed + member, on_epoch=lambda e: on_epoch(replace(e, member=member)))
