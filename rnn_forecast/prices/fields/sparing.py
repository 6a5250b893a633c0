"""A bad cell of one ticker among many costs that ticker, and not the source: the others are read without it.

Only the rows at fault are left out of the next reading (of a wide table: the column), so that all others of
the ticker still have their say in how dates and numbers are written.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import CellError, place, plain
from rnn_forecast.prices.fields.header import Columns

Made = TypeVar("Made")
_MOST = 100  # readings: more faults are no accident


@dataclass(frozen=True)
class Left:
    """What is left of a source: columns, and all rows but those that are gone."""

    columns: Columns
    gone: NDArray[np.int64]  # in order

    def without(self, rows: NDArray[np.int64], column: int) -> "Left":
        if self.columns.tickers:
            return replace(self, columns=self.columns.without(column))
        return replace(self, gone=np.union1d(self.gone, place(self.gone, rows)))


def sparing(
    read: Callable[[Left], tuple[Made, Collection[str]]], columns: Columns, *, strict: bool
) -> tuple[Made, dict[str, DataError]]:
    """What `read` makes of the source (and the tickers in it), and the refusals of those with a bad cell.

    What is left of these is still in it. Raises the first refusal where it is not about a ticker, with
    `strict`, and where more than half of the tickers are bad: then the source is misread, not damaged.
    """
    left, first = Left(columns, np.zeros(0, np.int64)), None
    lost: dict[str, DataError] = {}
    for _ in range(_MOST):
        try:
            made, tickers = read(left)
        except CellError as error:
            first = first or error
            blamed = {} if strict else _blamed(error, left.columns)
            if not blamed:
                break
            for ticker, rows in blamed.items():
                what = f"{plain(ticker)}: {error.bad.words(int(rows[0]), error.locate)}"
                lost.setdefault(ticker, DataError(what, error.remedy))
            left = left.without(np.concatenate(list(blamed.values())), error.bad.column)
        except DataError as error:
            raise (_of_source(first) if first else error) from None
        else:
            if 2 * len(lost) <= len({*tickers, *lost}):
                return made, lost
            break
    assert first is not None
    raise _of_source(first)


def _of_source(error: CellError) -> DataError:
    """The same without the file that it looks into."""
    return DataError(error.message, error.remedy)


def _blamed(error: CellError, columns: Columns) -> dict[str, NDArray[np.int64]]:
    """The tickers that a fault costs, with their rows; none where it is the source's."""
    bad = error.bad
    if bad.whole:
        return {}
    if columns.tickers:
        at = columns.at(bad.column)
        return {} if at is None or len(columns.tickers) == 1 else {columns.tickers[at]: bad.rows}
    if columns.ticker is None or error.whose is None:
        return {}
    texts, codes = error.whose
    found = codes[bad.rows]
    each = list(dict.fromkeys(found.tolist()))
    if 2 * len(each) > len(texts):
        return {}
    return {texts[one]: bad.rows[found == one] for one in each}
