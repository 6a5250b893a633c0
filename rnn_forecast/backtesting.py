"""Rolling origins: forecast from each with what was known then, refitting as asked, and score all of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Positions
from rnn_forecast.comparing import compare, joined, span_of, table_of
from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.judged import Judged
from rnn_forecast.judging import Judgement
from rnn_forecast.network.history import Epoch
from rnn_forecast.pipeline import Run, read_sources, write_judgement
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.scores import score
from rnn_forecast.system import processes as workers
from rnn_forecast.system.files import locked, require_replaceable
from rnn_forecast.windows.dataset import Lesson, make_lesson
from rnn_forecast.windows.panel import dates_at, make_panel
from rnn_forecast.windows.rolling_origins import Plan, Rolling, roll, too_long

if TYPE_CHECKING:
    from rnn_forecast.fitting import Fit

MOST_PROCESSES = 8  # each holds TensorFlow, about 650 MB
STARTING = 5.0  # seconds that a process takes, at the least, to import TensorFlow and compile its program
WORTH = 2.0  # processes are started when they save this many times what starting one takes


@dataclass(frozen=True)
class Backtested:
    metrics: Mapping[str, Any]
    table: ForecastTable
    out: Path | None = None

    def record(self) -> dict[str, Any]:
        return dict(self.metrics)


@dataclass(frozen=True)
class FitEpoch(Epoch):
    """An epoch of one of a backtest's fits."""

    model: int  # from 0
    models: int
    share: float  # of all the fitting, done so far; 1 at the end


def backtest(
    sources: Sequence[str],
    options: ReadOptions,
    recipe: Recipe,
    run: Run = Run(),
    *,
    plan: Plan = Plan(),
    out: Path | None = None,
) -> Backtested:
    """Forecast from the plan's origins, each with a model that knew only rows up to its own fit's origin.

    At each fit all rows known then are training rows (`train_fraction` does not apply); the recipe's early
    stopping, shrinkage and calibration take their part of those. With `out`, write that folder.
    Raises DataError when there are too few rows before the first origin, TrainingError when a loss stops
    being finite.
    """
    series = read_sources(sources, options, run).series
    make_lesson(series, recipe)  # what `train` refuses of the series is refused in the same words
    rolling = roll(series, recipe, plan)
    lessons = lessons_of(series, recipe, rolling)
    name = out.name if out is not None else "backtest"
    if out is None:
        judgement = rolled(series, lessons, rolling, name, run)
    else:
        with locked(out, wait=run.wait):
            require_replaceable(out)  # now, and not after the training
            judgement = rolled(series, lessons, rolling, name, run)
            write_judgement(judgement, out)
    return Backtested(judgement.metrics, judgement.table, out)


def lessons_of(series: Sequence[PriceSeries], recipe: Recipe, rolling: Rolling) -> list[Lesson]:
    """What each fit learns from: nothing later than its origin is in there to be looked at.

    Raises DataError when the first has too few rows, ModelError when its levels would not be known.
    """
    whole = with_choices(recipe, {"train_fraction": 1.0})
    known = [
        [PriceSeries(s.ticker, s.dates[:n], s.prices[:n]) for s, n in zip(series, rows, strict=True) if n]
        for rows in rolling.known[rolling.fits].tolist()
    ]
    try:
        lessons = [make_lesson(some, whole) for some in known]
    except DataError as error:
        horizon = recipe.window.horizon
        rows = int(rolling.known[0].max()) + rolling.every * (len(rolling.known) - 1) + horizon
        raise too_long(len(rolling.known), rolling.every, rows, horizon, error.message) from error
    if recipe.scaling.normalize != "window":
        lessons[0].scaling.centers_and_spreads([s.ticker for s in series])
    return lessons


def rolled(
    series: Sequence[PriceSeries], lessons: Sequence[Lesson], rolling: Rolling, name: str, run: Run
) -> Judgement:
    """Fit, forecast and score: one comparison for each fit's origins, then all of them as one."""
    fits = _fit_all(lessons, run.on_epoch)
    parts: list[Judged] = []
    places: list[Positions] = []
    for fit, block in zip(fits, rolling.blocks(), strict=True):
        panel = make_panel(series, fit.model.scaling)
        origins = _positions(rolling, block, panel.offsets)
        if len(origins):
            found = compare(fit.model, series, panel, origins, rolling.known[block.start])
            parts.append(found.judged())
        places.append(origins)
    if not parts:
        raise DataError(
            f"no series has a price at any of {len(rolling.known)} origins and enough of them after it.",
            "Add rows, or raise --origins.",
        )
    judged, origins = joined(parts, [some for some in places if len(some)])
    steps = np.arange(1, judged.horizon + 1)
    table = table_of(judged, dates_at(series, panel, origins[:, None] + steps))
    metrics = score(judged, model=name, every=rolling.every) | span_of([table.date])
    metrics["backtest"] = _record(series, fits, rolling, [len(some) for some in places])
    return Judgement(metrics, table, origins)


def _positions(rolling: Rolling, block: range, offsets: Positions) -> Positions:
    rows = slice(block.start, block.stop)
    places = offsets[:-1] + rolling.known[rows] - 1  # (block, s)
    return np.sort(places[rolling.judged[rows]])


def _record(
    series: Sequence[PriceSeries], fits: Sequence["Fit"], rolling: Rolling, windows: Sequence[int]
) -> dict[str, Any]:
    """What metrics.json says of how it was done: which model made which origins' forecasts, and its rows."""
    models: list[dict[str, Any]] = []
    for fit, block, count in zip(fits, rolling.blocks(), windows, strict=True):
        models.append({
            "model": len(models),
            "trained_until": _date(series, rolling.known[block.start]),
            "origins": len(block),
            "from": _date(series, rolling.known[block.start]),
            "to": _date(series, rolling.known[block.stop - 1]),
            "windows": count,
            "epochs": len(fit.history),
            "shrinkage": fit.model.shrinkage.tolist(),
            "drift": fit.model.drift.tolist(),
            "calibration_windows": fit.model.bands.windows,
            "rows_used": dict(fit.model.source.rows_used),
        })  # fmt: skip
    return {"origins": len(rolling.known), "every": rolling.every, "models": models}


def _date(series: Sequence[PriceSeries], rows: NDArray[np.int64]) -> str:
    """The date of the last of the first `rows` (s,) rows of all series."""
    last = max(s.dates[n - 1] for s, n in zip(series, rows.tolist(), strict=True) if n)
    return iso(np.array([last]))[0]


def fit_known(lesson: Lesson, on_epoch: Callable[[Epoch], None]) -> "Fit":
    """One fit, with the refit on all rows known where the recipe asks for it."""
    # TensorFlow takes seconds to import: not before the input is found good and the output free
    from rnn_forecast import fitting

    fit = fitting.fit_model(lesson, {}, on_epoch=on_epoch)
    if not lesson.recipe.training.refit:
        return fit
    again = fitting.refit(fit, lesson, on_epoch=lambda epoch: None)
    return fitting.Fit(again, fit.history, fit.best_epochs)


def _fit_all(lessons: Sequence[Lesson], on_epoch: Callable[[Epoch], None]) -> list["Fit"]:
    """All fits: the first one here, and it tells whether the others go faster in processes of their own.

    Weights are the same either way: same seed, versions and thread count.
    """
    progress = _Progress(len(lessons), on_epoch)
    start = time.perf_counter()
    first = fit_known(lessons[0], lambda epoch: progress.epoch(0, epoch))
    progress.done(0)
    steady = _steady_seconds(first.history)
    starting = max(time.perf_counter() - start - steady, STARTING)
    rest = lessons[1:]
    count = min(workers.usable(), len(rest), MOST_PROCESSES)
    saved = steady * (len(rest) - -(-len(rest) // max(count, 1)))
    if count > 1 and saved > WORTH * starting:
        return [first, *fit_in_processes(rest, count, progress.later)]
    return [first, *(_here(progress, number, lesson) for number, lesson in enumerate(rest, 1))]


def fit_in_processes(
    lessons: Sequence[Lesson], count: int, on_epoch: Callable[[int, Epoch | None], None]
) -> list["Fit"]:
    """The same fits in `count` processes; `on_epoch(number of the lesson, epoch)`, None when it is done."""
    return workers.in_processes(_reported, lessons, count, on_epoch)


def _reported(lesson: Lesson, report: Callable[[Any], None]) -> "Fit":
    fit = fit_known(lesson, report)
    report(None)
    return fit


def _here(progress: "_Progress", number: int, lesson: Lesson) -> "Fit":
    fit = fit_known(lesson, lambda epoch: progress.epoch(number, epoch))
    progress.done(number)
    return fit


def _steady_seconds(history: Sequence[Epoch]) -> float:
    """What a fit takes once its program is compiled: the first epoch of each member counts as any other."""
    return float(np.median([epoch.seconds for epoch in history])) * len(history) if history else 0.0


class _Progress:
    """Epochs of one of several fits → epochs that know how much of all is done."""

    def __init__(self, models: int, on_epoch: Callable[[Epoch], None]) -> None:
        self._shares = np.zeros(models)
        self._on_epoch = on_epoch

    def epoch(self, model: int, epoch: Epoch) -> None:
        done = epoch.epoch / epoch.epochs / 2  # most fits stop early: the end alone counts for half
        self._shares[model] = max(self._shares[model], done)
        whole = {field.name: getattr(epoch, field.name) for field in fields(Epoch)}
        self._on_epoch(FitEpoch(**whole, model=model, models=len(self._shares), share=self._share()))

    def done(self, model: int) -> None:
        self._shares[model] = 1.0

    def later(self, number: int, epoch: Epoch | None) -> None:
        """The same of a fit that is not the first; None says that it is done."""
        if epoch is None:
            self.done(number + 1)
        else:
            self.epoch(number + 1, epoch)

    def _share(self) -> float:
        return float(self._shares.mean())
