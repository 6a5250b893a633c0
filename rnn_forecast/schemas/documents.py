"""Every document and result that has a schema, by the name that `schema` knows it by.

A version is raised when a key goes, changes its type or is no longer there in every document; keys that are
new leave it. That of model.json is its schema number: see `model.migrations`.
"""

from dataclasses import dataclass
from typing import Any

from rnn_forecast.model.migrations import SCHEMA
from rnn_forecast.model.model_document import Document
from rnn_forecast.recipe import Recipe
from rnn_forecast.schemas.nights import BatchResult, Plan, StatusResult, Summary
from rnn_forecast.schemas.past import TrackRecordResult
from rnn_forecast.schemas.sheets import ExportResult, Sheet
from rnn_forecast.schemas.verb_results import (
    ComparedResult,
    ForecastRow,
    PredictResult,
    PrepareResult,
    ReportResult,
    ScoredResult,
    TrainResult,
    TuneResult,
)
from rnn_forecast.scores.outcomes.metrics_document import Metrics


@dataclass(frozen=True)
class Described:
    what: str  # in which file, or said by which verb
    type: Any
    version: int = 1


DOCUMENTS: dict[str, Described] = {
    "recipe": Described("a recipe file, its TOML as JSON", Recipe),
    "model": Described("model.json", Document, SCHEMA),
    "metrics": Described("metrics.json", Metrics),
    "comparison": Described("comparison.json; backtest --json, of several recipes", ComparedResult),
    "forecasts": Described("a forecast table as JSON: its rows", list[ForecastRow]),
    "summary": Described("summary.json of a batch", Summary),
    "prepare": Described("report.json; prepare --json", PrepareResult),
    "train": Described("train --json", TrainResult),
    "predict": Described("predict --json", PredictResult),
    "evaluate": Described("evaluate --json", ScoredResult),
    "backtest": Described("backtest --json, of one recipe", ScoredResult),
    "tune": Described("tune --json", TuneResult),
    "batch": Described("batch --json", BatchResult),
    "plan": Described("batch --dry-run --json", Plan),
    "status": Described("status --json", StatusResult),
    "track-record": Described("track-record --json", TrackRecordResult),
    "report": Described("report --json", ReportResult),
    "sheet": Described("the sheet beside an exported file", Sheet),
    "export": Described("export --json", ExportResult),
}
FILES = {  # files go by their own names, too
    "recipe.toml": "recipe",
    "model.json": "model",
    "metrics.json": "metrics",
    "comparison.json": "comparison",
    "forecasts.json": "forecasts",
    "summary.json": "summary",
    "report.json": "prepare",
}
