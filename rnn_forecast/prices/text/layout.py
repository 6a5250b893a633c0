"""Text → where the table is: one delimiter, the header, the rows between a title and a footer."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import shown
from rnn_forecast.prices.cells.column_kinds import is_missing, is_typed
from rnn_forecast.prices.text.delimiters import DELIMITERS
from rnn_forecast.prices.text.encoding import Text
from rnn_forecast.prices.text.footers import find_end
from rnn_forecast.prices.text.header_rows import HeaderRows, find_header
from rnn_forecast.prices.text.headless import known_layout, of_usual_width, suggested

_HEAD = 1 << 16  # bytes that the decision looks at; every row is held to it afterwards
_SAMPLE = 100  # rows
# what a number with a comma is: thousands, or a decimal comma
_COMMAS = re.compile(r"[^0-9,]*(?:[0-9]{1,3}(?:,[0-9]{2,3})+(?:\.[0-9]*)?|[0-9][0-9.' ]*,[0-9]+)[^0-9,]*")

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
    assumed: bool = False  # there is no header: the names are those of a known layout, or a person's
    header: tuple[str, ...] = ()  # the cells of its last line, as they stand there: it may come again
    ends: str = ""  # what was made of empty fields at the ends of rows, in words


def records(data: bytes, start: int, stop: int, delimiter: str, line: int = 1) -> Iterator[Record]:
    """Walk the rows one by one, blank lines left out. Slow: for the head of a file, and to find a fault.

    Raises csv.Error at a quote that is not closed or not where it may be.
    """
    with io.TextIOWrapper(io.BytesIO(data[start:stop]), "utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter or "\x1f", strict=True)
        for cells in reader:
            if len(cells) > 1 or (cells and (cells[0].strip() or not delimiter)):
                yield line + reader.line_num - 1, cells


def find_layout(text: Text, name: str, columns: Sequence[str] = ()) -> Layout:
    """Decide where the table is; `columns` are its names where it has no header.

    Raises DataError where there is none, or where it has names already.
    """
    head = _head(text.data)
    shift, declared = _declared_delimiter(text.data)
    tried = [_try(head, shift, delimiter) for delimiter in ([declared] if declared else _delimiters(head))]
    best = max(tried, key=lambda attempt: attempt.score)
    names = _names_for(best, columns, name)
    if best.header is None or not (names or best.header.names):
        raise _no_table(best, name)
    return _lay_out(text, best, head, name, names)


@dataclass(frozen=True)
class _Attempt:
    """What the head of a file is with one delimiter."""

    delimiter: str
    rows: tuple[Record, ...]
    header: HeaderRows | None
    score: tuple[float, bool, int]


def _head(data: bytes) -> bytes:
    """The first lines, whole; more where they are long."""
    size = _HEAD
    while size < len(data):
        if (end := data.rfind(b"\n", 0, size) + 1) and data.count(b"\n", 0, end) > 3:
            return data[:end]
        size *= 2
    return data


def _delimiters(head: bytes) -> list[str]:
    return ["", *(mark for mark in DELIMITERS if mark.encode() in head)]


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
    header = find_header([cells for _, cells in rows])
    return _Attempt(delimiter, tuple(rows), header, _score([cells for _, cells in rows], header))


def _score(rows: list[list[str]], header: HeaderRows | None) -> tuple[float, bool, int]:
    """How much of it is rows as wide as the header, with values in them; then how wide the header is."""
    if not rows:
        return (-1.0, False, 0)
    titles = 0 if header is None else header.last + 1
    body, named = rows[titles:], header is not None and bool(header.names)
    names = header.names if header is not None and named else of_usual_width(body)[0]
    width = len(_fitted(names, body))
    cells = [cell for row in body if len(row) == width for cell in row]
    typed = sum(is_missing(cell) or (is_typed(cell) and _is_one(cell)) for cell in cells) / max(1, len(cells))
    fitting = sum(len(row) == width for row in body) / max(1, len(rows) - named)
    return (round(typed * fitting, 3), named or not titles, width)


def _is_one(cell: str) -> bool:
    """Whether a number is no row of numbers: `20240102\t100.5` and `02.01.2024,100.5` are two."""
    return "\t" not in cell and ("," not in cell or _COMMAS.fullmatch(cell) is not None or not cell.isascii())


def _no_table(attempt: _Attempt, name: str) -> DataError:
    rows = attempt.rows if attempt.header is None else attempt.rows[attempt.header.first :]
    if rows and any(map(is_typed, rows[0][1])):
        line, cells = rows[0]
        what = f"{shown(cells[0])} is a value where the names of the columns belong."
        names = suggested([cells for _, cells in rows])
        return DataError(
            f"{name}, line {line}: {what}", f"Say what the columns are, such as --columns {names}"
        )
    text = (attempt.delimiter or ",").join(attempt.rows[0][1]) if attempt.rows else ""
    what = f"{name} has no rows of prices; all it holds is {shown(text, 100)}."
    return DataError(what, "Fetch or export it again.")


def _names_for(best: _Attempt, columns: Sequence[str], name: str) -> tuple[str, ...] | None:
    """The names of a table without a header: those that a person gave, or those of a known layout."""
    if best.header is None:
        return None
    if best.header.names:
        if columns:
            line = best.rows[best.header.first][0]
            what = f"{name}, line {line}: there are names already, {shown(', '.join(best.header.names))}."
            raise DataError(what, "Leave out --columns.")
        return None
    rows = [cells for _, cells in best.rows[best.header.first :]]
    if columns and len(columns) != (width := len(of_usual_width(rows)[0])):
        fields = f"{width} field{'s' * (width > 1)}, and --columns names {len(columns)}"
        what = f"{name}, line {best.rows[best.header.first][0]}: {fields}."
        raise DataError(what, f"Name each, such as --columns {suggested(rows)}")
    return tuple(columns) or known_layout(rows)


def _lay_out(text: Text, found: _Attempt, head: bytes, name: str, given: tuple[str, ...] | None) -> Layout:
    header, rows = found.header, [cells for _, cells in found.rows]
    assert header is not None
    body, titles = rows[header.last + 1 :], rows[: header.first]
    line = found.rows[header.last][0] + 1 if header.last >= 0 else found.rows[0][0]
    if header.names:
        _refuse_narrow_rows(found, rows[header.first], head, f"{name}, line {line}")
    names, ends = _ends(given or header.names, body)
    start = _offset(head, line - 1)
    cells = tuple(map(str.strip, rows[header.last])) if header.names else ()
    sample = [tuple(row) for row in body if len(row) == len(names) and (*map(str.strip, row),) != cells]
    stop, footers = find_end(text.data, start, found.delimiter, sample)
    if not re.compile(rb"\S").search(text.data, start, stop):
        raise DataError(f"{name} has a header and no rows of prices.", "Fetch or export it again.")
    return Layout(
        delimiter=found.delimiter,
        names=names,
        start=start,
        stop=stop,
        line=line,
        titles=tuple(", ".join(cell.strip() for cell in cells if cell.strip()) for cells in titles),
        footers=footers,
        sample=tuple(sample[:_SAMPLE]),
        tickers=(*header.tickers, *[""] * len(names))[: len(names)] if header.tickers else (),
        assumed=not header.names,
        header=cells,
        ends=ends,
    )


def _fitted(names: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return _ends(names, body)[0]


def _ends(names: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], str]:
    """The names for rows that all end in empty fields more than the header has, or less; and what to say.

    `100.00,` under `Close`, as where each row is written with a delimiter behind each cell.
    """
    names, rows = tuple(names), of_usual_width(body)
    width = len(rows[0]) if rows else len(names)
    if width > len(names) and not any(cell.strip() for row in rows for cell in row[len(names) :]):
        return (*names, *[""] * (width - len(names))), "an empty field at the end of each row left out"
    if 0 < width < len(names) and width > 1 and not any(name.strip() for name in names[width:]):
        return names[:width], "an empty name at the end of the header left out"
    return names, ""


def _refuse_narrow_rows(found: _Attempt, names: Sequence[str], head: bytes, where: str) -> None:
    """`date,price` over rows of one field: those may be dates, or prices, or a file that was cut."""
    marks = [mark for mark in DELIMITERS if mark in names[0]]
    if not found.delimiter and marks and f'"{names[0]}"'.encode() not in head:
        width = names[0].count(marks[0]) + 1
        raise DataError(f"{where}: 1 field where the header has {width}.", "Fetch or export it again.")


def _offset(data: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1 or len(data)
    return at
