"""Rolling origins: forecast from each with what was known then, refitting as asked, and score all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Positions
from rnn_forecast.errors import DataError
from rnn_forecast.fitting.parallel_fits import fit_all
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Recipe
from rnn_forecast.scores.blocks import compared_block
from rnn_forecast.scores.comparison import joined, span_of, table_of
from rnn_forecast.scores.evaluation import Evaluation, left_out_notice, qualified, write_evaluation
from rnn_forecast.scores.outcomes.metrics_document import FitUsed, Metrics, RollingOrigins
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.scores import score
from rnn_forecast.system.files import require_free
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.context import Run, read_sources, with_left_out
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.panel import dates_at
from rnn_forecast.windows.rolling_origins import Plan, Rolling, datasets_of, roll

if TYPE_CHECKING:
    from rnn_forecast.fitting.fit import Fit
    from rnn_forecast.schemas.verb_results import ScoredResult


@dataclass(frozen=True)
class Backtested:
    metrics: Metrics
    table: ForecastTable
    out: Path | None = None
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do
    risk: tuple[float, ...] = ()  # percent, that the recipe asks for

    def to_json(self) -> "ScoredResult":
        return with_left_out(self.metrics, self.left_out)


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
    require_trainable("backtest")
    reading = read_sources(sources, options, run, recipe.data)
    series = without_constant(reading.series)
    make_dataset(series, recipe)  # what `train` refuses of the series is refused in the same words
    rolling = roll(series, recipe, plan)
    datasets = datasets_of(series, recipe, rolling)
    name = out.name if out is not None else "backtest"
    if out is None:
        evaluation = rolled(series, datasets, rolling, name, run)
    else:
        with locked(out, wait=run.wait):
            require_free(out)  # now, and not after the training
            evaluation = rolled(series, datasets, rolling, name, run)
            write_evaluation(evaluation, out)
    if (notice := left_out_notice(evaluation.metrics)) is not None:
        run.tell(notice)
    left_out, risk = reading.decisions.left_out, recipe.forecast.risk
    return Backtested(evaluation.metrics, evaluation.table, out, left_out, risk)


def rolled(
    series: Sequence[PriceSeries], datasets: Sequence[Dataset], rolling: Rolling, name: str, run: Run
) -> Evaluation:
    """Fit, forecast and score."""
    return scored(series, fit_all(datasets, run.on_epoch), rolling, name)[0]


def scored(
    series: Sequence[PriceSeries], fits: Sequence["Fit"], rolling: Rolling, name: str
) -> tuple[Evaluation, Pairs]:
    """One comparison for each fit's origins, then all of them as one."""
    parts: list[Pairs] = []
    positions: list[Positions] = []
    left_out = np.zeros(len(series), np.int64)
    for fit, block in zip(fits, rolling.blocks(), strict=True):
        found = compared_block(fit.model, series, rolling, block)
        left_out += found.learnt
        if found.comparison is not None:
            parts.append(found.comparison.with_outlook())
        positions.append(found.origins)
    if not parts:
        raise _nothing_forecast(len(rolling.known), int(left_out.sum()))
    pairs, origins = joined(parts, [some for some in positions if len(some)])
    steps = np.arange(1, pairs.horizon + 1)
    table = table_of(pairs, dates_at(series, found.panel, origins[:, None] + steps))
    metrics = score(pairs, model=name, span=span_of([table.date]), every=rolling.every)
    metrics = qualified(metrics, fits[0].model, series, left_out)
    metrics["backtest"] = _record(series, fits, rolling, [len(some) for some in positions])
    return Evaluation(metrics, table, origins), pairs


def _nothing_forecast(origins: int, left_out: int) -> DataError:
    if left_out:
        return DataError(
            f"all {left_out} forecasts from {origins} origins are for days that their model has learnt "
            "from, of other tickers.",
            "Use --split date; or --split series where these series have nothing to do with each other.",
        )
    return DataError(
        f"no series has a price at any of {origins} origins and enough of them after it.",
        "Add rows, or raise --origins.",
    )


def _record(
    series: Sequence[PriceSeries], fits: Sequence["Fit"], rolling: Rolling, windows: Sequence[int]
) -> RollingOrigins:
    """What metrics.json says of how it was done: which model made which origins' forecasts, and its rows."""
    models: list[FitUsed] = []
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
            "calibration_windows": fit.model.intervals.windows,
            "rows_used": dict(fit.model.source.rows_used),
        })  # fmt: skip
    return {"origins": len(rolling.known), "every": rolling.every, "models": models}


def _date(series: Sequence[PriceSeries], rows: NDArray[np.int64]) -> str:
    """The latest date within the first `rows` (s,) rows of each series."""
    last = max(s.dates[n - 1] for s, n in zip(series, rows.tolist(), strict=True) if n)
    return iso(np.array([last]))[0]
