"""The verb train: sources → one fitted model in its folder, scored on the test part."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_forecast.fitting.fit import fit_model, history_csv, refit
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import save_model
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.prices import Decisions, ReadOptions
from rnn_forecast.recipe import Recipe
from rnn_forecast.scores.evaluation import evaluation_files, evaluation_of_dataset, left_out_notice
from rnn_forecast.scores.outcomes.metrics_document import Metrics
from rnn_forecast.system.files import Content, require_replaceable
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.context import Run, read_dataset
from rnn_forecast.windows.dataset import Dataset

if TYPE_CHECKING:
    from rnn_forecast.network.history import Epoch
    from rnn_forecast.schemas.verb_results import TrainResult


@dataclass(frozen=True)
class Trained:
    folder: Path
    model: Model
    metrics: Metrics  # of the test part
    epochs: int
    seconds: float
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do

    def to_json(self) -> "TrainResult":
        return {
            "model": str(self.folder),
            "tickers": len(self.model.source.tickers),
            "epochs": self.epochs,
            "seconds": round(self.seconds, 3),
            "shrinkage": self.model.shrinkage.tolist(),
            "left_out": list(self.left_out),
            "metrics": self.metrics,
        }


@dataclass(frozen=True)
class Learnt:
    """What training gives before anything is written."""

    model: Model
    metrics: Metrics
    files: Mapping[str, Content]  # that stand in the folder beside the model's own
    epochs: int


def train(
    sources: Sequence[str], options: ReadOptions, recipe: Recipe, model: Path, run: Run = Run()
) -> Trained:
    """Fit one model on all series found, score it on the test part, and write the model folder.

    Raises TrainingError when the loss stops being finite; whatever stood at `model` before is then untouched.
    """
    require_trainable("train")
    start = time.monotonic()
    dataset, reading = read_dataset(sources, options, recipe, run)
    with locked(model, wait=run.wait):
        require_replaceable(model)  # now, and not after the training
        learnt = learn(dataset, reading.decisions, model.name, on_epoch=run.on_epoch)
        save_model(learnt.model, model, learnt.files)
    if (notice := left_out_notice(learnt.metrics)) is not None:
        run.tell(notice)
    seconds, left_out = time.monotonic() - start, reading.decisions.left_out
    return Trained(model, learnt.model, learnt.metrics, learnt.epochs, seconds, left_out)


def learn(
    dataset: Dataset, decisions: Decisions, name: str, *, on_epoch: Callable[["Epoch"], None]
) -> Learnt:
    """Fit a model on a dataset and score it on the dataset's test part under `name`. Raises TrainingError."""
    fit = fit_model(dataset, decisions, on_epoch=on_epoch)
    # before a refit: what is scored here has not seen the test part
    evaluation = evaluation_of_dataset(fit.model, dataset, name)
    model, metrics = fit.model, evaluation.metrics
    if dataset.recipe.training.refit:
        model = refit(fit, dataset, on_epoch=on_epoch)
        judged, kept = fit.model.source.rows_used["calibration"], model.source.rows_used["fit"]
        metrics["learnt_until"] = {"judged": judged["to"], "kept": kept["to"]}
    files = {**evaluation_files(evaluation), "history.csv": history_csv(fit.history)}
    return Learnt(model, metrics, files, len(fit.history))
