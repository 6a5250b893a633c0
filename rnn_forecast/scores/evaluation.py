"""A model and series whose future is known → scores beside baselines, on rows that the model has not seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError, Notice, UsageError
from rnn_forecast.forecasts.forecast_table import ForecastTable, Rows
from rnn_forecast.forecasts.formats import Csv
from rnn_forecast.model.model import Model, first_unseen, own_cuts, panel_of
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Recipe
from rnn_forecast.scores.comparison import ComparedRows, compare, span_of
from rnn_forecast.scores.outcomes.metrics_document import Metrics
from rnn_forecast.scores.scores import score
from rnn_forecast.system import strict_json
from rnn_forecast.system.files import Content, create_file, new_folder
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.origins import origins_between
from rnn_forecast.windows.panel import Panel

DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?)?)?")
UNRELATED = "if these series have nothing to do with each other"  # asked by split = "series"
MOST_NAMES = 3  # of tickers in one line
NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Span:
    """Dates as a person writes them, or row numbers, that scoring is narrowed to; None is open.

    Both ends count: `Span("2024-01", "2024-03-15")` is from 1 January to the end of 15 March.
    """

    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Evaluation:
    metrics: Metrics
    rows: Rows  # every forecast beside the outcome
    origins: NDArray[np.int64]  # (n,) positions of the origins, the series lying end to end

    @property
    def table(self) -> ForecastTable:
        """All rows at once."""
        return self.rows.whole()


def evaluation_of(model: Model, series: Sequence[PriceSeries], name: str, span: Span = Span()) -> Evaluation:
    """Forecast from every origin whose targets the model has not seen, and score against the outcome.

    Nothing that was fitted, stopped or calibrated on is scored: see `unseen_rows`. Raises DataError when no
    row is left to score.
    """
    panel = panel_of(model, series)
    origins = _origins(model, series, panel, span)
    if not len(origins):
        _require_order(span, dated=series[0].dated)
        raise _nothing_unseen(model, series) if span == Span() else _nothing_between(model, series, span)
    return _evaluation_at(model, series, panel, name, origins)


def evaluation_of_dataset(model: Model, dataset: Dataset, name: str) -> Evaluation:
    """The same on the dataset that the model comes from, whose panel serves; it may have no test part."""
    origins = _origins(model, dataset.series, dataset.panel, Span())
    if not len(origins):
        return _no_evaluation(model, dataset.series, name)
    return _evaluation_at(model, dataset.series, dataset.panel, name, origins)


def _origins(model: Model, series: Sequence[PriceSeries], panel: Panel, span: Span) -> NDArray[np.int64]:
    return origins_between(panel, *unseen_rows(model, series, span), model.recipe.window).all()


def _evaluation_at(
    model: Model, series: Sequence[PriceSeries], panel: Panel, name: str, origins: NDArray[np.int64]
) -> Evaluation:
    found = compare(model, series, panel, origins, first_unseen(model, series))
    span_scored = span_of(found.dates_ahead(part) for part in found.slices())
    metrics = _calibrated(model, score(found, model=name, span=span_scored))
    metrics["network_weight"] = found.network_weight.tolist()
    return Evaluation(_left_out(metrics, model, series), ComparedRows(found), origins)


def _no_evaluation(model: Model, series: Sequence[PriceSeries], name: str) -> Evaluation:
    """What stands in an evaluation's place where there is no test part."""
    metrics: Metrics = {
        "model": name, "tickers": 0, "windows": 0, "from": None, "to": None,
        "scores": {}, "by_step": [], "skill": None, "intervals": {}, "distribution": None,
        "per_ticker": [],
    }  # fmt: skip
    metrics = _left_out(_calibrated(model, metrics), model, series)
    metrics["why"] = "the recipe leaves no test part"
    seen, rows = first_unseen(model, series), np.array([len(s) for s in series])
    if (rows > seen).any():
        since = model.source.test_from
        metrics["why"] = f"the test rows from {since} on are fewer than the horizon, {model.horizon}"
    elif "left_out" in metrics:
        before = metrics["left_out"]["before"]
        metrics["why"] = (
            f"all test rows lie before {before}, the end of what was learnt from of other tickers"
        )
    none = np.empty(0)
    intervals = {f"{level:g}": (none, none) for level in model.recipe.forecast.levels}
    steps = none.astype(np.int64)
    return Evaluation(
        metrics, ForecastTable(none, none, steps, none, none, none, intervals, actual=none), steps
    )


def qualified(
    metrics: Metrics, model: Model, series: Sequence[PriceSeries], left_out: NDArray[np.int64]
) -> Metrics:
    """The document with what its verdict takes for granted, and how many rows (s,) of each it leaves out.

    Those are rows that were not learnt from, on days or before days that other tickers were learnt from.
    """
    rows = {s.ticker: n for s, n in zip(series, left_out.tolist(), strict=True) if n}
    if rows:
        metrics["left_out"] = {"rows": sum(rows.values()), "tickers": rows}
    together = {*model.source.tickers, *(s.ticker for s in series)}
    if model.recipe.data.split == "series" and len(together) > 1 and metrics["skill"] is not None:
        metrics["skill"]["condition"] = UNRELATED
    return metrics


def _left_out(metrics: Metrics, model: Model, series: Sequence[PriceSeries]) -> Metrics:
    rows = np.maximum(first_unseen(model, series) - own_cuts(model, series), 0)
    metrics = qualified(metrics, model, series, rows)
    if "left_out" in metrics:
        metrics["left_out"]["before"] = model.source.test_from
    return metrics


def left_out_notice(metrics: Metrics) -> Notice | None:
    """`230 rows of 3 tickers (A, B, C) lie before 2015-06-03, … not scored.`, where there are any."""
    if "left_out" not in metrics:
        return None
    found = metrics["left_out"]
    rows, tickers = found["rows"], found["tickers"]
    names = ", ".join([*tickers][:MOST_NAMES]) + (", …" if len(tickers) > MOST_NAMES else "")
    many = "1 ticker" if len(tickers) == 1 else f"{len(tickers):,} tickers"
    lie = ("1 row", "lies", "is") if rows == 1 else (f"{rows:,} rows", "lie", "are")
    where = "no later than the last day that their model has learnt from"
    if "before" in found:
        where = f"before {found['before']}, the first day after all that the model has learnt from"
    return Notice(f"{lie[0]} of {many} ({names}) {lie[1]} {where}, and {lie[2]} not scored.")


def _calibrated(model: Model, metrics: Metrics) -> Metrics:
    return {**metrics, "shrinkage": model.shrinkage.tolist(), "drift": model.drift.tolist()}


def unseen_rows(
    model: Model, series: Sequence[PriceSeries], span: Span = Span()
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows [since, until) (s,) of each series that may be scored: unseen ones, see `first_unseen`."""
    since = first_unseen(model, series)
    until = np.array([len(s) for s in series], dtype=np.int64)
    if span.since is not None:
        start = _moment("--from", span.since, dated=series[0].dated)
        since = np.maximum(since, [np.searchsorted(s.dates, start) for s in series])
    if span.until is not None:
        stop = _moment("--to", span.until, dated=series[0].dated, after=True)
        until = np.minimum(until, [np.searchsorted(s.dates, stop) for s in series])
    return since, np.maximum(until, since)


def _moment(option: str, text: str, *, dated: bool, after: bool = False) -> Any:
    """The first second or row of what `text` names (a day, a month, a row), or the first `after` it."""
    if not (DATE if dated else NUMBER).fullmatch(text):
        kind = "a date such as 2024-03-15" if dated else "a row number, as the file has no dates"
        raise UsageError(f"{option} must be {kind}, got {text!r}.", f"Change {option}, or leave it out.")
    if not dated:
        return int(text) + int(after)
    try:
        when = np.datetime64(text.replace(" ", "T"))
    except ValueError as error:
        raise UsageError(
            f"{option}: there is no date {text}.", f"Change {option}, or leave it out."
        ) from error
    return (when + int(after)).astype("datetime64[s]")


def _require_order(span: Span, *, dated: bool) -> None:
    if span.since is None or span.until is None:
        return
    stop = _moment("--to", span.until, dated=dated, after=True)
    if _moment("--from", span.since, dated=dated) >= stop:
        raise UsageError(f"--from {span.since} is after --to {span.until}.", "Exchange them.")


def _nothing_between(model: Model, series: Sequence[PriceSeries], span: Span) -> DataError:
    last = iso(max(series, key=len).dates[-1:])[0]
    ends = [f"{name} {text}" for name, text in (("from", span.since), ("to", span.until)) if text is not None]
    return DataError(
        f"no forecast is left to score {' '.join(ends)}: the model has seen all before "
        f"{model.source.test_from}, and the file ends on {last}.",
        "Widen --from and --to.",
    )


def _nothing_unseen(model: Model, series: Sequence[PriceSeries]) -> DataError:
    longest = max(series, key=len)
    return DataError(
        f"no origin is left to score: the model has seen all before {model.source.test_from}, the file ends "
        f"on {iso(longest.dates[-1:])[0]}, horizon {model.horizon} needs as many rows more.",
        _newer_rows(model.recipe),
    )


def _newer_rows(recipe: Recipe) -> str:
    """What to do where a model has seen all rows."""
    if not recipe.training.refit:
        return "Give newer rows, or train with a smaller --train-fraction."
    if recipe.data.train_fraction == 1:
        return "Give newer rows, or train with --no-refit and a smaller --train-fraction."
    return (
        "Give newer rows: it was fitted again on all there were, and the verdict on the fit before, of its "
        "test part, is in its metrics.json. --no-refit keeps that fit."
    )


def write_evaluation(evaluation: Evaluation, out: Path) -> None:
    """Write metrics.json and predictions.csv as the folder `out`, whose lock the caller holds."""
    with new_folder(out) as folder:
        for name, data in evaluation_files(evaluation).items():
            create_file(folder / name, data)


def evaluation_files(evaluation: Evaluation) -> dict[str, Content]:
    return {"metrics.json": strict_json.dumps(evaluation.metrics), "predictions.csv": Csv(evaluation.rows)}
