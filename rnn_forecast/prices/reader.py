"""Sources → prices: every part of the reader in turn, and what was decided on the way."""

import datetime
import difflib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError, UsageError
from rnn_forecast.prices.columns import Columns, choose_columns, sample_header
from rnn_forecast.prices.layout import find_layout
from rnn_forecast.prices.options import ReadOptions
from rnn_forecast.prices.ordering import in_order, merge, number_rows
from rnn_forecast.prices.places import plain, refuse, shown
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.prices.source import Source, open_source
from rnn_forecast.prices.table import Table, TextTable, read_table
from rnn_forecast.prices.text import decode

_MISSING_LIMIT = 0.05  # of the rows: more cells without a price than that are no accident


@dataclass(frozen=True)
class Reading:
    """What `read_prices` found: the series, in the order in which their tickers were met, and the record of it."""

    series: list[PriceSeries]
    report: dict[str, Any]


@dataclass(frozen=True)
class _Part:
    """What one source holds."""

    name: str
    columns: Columns
    series: list[PriceSeries]
    record: dict[str, Any]
    notes: list[str] = field(default_factory=list)


Place = Callable[[int, int], tuple[str, str]]  # row, column → where it stands, and the cell there


def today() -> datetime.date:
    """The latest date that it is anywhere on earth (UTC+14): Auckland's prices can be a day ahead of the reader."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=14)).date()


def read_prices(sources: Sequence[str], options: ReadOptions = ReadOptions()) -> Reading:  # noqa: B008  frozen
    """Read, decide, check. Raises InputError where a source cannot be read, DataError where it is not prices."""
    if not sources:
        raise UsageError("No source was named.", "Name a file, or - for standard input.")
    if sources.count("-") > 1:
        raise UsageError("Standard input (-) can be read once.", "Name it once.")
    parts = [_read_source(path, options) for path in sources]
    price_column = _one_price_column(parts)
    series, repeated = _join(parts)
    series = _only(series, options.tickers)
    _check_alike(series)
    notices = [note for part in parts for note in part.notes]
    report = {
        "sources": [part.record for part in parts],
        "price_column": price_column,
        "tickers": len(series),
        "rows": sum(map(len, series)),
        "notices": notices,
        "warnings": [],
    }
    return Reading(series, report)


def _read_source(path: str, options: ReadOptions) -> _Part:
    source = open_source(path, options.max_bytes)
    limit = np.datetime64(today(), "s") + np.timedelta64(86399, "s")
    text = decode(source.data, source.name)
    layout = find_layout(text, source.name)
    columns = choose_columns(sample_header(layout.names, layout.sample, layout.tickers), options, source.name)
    opened = TextTable(source.name, text.data, layout, columns, options, limit)
    table = read_table(opened)
    _check_values(table, columns, options, limit, opened.place)
    return _to_part(source, table, columns, opened.place)


def _check_values(
    table: Table, columns: Columns, options: ReadOptions, limit: np.datetime64, place: Place
) -> None:
    """Refuse dates after today, prices that are not positive, and too many cells without one."""
    if table.dates is not None and len(table.dates) and table.dates.max() > limit:
        where, cell = place(int(np.flatnonzero(table.dates > limit)[0]), columns.date or 0)
        raise refuse(
            where,
            f"{shown(cell)} is a date after today ({today()}), read as {table.date_format}.",
            "Correct it, or name the format: --date-format.",
        )
    for i, values, given in zip(columns.prices, table.prices, table.given, strict=True):
        low = np.less_equal(values, 0)
        if not options.allow_nonpositive and low.any():
            where, cell = place(int(np.flatnonzero(low)[0]), i)
            raise refuse(
                where,
                f"{shown(cell)} is not above 0.",
                "Correct it; or --allow-nonpositive with a recipe that takes no logs (log = false).",
            )
        if given is None or columns.tickers:
            continue
        rows = len(given) - (0 if table.blank is None else int(table.blank.sum()))
        if (lacking := rows - int(given.sum())) > _MISSING_LIMIT * rows:
            hole = ~given if table.blank is None else ~given & ~table.blank
            raise refuse(
                place(int(np.flatnonzero(hole)[0]), i)[0],
                f"{lacking} of {rows} rows have no price, the first here; at most 5 % may have none.",
                "Fill them, or delete the rows.",
            )


def _to_part(source: Source, table: Table, columns: Columns, place: Place) -> _Part:
    """Rows without a price leave, the others are put in order."""
    series: list[PriceSeries] = []
    moved, repeated, dropped = False, 0, 0
    for n, (values, given) in enumerate(zip(table.prices, table.given, strict=True)):
        rows = None if given is None else np.flatnonzero(given)
        dates = number_rows(table.codes, len(values)) if table.dates is None else table.dates
        codes = table.codes
        if rows is not None:
            dates, values, codes = dates[rows], values[rows], None if codes is None else codes[rows]
            dropped += len(given) - len(rows) - (0 if table.blank is None else int(table.blank.sum()))
        tickers = table.tickers or columns.tickers[n : n + 1] or (source.stem,)
        conflict = _conflict(table, columns, rows, place, columns.prices[n])
        found = in_order(tickers, codes, dates, values, conflict)
        series += [one for one in found.series if len(one)]
        moved, repeated = moved or found.sorted, repeated + found.repeated
    if not series:
        raise DataError(f"{source.name} has no prices.", "Fetch or export it again.")
    record = {
        "name": source.name,
        "sha256": source.sha256,
        "bytes": source.size,
        "kind": source.kind,
        "date_format": table.date_format,
        "rows": sum(map(len, series)),
        "tickers": len(series),
        "dropped": {"without a price": dropped, "repeated": repeated},
    }
    return _Part(source.name, columns, series, record)


def _conflict(
    table: Table, columns: Columns, rows: NDArray[np.int64] | None, place: Place, column: int
) -> Callable[[int, int], DataError]:
    """How to say that two rows have one date and different prices."""

    def say(first: int, second: int) -> DataError:
        one, other = (i if rows is None else int(rows[i]) for i in (first, second))
        assert table.dates is not None
        date = iso(table.dates[one : one + 1])[0]
        (_, price), (where, other_price) = place(one, column), place(other, column)
        line = place(one, column)[0].split(", ")[1]
        return refuse(
            where,
            f"{shown(other_price)} for {date}, which has {shown(price)} in {line}.",
            "Keep the row that is right; for several tickers name their column: --ticker-column.",
        )

    return say


def _one_price_column(parts: Sequence[_Part]) -> str | None:
    names = {part.columns.price_name for part in parts}
    if len(names) == 1:
        return names.pop()
    if all(part.columns.found_as == "only" for part in parts):
        return None
    one, other = parts[0], next(p for p in parts if p.columns.price_name != parts[0].columns.price_name)
    raise DataError(
        f"{one.name} has its prices in {shown(one.columns.price_name or '')}, {other.name} in "
        f"{shown(other.columns.price_name or '')}.",
        "Say which: --price-column NAME.",
    )


def _join(parts: Sequence[_Part]) -> tuple[list[PriceSeries], int]:
    """All series by ticker, as first met; a ticker that several files hold becomes one."""
    by_ticker: dict[str, list[tuple[str, PriceSeries]]] = defaultdict(list)
    for part in parts:
        for one in part.series:
            by_ticker[one.ticker].append((part.name, one))
    repeated, series = 0, []
    for pieces in by_ticker.values():
        if len(pieces) == 1:
            series.append(pieces[0][1])
            continue
        joined, twice = merge(pieces)
        series.append(joined)
        repeated += twice
    return series, repeated


def _only(series: list[PriceSeries], tickers: Sequence[str]) -> list[PriceSeries]:
    """The tickers that were asked for. Raises DataError where one is not there."""
    there = {one.ticker for one in series}
    for ticker in tickers:
        if ticker not in there:
            near = difflib.get_close_matches(ticker, there, n=3, cutoff=0.4) or sorted(there)[:5]
            raise DataError(
                f"There is no ticker {shown(ticker)} in the sources.",
                f"Nearest: {', '.join(plain(name) for name in near)}.",
            )
    return [one for one in series if not tickers or one.ticker in tickers]


def _check_alike(series: Sequence[PriceSeries]) -> None:
    dated = [one for one in series if one.dated]
    if dated and len(dated) < len(series):
        bare = next(one for one in series if not one.dated)
        raise DataError(
            f"{plain(dated[0].ticker)} has dates and {plain(bare.ticker)} has none.",
            "Give all sources dates, or none; --date-column names a column of them.",
        )
