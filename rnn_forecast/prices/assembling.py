"""Values of one table → its price series: refused where they cannot be prices, in order, each date once."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import Locate, refuse, shown
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.merging import in_order, number_rows
from rnn_forecast.prices.series import PriceSeries, iso

_FIRST_DATE = np.datetime64("1000-01-01", "s")
_MISSING_LIMIT = 0.05  # of the rows: more cells without a price than that are no accident


class Assembled(NamedTuple):
    """The series of a table, and what became of its rows."""

    series: list[PriceSeries]
    dropped: dict[str, int]  # rows that are not in the series, by what they are
    sorted: bool  # they were not in order


def check_values(
    table: Table, columns: Columns, options: ReadOptions, limit: np.datetime64, locate: Locate
) -> None:
    """Refuse dates that cannot be, prices that are not positive, and too many cells without one."""
    if table.dates is not None and (bad := (table.dates > limit) | (table.dates < _FIRST_DATE)).any():
        cell, day = locate(int(np.argmax(bad)), columns.date or 0), np.datetime_as_string(limit, "D")
        late = f"after today ({day})" if table.dates[np.argmax(bad)] > limit else "before there were prices"
        read_as = f", read as {table.date_format}" if table.date_format else ""
        remedy = "Correct it, or name the format: --date-format."
        raise refuse(cell.where, f"{shown(cell.text)} is a date {late}{read_as}.", remedy)
    for i, values, given in zip(columns.prices, table.prices, table.given, strict=True):
        low = np.less_equal(values, 0)
        if not options.allow_nonpositive and low.any():
            cell = locate(int(np.flatnonzero(low)[0]), i)
            remedy = "Correct it; or --allow-nonpositive with --no-log, or another --normalize than window."
            raise refuse(cell.where, f"{shown(cell.text)} is not above 0.", remedy)
        if given is None or columns.tickers:
            continue
        rows = len(given) - (0 if table.blank is None else int(table.blank.sum()))
        if (lacking := rows - int(given.sum())) > _MISSING_LIMIT * rows:
            hole = ~given if table.blank is None else ~given & ~table.blank
            what = f"{lacking} of {rows} rows have no price, the first here; at most 5 % may have none."
            where = locate(int(np.flatnonzero(hole)[0]), i).where
            raise refuse(where, what, "Fill them, or delete the rows.")


def to_series(table: Table, columns: Columns, stem: str, locate: Locate) -> Assembled:
    """Rows without a price leave, the others are put in order; `stem` is the ticker where none is named."""
    series: list[PriceSeries] = []
    blank = 0 if table.blank is None else int(table.blank.sum())
    moved, repeated, lacking = False, 0, 0
    for n, (all_prices, given) in enumerate(zip(table.prices, table.given, strict=True)):
        dates = number_rows(table.codes, len(all_prices)) if table.dates is None else table.dates
        codes, prices, rows = table.codes, all_prices, None
        if given is not None:
            rows = np.flatnonzero(given)
            dates, prices, codes = dates[rows], prices[rows], None if codes is None else codes[rows]
            lacking += len(given) - len(rows) - blank
        tickers = table.tickers or columns.tickers[n : n + 1] or (stem,)
        found = in_order(tickers, codes, dates, prices, _conflict(table, rows, locate, columns.prices[n]))
        series += [replace(one, date_format=table.date_format) for one in found.series if len(one)]
        moved, repeated = moved or found.sorted, repeated + found.repeated
    dropped = {"without a price": lacking, "blank": blank, "repeated": repeated}
    return Assembled(series, dropped, moved)


def _conflict(
    table: Table, rows: NDArray[np.intp] | None, locate: Locate, column: int
) -> Callable[[int, int], DataError]:
    """How to say that two rows have one date and different prices."""

    def say(first: int, second: int) -> DataError:
        one, other = (i if rows is None else int(rows[i]) for i in (first, second))
        assert table.dates is not None
        date = iso(table.dates[one : one + 1])[0]
        above, below = locate(one, column), locate(other, column)
        return refuse(
            below.where,
            f"{shown(below.text)} for {date}, which has {shown(above.text)} in {above.row}.",
            "Keep the row that is right; for several tickers name their column: --ticker-column.",
        )

    return say
