"""A workbook (.xlsx, .xls, .ods) → the text of its one sheet with a table, for the way of a CSV."""

import csv
import datetime
import io
import re
from collections.abc import Sequence

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import shown
from rnn_forecast.prices.sources.archives import is_document

_OLD = b"\xd0\xcf\x11\xe0"  # how an old Excel workbook begins
_LEAST_ROWS = 2


def is_spreadsheet(data: bytes) -> bool:
    return data.startswith(_OLD) or is_document(data)


def sheet_text(data: bytes, name: str, max_bytes: int) -> bytes:
    """The sheet as UTF-8 text: dates as ISO 8601 has them, numbers with every digit, empty cells empty.

    Raises DataError where no library reads workbooks, where the workbook is damaged or too large, or where
    not just one of its sheets holds a table.
    """
    try:
        import python_calamine
    except ImportError:
        remedy = 'Save the sheet as CSV, or add what reads it: pip install "rnn-forecast[excel]"'
        raise DataError(f"{name} is a workbook.", remedy) from None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {title: book.get_sheet_by_name(title).to_python() for title in book.sheet_names}
    except Exception as error:  # the library has many, and none in common
        raise DataError(f"{name} is a workbook, and damaged.", "Save it again, or as CSV.") from error
    tables = [title for title, rows in sheets.items() if _is_table(rows)]
    if len(tables) != 1:
        listed = ", ".join(map(shown, tables[:5])) or "none"
        what = f"{name} is a workbook, and needs one sheet with a table; it has {listed}."
        raise DataError(what, "Save the sheet that is meant as CSV.")
    text = _written(sheets[tables[0]])
    if len(text) > max_bytes:
        raise DataError(f"{name}, unpacked, is larger than {max_bytes:,} bytes.", "Raise --max-bytes.")
    return text


def _is_table(rows: Sequence[Sequence[object]]) -> bool:
    return sum(any(cell not in ("", None) for cell in row) for row in rows) >= _LEAST_ROWS


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
