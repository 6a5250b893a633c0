"""The fast way: a clean file (ISO dates, plain numbers) straight into typed arrays, at the machine's speed.

What it takes, the slow way (`inferring_reader`) takes with equal values; at the first odd cell it gives up.
pyarrow's own `to_numpy`, `pa.array` and `pa.scalar` are not used here: they import pandas, which takes 0.4 s.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells import numbers
from rnn_forecast.prices.cells.column_kinds import is_missing
from rnn_forecast.prices.cells.date_formats import FORMATS
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
    shapes = _shapes(source)
    if not _looks_clean(source, shapes):
        return None
    sure = _is_decided(source, shapes)
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
    return filled.table(columns) if sure or filled.decides(columns.prices) else None


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
            return i in self._beside or all(text and text == text.strip(" \t'") for text in texts)
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

    def decides(self, prices: tuple[int, ...]) -> bool:
        """Whether each column has a number that only a decimal point can have made, or none with a point."""
        return all(_only_decimal(self._values[i][: self._rows]) for i in prices)

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


def _looks_clean(source: TextTable, shapes: set[str]) -> bool:
    """Whether the first rows are worth a try as ISO dates and plain numbers."""
    columns, sample = source.columns, source.layout.sample
    if source.date_format or columns.time is not None or source.decimal == ",":
        return False
    if columns.date is not None and not all(_ISO.match(row[columns.date].strip()) for row in sample):
        return False
    return all(numbers.PLAIN.pattern.fullmatch(shape) for shape in shapes)


def _is_decided(source: TextTable, shapes: set[str]) -> bool:
    """Whether the first rows, or a person, say that a point is the decimal one: `1.234` alone does not.

    Where no point is in the file, none is to be read.
    """
    grouped = numbers.NumberFormat(",", ".").pattern
    if source.decimal or not all(grouped.fullmatch(shape) for shape in shapes):
        return True
    return source.data.find(b".", source.layout.start, source.layout.stop) < 0


def _only_decimal(prices: NDArray[np.float64]) -> bool:
    """`0.5`, `1234.5` and `1.2345` are no thousands, and nor is `1.234` among whole numbers from 1000 on."""
    sizes, thousandths = np.abs(prices), prices * 1000
    below, whole = sizes < 1, prices % 1 == 0
    finer = np.abs(thousandths - np.rint(thousandths)) > 1e-4
    if bool(((below & (sizes > 0)) | ((sizes >= 1000) & (prices % 1 > 0)) | (finer & (sizes < 1000))).any()):
        return True
    return bool((np.isnan(prices) | (whole & (sizes >= 1000))).all())


def _shapes(source: TextTable) -> set[str]:
    """Of the sample's prices and of what stands beside them."""
    columns, sample = source.columns, source.layout.sample
    numeric = [*columns.prices, *(i for one in columns.others for i in one.values())]
    cells = {row[i].strip() for row in sample for i in numeric}
    return {numbers.shape(cell) for cell in cells if not is_missing(cell)}
