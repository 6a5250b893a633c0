"""The verbs as functions: what the command line calls, and what a program may call.

Nothing here prints or exits; what a person should know goes through `Run.tell`, what went wrong is raised.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast.errors import Doubt
from rnn_forecast.forecasts.forecast_table import ForecastTable, Rows
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import Csv, write_table
from rnn_forecast.model.compatibility import read_for, require_match
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.model.provenance import rows_used
from rnn_forecast.prepared import MOST_WINDOWS, is_prepared, narrowed, read_prepared, write_prepared
from rnn_forecast.prices import Reading, ReadOptions, read_prices
from rnn_forecast.recipe import Recipe
from rnn_forecast.scores.evaluation import Judgement, Span, judge, judge_lesson, unjudged
from rnn_forecast.scores.leak_audit import audit as audit_judgement
from rnn_forecast.system import strict_json
from rnn_forecast.system.files import Content, create_file, locked, new_folder, require_replaceable
from rnn_forecast.windows.dataset import Lesson, make_lesson, shortcomings

if TYPE_CHECKING:
    from rnn_forecast.network.history import Epoch


@dataclass(frozen=True)
class Run:
    """How a verb is run, not what it computes."""

    tell: Callable[[str], None] = lambda line: None  # notices and warnings, a line each
    on_epoch: Callable[["Epoch"], None] = lambda epoch: None
    wait: float = 0.0  # seconds to wait for another run on the same output


@dataclass(frozen=True)
class Prepared:
    out: Path
    report: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        return {"prepared": str(self.out), **self.report}


@dataclass(frozen=True)
class Trained:
    folder: Path
    model: Model
    metrics: Mapping[str, Any]  # of the test part; `{"windows": 0, …}` where there is none
    epochs: int
    seconds: float

    def record(self) -> dict[str, Any]:
        return {
            "model": str(self.folder),
            "tickers": len(self.model.source.tickers),
            "epochs": self.epochs,
            "seconds": round(self.seconds, 3),
            "shrinkage": self.model.shrinkage.tolist(),
            "metrics": dict(self.metrics),
        }


@dataclass(frozen=True)
class Learnt:
    """What training gives before anything is written."""

    model: Model
    metrics: Mapping[str, Any]
    files: Mapping[str, Content]  # that stand in the folder beside the model's own
    epochs: int


@dataclass(frozen=True)
class Forecasts:
    model: Model
    series: Sequence[Any]
    table: ForecastTable

    def record(self) -> dict[str, Any]:
        return {"forecasts": strict_json.loads(write_table(self.table, "json"))}


@dataclass(frozen=True)
class Evaluated:
    metrics: Mapping[str, Any]
    rows: Rows  # every forecast beside what came
    out: Path | None = None

    def record(self) -> dict[str, Any]:
        return dict(self.metrics)


def prepare(
    sources: Sequence[str],
    options: ReadOptions,
    recipe: Recipe,
    out: Path,
    run: Run = Run(),
    *,
    windows: bool = False,
) -> Prepared:
    """Read, check, clean, split and cut windows, and write all of it to the folder `out`."""
    lesson, reading = _lesson(sources, options, recipe, run)
    count = sum(len(part) for part in (lesson.fit, lesson.stop, lesson.calibrate, lesson.test))
    with_windows = windows or count <= MOST_WINDOWS
    if not with_windows:
        run.tell(f"windows.npz is left out: {count:,} windows are over a million (--windows writes them).")
    report = {**reading.report, **_parts(lesson)}
    with locked(out, wait=run.wait), new_folder(out) as folder:
        write_prepared(folder, lesson, report, windows=with_windows)
    return Prepared(out, report)


def train(
    sources: Sequence[str], options: ReadOptions, recipe: Recipe, model: Path, run: Run = Run()
) -> Trained:
    """Fit one model on all series found, score it on the test part, and write the model folder.

    Raises TrainingError when the loss stops being finite; whatever stood at `model` before is then untouched.
    """
    start = time.monotonic()
    lesson, reading = _lesson(sources, options, recipe, run)
    with locked(model, wait=run.wait):
        require_replaceable(model)  # now, and not after the training
        learnt = learn(lesson, reading.report, model.name, on_epoch=run.on_epoch)
        save_model(learnt.model, model, learnt.files)
    return Trained(model, learnt.model, learnt.metrics, learnt.epochs, time.monotonic() - start)


def learn(
    lesson: Lesson, reading: Mapping[str, Any], name: str, *, on_epoch: Callable[["Epoch"], None]
) -> Learnt:
    """Fit a model on a lesson and score it on the lesson's test part under `name`. Raises TrainingError."""
    # TensorFlow takes seconds to import: not before the input is found good and the output free
    from rnn_forecast.fitting import fit as fitting

    fit = fitting.fit_model(lesson, reading, on_epoch=on_epoch)
    # before a refit: what is scored here has not seen the test part
    tested = len(lesson.test)
    judgement = judge_lesson(fit.model, lesson, name) if tested else unjudged(fit.model, name)
    again = lesson.recipe.training.refit
    model = fitting.refit(fit, lesson, on_epoch=on_epoch) if again else fit.model
    files = {**_files(judgement), "history.csv": fitting.history_csv(fit.history)}
    return Learnt(model, judgement.metrics, files, len(fit.history))


def predict(
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    steps: int | None = None,
    any_ticker: bool = False,
) -> Forecasts:
    """The next prices of every series found; `steps` defaults to the model's horizon. Writes nothing."""
    loaded, reading = _model_and_prices(sources, options, model, run, any_ticker=any_ticker)
    table = forecast(loaded, reading.series, steps or loaded.recipe.window.horizon)
    return Forecasts(loaded, reading.series, table)


def evaluate(  # noqa: PLR0913  what is read, with which model, what is scored of it and how
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    span: Span = Span(),
    any_ticker: bool = False,
    audit: bool = False,
    out: Path | None = None,
) -> Evaluated:
    """Score the model beside the baselines on rows that it has not seen; with `out`, write that folder.

    `audit`: also forecast again with later prices changed, as `scores.leak_audit` says; what it found stands
    under "audit" in the metrics, and a forecast that moved raises LeakError.
    """
    loaded, reading = _model_and_prices(sources, options, model, run, any_ticker=any_ticker)
    judgement = judge(loaded, reading.series, model.name, span)
    if audit:
        found = audit_judgement(loaded, reading.series, judgement)
        judgement = replace(judgement, metrics={**judgement.metrics, "audit": found.record()})
    if out is not None:
        with locked(out, wait=run.wait):
            write_judgement(judgement, out)
    return Evaluated(judgement.metrics, judgement.rows, out)


def recipe_of(source: str) -> Recipe | None:
    """The recipe of a folder that `prepare` wrote; None for any other source."""
    return read_prepared(Path(source))[1] if source != "-" and is_prepared(Path(source)) else None


def read_sources(sources: Sequence[str], options: ReadOptions, run: Run) -> Reading:
    """The prices of the sources, or of the one folder that `prepare` wrote; notices go to `run.tell`."""
    if len(sources) == 1 and sources[0] != "-" and is_prepared(Path(sources[0])):
        return narrowed(read_prepared(Path(sources[0]))[0], options, Path(sources[0]))
    reading = read_prices(sources, options)
    _tell(reading, run)
    return reading


def write_judgement(judgement: Judgement, out: Path) -> None:
    """Write metrics.json and predictions.csv as the folder `out`, whose lock the caller holds."""
    with new_folder(out) as folder:
        for name, data in _files(judgement).items():
            create_file(folder / name, data)


def _lesson(sources: Sequence[str], options: ReadOptions, recipe: Recipe, run: Run) -> tuple[Lesson, Reading]:
    reading = read_sources(sources, options, run)
    lesson = make_lesson(reading.series, recipe)
    for line in shortcomings(lesson):
        run.tell(line)
    return lesson, reading


def _model_and_prices(
    sources: Sequence[str], options: ReadOptions, folder: Path, run: Run, *, any_ticker: bool
) -> tuple[Model, Reading]:
    model = load_model(folder)

    def read(chosen: ReadOptions) -> Reading:
        return read_sources(sources, chosen, run)

    reading = read_for(model, read, options, any_ticker=any_ticker)
    for warning in require_match(model, reading, any_ticker=any_ticker):
        run.tell(Doubt(warning))
    return model, reading


def _tell(reading: Reading, run: Run) -> None:
    for line in reading.report.get("notices", ()):
        run.tell(line)
    for line in reading.report.get("warnings", ()):
        run.tell(Doubt(line))


def _files(judgement: Judgement) -> dict[str, Content]:
    return {"metrics.json": strict_json.dumps(judgement.metrics), "predictions.csv": Csv(judgement.rows)}


def _parts(lesson: Lesson) -> dict[str, Any]:
    """How many windows each part has, and between which dates: the report's part of the split."""
    counts = {
        "fit": len(lesson.fit),
        "stopping": len(lesson.stop),
        "calibration": len(lesson.calibrate),
        "test": len(lesson.test),
    }
    return {"dated": lesson.series[0].dated, "windows": counts, "rows_used": rows_used(lesson)}
