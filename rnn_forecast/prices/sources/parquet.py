"""Parquet → columns of values. Its types say what text leaves open; cells of text go the way of a CSV."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields import numbers
from rnn_forecast.prices.fields.cell_positions import BadCell, CellPosition, Locate, shown
from rnn_forecast.prices.fields.column_kinds import is_date, is_numeral
from rnn_forecast.prices.fields.dates import Seconds, parse_dates
from rnn_forecast.prices.fields.header import Columns, Header
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.sources.opening import Source

_SAMPLE = 100


def open_parquet(
    source: Source, options: ReadOptions, today: np.datetime64
) -> tuple[Header, Callable[[Columns], tuple[Table, Locate]]]:
    """The header, and what reads the columns that are chosen by it.

    Both raise DataError where the file is damaged, too large unpacked, or holds no prices.
    """
    file = _open(source, options.max_bytes)
    names = ["" if name == "__index_level_0__" else name for name in file.schema_arrow.names]

    def read(columns: Columns) -> tuple[Table, Locate]:
        wanted = [i for i in (columns.date, columns.ticker, *columns.prices) if i is not None]
        by_column = _read(file, list(dict.fromkeys(wanted)), source)

        def locate(row: int, column: int) -> CellPosition:
            where = f"{source.name}, row {row + 1}, column {shown(names[column])}"
            return CellPosition(where, _spoken(by_column[column][row]), f"row {row + 1}")

        try:
            return _table(by_column, columns, options.date_format, today), locate
        except BadCell as bad:
            raise bad.refusal(locate) from None

    return _header(file, names, source), read


def _spoken(cell: pa.Scalar) -> str:
    try:
        return str(cell.as_py())
    except (OverflowError, ValueError):  # a date that Python has no word for
        return str(getattr(cell, "value", "?"))


@contextlib.contextmanager
def _whole(source: Source) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, StopIteration) as error:
        raise DataError(
            f"{source.name} is damaged or cut-off Parquet.", "Fetch or write it again."
        ) from error


def _open(source: Source, max_bytes: int) -> pq.ParquetFile:
    with _whole(source):
        file = pq.ParquetFile(pa.BufferReader(source.data), page_checksum_verification=True)
        groups = (file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
        unpacked = max(sum(groups), 8 * file.metadata.num_rows)
    if unpacked > max_bytes:
        raise DataError(f"{source.name}, unpacked, is larger than {max_bytes:,} bytes.", "Raise --max-bytes.")
    if not file.metadata.num_rows:
        raise DataError(f"{source.name} has no rows of prices.", "Fetch or write it again.")
    return file


def _read(file: pq.ParquetFile, columns: Sequence[int], source: Source) -> dict[int, pa.Array]:
    names = [file.schema_arrow.names[i] for i in columns]
    with _whole(source):
        table = file.read(columns=names)
        table.validate(full=True)
    return {i: table.column(name).combine_chunks() for i, name in zip(columns, names, strict=True)}


def _header(file: pq.ParquetFile, names: Sequence[str], source: Source) -> Header:
    """Numbers and dates by type; for columns of text by what their first cells look like."""
    with _whole(source):
        first = next(file.iter_batches(batch_size=_SAMPLE))
        samples = [[cell for cell in _sample(column) if cell] for column in first.columns]
    numeric, dates = [], []
    for i, kind in enumerate(file.schema_arrow.types):
        texts = samples[i]
        numeric.append(_is_number(kind) or (bool(texts) and all(is_numeral(cell) for cell in texts)))
        dates.append(pa.types.is_temporal(kind) or (bool(texts) and all(is_date(cell) for cell in texts)))
    return Header(tuple(names), tuple(numeric), tuple(dates))


def _sample(column: pa.Array) -> list[str]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return [str(cell).strip() for cell in column.to_pylist() if cell is not None] if texts else []


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _table(cells: dict[int, pa.Array], columns: Columns, chosen: str | None, today: np.datetime64) -> Table:
    dates = date_format = codes = None
    tickers: tuple[str, ...] = ()
    if columns.date is not None:
        dates, date_format = _dates(cells[columns.date], columns.date, chosen, today)
    if columns.ticker is not None:
        tickers, codes = _tickers(cells[columns.ticker], columns.ticker)
    texts = {i: _text(cells[i]) for i in columns.prices if not _is_number(cells[i].type)}
    form = numbers.PLAIN
    if texts:
        form = numbers.find_format([(i, numbers.shapes(text)) for i, text in texts.items()], True, lambda: ())
    prices, given = [], []
    for i in columns.prices:
        values = numbers.parse_numbers(texts[i], form) if i in texts else _floats(cells[i])
        if np.isinf(values).any():
            raise BadCell(int(np.flatnonzero(np.isinf(values))[0]), i, "is not finite", "Correct it.")
        there = ~np.isnan(values)
        prices.append(values)
        given.append(None if there.all() else there)
    return Table(dates, tickers, codes, tuple(prices), tuple(given), date_format, form)


def _floats(cells: pa.Array) -> NDArray[np.float64]:
    values: NDArray[np.float64] = pc.cast(cells, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return values


def _text(cells: pa.Array) -> pa.Array:
    """Cells as text, trimmed; an empty one is empty text."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    try:
        return numbers.trim(pc.fill_null(pc.cast(cells, pa.string()), ""))
    except pa.ArrowException:
        raise BadCell(
            0, 0, "is neither a number, a date nor text", "Write the table with plain columns."
        ) from None


def _tickers(cells: pa.Array, column: int) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    text = _text(cells)
    if (lacking := np.asarray(pc.equal(text, ""))).any():
        raise BadCell(int(np.flatnonzero(lacking)[0]), column, "is no ticker", "Give the row a ticker.")
    coded = text.dictionary_encode()
    return tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy(zero_copy_only=False)


def _dates(
    cells: pa.Array, column: int, chosen: str | None, today: np.datetime64
) -> tuple[Seconds, str | None]:
    """Dates as they are; a time with a zone is the clock there, as a CSV would show it."""
    if cells.null_count:
        row = int(np.flatnonzero(~np.asarray(cells.is_valid()))[0])
        raise BadCell(row, column, "is no date", "Give the row a date or delete it.")
    if not (pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type)):
        found = parse_dates(_text(cells), column, chosen, today)
        return found.values, found.name
    if pa.types.is_timestamp(cells.type) and cells.type.tz:
        cells = pc.local_timestamp(cells)
    try:
        seconds = cells.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        raise BadCell(0, column, "(or a later row) is finer than a second", "Round the times.") from None
    return seconds.view(pa.int64()).to_numpy().view("datetime64[s]"), None
