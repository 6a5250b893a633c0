"""Where the rows of a text end: the lines below them are prose, and no number is lost with them."""

import csv
import re
from collections.abc import Sequence

from rnn_forecast.prices.cells.column_kinds import is_missing, is_typed

_TAIL = 1 << 16  # bytes in which a line is looked for
_MOST = 20  # lines
_FEW = 20  # rows that show what a column holds
_WORDS = re.compile(r"[^\W\d_]{2}|\(c\)|[©®]|^\s*[#*†‡]")
_PROSE = re.compile(r"\w[\s:]+\w|^\s*[#*†‡]|\(c\)|[©®]")
# what no row begins with, whatever it holds: `# rows: 40`, `* adjusted`, `Source: Yahoo, 2020`
_SIGN = re.compile(r"^\s*(?:[#*†‡©®]|\(c\)|[^\W\d_][^\W\d_ ]*(?: [^\W\d_]+)?:\s)")
_RULE = re.compile(r"\s*[-=_*~]{3,}\s*")


def find_end(
    data: bytes, start: int, delimiter: str, sample: Sequence[Sequence[str]]
) -> tuple[int, tuple[str, ...]]:
    """Where the rows end, in bytes, and the lines below. `sample` are some rows, all of one width.

    A file that was cut inside its last row ends in no footer: a last line without an end has to be plainly
    prose.
    """
    found: list[str] = []
    stop, whole = len(data), data.endswith(b"\n")
    typed: list[bool] = []
    while len(found) < _MOST:
        begin, end = _last_record(data, start, stop)
        line = data[begin:end].decode("utf-8", "replace")
        apart = begin > start and data[max(start, begin - 4) : begin].count(b"\n") > 1
        after = whole and b"\n" in data[end:stop]
        if begin <= start or is_typed(line.partition(delimiter)[0] if delimiter else line):
            break  # most files end here, at a row that begins with its date
        typed = typed or [_is_mostly_typed(column) for column in zip(*sample[:_FEW], strict=True)]
        if not _is_footer(line, delimiter, typed, apart=apart):
            break
        if not (apart or after or _is_plainly_prose(line)):
            break
        found.append(line)
        stop, whole = begin, True
    return stop, tuple(reversed(found))


def _last_record(data: bytes, start: int, stop: int) -> tuple[int, int]:
    """The last line that is not blank; with the lines above it where a quote was opened there."""
    first = max(start, stop - _TAIL)
    end = first + len(data[first:stop].rstrip())
    begin = max(data.rfind(b"\n", start, end) + 1, start)
    for _ in range(_MOST):
        if data.count(b'"', begin, end) % 2 == 0 or begin <= start:
            return begin, end
        begin = max(data.rfind(b"\n", start, begin - 1) + 1, start)
    return max(data.rfind(b"\n", start, end) + 1, start), end


def _is_mostly_typed(cells: Sequence[str]) -> bool:
    there = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(is_typed, there)) > len(there)


def _is_footer(line: str, delimiter: str, typed: Sequence[bool], *, apart: bool) -> bool:
    """`typed`: which columns hold numbers or dates; `apart`: a blank line stands before it."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter or "\x1f", strict=True), [])
    except csv.Error:
        return False
    filled = [i for i, cell in enumerate(cells) if cell.strip()]
    if not filled or not typed:
        return False
    row_like = len(cells) == len(typed)
    if _SIGN.match(cells[0]) and (typed[0] or not row_like):
        return True
    if not row_like and all(_RULE.fullmatch(cells[i]) for i in filled):
        return True
    valueless = not any(is_typed(cells[i]) or is_missing(cells[i]) for i in filled)
    unlike = not row_like or all(typed[i] for i in filled) or len(filled) == 1 < len(typed)
    alone = typed[0] and filled == [0]  # `END`, `Total,,,`
    said = apart or alone or _PROSE.search(line) is not None
    return valueless and unlike and said and _WORDS.search(line) is not None


def _is_plainly_prose(line: str) -> bool:
    """Whether a line without an end is whole: a row cut inside a date or a name (`Apr 0`) is not."""
    bare = line.strip()
    return _SIGN.match(bare) is not None or bare.endswith(('"', ".", ")")) or len(bare.split()) >= 4
