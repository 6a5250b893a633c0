"""The types of what the verbs on sources say with --json, and of the rows of a forecast table."""

from collections.abc import Mapping
from typing import Any, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from rnn_forecast.prices.decisions import SourceDecisions
from rnn_forecast.prices.findings import Finding
from rnn_forecast.scores.outcomes.between import Between
from rnn_forecast.scores.outcomes.metrics_document import Metrics, Number, RowsUsed
from rnn_forecast.tuning.standings import Outcome

LeftOut = Mapping[str, str]  # its `source` or its `ticker`, and `why`
ASKED_FOR: dict[str, Any] = {  # columns that a recipe or an option asks for, by their names
    "patternProperties": {r"^(lo|hi|q|var|es)_[0-9.]+$": {"anyOf": [{"type": "number"}, {"type": "null"}]}}
}


@with_config(ConfigDict(json_schema_extra=ASKED_FOR))
class ForecastRow(TypedDict):
    """One ticker, origin and step, in the file's own price units; null where calibration rows were too few.

    Besides: lo_80 and hi_80 of each level, q_05 of each quantile, var_99 and es_99 of each risk.
    """

    ticker: str
    origin: str | int  # of the last price used
    step: int
    date: str | int  # the forecast's own
    forecast: float
    last: float  # the price at the origin
    p_up: NotRequired[Number]
    actual: NotRequired[Number]


class WindowCounts(TypedDict):
    fit: int
    stopping: int
    calibration: int
    test: int


class PrepareResult(TypedDict):
    """What report.json holds; `prepare --check` says it too, as far as it got."""

    sources: list[SourceDecisions]
    price_column: str | None
    tickers: int
    rows: int
    notices: list[str]
    warnings: list[str]
    checks: list[Finding]
    allow_nonpositive: bool
    calendar: str | None  # of an exchange, and the package that knows it
    options: dict[str, Any]  # what a person chose of the reading
    left_out: list[LeftOut]
    prepared: NotRequired[str]  # the folder
    dated: NotRequired[bool]
    windows: NotRequired[WindowCounts]
    rows_used: NotRequired[dict[str, RowsUsed]]  # by step of a fit
    columns: NotRequired[dict[str, str]]  # past, known or market, by name


class TrainResult(TypedDict):
    model: str  # its folder
    tickers: int
    epochs: int
    seconds: float
    shrinkage: list[float]
    left_out: list[LeftOut]
    metrics: Metrics  # of the test part


class PredictResult(TypedDict):
    forecasts: list[ForecastRow]
    left_out: list[LeftOut]
    verdict: str | None  # of the model's own test, in words


class ScoredResult(Metrics):
    """What `evaluate` says, and `backtest` of one recipe."""

    sources_left_out: NotRequired[list[LeftOut]]


class ComparedResult(TypedDict):
    """What comparison.json holds, and `backtest` says of several recipes."""

    recipes: dict[str, ScoredResult]  # the nearest forecasts first
    between: list[Between]


class ReportResult(TypedDict):
    places: list[str]
    tickers: int
    bytes: int  # of the page


class TrialSaid(TypedDict):
    """A row of trials.csv; what `score` and what follows are stands in docs/FILES.md."""

    trial: int  # 0: the recipe as it is
    values: dict[str, Any]  # of each key that is searched
    outcome: Outcome
    score: Number
    error: Number
    gain: Number
    gain_error: Number
    multiply_adds: int
    seconds: float
    scores: list[Number]  # by block of origins
    why: str | None  # it failed


Span = TypedDict("Span", {"from": str, "to": str})  # the first and the last origin of a block


class TuneResult(TypedDict):
    recipe: str  # its file
    trials_file: str
    kept: bool  # the recipe as it is
    chosen: int  # by number of the trial, as those that follow
    best: int
    as_good: list[int]
    cheaper: int | None
    changed: dict[str, Any]  # keys that the chosen recipe has otherwise
    searched: dict[str, list[Any]]
    origins: list[Span]
    done: bool  # false: the time was up
    seconds: float
    trials: list[TrialSaid]
    left_out: list[LeftOut]
