"""The slow way: all cells as text, ONE date format and ONE number format decided over the whole file."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.fields import numbers
from rnn_forecast.prices.fields.cell_positions import BadCell
from rnn_forecast.prices.fields.dates import Seconds, parse_dates
from rnn_forecast.prices.fields.decimal_mark import find_format
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.text.row_reader import TextTable, read_columns
from rnn_forecast.prices.text.strictness import broken_row


def read_decided(source: TextTable) -> Table:
    """The whole table. Raises DataError with line, column and value at the first cell that does not fit."""
    columns = source.columns
    wanted = sorted({i for i in (columns.date, columns.ticker, *columns.prices) if i is not None})
    cells = _read_text(source, wanted)
    try:
        return _decide(source, cells)
    except BadCell as bad:
        raise bad.refusal(source.locate) from None


def _read_text(source: TextTable, wanted: Sequence[int]) -> dict[int, pa.Array]:
    """Cells as text, trimmed. Raises DataError at a row that is not as wide as the header."""

    def skip(row: object) -> str:
        return "error" if row.text.strip() else "skip"  # type: ignore[attr-defined]

    try:
        found = read_columns(source, dict.fromkeys(wanted, pa.string()), skip)
    except pa.ArrowInvalid as error:
        raise broken_row(source, error) from error
    return {i: numbers.trim(_whole(found[i])) for i in wanted}


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.cast(pa.large_string()).combine_chunks() if column.nbytes > 2**30 else column.combine_chunks()
    )


def _decide(source: TextTable, cells: dict[int, pa.Array]) -> Table:
    """One date format and one number format over all rows. Raises BadCell."""
    columns = source.columns
    gone = {i: numbers.missing(cells[i]).to_numpy(zero_copy_only=False) for i in columns.prices}
    shapes = [(i, numbers.shapes(cells[i])) for i in columns.prices]
    points_decide = source.layout.delimiter in ",\t"
    form, doubt = find_format(shapes, points_decide, lambda: _evidence(source), source.decimal)
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
    return Table(
        dates, tickers, codes, prices, given, date_format, form, blank if blank.any() else None, doubt=doubt
    )


def _empty(cells: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(cells, ""), dtype=np.bool_)


def _dates(
    source: TextTable, cells: pa.Array, blank: NDArray[np.bool_], rows: NDArray[np.int64]
) -> tuple[Seconds, str]:
    column = source.columns.date
    assert column is not None
    try:
        found = parse_dates(cells.filter(pa.array(~blank)), column, source.date_format, source.today)
    except BadCell as bad:
        raise BadCell(int(rows[bad.row]), column, bad.reason, bad.remedy) from None
    dates = np.zeros(len(blank), "datetime64[s]")
    dates[rows] = found.values
    return dates, found.name


def _evidence(source: TextTable) -> Iterator[numbers.Shapes]:
    """The shapes of the other columns, which may show which mark is the decimal one."""
    columns = source.columns
    others = [
        i for i in range(len(source.layout.names)) if i not in {columns.date, columns.ticker, *columns.prices}
    ]
    for cells in _read_text(source, others).values() if others else ():
        yield numbers.shapes(cells)
