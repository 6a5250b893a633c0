"""Rows of a table → the prices of each ticker, oldest first, each date once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import plain
from rnn_forecast.prices.fields.column_names import RANGE
from rnn_forecast.prices.series import Column, PriceSeries, Role, iso

Codes = NDArray[np.int32]
Conflict = Callable[[Positions, Positions], Exception]  # of rows, each with one after it


@dataclass(frozen=True)
class Rows:
    """Rows of a table: columns of equal length."""

    codes: Codes | None  # (m,) numbers of tickers; None where there is but one
    dates: NDArray[Any]  # (m,)
    prices: Array  # (m,)
    columns: Mapping[str, Array] = field(default_factory=dict)  # each (m,): open, high, low, volume, …

    def take(self, which: Any) -> "Rows":
        """Those rows: by number, by mask or by slice."""
        codes = None if self.codes is None else self.codes[which]
        beside = {name: values[which] for name, values in self.columns.items()}
        return Rows(codes, self.dates[which], self.prices[which], beside)


@dataclass(frozen=True)
class Ordered:
    """What became of the rows of one table."""

    series: list[PriceSeries]
    sorted: bool  # they were not in order
    repeated: int  # rows that stood there more than once


def in_order(tickers: Sequence[str], rows: Rows, conflict: Conflict) -> Ordered:
    """Group rows by ticker and sort them by date; the same row twice counts once.

    `rows.codes` number `tickers`. A file in order is not copied.
    Raises what `conflict` makes of rows, and of those after them, that have one date and different prices.
    """
    if _is_rising(rows.codes, rows.dates):
        return Ordered(list(_cut(tickers, rows)), sorted=False, repeated=0)
    order = (
        np.argsort(rows.dates, kind="stable") if rows.codes is None else np.lexsort((rows.dates, rows.codes))
    )
    moved = bool((order[1:] < order[:-1]).any())
    rows = rows.take(order)
    same = rows.dates[1:] == rows.dates[:-1]
    if rows.codes is not None:
        same &= rows.codes[1:] == rows.codes[:-1]
    if (clash := same & (rows.prices[1:] != rows.prices[:-1])).any():
        at = np.flatnonzero(clash)
        raise conflict(order[at], order[at + 1])
    if same.any():
        rows = rows.take(np.concatenate([[True], ~same]))
    return Ordered(list(_cut(tickers, rows)), sorted=moved, repeated=int(same.sum()))


def number_rows(codes: Codes | None, rows: int) -> NDArray[np.int64]:
    """1, 2, 3… within each ticker, in the order of the file."""
    if codes is None:
        return np.arange(1, rows + 1)
    order = np.argsort(codes, kind="stable")
    grouped = codes[order]
    starts = _starts(grouped)
    numbers = np.empty(rows, np.int64)
    numbers[order] = np.arange(rows) - np.repeat(starts, np.diff(np.r_[starts, rows])) + 1
    return numbers


def _starts(grouped: Codes) -> NDArray[np.intp]:
    """Where another ticker begins."""
    return np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]][: len(grouped)])


def _is_rising(codes: Codes | None, dates: NDArray[Any]) -> bool:
    rising = dates[1:] > dates[:-1]
    if codes is not None:
        rising &= codes[1:] == codes[:-1]
        rising |= codes[1:] > codes[:-1]
    return bool(rising.all())


def _cut(tickers: Sequence[str], rows: Rows) -> Iterator[PriceSeries]:
    """Views of the grouped rows, one for each ticker."""
    if rows.codes is None:
        yield _series(tickers[0], rows)
        return
    starts = _starts(rows.codes)
    for start, stop in zip(starts, np.r_[starts[1:], len(rows.codes)], strict=True):
        yield _series(tickers[rows.codes[start]], rows.take(slice(start, stop)))


def _series(ticker: str, rows: Rows) -> PriceSeries:
    """One ticker's; a column in which nothing is said is none."""
    said = {name: values for name, values in rows.columns.items() if not np.isnan(values).all()}
    columns = {name: Column(values, _role(name)) for name, values in said.items()}
    return PriceSeries(ticker, rows.dates, rows.prices, columns)


def _role(name: str) -> Role:
    return "range" if name in RANGE else "past"


def merge(parts: Sequence[tuple[str, PriceSeries]]) -> tuple[PriceSeries, int]:
    """One ticker's prices out of several files (each with its name), and how many rows stood there twice.

    Raises DataError where the files disagree.
    """
    ticker = parts[0][1].ticker
    if not all(part.dated for _, part in parts):
        names = " and ".join(sorted({name for name, _ in parts}))
        raise DataError(
            f"{plain(ticker)} comes from {names}, and its rows have no dates to join them by.",
            "Join the files, add dates, or name the tickers apart.",
        )
    if two_marks(part for _, part in parts):
        sure, guess = (next(name for name, part in parts if part.decimal == mark) for mark in ",?")
        raise DataError(
            f"{plain(ticker)} has a decimal comma in {sure}, and {guess} is read with a decimal point, which "
            "is a guess.",
            "Say which: --decimal . or --decimal ,",
        )
    codes = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for _, part in parts])
    dates = np.concatenate([part.dates for _, part in parts])
    prices = np.concatenate([part.prices for _, part in parts])
    held = dict.fromkeys(name for _, part in parts for name in part.columns)
    beside = {name: np.concatenate([_beside(part, name) for _, part in parts]) for name in held}

    def conflict(firsts: Positions, seconds: Positions) -> DataError:
        first, second = int(firsts[0]), int(seconds[0])
        one, other = parts[codes[first]][0], parts[codes[second]][0]
        return DataError(
            f"{plain(ticker)} at {iso(dates[first : first + 1])[0]}: {prices[first]:g} in {one}, "
            f"{prices[second]:g} in {other}.",
            "Keep the row that is right.",
        )

    found = in_order((ticker,), Rows(None, dates, prices, beside), conflict)
    first = parts[0][1]
    mark = next((one for one in "?,." if any(part.decimal == one for _, part in parts)), first.decimal)
    said = replace(found.series[0], zone=first.zone, date_format=first.date_format, decimal=mark)
    return said, found.repeated


def two_marks(parts: Iterable[PriceSeries]) -> bool:
    """Whether a decimal comma is sure in one part, and a decimal point a guess in another."""
    return {part.decimal for part in parts} >= {",", "?"}


def _beside(part: PriceSeries, name: str) -> Array:
    column = part.columns.get(name)
    return np.full(len(part), np.nan) if column is None else column.values
