"""Text → the values of a column that a person named: numbers, shares, or flags, and nothing else."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells import numbers
from rnn_forecast.prices.cells.cell_positions import BadCell

_FLAGS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}  # in lower case


def named_values(cells: pa.Array, column: int, form: numbers.NumberFormat) -> NDArray[np.float64]:
    """Values of cells (trimmed); NaN where nothing stands. `yes` is 1, `1,2 Mio.` 1200000, `3 %` 0.03.

    Raises BadCell at a cell that is none of these.
    """
    values = numbers.read_amounts(cells, form, shares=True)
    if (left := np.isnan(values) & ~_mask(numbers.missing(cells))).any():
        values[left] = _flags(cells.filter(pa.array(left)))
        if (bad := left & np.isnan(values)).any():
            remedy = "Correct it, or do not name the column. Flags are true and false, yes and no, 1 and 0."
            raise BadCell(np.flatnonzero(bad), column, "is no number", remedy)
    return values


def _flags(cells: pa.Array) -> NDArray[np.float64]:
    coded = pc.utf8_lower(cells).dictionary_encode()
    values = np.array([_FLAGS.get(text, np.nan) for text in coded.dictionary.to_pylist()])
    found: NDArray[np.float64] = values[coded.indices.to_numpy(zero_copy_only=False)]
    return found


def _mask(cells: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(cells.to_numpy(zero_copy_only=False), np.bool_)
