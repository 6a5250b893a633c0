"""Which of the first rows of a text are its header: one line of names, or two of fields and tickers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rnn_forecast.prices.cells.column_kinds import is_date, is_missing, is_numeral, is_typed
from rnn_forecast.prices.fields.column_names import is_known, parted, role

Cells = list[str]
# what stands first in two header lines, and in the third that may follow
_CORNERS = re.compile("(price|ticker|symbol|attribute)s?|date(time)?|", re.IGNORECASE)
_NAMED_WITHIN = 30  # rows, and cells of one, that may show where the header is


@dataclass(frozen=True)
class HeaderRows:
    """The header: which rows it takes, and what it says of each column."""

    first: int
    last: int  # of a table without a header: the one before the first row
    names: tuple[str, ...]  # () where there is no header
    tickers: tuple[str, ...] = ()  # by column, where there are two levels


def find_header(rows: Sequence[Cells]) -> HeaderRows | None:
    """The last line of names before the first line with a value in it, that fits it in width.

    None where nothing is a table; without names where that first line is preceded by none of its width.
    """
    if not rows:
        return None
    first = _first_data(rows)
    if (named := _below_other_lines(rows, first)) is not None:
        return _one_line(rows, named)
    numbered = first == 0 and role(rows[0][0]) == "date" and not is_typed(rows[0][0])
    if len(rows) > 1 and (numbered or first is None):
        return _one_line(rows, 0)  # tickers that are numbers, or no number anywhere
    return None if first is None else HeaderRows(0, -1, ()) if first == 0 else _above(rows, first)


def _above(rows: Sequence[Cells], first: int) -> HeaderRows:
    """The header above the first row with a value in it."""
    width = len(rows[first])
    fitting = [i for i in range(first) if len(rows[i]) == width and not _is_title(rows[i])]
    for upper in fitting:
        if (levels := _two_levels(rows, upper, first)) is not None:
            return levels
    wide = [i for i in range(first) if len(rows[i]) > 1]
    near = [i for i in wide if abs(len(rows[i]) - width) == 1]  # a comma at the end
    named = [i for i in wide if _are_names(rows[i])]
    if width > 2 and not wide:
        return HeaderRows(first, first - 1, ())
    return _one_line(rows, (named or fitting or near or wide or [first - 1])[-1])


def _below_other_lines(rows: Sequence[Cells], first: int | None) -> int | None:
    """A line of known names below lines that pass for a header and rows: `Symbol,AAPL`, `Start,2020-01-01`.

    Those are no rows, so none of them holds what the line below the names holds.
    """
    for i, (cells, below) in enumerate(pairwise(rows[:_NAMED_WITHIN])):
        if first is None or i <= first or not _are_names(cells) or not _is_data(below):
            continue
        fits = len(below) >= len(cells) and not any(cell.strip() for cell in below[len(cells) :])
        return i if fits and not any(_kinds(row) == _kinds(below) for row in rows[:i]) else None
    return None


def _are_names(cells: Cells) -> bool:
    """Whether several cells, and half of the first ones, are names that say what a column holds."""
    filled = [cell for cell in cells[:_NAMED_WITHIN] if cell.strip()]
    if any(map(is_typed, filled)):
        return False
    known = sum(role(cell) is not None for cell in filled)
    return known > 1 and 2 * known >= len(filled)


def _kinds(cells: Cells) -> tuple[str, ...]:
    """Of all cells but empty ones at the end, of which a row may have more than another."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple("date" if is_date(c) else "number" if is_numeral(c) else "text" for c in cells)


def _first_data(rows: Sequence[Cells]) -> int | None:
    """The first row with a value in it; lines before the table may hold one too, and are narrower."""
    usual = Counter(len(cells) for cells in rows).most_common(1)[0][0]
    data = [i for i, cells in enumerate(rows) if _is_data(cells)]
    return next((i for i in data if len(rows[i]) == usual), data[0] if data else None)


def _is_data(cells: Cells) -> bool:
    return any(is_typed(cell) for cell in cells) or all(is_missing(cell) and cell.strip() for cell in cells)


def _is_title(cells: Cells) -> bool:
    return len(cells) > 1 and bool(cells[0].strip()) and not any(cell.strip() for cell in cells[1:])


def _one_line(rows: Sequence[Cells], at: int) -> HeaderRows:
    """One line of names; where these are fields and tickers in one (`Close_AAPL`, `Close_MSFT`), both."""
    names = tuple(name.strip() for name in rows[at])
    parts = [parted(name) for name in names]
    found = [part for part in parts if part is not None]
    fields = Counter(what for what, _ in found)
    if not found or max(fields.values()) < 2 or len(set(found)) < len(found):
        return HeaderRows(at, at, names)
    return HeaderRows(
        at,
        at,
        tuple(name if part is None else part[0] for name, part in zip(names, parts, strict=True)),
        tuple("" if part is None else part[1] for part in parts),
    )


def _two_levels(rows: Sequence[Cells], upper: int, data: int) -> HeaderRows | None:
    """yfinance's and pandas-datareader's: fields above tickers or below, then perhaps `Date` and nothing."""
    lower = upper + 1
    if lower >= data or not all(_CORNERS.fullmatch(rows[i][0].strip()) for i in (upper, lower)):
        return None
    fields, tickers = rows[upper], rows[lower]
    if len(fields) != len(tickers):
        return None
    if not _are_fields(fields):
        fields, tickers = tickers, fields
        tickers = _spread(tickers, fields)
    if not _are_fields(fields) or not all(cell.strip() for cell in tickers[1:]) or _are_fields(tickers):
        return None
    third = rows[lower + 1] if lower + 1 < len(rows) else []
    named = bool(third) and not any(cell.strip() for cell in third[1:]) and not is_typed(third[0])
    date = third[0].strip() if named and third[0].strip() else "Date"
    names = (date, *(cell.strip() for cell in fields[1:]))
    return HeaderRows(upper, lower + named, names, ("", *(cell.strip() for cell in tickers[1:])))


def _spread(tickers: Cells, fields: Cells) -> Cells:
    """A ticker that a spreadsheet wrote once over several fields, over each: `,AAPL,,MSFT,`."""
    spread = tickers[:1]
    for cell in tickers[1:]:
        spread.append(cell if cell.strip() or len(spread) == 1 else spread[-1])
    told_apart = len(set(zip(spread, fields, strict=True))) == len(fields)
    return spread if told_apart and len(set(fields)) < len(fields) else tickers


def _are_fields(cells: Cells) -> bool:
    known = [is_known(cell) and role(cell) not in ("ticker", "date", "moment") for cell in cells[1:]]
    return bool(known) and all(cell.strip() for cell in cells[1:]) and 5 * sum(known) >= 4 * len(known)
