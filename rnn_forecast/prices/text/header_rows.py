"""Which of the first rows of a text are its header: one line of names, or two of fields and tickers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rnn_forecast.prices.cells.column_kinds import is_missing, is_typed
from rnn_forecast.prices.fields.column_names import is_known, parted, role

Cells = list[str]
_HEAD = 40  # rows in which a header is looked for
# what stands first in two header lines, and in the third that may follow
_CORNERS = {
    "",
    "price",
    "prices",
    "ticker",
    "tickers",
    "symbol",
    "symbols",
    "attribute",
    "attributes",
    "date",
    "datetime",
}


@dataclass(frozen=True)
class HeaderRows:
    """The header: which rows it takes, and what it says of each column."""

    first: int
    last: int
    names: tuple[str, ...]
    tickers: tuple[str, ...] = ()  # by column, where there are two levels


def find_header(rows: Sequence[Cells]) -> HeaderRows | None:
    """The last line of names before the first line with a value in it, that fits it in width; None where the
    first line holds values."""
    first = _first_data(rows)
    if (named := _named(rows)) is not None and first is not None and first < named:
        first = named + 1  # lines before it hold values too, and are no rows of the table
    if first == 0 and len(rows) > 1 and role(rows[0][0]) == "date" and not is_typed(rows[0][0]):
        return _one_line(rows, 0)  # tickers that are numbers
    if first == 0 or not rows:
        return None
    if first is None:
        return _one_line(rows, 0) if len(rows) > 1 else None
    width = len(rows[first])
    fitting = [i for i in range(first) if len(rows[i]) == width and not _is_title(rows[i])]
    for upper in fitting:
        if (levels := _two_levels(rows, upper, first)) is not None:
            return levels
    near = [
        i for i in range(first) if abs(len(rows[i]) - width) == 1 and len(rows[i]) > 1
    ]  # a comma at the end
    wide = [i for i in range(first) if len(rows[i]) > 1]
    return _one_line(rows, (fitting or near or wide or [first - 1])[-1])


def _first_data(rows: Sequence[Cells]) -> int | None:
    """The first row with a value in it; lines before the table may hold one too, and are narrower."""
    if not rows:
        return None
    usual = Counter(len(cells) for cells in rows).most_common(1)[0][0]
    data = [i for i, cells in enumerate(rows) if _is_data(cells)]
    return next((i for i in data if len(rows[i]) == usual), data[0] if data else None)


def _named(rows: Sequence[Cells]) -> int | None:
    """A line of names that say what columns are, with a row of values below it: a header without a doubt."""
    for i, (cells, below) in enumerate(pairwise(rows[:_HEAD])):
        if len(cells) != len(below) or any(map(is_typed, cells)):
            continue
        known = sum(role(cell) is not None for cell in cells)
        if known > 1 and 2 * known >= len(cells):
            return i if _is_data(below) else None
    return None


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
    if lower >= data or not all(rows[i][0].strip().lower() in _CORNERS for i in (upper, lower)):
        return None
    fields, tickers = rows[upper], rows[lower]
    if not _are_fields(fields):
        fields, tickers = tickers, fields
    if not _are_fields(fields) or not all(cell.strip() for cell in tickers[1:]) or _are_fields(tickers):
        return None
    third = rows[lower + 1] if lower + 1 < len(rows) else []
    named = bool(third) and not any(cell.strip() for cell in third[1:]) and not is_typed(third[0])
    date = third[0].strip() if named and third[0].strip() else "Date"
    names = (date, *(cell.strip() for cell in fields[1:]))
    return HeaderRows(upper, lower + named, names, ("", *(cell.strip() for cell in tickers[1:])))


def _are_fields(cells: Cells) -> bool:
    known = [is_known(cell) and role(cell) not in ("ticker", "date", "moment") for cell in cells[1:]]
    return bool(known) and all(cell.strip() for cell in cells[1:]) and 5 * sum(known) >= 4 * len(known)
