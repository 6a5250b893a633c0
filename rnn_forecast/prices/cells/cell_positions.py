"""Where a value stands, in words: every refusal of a file names its place."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError


class CellPosition(NamedTuple):
    """One cell: `where` it stands, the `text` in it, and its row as a person counts it (`line 7`)."""

    where: str
    text: str
    row: str


Locate = Callable[[int, int], CellPosition]  # (row of the table from 0, column from 0)
Whose = tuple[Sequence[str], NDArray[Any]]  # tickers, and (m,) which of them a row of the table is of


class BadCell(Exception):  # noqa: N818  never leaves the reader
    """A cell that cannot be what its column is; the reader that knows the file turns it into a DataError.

    `rows` count the rows of the table from 0, `column` the columns from 0: all rows of one fault, or the one
    number of a row that shows a fault of the whole file, such as a format that nothing decides. `reason` goes
    on from the value, `is no number`, or with `alone` is all that is said; it is that of all rows, or gives
    that of each.
    """

    def __init__(
        self,
        rows: NDArray[Any] | int,
        column: int,
        reason: str | Callable[[int], str],
        remedy: str,
        *,
        alone: bool = False,
    ) -> None:
        self.whole = isinstance(rows, int)  # the file's fault
        self.rows = np.atleast_1d(rows)
        self.column, self.reason, self.remedy, self.alone = column, reason, remedy, alone
        super().__init__(rows, column, self._of_row(self.row), remedy)

    @property
    def row(self) -> int:
        return int(self.rows[0])

    def among(self, rows: NDArray[Any]) -> "BadCell":
        """The same of a larger table, of which those `rows`, in order, were looked at."""
        where = int(rows[self.row]) if self.whole else rows[self.rows]
        of_each = self._of_row  # a row of the smaller one

        def reason(row: int) -> str:
            return of_each(int(np.searchsorted(rows, row)))

        return BadCell(where, self.column, reason, self.remedy, alone=self.alone)

    def words(self, row: int, locate: Locate) -> str:
        cell = locate(row, self.column)
        value = "" if self.alone else f"{shown(cell.text)} "
        return f"{cell.where}: {value}{self._of_row(row)}."

    def _of_row(self, row: int) -> str:
        return self.reason if isinstance(self.reason, str) else self.reason(row)


class CellError(DataError):
    """The DataError that a BadCell becomes, and what tells the tickers that it costs from the others."""

    def __init__(self, bad: BadCell, locate: Locate, whose: Whose | None) -> None:
        super().__init__(bad.words(bad.row, locate), bad.remedy)
        self.bad, self.locate = bad, locate
        self.whose = whose  # None: no column of tickers is known


def place(gone: NDArray[Any], rows: Any) -> Any:
    """Where rows of a table stand among all of the file, of which those that are `gone` (in order) are not in
    the table: without row 1, row 1 is the file's row 2."""
    return rows + np.searchsorted(gone - np.arange(len(gone)), rows, side="right")


def without(cells: dict[int, Any], gone: NDArray[Any]) -> dict[int, Any]:
    """Columns of cells without the rows that are gone."""
    if not gone.size:
        return cells
    kept = np.delete(np.arange(len(next(iter(cells.values())))), gone)
    return {i: column.take(kept) for i, column in cells.items()}


def shown(value: str, limit: int = 60) -> str:
    """A value out of a file, in quotes, on one line, cut where it is long."""
    return repr(value if len(value) <= limit else value[: limit - 1] + "…")


def plain(name: str) -> str:
    """A file or column name as it is, or in quotes where it holds what a terminal should not get."""
    return name if name.isprintable() else repr(name)


def first_of(names: Sequence[str], most: int) -> str:
    """The first `most` of them, and how many there are more: `A, B and 3 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(plain, names[:most])) + more


def refuse(place: str, what: str, remedy: str) -> DataError:
    return DataError(f"{place}: {what}", remedy)
