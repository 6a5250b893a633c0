"""Columns of values, whatever kind of file they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.cells.date_parts import Seconds
from rnn_forecast.prices.cells.numbers import NumberFormat


class Labels(NamedTuple):
    """A column of few texts."""

    texts: tuple[str, ...]  # distinct, as first met
    codes: NDArray[np.int32]  # (m,) index in `texts`


@dataclass(frozen=True)
class Table:
    """Columns of equal length, a row for each row of the file."""

    dates: Seconds | None  # (m,)
    tickers: tuple[str, ...]  # distinct, as first met; () without a column of them
    codes: NDArray[np.int32] | None  # (m,) index in `tickers`
    prices: tuple[NDArray[np.float64], ...]  # each (m,); NaN where `given` is False
    given: tuple[NDArray[np.bool_] | None, ...]  # None: all are
    date_format: str | None
    number_format: NumberFormat
    blank: NDArray[np.bool_] | None = None  # (m,) rows in which nothing stands; None: there are none
    offsets: NDArray[np.int32] | None = None  # (m,) seconds ahead of UTC, where the file says it
    fractions: NDArray[np.int32] | None = None  # (m,) of a second, billionths; None where all are 0
    zone: str | None = None  # of the clock that dates show, where it is no longer the file's own
    others: tuple[Mapping[str, NDArray[np.float64]], ...] = ()  # beside each of `prices`: by role
    labels: Mapping[int, Labels] = field(default_factory=dict)  # by column: see Columns.labels
    events: int = 0  # rows that tell of a dividend or a split where the others have a price
    event_lines: int = 0  # the same, in lines that are no rows of the table
    headers: int = 0  # lines that are the header again, and no rows of the table
    doubt: str | None = None  # both readings of the numbers, where their format is a guess
