"""Parquet → columns of values: opened, bounded, read by the columns that were chosen."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells import numbers
from rnn_forecast.prices.cells.cell_positions import (
    BadCell,
    CellError,
    CellPosition,
    Locate,
    place,
    shown,
    without,
)
from rnn_forecast.prices.cells.decimal_mark import find_format
from rnn_forecast.prices.fields.header import Columns, Header
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.sources import parquet_cells as values
from rnn_forecast.prices.sources.opening import Source
from rnn_forecast.prices.sources.parquet_header import SAMPLE, Named, header, is_number, named
from rnn_forecast.prices.sources.parquet_periods import without_periods


def open_parquet(
    source: Source, options: ReadOptions, today: np.datetime64
) -> tuple[Header, Callable[[Columns, NDArray[np.int64]], tuple[Table, Locate]]]:
    """The header, and what reads the columns that are chosen by it.

    Both raise DataError where the file is damaged, too large unpacked, or holds no prices.
    """
    file = _open(source, options.max_bytes)
    with _whole(source):
        found = named(file.schema_arrow)
        batch = next(file.iter_batches(batch_size=SAMPLE))
        cells = without_periods(batch.columns, list(batch.schema), source.name)
        first = header(pa.RecordBatch.from_arrays(cells, names=batch.schema.names), found)

    def read(columns: Columns, gone: NDArray[np.int64]) -> tuple[Table, Locate]:
        by_column = without(_read(file, found, columns.read, source), gone)

        def locate(row: int, column: int) -> CellPosition:
            name = found.names[column] or f"{column + 1} (without a name)"
            said, text = f"row {place(gone, row) + 1}", _spoken(by_column[column][row])
            return CellPosition(f"{source.name}, {said}, column {shown(name)}", text, said)

        try:
            return _table(by_column, columns, options, today), locate
        except BadCell as bad:
            ticker = columns.ticker
            whose = None if bad.whole or ticker is None else values.labels(by_column[ticker], ticker)
            raise CellError(bad, locate, whose) from None

    return first, read


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


def _read(file: pq.ParquetFile, found: Named, columns: Sequence[int], source: Source) -> dict[int, pa.Array]:
    """The cells of columns of the header."""
    names = [file.schema_arrow.names[found.places[i]] for i in columns]
    with _whole(source):
        table = file.read(columns=names)
        table.validate(full=True)
    cells = [table.column(name).combine_chunks() for name in names]
    cells = without_periods(cells, [table.field(name) for name in names], source.name)
    return dict(zip(columns, cells, strict=True))


def _table(cells: dict[int, pa.Array], columns: Columns, options: ReadOptions, today: np.datetime64) -> Table:
    dates = codes = None
    tickers: tuple[str, ...] = ()
    if columns.ticker is not None:
        tickers, codes = values.tickers(cells[columns.ticker], columns.ticker)
    if columns.date is not None:
        clock = None if columns.time is None else cells[columns.time]
        dates = values.dates(cells[columns.date], clock, columns.date, options.date_format, today)
    texts = {i: values.text_of(cells[i], i) for i in columns.prices if not is_number(cells[i].type)}
    form, doubt = numbers.PLAIN, None
    if texts:
        shapes = [(i, numbers.shapes(text)) for i, text in texts.items()]
        form, doubt = find_format(shapes, True, lambda: (), options.decimal)
    prices, given = [], []
    for i in columns.prices:
        found = numbers.parse_numbers(texts[i], form) if i in texts else values.floats(cells[i])
        if np.isinf(found).any():
            raise BadCell(np.flatnonzero(np.isinf(found)), i, "is not finite", "Correct it.")
        there = ~np.isnan(found)
        prices.append(found)
        given.append(None if there.all() else there)
    return Table(
        None if dates is None else dates.values,
        tickers,
        codes,
        tuple(prices),
        tuple(given),
        None if dates is None else dates.name,
        form,
        offsets=None if dates is None else dates.offsets,
        fractions=None if dates is None else dates.fractions,
        others=tuple(
            {
                what: (values.named if what in columns.named else values.amounts)(cells[i], i, form)
                for what, i in beside.items()
            }
            for beside in columns.others
        ),
        labels={i: values.labels(cells[i], i) for i in columns.labels},
        doubt=doubt,
    )
