"""Where a value stands, in words: every refusal of a file names its place."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rnn_forecast.errors import DataError


class CellPosition(NamedTuple):
    """One cell: `where` it stands, the `text` in it, and its row as a person counts it (`line 7`)."""

    where: str
    text: str
    row: str


Locate = Callable[[int, int], CellPosition]  # (row of the table from 0, column from 0)


class BadCell(Exception):  # noqa: N818  never leaves the reader
    """A cell that cannot be what its column is; the reader that knows the file turns it into a DataError.

    `row` counts the rows of the table from 0, `column` the columns from 0; `reason` goes on from the value:
    `is no number`.
    """

    def __init__(self, row: int, column: int, reason: str, remedy: str) -> None:
        super().__init__(row, column, reason, remedy)
        self.row = row
        self.column = column
        self.reason = reason
        self.remedy = remedy

    def refusal(self, locate: Locate) -> DataError:
        cell = locate(self.row, self.column)
        return refuse(cell.where, f"{shown(cell.text)} {self.reason}.", self.remedy)


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
