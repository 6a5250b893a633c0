"""Text and its layout → columns of values, by pyarrow.

Two ways to one result. A clean file (ISO dates, plain numbers) is parsed straight into typed arrays, at the
machine's speed; at the first cell that does not fit, all cells are read as text, the formats are decided over the
whole file, and the fault is found. Whatever the fast way takes, the slow way takes with equal values.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
from numpy.typing import NDArray

from rnn_forecast.prices import numbers
from rnn_forecast.prices.cells import is_missing
from rnn_forecast.prices.columns import Columns
from rnn_forecast.prices.dates import FORMATS, Seconds, parse_dates
from rnn_forecast.prices.layout import Layout, records
from rnn_forecast.prices.options import ReadOptions
from rnn_forecast.prices.places import BadCell, Spot, refuse, shown

_NULLS = [
    "",
    "null",
    "NaN",
    "nan",
    "NA",
    "N/A",
    "#N/A",
    "None",
    "-",
]  # `numbers.missing` knows these, and more
_PIECE = 1 << 24  # bytes
_ISO = FORMATS[0].compiled


@dataclass(frozen=True)
class Table:
    """Columns of equal length, a row for each row of the file."""

    dates: Seconds | None  # (m,)
    tickers: tuple[str, ...]  # distinct, as first met; () without a column of them
    codes: NDArray[np.int32] | None  # (m,) index in `tickers`
    prices: tuple[NDArray[np.float64], ...]  # each (m,); NaN where `given` is False
    given: tuple[NDArray[np.bool_] | None, ...]  # None: all are
    date_format: str | None
    number_format: numbers.NumberFormat
    blank: NDArray[np.bool_] | None = None  # (m,) rows in which nothing stands; None: there are none


@dataclass(frozen=True)
class TextTable:
    """A table inside a text, and what is needed to say where a row of it stands."""

    name: str
    data: bytes
    layout: Layout
    columns: Columns
    options: ReadOptions
    today: np.datetime64

    def place(self, row: int, column: int) -> Spot:
        """Walks the file: only for the one cell that ends the reading."""
        layout = self.layout
        rows = records(self.data, layout.start, layout.stop, layout.delimiter, layout.line)
        fitting = (record for record in rows if len(record[1]) == len(layout.names))
        line, cells = next(record for i, record in enumerate(fitting) if i == row)
        header = layout.names[column] or f"{column + 1} (without a name)"
        return Spot(f"{self.name}, line {line}, column {shown(header)}", cells[column], f"line {line}")


def read_table(source: TextTable) -> Table:
    """All rows of the table. Raises DataError with line, column and value at whatever is not as it should be."""
    _check_quotes(source)
    if not _looks_clean(source) or (table := _read_typed(source)) is None:
        cells = _read_text(source, _wanted(source.columns))
        try:
            table = _decide(source, cells)
        except BadCell as bad:
            spot = source.place(bad.row, bad.column)
            raise refuse(spot.where, f"{shown(spot.cell)} {bad.reason}.", bad.remedy) from None
    _check_end(source, table)
    return table


def _check_end(source: TextTable, table: Table) -> None:
    """A file cut inside its last price still reads, as 18 for 183.25. Without a newline at its end, a last price
    that is written shorter than the others, or far from the one before, is refused.
    """
    layout, columns = source.layout, source.columns
    column = len(layout.names) - 1
    if source.data.endswith(b"\n") or layout.stop < len(source.data) or column not in columns.prices:
        return
    prices = table.prices[columns.prices.index(column)]
    spot = source.place(len(prices) - 1, column)
    digits = [_fraction(row[column]) for row in layout.sample[:-1] if not is_missing(row[column])]
    short = bool(digits) and _fraction(spot.cell) < min(digits)
    far = len(prices) > 1 and not 0.4 < prices[-1] / prices[-2] < 2.5 if prices[-2:].all() else False
    if spot.cell.endswith((".", ",")) or short or far:
        raise refuse(spot.where, f"{shown(spot.cell)} looks cut off: it is unlike the others, and the file ends "
                     "without a newline.", "Fetch it again, or end the file with a newline if it is whole.")  # fmt: skip


def _fraction(cell: str) -> int:
    """How many digits stand behind the last mark."""
    found = re.search(r"[.,]([0-9]*)\D*$", cell)
    return len(found[1]) if found else 0


def _wanted(columns: Columns) -> list[int]:
    return sorted({i for i in (columns.date, columns.ticker, *columns.prices) if i is not None})


def _looks_clean(source: TextTable) -> bool:
    """Whether the first rows are worth a try as ISO dates and plain numbers."""
    columns, sample = source.columns, source.layout.sample
    if source.options.date_format:
        return False
    prices = [row[i] for row in sample for i in columns.prices if not is_missing(row[i])]
    if columns.date is not None and not all(_ISO.match(row[columns.date].strip()) for row in sample):
        return False
    shapes = {numbers.shape(cell.strip()) for cell in prices}
    if not all(numbers.PLAIN.pattern.fullmatch(shape) for shape in shapes):
        return False
    open_question = all(numbers.NumberFormat(",", ".").pattern.fullmatch(shape) for shape in shapes)
    return source.layout.delimiter != ";" or not open_question


def _read(
    source: TextTable, types: dict[int, pa.DataType], skip: Callable[[object], str]
) -> dict[int, pa.ChunkedArray]:
    layout, data, quoted = source.layout, pa.py_buffer(source.data), b'"' in source.data
    names, wanted = [f"c{i}" for i in range(len(layout.names))], [f"c{i}" for i in types]
    tables = [
        pv.read_csv(
            pa.BufferReader(data.slice(start, stop - start)),
            read_options=pv.ReadOptions(column_names=names, block_size=_block(source)),
            parse_options=pv.ParseOptions(
                delimiter=layout.delimiter or "\x1f", newlines_in_values=quoted, invalid_row_handler=skip
            ),
            convert_options=pv.ConvertOptions(
                include_columns=wanted,
                column_types=dict(zip(wanted, types.values(), strict=True)),
                null_values=_NULLS,
                strings_can_be_null=False,
            ),
        )
        for start, stop in _pieces(source, quoted)
    ]
    whole = pa.concat_tables(tables)  # of the same buffers, not a copy
    return dict(zip(types, whole.columns, strict=True))


def _pieces(source: TextTable, quoted: bool) -> Iterator[tuple[int, int]]:
    """Cut at line ends: what pyarrow needs for its work is then a share of a piece, not of the file."""
    at, stop = source.layout.start, source.layout.stop
    while at < stop:
        end = stop if quoted else source.data.find(b"\n", min(at + _PIECE, stop), stop) + 1 or stop
        if source.data[at:end].strip() if end - at < 1000 else True:
            yield at, end
        at = end


def _block(source: TextTable) -> int:
    """Large enough for rows of any sane length, and for both cores to have something to do."""
    longest = max((sum(map(len, row)) for row in source.layout.sample), default=0)
    return max(1 << 22, 64 * longest)


def _read_typed(source: TextTable) -> Table | None:
    """The fast way; None where a cell does not fit."""
    columns = source.columns
    types: dict[int, pa.DataType] = dict.fromkeys(columns.prices, pa.float64())
    if columns.ticker is not None:
        types[columns.ticker] = pa.dictionary(pa.int32(), pa.string())
    if columns.date is not None:
        types[columns.date] = pa.timestamp("s")
    try:
        found = _read(source, types, lambda row: "error")
    except pa.ArrowInvalid:
        return None
    dates, tickers, codes = None, None, None
    if columns.date is not None:
        if found[columns.date].null_count:
            return None
        dates = _joined(
            found.pop(columns.date)
        )  # popped: what pyarrow holds of it goes before the next is joined
    if columns.ticker is not None:
        tickers, codes = _coded(found.pop(columns.ticker))
        if any(ticker != ticker.strip() or not ticker for ticker in tickers):
            return None
    given = [_valid(found[i]) if found[i].null_count else None for i in columns.prices]
    prices = [_joined(found.pop(i)) for i in columns.prices]
    if not all(_finite(values, there) for values, there in zip(prices, given, strict=True)):
        return None
    date_format = FORMATS[0].name if dates is not None else None
    return Table(dates, tickers or (), codes, tuple(prices), tuple(given), date_format, numbers.PLAIN)


def _finite(values: NDArray[np.float64], given: NDArray[np.bool_] | None) -> bool:
    return bool(np.isfinite(values if given is None else values[given]).all())


def _joined(column: pa.ChunkedArray) -> NDArray[Any]:
    """One array of all chunks, NaN where a cell is empty; not by `to_numpy`, which imports pandas (0.4 s)."""
    if pa.types.is_timestamp(column.type):
        days = np.concatenate([np.from_dlpack(chunk.view(pa.int64())) for chunk in column.chunks])
        return days.view("datetime64[s]")
    values = np.concatenate([np.frombuffer(chunk.buffers()[1], np.float64)[chunk.offset :][: len(chunk)]
                             for chunk in column.chunks])  # fmt: skip
    if column.null_count:
        values[~_valid(column)] = np.nan
    return values


def _valid(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    bits = [np.from_dlpack(pc.cast(chunk.is_valid(), pa.uint8())) for chunk in column.chunks]
    return np.concatenate(bits).view(np.bool_)


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Distinct texts in the order of their first row, and their number by row."""
    numbers_of: dict[str, int] = {}
    codes = np.empty(len(column), np.int32)
    at = 0
    for chunk in column.chunks:
        of_chunk = [numbers_of.setdefault(text, len(numbers_of)) for text in chunk.dictionary.to_pylist()]
        np.take(np.array(of_chunk, np.int32), np.from_dlpack(chunk.indices), out=codes[at : at + len(chunk)])
        at += len(chunk)
    return tuple(numbers_of), codes


def _read_text(source: TextTable, wanted: Sequence[int]) -> dict[int, pa.Array]:
    """The slow way: cells as text, trimmed. Raises DataError at a row that is not as wide as the header."""

    def skip(row: object) -> str:
        return "error" if row.text.strip() else "skip"  # type: ignore[attr-defined]

    try:
        found = _read(source, dict.fromkeys(wanted, pa.string()), skip)
    except pa.ArrowInvalid as error:
        raise _broken_row(source, error) from error
    return {i: numbers.trim(_whole(found[i])) for i in wanted}


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.cast(pa.large_string()).combine_chunks() if column.nbytes > 2**30 else column.combine_chunks()
    )


def _broken_row(source: TextTable, error: Exception) -> Exception:
    layout, line = source.layout, source.layout.line
    try:
        for line, cells in records(source.data, layout.start, layout.stop, layout.delimiter, layout.line):
            if len(cells) != len(layout.names):
                return _wrong_width(source, line, cells)
    except csv.Error as fault:
        return refuse(
            f"{source.name}, line {line + 1}", f"{fault}.", 'Quote cells as "…", and quotes inside as "".'
        )
    return refuse(
        source.name, f"cannot be read as a table: {str(error).splitlines()[0]}.", "Export it again."
    )


def _wrong_width(source: TextTable, line: int, cells: list[str]) -> Exception:
    width = len(source.layout.names)
    text = (source.layout.delimiter or ",").join(cells)
    last = line >= source.data.count(b"\n") + 1 and not source.data.endswith(b"\n")
    if last and len(cells) < width:
        what = f"the file ends inside its last row ({shown(text)})"
        return refuse(f"{source.name}, line {line}", f"{what}.", "It was cut short: fetch it again.")
    hint = "Quote numbers with thousands separators, or leave the separators out."
    return refuse(
        f"{source.name}, line {line}",
        f"{len(cells)} fields where the header has {width}: {shown(text, 100)}.",
        hint if len(cells) > width else "Complete the row or delete it.",
    )


def _check_quotes(source: TextTable) -> None:
    """A quote opens at the start of a field and closes at its end; pyarrow alone is not so strict."""
    if source.data.find(b'"', source.layout.start) < 0:
        return
    data = np.frombuffer(source.data, np.uint8)[source.layout.start : source.layout.stop]
    quotes = np.flatnonzero(data == ord('"'))
    edges = np.frombuffer((source.layout.delimiter + "\r\n").encode(), np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], ord("\n"))
    after = np.where(closing + 1 < len(data), data[np.minimum(closing + 1, len(data) - 1)], ord("\n"))
    joined = np.zeros(len(opening), bool)  # "" inside quotes closes and opens at once
    joined[1:] = opening[1:] == closing[: len(opening) - 1] + 1
    doubled = np.zeros(len(closing), bool)
    doubled[: len(opening) - 1] = joined[1:][: len(closing)]
    wrong = [
        *opening[~(np.isin(before, edges) | joined)][:1],
        *closing[~(np.isin(after, edges) | doubled)][:1],
    ]
    if len(quotes) % 2:
        wrong.append(quotes[-1])
    if wrong:
        at = int(min(wrong))
        line = source.layout.line + int(np.count_nonzero(data[:at] == ord("\n")))
        text = source.data[source.layout.start + at :][:40].decode("utf-8", "replace").splitlines()
        raise refuse(
            f"{source.name}, line {line}",
            f"a quote that is not closed, or not at a field's edge: {shown(text[0])}.",
            'Quote whole cells as "…", and quotes inside as "".',
        )


def _decide(source: TextTable, cells: dict[int, pa.Array]) -> Table:
    """One date format and one number format over all rows. Raises BadCell."""
    columns = source.columns
    gone = {i: numbers.missing(cells[i]).to_numpy(zero_copy_only=False) for i in columns.prices}
    shapes = [(i, numbers.shapes(cells[i])) for i in columns.prices]
    form = numbers.find_format(shapes, source.layout.delimiter in ",\t", lambda: _evidence(source))
    keys = [i for i in (columns.date, columns.ticker) if i is not None]
    blank = np.zeros(len(next(iter(gone.values()))), bool)
    if keys:
        blank = np.logical_and.reduce([*gone.values(), *(_empty(cells[i]) for i in keys)])
    dates = date_format = codes = None
    tickers: tuple[str, ...] = ()
    for i in keys:
        if (lacking := _empty(cells[i]) & ~blank).any():
            what = "date" if i == columns.date else "ticker"
            raise BadCell(
                int(np.flatnonzero(lacking)[0]), i, f"is no {what}", f"Give the row a {what} or delete it."
            )
    rows = np.flatnonzero(~blank)
    if columns.date is not None:
        dates, date_format = _dates(source, cells[columns.date], blank, rows)
    if columns.ticker is not None:
        coded = cells[columns.ticker].filter(pa.array(~blank)).dictionary_encode()
        tickers, codes = tuple(coded.dictionary.to_pylist()), np.zeros(len(blank), np.int32)
        codes[rows] = coded.indices.to_numpy(zero_copy_only=False)
    prices = tuple(numbers.parse_numbers(cells[i], form) for i in columns.prices)
    given = tuple(None if not gone[i].any() else ~gone[i] for i in columns.prices)
    for i, values in zip(columns.prices, prices, strict=True):
        if (bad := ~np.isfinite(values) & ~gone[i]).any():
            raise BadCell(int(np.flatnonzero(bad)[0]), i, "is beyond what a number can hold", "Correct it.")
    return Table(dates, tickers, codes, prices, given, date_format, form, blank if blank.any() else None)


def _empty(cells: pa.Array) -> NDArray[np.bool_]:
    return pc.equal(cells, "").to_numpy(zero_copy_only=False)


def _dates(
    source: TextTable, cells: pa.Array, blank: NDArray[np.bool_], rows: NDArray[np.int64]
) -> tuple[Seconds, str]:
    column = source.columns.date
    assert column is not None
    try:
        values, name = parse_dates(
            cells.filter(pa.array(~blank)), column, source.options.date_format, source.today
        )
    except BadCell as bad:
        raise BadCell(int(rows[bad.row]), column, bad.reason, bad.remedy) from None
    dates = np.zeros(len(blank), "datetime64[s]")
    dates[rows] = values
    return dates, name


def _evidence(source: TextTable) -> Iterator[numbers.Shapes]:
    """The shapes of the other columns, which may show which mark is the decimal one."""
    columns = source.columns
    others = [
        i for i in range(len(source.layout.names)) if i not in {columns.date, columns.ticker, *columns.prices}
    ]
    for cells in _read_text(source, others).values() if others else ():
        yield numbers.shapes(cells)
