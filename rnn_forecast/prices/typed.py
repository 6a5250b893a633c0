"""The fast way: a clean file (ISO dates, plain numbers) straight into typed arrays, at the machine's speed.

What it takes, the slow way (`decided`) takes with equal values; at the first odd cell it gives up.
pyarrow's own `to_numpy`, `pa.array` and `pa.scalar` are not used here: they import pandas, which takes 0.4 s.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices import numbers
from rnn_forecast.prices.cells import is_missing
from rnn_forecast.prices.dates import FORMATS
from rnn_forecast.prices.table import Table, TextTable, read_columns

_ISO = FORMATS[0].compiled


def read_typed(source: TextTable) -> Table | None:
    """The whole table; None where the file is not clean."""
    if not _looks_clean(source):
        return None
    columns = source.columns
    types: dict[int, pa.DataType] = dict.fromkeys(columns.prices, pa.float64())
    if columns.ticker is not None:
        types[columns.ticker] = pa.dictionary(pa.int32(), pa.string())
    if columns.date is not None:
        types[columns.date] = pa.timestamp("s")
    try:
        found = read_columns(source, types, lambda row: "error")
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


def _finite(values: NDArray[np.float64], given: NDArray[np.bool_] | None) -> bool:
    return bool(np.isfinite(values if given is None else values[given]).all())


def _joined(column: pa.ChunkedArray) -> NDArray[Any]:
    """One array of all chunks, NaN where a cell is empty."""
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
        codes[at : at + len(chunk)] = np.array(of_chunk, np.int32)[np.from_dlpack(chunk.indices)]
        at += len(chunk)
    return tuple(numbers_of), codes
