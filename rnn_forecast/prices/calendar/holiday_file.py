"""A file of holidays → dates: one a line, or the column `date` of a table."""

import csv
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import BadCell, plain, shown
from rnn_forecast.prices.cells.dates import parse_dates
from rnn_forecast.prices.sources.opening import open_source
from rnn_forecast.prices.text.encoding import decode

MOST_BYTES = 2**24
LATEST = "2100-01-01"  # holidays are to come: no year of two digits is too late
REMEDY = "Write one date a line, such as 2025-12-24, or a table with a column called date."


def read_holidays(path: str) -> tuple[str, ...]:
    """The dates as ISO text, in order, each once; a name may stand behind a date, and # before a remark.

    Raises InputError where there is no such file, DataError, with the line, for what is no date.
    """
    name = plain(path)
    source = open_source(path, MOST_BYTES)
    if source.kind != "text":
        raise DataError(f"{name}, line 1: expected dates as text, found {source.kind}.", REMEDY)
    found = list(_cells(decode(source.data, name).data.decode())) if source.data.strip() else []
    if not found:
        raise DataError(f"{name}, line 1: expected a date, and there is none in the file.", REMEDY)
    try:
        cells = pa.array([cell for _, cell in found], pa.string())
        dates = parse_dates(cells, 0, None, np.datetime64(LATEST, "s")).values
    except BadCell as bad:
        line, cell = found[bad.row]
        what = bad.reason if isinstance(bad.reason, str) else bad.reason(bad.row)
        raise DataError(f"{name}, line {line}: {shown(cell)} {what}.", REMEDY) from None
    return tuple(map(str, np.unique(dates.astype("datetime64[D]"))))


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """The cells that hold a date, each with its line: of the column `date`, else the first of each line."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((mark for mark in "\t;," if mark in first), ",")
    column = None
    for number, row in enumerate(csv.reader(lines, delimiter=delimiter), 1):
        cells = [cell.partition("#")[0].strip() for cell in row]
        if not any(cells):
            continue
        if column is None:
            names = [cell.casefold() for cell in cells]
            column = names.index("date") if "date" in names else 0
            if "date" in names:
                continue
        yield number, cells[column] if column < len(cells) else ""
