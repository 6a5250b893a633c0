"""A workbook (.xlsx, .xls, .ods) → the text of its one sheet with a table, for the way of a CSV."""

import csv
import datetime
import io
import re
from collections.abc import Sequence

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import shown
from rnn_forecast.prices.cells.column_kinds import is_numeral
from rnn_forecast.prices.sources.archives import ZIP, read_bounded, too_large

_LEAST_ROWS = 2
_CELL_BYTES = 256  # what a cell may come to in memory, with all that is made of it
_PLACE = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")  # of a cell, such as r="AB12"


def sheet_text(data: bytes, name: str, max_bytes: int) -> tuple[bytes, str]:
    """The sheet as UTF-8 text, and its title.

    Dates are as ISO 8601 has them, numbers have every digit, empty cells are empty.
    Raises DataError where no library reads workbooks, where the workbook is damaged or too large, or where
    not just one of its sheets holds a table.
    """
    try:
        import python_calamine
    except ImportError:
        remedy = 'Save the sheet as CSV, or add what reads it: pip install "rnn-forecast[excel]"'
        raise DataError(f"{name} is a workbook.", remedy) from None
    try:
        bounded = _bounded(data, name, max_bytes) if data.startswith(ZIP) else data
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(bounded))
        sheets = {title: book.get_sheet_by_name(title).to_python() for title in book.sheet_names}
    except (DataError, MemoryError):
        raise
    except Exception as error:  # the library has many, and none in common
        raise DataError(f"{name} is a workbook, and damaged.", "Save it again, or as CSV.") from error
    tables = [title for title, rows in sheets.items() if _is_table(rows)]
    if len(tables) != 1:
        listed = ", ".join(map(shown, tables[:5])) or "none"
        what = f"{name} is a workbook, and needs one sheet with a table; it has {listed}."
        raise DataError(what, "Save the sheet that is meant as CSV.")
    text = _written(sheets[tables[0]])
    if len(text) > max_bytes:
        raise too_large(f"{name}, unpacked,", max_bytes)
    return text, tables[0]


def _bounded(data: bytes, name: str, max_bytes: int) -> bytes:
    """The same document, not compressed. Raises DataError where it is too large once it is opened.

    The library unpacks whatever there is, and makes a place for every cell up to the last one: a workbook of
    5 kB whose last cell is XFD1048576 would end the process.
    """
    import zipfile  # only where it is needed

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as whole:
        for member in packed.infolist():
            with packed.open(member) as file:
                content = read_bounded(file, f"{name}, unpacked,", max_bytes)
            places = set(_PLACE.findall(content))  # whatever the sheet is called
            rows = max((int(row) for _, row in places), default=0)
            columns = max((_number(letters) for letters, _ in places), default=0)
            if rows * columns * _CELL_BYTES > max_bytes:
                raise too_large(f"{name}, a sheet of {rows:,} rows and {columns:,} columns,", max_bytes)
            whole.writestr(member.filename, content)
            if out.tell() > max_bytes:
                raise too_large(f"{name}, unpacked,", max_bytes)
    return out.getvalue()


def _number(letters: bytes) -> int:
    """Of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _is_table(rows: Sequence[Sequence[object]]) -> bool:
    """Rows of numbers; a sheet of words says where the others come from."""
    return sum(any(map(_is_number, row)) for row in rows) >= _LEAST_ROWS


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) or (isinstance(cell, str) and is_numeral(cell))


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return re.sub(r" 00:00:00$", "", value.isoformat(" ", "seconds"))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return "" if value is None else str(value)
