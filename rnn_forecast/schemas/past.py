"""The types of what a record says: of past forecasts, and of what came."""

from typing_extensions import TypedDict

from rnn_forecast.scores.outcomes.metrics_document import Moment, Number


class CoverageHeld(TypedDict):
    level: float
    outcomes: int
    held: Number  # percent
    p_value: Number


class StepOfRecord(TypedDict):
    """Errors in percent of the origin's price, the test of skill, coverage."""

    step: int
    outcomes: int
    days: int
    rmse: float
    rmse_last_value: float
    rmse_ratio: Number
    dm_p_value: Number
    verdict: str
    coverage: list[CoverageHeld]


class LatestRows(TypedDict):
    rows: int | None  # of each ticker and step; None: all
    steps: list[StepOfRecord]


class TickerOfRecord(TypedDict):
    ticker: str
    steps: list[StepOfRecord]


class WorstDay(TypedDict):
    date: str
    broken: int
    bands: int


TrackRecordResult = TypedDict(
    "TrackRecordResult",
    {
        "record": str,
        "forecasts": int,
        "tickers": int,
        "from": Moment,
        "to": Moment,
        "made": int | None,  # the newest, in seconds since 1970
        "came_true": int,
        "to_come": int,
        "late": int,
        "repeated": int,
        "moved": int,
        "rescaled": int,
        "revised": int,
        "unscored": int,
        "latest": list[LatestRows],
        "by_ticker": list[TickerOfRecord],
        "days": list[WorstDay],
    },
)


class LatestFigures(TypedDict):
    """Of the latest rows of each ticker, one step ahead."""

    rows: int
    held: dict[str, float]  # percent, by level
    outcomes: int
    rmse_ratio: Number
    verdict: str


RecordFigures = TypedDict(
    "RecordFigures",
    {"forecasts": int, "from": Moment, "came_true": int, "latest": LatestFigures | None},
)
