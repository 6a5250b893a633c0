"""A column of Parquet → values: its type says what text leaves open; cells of text go the way of a CSV."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells import numbers
from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.clocks import join_clock
from rnn_forecast.prices.cells.date_parts import Seconds
from rnn_forecast.prices.cells.dates import Parsed, parse_dates
from rnn_forecast.prices.cells.named_values import named_values
from rnn_forecast.prices.fields.table import Labels
from rnn_forecast.prices.sources.parquet_header import is_moment, is_number

_PARTS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # of a second


def text_of(cells: pa.Array, column: int) -> pa.Array:
    """Cells as text, trimmed; an empty one is empty text, and a whole number has no point."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells = cells.dictionary_decode()
    try:
        if pa.types.is_floating(kind):
            whole = pc.cast(cells, pa.int64(), safe=False)
            cells = whole if pc.all(pc.equal(pc.floor(cells), cells)).as_py() else cells
        return numbers.trim(pc.fill_null(pc.cast(cells, pa.string()), ""))
    except pa.ArrowException:
        remedy = "Write the table with plain columns."
        raise BadCell(0, column, "is neither a number, a date nor text", remedy) from None


def floats(cells: pa.Array) -> NDArray[np.float64]:
    """Cells of numbers; NaN where there is none."""
    values: NDArray[np.float64] = pc.cast(cells, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return values


def amounts(cells: pa.Array, column: int, form: numbers.NumberFormat) -> NDArray[np.float64]:
    """A column beside the price, NaN where no number stands."""
    try:
        plain = is_number(cells.type)
        values = floats(cells) if plain else numbers.read_amounts(text_of(cells, column), form)
    except BadCell:
        return np.full(len(cells), np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def named(cells: pa.Array, column: int, form: numbers.NumberFormat) -> NDArray[np.float64]:
    """A column that a person named. Raises BadCell where something else than a number or a flag stands."""
    plain = is_number(cells.type) or pa.types.is_boolean(cells.type) or pa.types.is_null(cells.type)
    return floats(cells) if plain else named_values(text_of(cells, column), column, form)


def tickers(cells: pa.Array, column: int) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    found = labels(cells, column)
    if "" in found.texts:
        row = int(np.flatnonzero(found.codes == found.texts.index(""))[0])
        raise BadCell(row, column, "is no ticker", "Give the row a ticker.")
    return found.texts, found.codes


def labels(cells: pa.Array, column: int) -> Labels:
    """A column of few texts; empty ones too."""
    coded = text_of(cells, column).dictionary_encode()
    return Labels(tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy(zero_copy_only=False))


def dates(
    cells: pa.Array, clock: pa.Array | None, column: int, chosen: str | None, today: np.datetime64
) -> Parsed:
    """Dates as the cells' own clock shows them; a time with a zone is the clock there, as a CSV has it.

    `clock` is the time of day, where it stands in a column of its own.
    """
    if cells.null_count:
        rows = np.flatnonzero(~np.asarray(cells.is_valid()))
        raise BadCell(rows, column, "is no date", "Give the row a date or delete it.")
    if clock is not None:
        day = pc.cast(_local(cells), pa.date32(), safe=False) if is_moment(cells.type) else cells
        cells = join_clock(text_of(day, column), text_of(clock, column))
    elif is_moment(cells.type):
        here, fractions = _seconds(_local(cells))
        if not (pa.types.is_timestamp(cells.type) and cells.type.tz):
            return Parsed(here, None, None, fractions)
        utc, _ = _seconds(cells.cast(pa.timestamp(cells.type.unit)))
        return Parsed(here, None, (here - utc).astype(np.int64).astype(np.int32), fractions)
    return parse_dates(text_of(cells, column), column, chosen, today)


def _local(cells: pa.Array) -> pa.Array:
    return pc.local_timestamp(cells) if pa.types.is_timestamp(cells.type) and cells.type.tz else cells


def _seconds(cells: pa.Array) -> tuple[Seconds, NDArray[np.int32] | None]:
    """Down to the second, as a clock without smaller hands shows it, and what is finer, where anything is."""
    if not pa.types.is_timestamp(cells.type):
        cells = cells.cast(pa.timestamp("s"), safe=False)
    parts = _PARTS[cells.type.unit]
    whole, rest = np.divmod(cells.view(pa.int64()).to_numpy(), parts)
    return whole.view("datetime64[s]"), (rest * (10**9 // parts)).astype(np.int32) if rest.any() else None
