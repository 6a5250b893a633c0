"""Which column holds the dates, and which the clock, where that stands apart: by cells, then by names."""

import itertools
import re
from collections.abc import Sequence

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import shown
from rnn_forecast.prices.cells.column_kinds import is_clock, is_date
from rnn_forecast.prices.cells.epoch_numbers import is_epoch
from rnn_forecast.prices.fields.column_names import KEPT, PRICES, key, rank, role
from rnn_forecast.prices.fields.header import INDEX_NAMES, Candidates, mostly, named_column, normal

_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SERIAL = re.compile("[2-6][0-9]{4}")  # a spreadsheet's number of a day, which is no date to us
_PARTS = {"year", "month", "day", "jahr", "monat", "tag"}  # columns that only together are a date
_YEAR = re.compile(r"(?:1[789]|20|21)[0-9]{2}(?:\.?(?:0[1-9]|1[0-2]))?|(?:0?[1-9]|1[0-2])\.(?:19|20)[0-9]{2}")
_NO_ACCIDENT = 5  # different cells


def date_and_clock(table: Candidates) -> tuple[int | None, int | None]:
    """The column of dates, and that of the clock where the first has none."""
    if table.options.date_column:
        date: int | None = named_column(table, table.options.date_column, "date")
    else:
        date = _date_by_cells(table)
    clocks = [i for i in table.without(date).free if _is_clock(table, i)]
    if date is None and (date := _damaged_dates(table, clocks)) is None:
        return None, None
    timed = any(":" in cell for cell in table.cells(date)) or mostly(is_epoch, table.cells(date))
    return date, None if timed or not clocks else clocks[0]


def _damaged_dates(table: Candidates, clocks: Sequence[int]) -> int | None:
    """The column that is named as one of dates and does not look so: a refusal names its first cell, unless
    all are of one day or of six digits.

    Raises DataError where there is none, and times of day or the parts of dates are.
    """
    named = [i for i in table.called("date") if i not in clocks]
    named += [i for i in table.called("moment") if all(map(_SERIAL.fullmatch, table.cells(i) or ("",)))]
    if named:
        return named[0]
    if clocks:
        name = shown(table.header.names[clocks[0]])
        what = f"{table.source}: column {name} holds times of day, and no column holds dates."
        raise DataError(what, "Add a column of dates.")
    parts = [table.header.names[i] for i in table.free if key(table.header.names[i]) in _PARTS]
    if len(parts) > 1:
        what = f"{table.source}: the date stands in several columns, {', '.join(map(shown, parts))}."
        raise DataError(what, "Join them into one column of dates, such as 2024-01-31.")
    return None


def _date_by_cells(table: Candidates) -> int | None:
    """Of the columns whose cells are dates, that with the surest name; of those without a name that says so,
    the one that changes with the rows. Raises DataError where two are left."""
    can = [i for i in table.free if _is_date(table, i)]
    can = [i for i in can if len(set(table.cells(i))) > 1] or can
    if called := [i for i in (*table.called("date"), *table.called("moment")) if i in can]:
        return called[0]
    if len(can) > 1:
        can = [i for i in can if _moves(table.cells(i))] or can
    unnamed = [i for i in can if normal(table.header.names[i]) in INDEX_NAMES]
    if len(can) > 1 and len(unnamed) != 1:
        listed = " and ".join(shown(table.header.names[i]) for i in can[:3])
        raise DataError(
            f"{table.source}: which column is the date? {listed} could be.", "Say which: --date-column NAME."
        )
    return next(iter(unnamed if len(can) > 1 else can), None)


def _is_date(table: Candidates, column: int) -> bool:
    """Whether the cells are dates. Bare numbers need a date's name, or to rise or fall with the rows."""
    cells, name = table.cells(column), table.header.names[column]
    amount = role(name) in (*PRICES, *KEPT)
    if not table.header.numeric[column] or not _are_digits(cells):
        epochs = list(filter(is_epoch, cells))  # a damaged cell among them is refused when it is read
        most = 10 * len(epochs) >= 9 * len(cells) > 0
        return table.header.dates[column] or (most and not amount and (_moves(epochs) or _are_round(epochs)))
    if amount:
        return False
    known = role(name) in ("date", "moment") or normal(name) in INDEX_NAMES
    as_date = table.header.dates[column] or mostly(is_epoch, cells) or (known and _are_years(cells))
    return as_date and ((known and len(set(cells)) > 1) or _moves(cells) or _are_round(cells))


def _are_digits(cells: Sequence[str]) -> bool:
    return all(_DIGITS.fullmatch(cell.strip()) for cell in cells)


def _are_round(cells: Sequence[str]) -> bool:
    """Whether all, and not just a few, are days such as 20240102, or whole minutes of an epoch."""
    if len(set(cells)) < _NO_ACCIDENT:
        return False
    return all(is_date(cell) or (is_epoch(cell) and float(cell) % 60 == 0) for cell in cells)


def _are_years(cells: Sequence[str]) -> bool:
    """Whether all are years, or months of years: 2020, 202012, 12.2020."""
    return len(set(cells)) > 2 and all(_YEAR.fullmatch(cell.strip()) for cell in cells)


def _moves(cells: Sequence[str]) -> bool:
    """Whether the cells change with every row, always in one direction where they are numbers."""
    if len(set(cells)) < len(cells):
        return False
    if not _are_digits(cells):
        return True
    steps = [float(b) - float(a) for a, b in itertools.pairwise(cells)]
    return len(steps) > 1 and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _is_clock(table: Candidates, column: int) -> bool:
    cells = table.cells(column)
    digits = rank(table.header.names[column], "time") is not None and all(
        cell.strip().isdecimal() and len(cell.strip()) <= 6 for cell in cells
    )
    return bool(cells) and (digits or mostly(is_clock, cells)) and not table.header.dates[column]
