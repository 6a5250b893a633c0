"""The types of what a batch says: the summary of a run, its plan, how its folder stands."""

from typing import Literal

from typing_extensions import TypedDict

from rnn_forecast.schemas.past import RecordFigures
from rnn_forecast.scores.outcomes.metrics_document import Moment


class FailureGroup(TypedDict):
    """Failures that differ only in ticker, file and numbers."""

    exit_code: int
    reason: str | None
    example: str | None
    remedy: str | None
    details: str | None
    remembered: bool
    count: int
    tickers: list[str]  # the first of them


class Pruned(TypedDict):
    runs: int
    forecasts: int
    models: int


class Counts(TypedDict):
    """How many tickers came to what, and why not."""

    status: Literal["done", "failed", "stopped", "interrupted", "error"]
    tickers: int
    trained: int
    at_hand: int
    unchanged: int
    failed: int
    left: int
    stopped: str | None
    verdicts: dict[str, int]
    survive: dict[str, int]
    failures: list[FailureGroup]
    left_tickers: list[str]
    training_seconds: float


class Summary(Counts):
    """What summary.json holds."""

    warnings: dict[str, list[str]]  # by ticker
    forecasts: int | None  # tickers in forecasts.csv
    unseen: int | None  # models of tickers that no input has any more
    pruned: Pruned
    record: RecordFigures | None
    earlier: int
    run: int
    ended: str
    seconds: float
    recipe_sha256: str
    seed: int
    versions: dict[str, str]


class BatchResult(Summary):
    batch: str  # the folder


class PlannedTask(TypedDict):
    ticker: str
    action: str
    why: str


class Plan(TypedDict):
    plan: list[PlannedTask]


class EndedRun(TypedDict):
    run: int
    started: str
    ended: str
    status: str
    summary: Summary | None


class TickerStands(TypedDict):
    ticker: str
    last_succeeded: str | None


class Kept(TypedDict):
    runs: int
    models: int
    bytes: int
    unseen: int | None


class AlarmSaid(TypedDict):
    ticker: str
    kind: str
    level: float
    start: Moment
    since: Moment
    missed: int
    rows: int


class StatusResult(TypedDict):
    batch: str
    last: EndedRun | None
    completed: str | None
    succeeded: str | None
    tickers: list[TickerStands]
    ignored: list[str]
    running_since: str | None
    kept: Kept
    alarms: list[AlarmSaid]
    newest: str | None
    record: RecordFigures | None
