"""Text → where the table is: one delimiter, the header, the rows between a title and a footer."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import shown
from rnn_forecast.prices.fields.column_kinds import is_missing, is_typed
from rnn_forecast.prices.fields.column_names import role
from rnn_forecast.prices.text.encoding import Text

_HEAD = 1 << 16  # bytes that the decision looks at; every row is held to it afterwards
_SAMPLE = 100  # rows
_DELIMITERS = (",", ";", "\t", "|")
# first cells of two header lines
_LEVELS = ({"price", "ticker"}, {"attributes", "symbols"}, {"price", "symbol"})

Record = tuple[int, list[str]]  # the line on which it ends, counted from 1, and its cells


@dataclass(frozen=True)
class Layout:
    """The table inside a text."""

    delimiter: str  # "" where there is one column
    names: tuple[str, ...]
    start: int  # of the first row, in bytes
    stop: int
    line: int  # of the first row, counted from 1
    titles: tuple[str, ...]
    footers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    tickers: tuple[str, ...] = ()  # by column, where the header has two levels (yfinance)


def records(data: bytes, start: int, stop: int, delimiter: str, line: int = 1) -> Iterator[Record]:
    """Walk the rows one by one, blank lines left out. Slow: for the head of a file, and to find a fault.

    Raises csv.Error at a quote that is not closed or not where it may be.
    """
    with io.TextIOWrapper(io.BytesIO(data[start:stop]), "utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter or "\x1f", strict=True)
        for cells in reader:
            if len(cells) > 1 or (cells and (cells[0].strip() or not delimiter)):
                yield line + reader.line_num - 1, cells


def find_layout(text: Text, name: str) -> Layout:
    """Decide where the table is. Raises DataError where there is none."""
    head = _head(text.data)
    shift, declared = _declared_delimiter(text.data)
    tried = [_try(head, shift, delimiter) for delimiter in ([declared] if declared else _delimiters(head))]
    best = max(tried, key=lambda attempt: attempt.score)
    if best.header is None:
        raise _no_table(best, name)
    return _lay_out(text, best, head, name)


@dataclass(frozen=True)
class _Attempt:
    """What the head of a file is with one delimiter."""

    delimiter: str
    rows: tuple[Record, ...]
    header: int | None  # index in rows
    score: tuple[float, int]


def _head(data: bytes) -> bytes:
    """The first lines, whole; more where they are long."""
    size = _HEAD
    while size < len(data):
        if (end := data.rfind(b"\n", 0, size) + 1) and data.count(b"\n", 0, end) > 3:
            return data[:end]
        size *= 2
    return data


def _delimiters(head: bytes) -> list[str]:
    return ["", *(mark for mark in _DELIMITERS if mark.encode() in head)]


def _declared_delimiter(data: bytes) -> tuple[int, str]:
    """A first line `sep=;`, as spreadsheets write it: how many bytes it takes, and what it says."""
    found = re.match(rb'"?sep=([,;|\t])"?\r?\n', data)
    return (found.end(), found[1].decode()) if found else (0, "")


def _try(head: bytes, shift: int, delimiter: str) -> _Attempt:
    rows: list[Record] = []
    try:
        for record in records(head, shift, len(head), delimiter, line=2 if shift else 1):
            rows.append(record)
            if len(rows) >= _SAMPLE + 20:
                break
    except csv.Error:
        pass  # the row is met again, and named, when all rows are held to the layout
    header = _header([cells for _, cells in rows])
    return _Attempt(delimiter, tuple(rows), header, _score([cells for _, cells in rows], header))


def _header(rows: list[list[str]]) -> int | None:
    """The last line of names before the first line with a value in it, that fits it in width."""
    first = next((i for i, cells in enumerate(rows) if _is_data(cells)), None)
    if first == 0 and len(rows) > 1 and role(rows[0][0]) == "date":
        return 0  # tickers that are numbers
    if first == 0 or not rows:
        return None
    if first is None:
        return 0 if len(rows) > 1 else None
    fitting = [i for i in range(first) if len(rows[i]) == len(rows[first]) and not _is_title(rows[i])]
    if fitting and _is_levels(rows, fitting):
        return fitting[0]
    wide = [i for i in range(first) if len(rows[i]) > 1]
    return (fitting or wide or [first - 1])[-1]


def _is_data(cells: list[str]) -> bool:
    return any(is_typed(cell) for cell in cells) or all(is_missing(cell) and cell.strip() for cell in cells)


def _is_title(cells: list[str]) -> bool:
    return len(cells) > 1 and bool(cells[0].strip()) and not any(cell.strip() for cell in cells[1:])


def _is_levels(rows: list[list[str]], fitting: list[int]) -> bool:
    return len(fitting) >= 2 and {rows[i][0].strip().lower() for i in fitting[:2]} in _LEVELS


def _score(rows: list[list[str]], header: int | None) -> tuple[float, int]:
    """How much of it is rows as wide as the header, with values in them; then how wide the header is."""
    if not rows:
        return (-1.0, 0)
    body, width = (rows, len(rows[0])) if header is None else (rows[header + 1 :], len(rows[header]))
    cells = [cell for row in body if len(row) == width for cell in row]
    typed = sum(is_typed(cell) or is_missing(cell) for cell in cells) / max(1, len(cells))
    fitting = sum(len(row) == width for row in body) / max(1, len(rows) - (header is not None))
    return (round(typed * fitting, 3), width)


def _no_table(attempt: _Attempt, name: str) -> DataError:
    if attempt.rows and _is_data(attempt.rows[0][1]):
        line, cells = attempt.rows[0]
        what = f"{shown(cells[0])} is a value where the names of the columns belong."
        return DataError(f"{name}, line {line}: {what}", "Add a first line such as date,price.")
    text = (attempt.delimiter or ",").join(attempt.rows[0][1]) if attempt.rows else ""
    what = f"{name} has no rows of prices; all it holds is {shown(text, 100)}."
    return DataError(what, "Fetch or export it again.")


def _lay_out(text: Text, found: _Attempt, head: bytes, name: str) -> Layout:
    assert found.header is not None
    rows = [cells for _, cells in found.rows]
    names, last = rows[found.header], found.header
    tickers: tuple[str, ...] = ()
    levels = [i for i in range(found.header, min(found.header + 3, len(rows))) if len(rows[i]) == len(names)]
    if _is_levels(rows, levels):
        names, last, tickers = _two_levels(rows, found.header)
    line = found.rows[last][0] + 1
    _refuse_narrow_rows(found, names, head, f"{name}, line {line}")
    start = _offset(head, line - 1)
    stop, footers = _footer(text.data, start, found.delimiter, len(names))
    sample = [tuple(row) for row in rows[last + 1 :] if len(row) == len(names)][:_SAMPLE]
    titles = tuple(", ".join(cell for cell in cells if cell.strip()) for cells in rows[: found.header])
    if not re.compile(rb"\S").search(text.data, start, stop):
        raise DataError(f"{name} has a header and no rows of prices.", "Fetch or export it again.")
    stripped = tuple(name.strip() for name in names)
    return Layout(found.delimiter, stripped, start, stop, line, titles, footers, tuple(sample), tickers)


def _refuse_narrow_rows(found: _Attempt, names: list[str], head: bytes, where: str) -> None:
    """`date,price` over rows of one field: those may be dates, or prices, or a file that was cut."""
    marks = [mark for mark in _DELIMITERS if mark in names[0]]
    if not found.delimiter and marks and f'"{names[0]}"'.encode() not in head:
        width = names[0].count(marks[0]) + 1
        raise DataError(f"{where}: 1 field where the header has {width}.", "Fetch or export it again.")


def _two_levels(rows: list[list[str]], header: int) -> tuple[list[str], int, tuple[str, ...]]:
    """yfinance's header: fields, tickers (either line first), then `Date` and nothing."""
    upper, lower = rows[header], rows[header + 1]
    if upper[0].strip().lower() in ("ticker", "symbol", "symbols"):
        upper, lower = lower, upper
    third = rows[header + 2] if len(rows) > header + 2 else []
    named = bool(third) and not any(cell.strip() for cell in third[1:]) and not is_typed(third[0])
    date = third[0].strip() if named and third[0].strip() else "Date"
    return [date, *upper[1:]], header + 1 + named, ("", *(cell.strip() for cell in lower[1:]))


def _offset(data: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1 or len(data)
    return at


def _footer(data: bytes, start: int, delimiter: str, width: int) -> tuple[int, tuple[str, ...]]:
    """Where the rows end. A footer is prose: words, no value, and not as many cells as a row has."""
    found: list[str] = []
    stop, whole = len(data), data.endswith(b"\n")
    while len(found) < 20:
        end = len(data[max(start, stop - _HEAD) : stop].rstrip()) + max(start, stop - _HEAD)
        blank_after = data.count(b"\n", end, stop)
        begin = max(data.rfind(b"\n", start, end) + 1, start)
        line = data[begin:end].decode("utf-8", "replace")
        blank_before = begin > start and data[max(start, begin - 4) : begin].count(b"\n") > 1
        sure = blank_before or (whole and blank_after > 0)
        if begin <= start or not sure or not _is_footer(line, delimiter, width):
            break
        if not blank_before and not re.search(r"\w[\s:]+\w|^[#*]", line):
            break
        found.append(line)
        stop, whole = begin, True
    return stop, tuple(reversed(found))


def _is_footer(line: str, delimiter: str, width: int) -> bool:
    try:
        cells = next(csv.reader([line], delimiter=delimiter or "\x1f", strict=True), [])
    except csv.Error:
        return False
    filled = [cell for cell in cells if cell.strip()]
    if width < 2 or not filled or (len(cells) == width and len(filled) > 1):
        return False
    return bool(re.search(r"[^\W\d_]{2}", line)) and not any(is_typed(c) or is_missing(c) for c in filled)
