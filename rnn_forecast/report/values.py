"""What a report is made of: the forecasts of one ticker, its last prices, its scores, how its model was made.

Dates are texts as `prices.series.iso` writes them, or row numbers: nothing here counts in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import Metrics

RECENT = 120  # rows in a picture


@dataclass(frozen=True)
class Prices:
    """The last prices of a ticker, oldest first."""

    dates: Sequence[str]  # (n,)
    values: Array  # (n,)

    def until(self, date: str) -> "Prices":
        """Those up to a date, which is one of them; all where it is not."""
        n = self.dates.index(date) + 1 if date in self.dates else len(self.dates)
        return Prices(self.dates[:n], self.values[:n])


@dataclass(frozen=True)
class Forecasts:
    """Rows of one ticker's forecasts, by origin and step."""

    origin: Sequence[str]  # (n,)
    step: NDArray[np.int64]  # (n,)
    date: Sequence[str]  # (n,)
    forecast: Array  # (n,)
    last: Array  # (n,) the price at the origin
    bands: Mapping[str, tuple[Array, Array]]  # by level ("80"), each end (n,)
    actual: Array | None = None  # (n,) what came

    def __len__(self) -> int:
        return len(self.step)

    def rows(self, which: "NDArray[Any] | slice") -> "Forecasts":
        chosen = np.arange(len(self))[which]
        return Forecasts(
            [self.origin[i] for i in chosen],
            self.step[chosen],
            [self.date[i] for i in chosen],
            self.forecast[chosen],
            self.last[chosen],
            {level: (low[chosen], high[chosen]) for level, (low, high) in self.bands.items()},
            None if self.actual is None else self.actual[chosen],
        )

    def levels(self) -> list[str]:
        """Those that have a band somewhere, the narrowest first; too few rows give none."""
        there = (level for level, (low, _) in self.bands.items() if np.isfinite(low).any())
        return sorted(there, key=float)

    def first_steps(self) -> "Forecasts":
        return self.rows(self.step == 1)

    def newest(self) -> "Forecasts":
        """The steps of the last origin."""
        return self.rows(np.array([o == self.origin[-1] for o in self.origin], dtype=bool))


@dataclass(frozen=True)
class Losses:
    """One member's loss of fit and validation, by epoch."""

    member: int
    fit: Array  # (epochs,)
    validation: Array  # (epochs,) NaN where there was none


@dataclass(frozen=True)
class Made:
    """How a model was made."""

    document: Mapping[str, Any] = field(default_factory=dict)  # model.json, but for its numbers
    losses: Sequence[Losses] = ()


@dataclass(frozen=True)
class Record:
    """What came of forecasts that were made before, one step ahead."""

    numbers: Mapping[str, Any]  # of the whole record, as `record.what_came` counts
    scores: Mapping[str, Any]  # of `record.past_scores`
    lately: Mapping[str, Any]  # how often bands held, by day
    alarms: Mapping[str, Sequence[str]]  # by ticker, those that stand
    whole: bool = True  # else the last year of each ticker alone is scored

    def of(self, ticker: str) -> Mapping[str, Any] | None:
        """The scores of a ticker over all its rows."""
        return next((one["steps"][0] for one in self.scores["by_ticker"] if one["ticker"] == ticker), None)


@dataclass(frozen=True)
class TickerReport:
    """All that a page says of one ticker; None for what nobody gave."""

    ticker: str
    prices: Prices | None = None
    ahead: Forecasts | None = None  # of the next prices, one origin
    tested: Forecasts | None = None  # of the test rows, beside what came
    metrics: "Metrics | None" = None  # of this ticker alone
    made: Made | None = None
    skill: Mapping[str, Any] | None = None  # of several tickers in one model, its row of `per_ticker`
    before: Forecasts | None = None  # the first steps of forecasts that were made of it before
    notes: Sequence[str] = ()  # warnings of its prices
    record: Record | None = None


@dataclass(frozen=True)
class BatchReport:
    """Many tickers, and where a batch made them, what became of its last run."""

    name: str
    tickers: Sequence[TickerReport]
    summary: Mapping[str, Any] | None = None  # of summary.json
    overall: TickerReport | None = None  # of one model of all tickers: its scores, and how it was made
    record: Record | None = None
    running: str | None = None  # since when a run has not ended


def by_ticker(named: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, Forecasts]]:
    """Columns of a forecast table → each ticker's rows, tickers in the order of the table."""
    tickers = named["ticker"].tolist()
    starts = [i for i, ticker in enumerate(tickers) if i == 0 or ticker != tickers[i - 1]]
    pieces: dict[str, list[NDArray[np.int64]]] = {}
    for start, end in zip(starts, [*starts[1:], len(tickers)][: len(starts)], strict=True):
        pieces.setdefault(tickers[start], []).append(np.arange(start, end))
    for ticker, runs in pieces.items():
        yield ticker, _forecasts(named, np.concatenate(runs))


def _forecasts(named: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> Forecasts:
    levels = [name.removeprefix("lo_") for name in named if name.startswith("lo_")]
    return Forecasts(
        [str(x) for x in named["origin"][rows].tolist()],
        named["step"][rows].astype(np.int64),
        [str(x) for x in named["date"][rows].tolist()],
        named["forecast"][rows].astype(float),
        named["last"][rows].astype(float),
        {
            level: (named[f"lo_{level}"][rows].astype(float), named[f"hi_{level}"][rows].astype(float))
            for level in sorted(levels, key=float)
        },
        named["actual"][rows].astype(float) if "actual" in named else None,
    )


def prices_of(*tables: Forecasts | None) -> Prices | None:
    """The last prices that tables of forecasts name: at their origins, and what came. None without any."""
    found: dict[str, float] = {}
    for table in tables:
        if table is None or not len(table):
            continue
        first = table.first_steps()
        found |= zip(first.origin, first.last.tolist(), strict=True)
        if first.actual is not None:
            found |= zip(first.date, first.actual.tolist(), strict=True)
    if not found:
        return None
    dates = sorted(found, key=_place)[-RECENT:]
    return Prices(dates, np.array([found[date] for date in dates]))


def _place(date: str) -> tuple[int, str]:
    """Row numbers in their order, which is not that of their texts."""
    return (int(date), "") if date.isdecimal() else (0, date)
