"""A table inside a text, and its columns as pyarrow reads them: of given types, strictly."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv
from numpy.typing import NDArray

from rnn_forecast.prices.cells.cell_positions import CellPosition, place, shown
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.text.layout import Layout, records
from rnn_forecast.prices.text.odd_rows import header_cells

# `numbers.missing` knows these and more; with one of the others the file goes the slow way
_NULLS = ["", "null", "NaN", "nan", "NA", "N/A", "#N/A", "None", "-"]
_PIECE = 1 << 24  # bytes
_SMALL = 1 << 20  # bytes: not worth a thread, which would also let go of our bytes only after we have them


@dataclass(frozen=True)
class TextTable:
    """A table inside a text, and what is needed to say where a row of it stands."""

    name: str
    data: bytes
    layout: Layout
    columns: Columns
    gone: NDArray[np.int64]  # rows that are left out, in order
    date_format: str | None  # that a person named
    today: np.datetime64
    decimal: str | None = None  # that a person named

    def locate(self, row: int, column: int) -> CellPosition:
        """Walks the file: only for the one cell that ends the reading."""
        layout = self.layout
        rows = records(self.data, layout.start, layout.stop, layout.delimiter, layout.line)
        again = header_cells(layout.header, self.columns.read)
        fitting = (record for record in rows if _is_row(record[1], len(layout.names), again))
        line, cells = next(itertools.islice(fitting, int(place(self.gone, row)), None))
        header = layout.names[column] or f"{column + 1} (without a name)"
        return CellPosition(
            f"{self.name}, line {line}, column {shown(header)}", cells[column], f"line {line}"
        )


def _is_row(cells: Sequence[str], width: int, again: dict[int, str]) -> bool:
    if len(cells) != width:
        return False
    return not again or any(cells[i].strip() != text for i, text in again.items())


def read_columns(
    source: TextTable, types: dict[int, pa.DataType], skip: Callable[[object], str]
) -> dict[int, pa.ChunkedArray]:
    """Columns by number. `skip` says "skip" or "error" of a row that is not as wide as the header.

    Raises pyarrow.ArrowInvalid at a row or a cell that does not fit.
    """
    whole = pa.concat_tables(read_pieces(source, types, skip))  # of the same buffers, not a copy
    return dict(zip(types, whole.columns, strict=True))


def read_pieces(
    source: TextTable, types: dict[int, pa.DataType], skip: Callable[[object], str]
) -> Iterator[pa.Table]:
    """The same, some rows at a time; columns in the order of `types`."""
    layout, data, quoted = source.layout, pa.py_buffer(source.data), b'"' in source.data
    names, wanted = [f"c{i}" for i in range(len(layout.names))], [f"c{i}" for i in types]
    for start, stop in _pieces(source, quoted):
        yield pv.read_csv(
            pa.BufferReader(data.slice(start, stop - start)),
            read_options=pv.ReadOptions(
                column_names=names, block_size=_block(source), use_threads=stop - start > _SMALL
            ),
            parse_options=pv.ParseOptions(
                delimiter=layout.delimiter or "\x1f", newlines_in_values=quoted, invalid_row_handler=skip
            ),
            convert_options=pv.ConvertOptions(
                include_columns=wanted,
                column_types=dict(zip(wanted, types.values(), strict=True)),
                null_values=_NULLS,
                strings_can_be_null=False,
            ),
            memory_pool=pa.system_memory_pool(),  # gives back what is free; the default one keeps it
        )


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
