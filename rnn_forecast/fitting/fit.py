"""A dataset → a fitted model: fit the members, then shrink and calibrate. The one way into Keras."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnn_forecast.fitting.calibration import calibrated, calibrated_again
from rnn_forecast.fitting.drawing import drawer
from rnn_forecast.fitting.weighing import weigher
from rnn_forecast.intervals.conformal import calibrate, stored_levels
from rnn_forecast.intervals.volatility import guessed
from rnn_forecast.model.model import Model
from rnn_forecast.model.provenance import describe, with_rows_used
from rnn_forecast.network.history import Epoch
from rnn_forecast.network.training import fit_members
from rnn_forecast.prices import Decisions
from rnn_forecast.seeds import generator
from rnn_forecast.system.memory import give_back
from rnn_forecast.windows.dataset import Dataset, without_last_rows
from rnn_forecast.windows.origins import origins_between, sample
from rnn_forecast.windows.standing import movers


@dataclass(frozen=True)
class Fit:
    model: Model
    history: tuple[Epoch, ...]
    best_epochs: tuple[int, ...]  # of each member, counted from 1


def fit_model(dataset: Dataset, decisions: Decisions, *, on_epoch: Callable[[Epoch], None]) -> Fit:
    """Fit every member, then shrinkage and intervals on windows that stopping has not looked at.

    Where all rows are to be fitted, and the network is trusted as it is, a first fit without the last ones
    says how wide its intervals are: one fit more, of few members. Raises TrainingError when loss or weights
    are not finite.
    """
    tried = without_last_rows(dataset)
    if tried is None:
        found = _fit(dataset, decisions, on_epoch)
        return replace(found, model=calibrated(found.model, dataset))
    before = calibrated(_fit(tried, decisions, on_epoch).model, tried)
    found = _fit(dataset, decisions, on_epoch)
    learnt = {name: getattr(before, name) for name in ("shrinkage", "drift", "volatility", "intervals")}
    return replace(found, model=replace(found.model, **learnt))


def _fit(dataset: Dataset, decisions: Decisions, on_epoch: Callable[[Epoch], None]) -> Fit:
    """Every member, with nothing calibrated yet."""
    training = dataset.recipe.training
    chance = generator(training.seed, "validation")
    watched = sample(dataset.validation, training.max_windows_per_epoch, chance)
    weigh = weigher(dataset)
    validation = weigh(movers(dataset.panel, watched))
    fitted = fit_members(drawer(dataset, dataset.fit, weigh), validation, dataset.recipe, on_epoch=on_epoch)
    give_back(len(dataset.panel.prices))
    model = Model(
        recipe=dataset.recipe,
        scaling=dataset.scaling,
        members=tuple(f.weights for f in fitted),
        shrinkage=np.ones(dataset.recipe.window.horizon),
        drift=np.zeros(dataset.recipe.window.horizon),
        volatility=guessed(dataset.recipe.window.horizon),
        intervals=calibrate(
            np.empty((0, dataset.recipe.window.horizon)), stored_levels(dataset.recipe.forecast.levels)
        ),
        source=describe(dataset, decisions, dataset.split.train),
    )
    history = tuple(epoch for f in fitted for epoch in f.history)
    return Fit(model, history, tuple(f.best_epoch for f in fitted))


def refit(fit_: Fit, dataset: Dataset, *, on_epoch: Callable[[Epoch], None]) -> Model:
    """Fit again on all rows, each member for the epochs that early stopping found best.

    Volatility and intervals come from all rows too, by the errors of the first fit: see `calibrated_again`.
    Drift and shrinkage stay those of the first fit: no row is left that the new weights have not seen.
    """
    rows = dataset.split.rows
    every = origins_between(dataset.panel, np.zeros_like(rows), rows, dataset.recipe.window)
    epochs = [max(best, 1) for best in fit_.best_epochs]
    draw = drawer(dataset, every, weigher(dataset))
    fitted = fit_members(draw, None, dataset.recipe, on_epoch=on_epoch, epochs=epochs)
    before = fit_.model.source
    decisions = Decisions.from_json(before.reading)
    source = replace(describe(dataset, decisions, rows), rows_used=before.rows_used)
    for step in ("fit", *(("volatility", "calibration") if len(dataset.test) else ())):
        source = with_rows_used(source, dataset, step, rows)
    again = calibrated_again(fit_.model, dataset)
    return replace(again, members=tuple(f.weights for f in fitted), source=source)


def history_csv(history: Sequence[Epoch]) -> bytes:
    """The epochs of all members as CSV; an empty cell where there was no validation loss."""
    lines = ["member,epoch,loss,val_loss,seconds"]
    for e in history:
        val = "" if e.val_loss is None else f"{e.val_loss:.8g}"
        lines.append(f"{e.member},{e.epoch},{e.loss:.8g},{val},{e.seconds:.6f}")
    return ("\n".join(lines) + "\n").encode()
