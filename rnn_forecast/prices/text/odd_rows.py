"""Lines among the rows that are none: the header once more, and dividends and splits as pages show them."""

import csv
import re
from collections.abc import Sequence

from rnn_forecast.prices.cells.column_kinds import is_date, is_numeral, is_typed
from rnn_forecast.prices.cells.decorations import EVENT
from rnn_forecast.prices.text.layout import Layout

_EVENT = re.compile(EVENT)


def odd_line(line: str, layout: Layout) -> str | None:
    """What a line is that has not as many cells as a row, as it stands in the file: see `odd_row`."""
    try:
        cells = next(csv.reader([line], delimiter=layout.delimiter or "\x1f", strict=True), [])
    except csv.Error:
        return None
    return odd_row(cells, layout)


def odd_row(cells: Sequence[str], layout: Layout) -> str | None:
    """What a row is that has not as many cells as the others: "blank", "header" or "event"; None where it is
    one that lacks cells, or has too many.

    An event says that a dividend was paid, or that a share was split, and holds no price: a date, in however
    many cells, then the text, as in `"Aug 31, 2020","4:1 Stock Splits"`.
    """
    texts = [cell.strip() for cell in cells]
    if not any(texts):
        return "blank"
    if layout.header and (*texts,) == layout.header:
        return "header"
    *before, last = texts
    if not before or len(texts) >= len(layout.names) or not _EVENT.search(last.lower()):
        return None
    dated = is_date(", ".join(before)) or all(is_date(cell) or not is_numeral(cell) for cell in before)
    return "event" if dated else None


def header_cells(header: Sequence[str], columns: Sequence[int]) -> dict[int, str]:
    """What these columns hold where the header stands once more, as in files that were joined; {} where such
    a row could be one of values."""
    found = {i: header[i] for i in columns if i < len(header)}
    return found if any(cell and not is_typed(cell) for cell in found.values()) else {}
