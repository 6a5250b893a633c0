"""Rows of a table → the prices of each ticker, oldest first, each date once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import plain, shown
from rnn_forecast.prices.cells.clocks import one_zone
from rnn_forecast.prices.fields.column_names import KEPT, RANGE
from rnn_forecast.prices.series import Ahead, Column, PriceSeries, Role, iso

Codes = NDArray[np.int32]
Conflict = Callable[[Positions, Positions], Exception]  # of rows, each with one after it
NO_CONFLICTS: Mapping[str, Conflict] = MappingProxyType({})


@dataclass(frozen=True)
class Rows:
    """Rows of a table: columns of equal length."""

    codes: Codes | None  # (m,) numbers of tickers; None where there is but one
    dates: NDArray[Any]  # (m,)
    prices: Array  # (m,)
    columns: Mapping[str, Array] = field(default_factory=dict)  # each (m,): open, high, low, volume, …
    roles: Mapping[str, Role] = field(default_factory=dict)  # of columns that a person named

    def take(self, which: Any) -> "Rows":
        """Those rows: by number, by mask or by slice."""
        codes = None if self.codes is None else self.codes[which]
        beside = {name: values[which] for name, values in self.columns.items()}
        return Rows(codes, self.dates[which], self.prices[which], beside, self.roles)


@dataclass(frozen=True)
class Ordered:
    """What became of the rows of one table."""

    series: list[PriceSeries]
    sorted: bool  # they were not in order
    repeated: int  # rows that stood there more than once


def in_order(
    tickers: Sequence[str], rows: Rows, conflict: Conflict, of_columns: Mapping[str, Conflict] = NO_CONFLICTS
) -> Ordered:
    """Group rows by ticker and sort them by date; the same row twice counts once, with all that either says.

    `rows.codes` number `tickers`. A file in order is not copied.
    Raises what `conflict` makes of rows, and of those after them, that have one date and different prices;
    and what `of_columns` make of those that differ in a column. Of other columns the first value counts.
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
        first = np.concatenate([[True], ~same])
        beside = dict(_first_said(rows.columns, first, order, of_columns))
        rows = replace(rows.take(first), columns=beside)
    return Ordered(list(_cut(tickers, rows)), sorted=moved, repeated=int(same.sum()))


def _first_said(
    columns: Mapping[str, Array],
    first: NDArray[np.bool_],
    order: Positions,
    conflicts: Mapping[str, Conflict],
) -> Iterator[tuple[str, Array]]:
    """Each column (m,) as (g,) values, the first that is said in each group of rows of one date.

    `first` (m,): where a group begins; `order` (m,): the rows as the file has them.
    """
    starts = np.flatnonzero(first)
    for name, values in columns.items():
        said = ~np.isnan(values)
        at = np.minimum.reduceat(np.where(said, np.arange(len(values)), len(values)), starts)
        at = np.where(at < len(values), at, starts)  # a group in which nothing is said
        if name in conflicts:
            of_each = at[np.cumsum(first) - 1]
            if (clash := said & (values != values[of_each])).any():
                raise conflicts[name](order[of_each[clash]], order[clash])
        yield name, values[at]


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
    columns = {
        name: Column(values, rows.roles.get(name) or usual_role(name)) for name, values in said.items()
    }
    return PriceSeries(ticker, rows.dates, rows.prices, columns)


def usual_role(name: str) -> Role:
    """Of a column that is kept without being named."""
    return "range" if name in RANGE else "past"


def with_ahead(
    series: Sequence[PriceSeries], tickers: Sequence[str], rows: Rows, conflicts: Mapping[str, Conflict]
) -> list[PriceSeries]:
    """The series, each with what `rows`, which have no price, say of the days after its last one.

    `conflicts`: for each column that is known ahead, how to say that two rows of one date differ in it.
    """
    columns = {name: rows.columns[name] for name in conflicts}
    if rows.codes is None:
        whose = {tickers[0]: np.arange(len(rows.dates))}
    else:
        order = np.argsort(rows.codes, kind="stable")
        cuts = np.searchsorted(rows.codes[order], np.arange(1, len(tickers)))
        whose = dict(zip(tickers, np.split(order, cuts), strict=True))
    return [
        replace(one, ahead=_later(one, whose[one.ticker], rows.dates, columns, conflicts)) for one in series
    ]


def _later(
    one: PriceSeries,
    at: Positions,
    dates: NDArray[Any],
    columns: Mapping[str, Array],
    conflicts: Mapping[str, Conflict],
) -> Ahead:
    """Of the rows `at`, those after the last price up to the last in which anything is said, each date once.

    A date on which nothing is said before that is one that the file lacks something for, and no day less.
    """
    at = at[dates[at] > one.dates[-1]]
    at = at[np.argsort(dates[at], kind="stable")]
    said = np.logical_or.reduce([~np.isnan(values[at]) for values in columns.values()])
    stated = dates[at[said]]
    at = at[said | (~np.isin(dates[at], stated) & (dates[at] < stated.max(initial=one.dates[-1])))]
    same = dates[at][1:] == dates[at][:-1]
    for name, values in columns.items():
        first, second = values[at][:-1], values[at][1:]
        if (clash := same & (first != second) & ~(np.isnan(first) & np.isnan(second))).any():
            raise conflicts[name](at[:-1][clash], at[1:][clash])
    at = at[np.r_[True, ~same][: len(at)]]
    return Ahead(dates[at], {name: values[at] for name, values in columns.items()})


def merge(parts: Sequence[tuple[str, PriceSeries]]) -> tuple[PriceSeries, int]:
    """One ticker's prices out of several files (each with its name), and how many rows stood there twice.

    Raises DataError where the files disagree.
    """
    _require_joinable(parts)
    first, sources = parts[0][1], [name for name, _ in parts]
    codes = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for _, part in parts])
    dates = np.concatenate([part.dates for _, part in parts])
    prices = np.concatenate([part.prices for _, part in parts])
    roles = {name: column.role for _, part in parts for name, column in part.columns.items()}
    beside = {name: np.concatenate([part.values_of(name) for _, part in parts]) for name in roles}
    conflict = _between(first.ticker, sources, Rows(codes, dates, prices))
    said = {
        name: _between(first.ticker, sources, Rows(codes, dates, beside[name]), f", column {shown(name)}")
        for name in beside.keys() - KEPT
    }
    found = in_order((first.ticker,), Rows(None, dates, prices, beside, roles), conflict, said)
    mark = next((one for one in "?,." if any(part.decimal == one for _, part in parts)), first.decimal)
    zone = one_zone(part.zone for _, part in parts)
    whole = replace(found.series[0], zone=zone, date_format=first.date_format, decimal=mark)
    return _with_all_ahead(whole, parts), found.repeated


def _require_joinable(parts: Sequence[tuple[str, PriceSeries]]) -> None:
    """Raises DataError where rows have no dates, or a decimal point that is a guess stands beside a comma."""
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


def _between(ticker: str, sources: Sequence[str], rows: Rows, of: str = "") -> Conflict:
    """How to say that two sources, which `rows.codes` number, have one date and not one price; or, `of` a
    column, not one value."""

    def conflict(firsts: Positions, seconds: Positions) -> DataError:
        first, second = int(firsts[0]), int(seconds[0])
        assert rows.codes is not None
        one, other = sources[rows.codes[first]], sources[rows.codes[second]]
        return DataError(
            f"{plain(ticker)}{of} at {iso(rows.dates[first : first + 1])[0]}: "
            f"{rows.prices[first]:g} in {one}, {rows.prices[second]:g} in {other}.",
            "Keep the row that is right.",
        )

    return conflict


def _with_all_ahead(one: PriceSeries, parts: Sequence[tuple[str, PriceSeries]]) -> PriceSeries:
    """With what all the files know of the days after the last price of all."""
    each = [(name, part.ahead) for name, part in parts if part.ahead is not None]
    if not each:
        return one
    codes = np.repeat(np.arange(len(each), dtype=np.int32), [len(ahead.dates) for _, ahead in each])
    dates = np.concatenate([ahead.dates for _, ahead in each])
    columns = {
        name: np.concatenate([ahead.columns[name] for _, ahead in each]) for name in each[0][1].columns
    }
    sources = [name for name, _ in each]
    said = {name: _between(one.ticker, sources, Rows(codes, dates, columns[name])) for name in columns}
    return with_ahead([one], (one.ticker,), Rows(None, dates, np.full(len(dates), np.nan), columns), said)[0]


def two_marks(parts: Iterable[PriceSeries]) -> bool:
    """Whether a decimal comma is sure in one part, and a decimal point a guess in another."""
    return {part.decimal for part in parts} >= {",", "?"}
