"""What pyarrow lets through, or refuses without saying where: quotes, widths of rows, cut files."""

import csv
import re

import numpy as np

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import place, refuse, shown
from rnn_forecast.prices.cells.column_kinds import is_missing
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.text.layout import records
from rnn_forecast.prices.text.odd_rows import odd_row
from rnn_forecast.prices.text.row_reader import TextTable


def check_quotes(source: TextTable) -> None:
    """A quote opens at the start of a field and closes at its end. Raises DataError."""
    if source.data.find(b'"', source.layout.start) < 0:
        return
    data = np.frombuffer(source.data, np.uint8)[source.layout.start : source.layout.stop]
    quotes = np.flatnonzero(data == ord('"'))
    edges = np.frombuffer((source.layout.delimiter + "\r\n").encode(), np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], ord("\n"))
    after = np.where(closing + 1 < len(data), data[np.minimum(closing + 1, len(data) - 1)], ord("\n"))
    joined = np.zeros(len(opening), bool)  # "" inside quotes closes and opens at once
    joined[1:] = opening[1:] == closing[: len(opening) - 1] + 1
    doubled = np.zeros(len(closing), bool)
    doubled[: len(opening) - 1] = joined[1:][: len(closing)]
    wrong = [
        *opening[~(np.isin(before, edges) | joined)][:1],
        *closing[~(np.isin(after, edges) | doubled)][:1],
    ]
    if len(quotes) % 2:
        wrong.append(quotes[-1])
    if wrong:
        at = int(min(wrong))
        line = source.layout.line + int(np.count_nonzero(data[:at] == ord("\n")))
        text = source.data[source.layout.start + at :][:40].decode("utf-8", "replace").splitlines()
        raise refuse(
            f"{source.name}, line {line}",
            f"a quote that is not closed, or not at a field's edge: {shown(text[0])}.",
            'Quote whole cells as "…", and quotes inside as "".',
        )


def check_end(source: TextTable, table: Table) -> None:
    """Refuse a file that is cut inside its last price: 183.25 reads as 18 there.

    Without a newline at the end, a last price that is written shorter than the others, or is far from the one
    before, was cut. Raises DataError.
    """
    layout, columns = source.layout, source.columns
    column = len(layout.names) - 1
    if source.data.endswith(b"\n") or layout.stop < len(source.data) or column not in columns.prices:
        return
    line = source.data[source.data.rfind(b"\n") + 1 :].decode("utf-8", "replace")
    cell = next(csv.reader([line], delimiter=layout.delimiter or "\x1f"), [""])[-1].strip()
    if is_missing(cell) and (cell or columns.known):
        return  # nothing that could be cut, or a row of the days to come
    prices = table.prices[columns.prices.index(column)]
    if (source.gone[-1:] > place(source.gone, len(prices) - 1)).any():
        return  # the last price is left out, and was looked at before
    before = prices[-1000:-1][np.isfinite(prices[-1000:-1])][-1:]
    far = len(before) and before[0] > 0 and not 0.4 < prices[-1] / before[0] < 2.5
    others = layout.sample[:-1] or layout.sample  # of a small file the last row stands in the sample too
    digits = [_fraction(row[column]) for row in others if not is_missing(row[column])]
    if far or cell.endswith((".", ",")) or _fraction(cell) < min(digits, default=0):
        last = source.locate(len(prices) - 1, column)
        what = f"{shown(last.text)} looks cut off: unlike the others, and no newline at the end of the file."
        remedy = "Fetch it again, or end the file with a newline if it is whole."
        raise refuse(last.where, what, remedy)


def _fraction(cell: str) -> int:
    """How many digits stand after the last mark."""
    found = re.search(r"[.,]([0-9]*)\D*$", cell)
    return len(found[1]) if found else 0


def broken_row(source: TextTable, error: Exception) -> DataError:
    """The error for a table that pyarrow does not take: the first row that is not as wide as the header."""
    layout, line = source.layout, source.layout.line
    try:
        for line, cells in records(source.data, layout.start, layout.stop, layout.delimiter, layout.line):
            if len(cells) != len(layout.names) and odd_row(cells, layout) is None:
                return _wrong_width(source, line, cells)
    except csv.Error as fault:
        remedy = 'Quote cells as "…", and quotes inside as "".'
        return refuse(f"{source.name}, line {line + 1}", f"{fault}.", remedy)
    what = f"cannot be read as a table: {str(error).splitlines()[0]}."
    return refuse(source.name, what, "Export it again.")


def _wrong_width(source: TextTable, line: int, cells: list[str]) -> DataError:
    width = len(source.layout.names)
    where, text = f"{source.name}, line {line}", (source.layout.delimiter or ",").join(cells)
    last = line >= source.data.count(b"\n") + 1 and not source.data.endswith(b"\n")
    if last and len(cells) < width:
        what = f"the file ends inside its last row ({shown(text)})"
        return refuse(where, f"{what}.", "It was cut short: fetch it again.")
    hint = "Quote numbers with thousands separators, or leave the separators out."
    what = f"{len(cells)} fields where the header has {width}: {shown(text, 100)}."
    return refuse(where, what, hint if len(cells) > width else "Complete the row or delete it.")
