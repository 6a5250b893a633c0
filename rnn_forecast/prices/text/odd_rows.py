"""Lines among the rows that are none: the header once more, and dividends and splits as pages show them."""

import csv
import re
from collections.abc import Sequence

from rnn_forecast.prices.cells.column_kinds import is_date, is_numeral, is_typed
from rnn_forecast.prices.cells.decorations import EVENT

_EVENT = re.compile(EVENT)


def is_event_row(cells: Sequence[str], width: int) -> bool:
    """Whether a row with fewer cells than the header says that a dividend was paid, or a share split.

    `"Aug 31, 2020","4:1 Stock Splits"`: a date, in however many cells, then the event, and no price.
    """
    if not 1 < len(cells) < width or not _EVENT.search(cells[-1].lower()):
        return False
    before = [cell.strip() for cell in cells[:-1]]
    return is_date(", ".join(before)) or all(is_date(cell) or not is_numeral(cell) for cell in before)


def is_event_line(line: str, delimiter: str, width: int) -> bool:
    """The same of a row as it stands in the file."""
    try:
        return is_event_row(next(csv.reader([line], delimiter=delimiter or "\x1f", strict=True), []), width)
    except csv.Error:
        return False


def header_cells(header: Sequence[str], columns: Sequence[int]) -> dict[int, str]:
    """What these columns hold where the header stands once more, as in files that were joined; {} where such
    a row could be one of values."""
    found = {i: header[i] for i in columns if i < len(header)}
    return found if any(cell and not is_typed(cell) for cell in found.values()) else {}
