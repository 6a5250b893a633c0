"""The slow way: all cells as text, ONE date format and ONE number format decided over the whole file."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells import numbers
from rnn_forecast.prices.cells.cell_positions import BadCell, CellError, without
from rnn_forecast.prices.cells.clocks import join_clock
from rnn_forecast.prices.cells.dates import Parsed, parse_dates
from rnn_forecast.prices.cells.decimal_mark import find_format
from rnn_forecast.prices.cells.named_values import named_values
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.fields.table import Labels, Table
from rnn_forecast.prices.text.odd_rows import header_cells, odd_line
from rnn_forecast.prices.text.row_reader import TextTable, read_columns
from rnn_forecast.prices.text.strictness import broken_row


def read_decided(source: TextTable) -> Table:
    """The whole table. Raises DataError with line, column and value at the first cell that does not fit."""
    cells, events, headers = _read_text(source, source.columns.read)
    last = len(cells[source.columns.prices[0]]) - 1
    try:
        return replace(_decide(source, cells), event_lines=events, headers=headers)
    except BadCell as bad:
        bad.whole |= last in bad.rows and not source.data.endswith(b"\n")  # the file may be cut there
        ticker = source.columns.ticker
        whose = None if ticker is None else _labels(_codes(cells[ticker]), np.zeros(last + 1, np.bool_))
        raise CellError(bad, source.locate, whose) from None


def _read_text(source: TextTable, wanted: Sequence[int]) -> tuple[dict[int, pa.Array], int, int]:
    """Cells as text, trimmed; how many lines of dividends and splits were left out, and how many that are the
    header again. Raises DataError at any other row that is not as wide as the header."""
    odd: list[str] = []

    def skip(row: Any) -> str:
        odd.append(odd_line(row.text, source.layout) or "error")
        return "error" if odd[-1] == "error" else "skip"

    try:
        found = read_columns(source, dict.fromkeys(wanted, pa.string()), skip)
    except pa.ArrowInvalid as error:
        raise broken_row(source, error) from error
    cells = {i: numbers.trim(_whole(found[i])) for i in wanted}
    events, headers = odd.count("event"), odd.count("header")
    same = [pc.equal(cells[i], text) for i, text in header_cells(source.layout.header, wanted).items()]
    again = functools.reduce(pc.and_, same) if same else None
    if again is None or not (rows := pc.sum(again).as_py()):
        return without(cells, source.gone), events, headers
    cells = {i: column.filter(pc.invert(again)) for i, column in cells.items()}
    return without(cells, source.gone), events, headers + rows


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.cast(pa.large_string()).combine_chunks() if column.nbytes > 2**30 else column.combine_chunks()
    )


def _decide(source: TextTable, cells: dict[int, pa.Array]) -> Table:
    """One date format and one number format over all rows. Raises BadCell."""
    columns = source.columns
    gone = {i: numbers.missing(cells[i]).to_numpy(zero_copy_only=False) for i in columns.prices}
    shapes = [(i, numbers.shapes(cells[i])) for i in columns.prices]
    blank = _blank(columns, cells, list(gone.values()))
    dates = None if columns.date is None else _dates(source, cells, blank)
    points_decide = _points_decide(source.layout.delimiter, dates)
    form, doubt = find_format(shapes, points_decide, lambda: _evidence(source), source.decimal)
    ticker = None if columns.ticker is None else _labels(_codes(cells[columns.ticker]), blank)
    prices = tuple(_numbers(cells[i], i, form, gone[i]) for i in columns.prices)
    given = tuple(None if not gone[i].any() else ~gone[i] for i in columns.prices)
    return Table(
        dates=None if dates is None else dates.values,
        tickers=() if ticker is None else ticker.texts,
        codes=None if ticker is None else ticker.codes,
        prices=prices,
        given=given,
        date_format=None if dates is None else dates.name,
        number_format=form,
        blank=blank if blank.any() else None,
        offsets=None if dates is None else dates.offsets,
        fractions=None if dates is None else dates.fractions,
        others=tuple(
            {
                what: named_values(cells[i], i, form)
                if what in columns.named
                else numbers.read_amounts(cells[i], form)
                for what, i in one.items()
            }
            for one in columns.others
        ),
        labels={i: _labels(cells[i], blank) for i in columns.labels},
        events=int(pc.sum(numbers.is_event(cells[columns.prices[0]])).as_py() or 0),
        doubt=doubt,
    )


def _points_decide(delimiter: str, dates: Parsed | None) -> bool:
    """Whether a point that nothing else explains is the decimal one: not for who writes `31.01.2024`, and
    not where fields end at another mark than a comma or a tab, as beside a decimal comma."""
    return delimiter in (",", "\t") and not ((dates and dates.name) or "").startswith(("%d.", "%d de"))


def _blank(columns: Columns, cells: dict[int, pa.Array], gone: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """The rows in which nothing stands. Raises BadCell where another row lacks its date or its ticker."""
    keys = [i for i in (columns.date, columns.ticker) if i is not None]
    if not keys:
        return np.zeros(len(gone[0]), np.bool_)
    blank: NDArray[np.bool_] = np.logical_and.reduce([*gone, *(_empty(cells[i]) for i in keys)])
    for i in keys:
        if (lacking := _empty(cells[i]) & ~blank).any():
            what = "date" if i == columns.date else "ticker"
            rows = np.flatnonzero(lacking)
            where = rows if i == columns.date else int(rows[0])
            raise BadCell(where, i, f"is no {what}", f"Give the row a {what} or delete it.")
    return blank


def _numbers(
    cells: pa.Array, column: int, form: numbers.NumberFormat, gone: NDArray[np.bool_]
) -> NDArray[np.float64]:
    values = numbers.parse_numbers(cells, form)
    if (bad := ~np.isfinite(values) & ~gone).any():
        raise BadCell(np.flatnonzero(bad), column, "is beyond what a number can hold", "Correct it.")
    return values


def _codes(cells: pa.Array) -> pa.Array:
    """Codes as they are: `'600000` has a mark that keeps a spreadsheet from taking it for a number."""
    marked = pc.all(pc.or_(pc.match_substring_regex(cells, "^'[0-9]"), pc.equal(cells, ""))).as_py()
    return pc.utf8_ltrim(cells, "'") if marked else cells


def _labels(cells: pa.Array, blank: NDArray[np.bool_]) -> Labels:
    coded = cells.filter(pa.array(~blank)).dictionary_encode()
    codes = np.zeros(len(blank), np.int32)
    codes[~blank] = coded.indices.to_numpy(zero_copy_only=False)
    return Labels(tuple(coded.dictionary.to_pylist()), codes)


def _empty(cells: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(cells, ""), dtype=np.bool_)


def _dates(source: TextTable, cells: dict[int, pa.Array], blank: NDArray[np.bool_]) -> Parsed:
    """The dates of all rows; where nothing stands, any."""
    column, time, rows = source.columns.date, source.columns.time, np.flatnonzero(~blank)
    assert column is not None
    texts = cells[column] if time is None else join_clock(cells[column], cells[time])
    try:
        found = parse_dates(texts.filter(pa.array(~blank)), column, source.date_format, source.today)
    except BadCell as bad:
        raise bad.among(rows) from None
    if len(rows) == len(blank):
        return found

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        all_rows = np.zeros(len(blank), values.dtype)
        all_rows[rows] = values
        return all_rows

    beside = (None if one is None else spread(one) for one in (found.offsets, found.fractions))
    return Parsed(spread(found.values), found.name, *beside)


def _evidence(source: TextTable) -> Iterator[numbers.Shapes]:
    """The shapes of the other columns, which may show which mark is the decimal one."""
    columns = source.columns
    used = {columns.date, columns.time, columns.ticker, *columns.prices}
    others = [i for i in range(len(source.layout.names)) if i not in used]
    for cells in _read_text(source, others)[0].values() if others else ():
        yield numbers.shapes(cells)
