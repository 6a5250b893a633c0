"""The forecast table: one row for each ticker, origin and step, in the file's own price units."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

ROWS = 65_536  # of a CSV, made at a time


@dataclass(frozen=True)
class ForecastTable:
    """Columns of equal length (n,); an interval is empty (NaN) where calibration windows were too few."""

    ticker: NDArray[Any]  # (n,) str
    origin: NDArray[Any]  # (n,) date of the last price used
    step: NDArray[np.int64]  # (n,) 1, 2, 3…
    date: NDArray[Any]  # (n,) the forecast's own date
    forecast: NDArray[np.float64]  # (n,)
    last: NDArray[np.float64]  # (n,) the price at the origin
    intervals: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)
    further: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)  # quantiles, risk: by column
    actual: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.step)

    def style(self) -> "Style":
        return Style(is_timed(self.origin), is_timed(self.date), is_special(set(self.ticker.tolist())))

    def whole(self) -> "ForecastTable":
        return self

    def parts(self) -> "Iterator[ForecastTable]":
        for start in range(0, max(len(self), 1), ROWS):  # one part at least: it has the names of the columns
            yield self._rows(slice(start, start + ROWS))

    def _rows(self, part: slice) -> "ForecastTable":
        return ForecastTable(
            self.ticker[part],
            self.origin[part],
            self.step[part],
            self.date[part],
            self.forecast[part],
            self.last[part],
            {level: (low[part], high[part]) for level, (low, high) in self.intervals.items()},
            {name: column[part] for name, column in self.further.items()},
            None if self.actual is None else self.actual[part],
        )


@dataclass(frozen=True)
class Style:
    """What the lines of a CSV file have in common, which no single row can know."""

    timed_origin: bool  # one of the origins has a time of day, so that all are written with one
    timed_date: bool
    quoted: bool  # one of the tickers needs quotes


class Rows(Protocol):
    """A forecast table that may be too long to be held: it is made a bounded number of rows at a time."""

    def style(self) -> Style: ...

    def parts(self) -> Iterator[ForecastTable]:
        """The rows in order, anew each time; at least one part, if need be without rows."""

    def whole(self) -> ForecastTable: ...


def is_timed(dates: NDArray[Any]) -> bool:
    """Whether one of the dates has a time of day."""
    return dates.dtype.kind == "M" and bool((dates.astype("datetime64[D]") != dates).any())


def is_special(tickers: Iterable[str]) -> bool:
    """Whether one of the tickers has what a CSV file must quote; line ends are never written as such."""
    return any(c in ticker for ticker in tickers for c in ',"')
