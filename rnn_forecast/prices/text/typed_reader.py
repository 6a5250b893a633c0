"""The fast way: a clean file (ISO dates, plain numbers) straight into typed arrays, at the machine's speed.

What it takes, the slow way (`inferring_reader`) takes with equal values; at the first odd cell it gives up.
pyarrow's own `to_numpy`, `pa.array` and `pa.scalar` are not used here: they import pandas, which takes 0.4 s.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.fields import numbers
from rnn_forecast.prices.fields.column_kinds import is_missing
from rnn_forecast.prices.fields.dates import FORMATS
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.fields.table import Labels, Table
from rnn_forecast.prices.text.row_reader import TextTable, read_pieces

_ISO = FORMATS[0].compiled
_KINDS: dict[int, Any] = {
    pa.float64().id: np.float64,
    pa.timestamp("s").id: "datetime64[s]",
    pa.dictionary(pa.int32(), pa.string()).id: np.int32,
}


def read_typed(source: TextTable) -> Table | None:
    """The whole table; None where the file is not clean.

    Piece by piece into arrays that have room for every line: what pyarrow holds is a piece, not the file.
    """
    if not _looks_clean(source):
        return None
    columns = source.columns
    beside = [i for one in columns.others for i in one.values()]
    types: dict[int, pa.DataType] = dict.fromkeys([*columns.prices, *beside], pa.float64())
    for i in (columns.ticker, *columns.labels):
        if i is not None:
            types[i] = pa.dictionary(pa.int32(), pa.string())
    if columns.date is not None:
        types[columns.date] = pa.timestamp("s")
    most = source.data.count(b"\n", source.layout.start, source.layout.stop) + 1
    filled = _Filled(most, types, frozenset([*beside, *columns.labels]))
    try:
        for piece in read_pieces(source, types, lambda row: "error"):
            if not filled.take(piece):
                return None
    except pa.ArrowInvalid:
        return None
    table = filled.table(columns)
    if any(_grows_a_mark(source, i, values) for i, values in zip(columns.prices, table.prices, strict=True)):
        return None
    return table


def _grows_a_mark(source: TextTable, column: int, prices: NDArray[np.float64]) -> bool:
    """Whole numbers in the sample, and later others: `916`, and then `1.100`, which may be 1100."""
    whole = not any("." in row[column] for row in source.layout.sample)
    return whole and bool((prices != np.floor(prices)).any() and not np.isnan(prices).all())


class _Filled:
    """Columns with room for `most` rows, of which the first `rows` are there; of those `beside` the price
    any cell may be empty."""

    def __init__(self, most: int, types: dict[int, pa.DataType], beside: frozenset[int]) -> None:
        kinds = {i: _KINDS[kind.id] for i, kind in types.items()}
        self._values = {i: np.empty(most, kind) for i, kind in kinds.items()}
        self._given: dict[int, NDArray[np.bool_]] = {}  # of prices that are not all there
        self._texts: dict[int, dict[str, int]] = {}
        self._beside = beside
        self._rows = 0

    def take(self, piece: pa.Table) -> bool:
        """Some more rows. False where a date, a ticker or a price is none that this way can tell."""
        for i, column in zip(self._values, piece.columns, strict=True):
            at = self._rows
            for chunk in column.chunks:
                if not self._fill(i, slice(at, at + len(chunk)), chunk):
                    return False
                at += len(chunk)
        self._rows += len(piece)
        return True

    def _fill(self, i: int, rows: slice, chunk: pa.Array) -> bool:
        values = self._values[i][rows]
        if pa.types.is_dictionary(chunk.type):
            texts = chunk.dictionary.to_pylist()
            known = self._texts.setdefault(i, {})
            numbers_of = [known.setdefault(text, len(known)) for text in texts]
            values[:] = np.array(numbers_of, np.int32)[np.from_dlpack(chunk.indices)]
            return i in self._beside or all(text and text == text.strip() for text in texts)
        values[:] = np.frombuffer(chunk.buffers()[1], values.dtype)[chunk.offset :][: len(chunk)]
        if pa.types.is_timestamp(chunk.type):
            return bool(chunk.null_count == 0)
        if not chunk.null_count:
            return i in self._beside or bool(np.isfinite(values).all())
        there = np.from_dlpack(pc.cast(chunk.is_valid(), pa.uint8())).view(np.bool_)
        if i not in self._given:
            self._given[i] = np.ones(len(self._values[i]), np.bool_)
        self._given[i][rows] = there
        values[~there] = np.nan
        return i in self._beside or bool(np.isfinite(values[there]).all())

    def table(self, columns: Columns) -> Table:
        rows, date, ticker = slice(self._rows), columns.date, columns.ticker
        texts = {i: tuple(known) for i, known in self._texts.items()}
        return Table(
            dates=None if date is None else self._values[date][rows],
            tickers=() if ticker is None else texts.get(ticker, ()),
            codes=None if ticker is None else self._values[ticker][rows],
            prices=tuple(self._values[i][rows] for i in columns.prices),
            given=tuple(self._given[i][rows] if i in self._given else None for i in columns.prices),
            date_format=None if date is None else FORMATS[0].name,
            number_format=numbers.PLAIN,
            others=tuple({what: self._values[i][rows] for what, i in one.items()} for one in columns.others),
            labels={i: Labels(texts[i], self._values[i][rows]) for i in columns.labels if i in texts},
        )


def _looks_clean(source: TextTable) -> bool:
    """Whether the first rows are worth a try as ISO dates and plain numbers."""
    columns, sample = source.columns, source.layout.sample
    if source.date_format or columns.time is not None:
        return False
    numeric = [*columns.prices, *(i for one in columns.others for i in one.values())]
    cells = [row[i] for row in sample for i in numeric if not is_missing(row[i])]
    if columns.date is not None and not all(_ISO.match(row[columns.date].strip()) for row in sample):
        return False
    shapes = {numbers.shape(cell.strip()) for cell in cells}
    if not all(numbers.PLAIN.pattern.fullmatch(shape) for shape in shapes):
        return False
    other = numbers.NumberFormat(",", ".").pattern  # which reads all of it too, as other numbers
    return not (all(map(other.fullmatch, shapes)) and any("." in shape for shape in shapes))
