"""Values of one table → its price series: refused where they cannot be prices, in order, each date once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Positions
from rnn_forecast.prices.calendar.periods import frequency
from rnn_forecast.prices.cells.cell_positions import BadCell, Locate, shown
from rnn_forecast.prices.cells.clocks import UTC, finer_than_seconds, is_ticks, settle, zones_of
from rnn_forecast.prices.cells.date_formats import EPOCH
from rnn_forecast.prices.fields.column_names import KEPT
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.merging import Ordered, Rows, in_order, number_rows, with_ahead
from rnn_forecast.prices.series import PriceSeries, iso

_FIRST_DAILY, _EIGHT_DAYS = np.datetime64("1600-01-01", "s"), 8 * 86_400
_FIRST_DATE = np.datetime64("1000-01-01", "s")
_MISSING_LIMIT = 0.05  # of a ticker's rows between its first and its last price: more are no accident
_SATURDAY = 5
_GREGORIAN = "convert all dates to the Gregorian calendar"
_TICKS = "These are ticks: aggregate them first, to the last price of each minute or day."


class Assembled(NamedTuple):
    """The series of a table, and what became of its rows."""

    series: list[PriceSeries]
    dropped: dict[str, int]  # rows that are not in the series, by what they are
    sorted: bool  # they were not in order


def check_values(table: Table, columns: Columns, options: ReadOptions, limit: np.datetime64) -> Table:
    """The table with the clock settled, and without the rows that a person wants left out.

    Raises BadCell at dates that cannot be, prices that are not positive, prices within one second, and too
    many cells without one.
    """
    if table.dates is not None:
        _refuse_far_dates(table, table.dates, columns, limit)
        if table.offsets is not None:
            dates, zone = settle(table.dates, table.offsets, table.codes)
            table = replace(table, dates=dates, zone=zone)
        _refuse_ticks(table, columns)
    if not options.allow_nonpositive:
        table = replace(table, given=tuple(_positive(table, columns, options.drop_nonpositive)))
    if not columns.tickers:
        _refuse_holes(table, columns)
    _refuse_infinite(table, columns)
    return table


def _refuse_far_dates(table: Table, dates: NDArray[Any], columns: Columns, limit: np.datetime64) -> None:
    late, after = f"after today ({np.datetime_as_string(limit, 'D')})", dates > limit
    if columns.known and after.any():  # what is known ahead goes on where prices end
        after &= np.logical_or.reduce([~np.isnan(prices) for prices in table.prices])
    read_as = f", read as {table.date_format}" if table.date_format else ""
    for bad, why, remedy in (
        (after, late, "name the format: --date-format"),
        (dates < _FIRST_DATE, "before there were prices", "name the format: --date-format"),
        (_too_early(dates), "before there were daily prices (of another calendar?)", _GREGORIAN),
    ):
        if bad.any():
            what = f"is a date {why}{read_as}"
            raise BadCell(np.flatnonzero(bad), columns.date or 0, what, f"Correct it, or {remedy}.")


def _too_early(dates: NDArray[Any]) -> NDArray[np.bool_]:
    """Dates of long ago, where rows are days or weeks: 1398 is a year of the Persian calendar, 1445 of the
    Islamic one. Months and years may be as old."""
    early: NDArray[np.bool_] = dates < _FIRST_DAILY
    if early.any():
        steps = np.diff(np.unique(dates)).astype(np.int64)
        early &= bool(len(steps) and np.median(steps) <= _EIGHT_DAYS)
    return early


def _refuse_ticks(table: Table, columns: Columns) -> None:
    """Prices within one second, told apart by its fraction: equal ones would pass for one row."""
    if table.dates is None or table.fractions is None:
        return
    row = finer_than_seconds(table.dates, table.fractions, table.codes)
    if row is not None:
        raise BadCell(row, columns.date or 0, "lies in the second of another row", _TICKS)


def _positive(table: Table, columns: Columns, drop: bool) -> Iterator[NDArray[np.bool_] | None]:
    """By column of prices, which rows are there; those not above 0 are left out with `drop`, else refused."""
    for i, values, given in zip(columns.prices, table.prices, table.given, strict=True):
        low = np.less_equal(values, 0)
        if low.any() and not drop:
            remedy = (
                "Correct it; or leave such rows out: --drop-nonpositive; or --allow-nonpositive --no-log."
            )
            raise BadCell(np.flatnonzero(low), i, "is not above 0", remedy)
        yield given if not low.any() else ~low if given is None else given & ~low


def _refuse_infinite(table: Table, columns: Columns) -> None:
    for places, beside in zip(columns.others, table.others, strict=True) if columns.named else ():
        for name in columns.named:
            if (bad := np.isinf(beside[name])).any():
                raise BadCell(np.flatnonzero(bad), places[name], "is not finite", "Correct it.")


def _refuse_holes(table: Table, columns: Columns) -> None:
    """Too many rows without a price between a ticker's first and last: late listings and weekends aside, and
    minutes and hours in which nothing was traded."""
    given = table.given[0]
    if given is None:
        return
    if not given.any():
        nothing = f"{len(given)} of {len(given)} rows have no price"
        raise BadCell(0, columns.prices[0], nothing, "Name another --price-column.", alone=True)
    hole = ~given if table.blank is None else ~given & ~table.blank
    when = number_rows(table.codes, len(given)) if table.dates is None else table.dates
    codes = np.zeros(len(given), np.int32) if table.codes is None else table.codes
    first, last, listed = _first_and_last(when[given], codes[given], int(codes.max()) + 1)
    inside = hole & listed[codes] & (when >= first[codes]) & (when <= last[codes])
    inside &= ~_without_trade(table, when)
    rows = np.bincount(codes[given | inside], minlength=len(first))
    lacking = np.bincount(codes[inside], minlength=len(first))
    if (many := lacking > _MISSING_LIMIT * rows).any():

        def what(row: int) -> str:
            count = f"{lacking[codes[row]]} of {rows[codes[row]]} rows have no price, the first here"
            return f"{count}; at most 5 % may have none"

        remedy = "Fill them, delete the rows, or name another --price-column."
        raise BadCell(np.flatnonzero(inside & many[codes]), columns.prices[0], what, remedy, alone=True)


def _first_and_last(
    when: NDArray[Any], codes: NDArray[np.int32], count: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """By ticker, of the rows that have a price, and whether there are any."""
    order = np.lexsort((when, codes))
    starts = np.searchsorted(codes[order], np.arange(count))
    stops = np.searchsorted(codes[order], np.arange(count), side="right")
    first, last = np.minimum(starts, len(when) - 1), np.maximum(stops - 1, 0)
    return when[order][first], when[order][last], starts < stops


def _without_trade(table: Table, when: NDArray[Any]) -> NDArray[np.bool_]:
    """Rows that need no price: bars within the day in which nothing else stands either, and weekends."""
    if when.dtype.kind != "M":
        return np.zeros(len(when), np.bool_)
    if frequency(np.unique(when)) in ("minutes", "hourly"):
        beside = dict(table.others[0]) if table.others else {}
        beside = {name: values for name, values in beside.items() if name in KEPT and name != "volume"}
        bare: NDArray[np.bool_] = ~np.logical_or.reduce(
            [~np.isnan(v) for v in beside.values()] or [np.zeros(len(when), bool)]
        )
        return bare
    weekday = (when.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return np.asarray(weekday >= _SATURDAY, np.bool_)


def to_series(table: Table, columns: Columns, stem: str, locate: Locate) -> Assembled:
    """Rows without a price leave, the others are put in order; `stem` is the ticker where none is named.

    Raises BadCell where one date has two prices, or two values of a column that a person named.
    """
    series: list[PriceSeries] = []
    blank = 0 if table.blank is None else int(table.blank.sum())
    moved, repeated, lacking = False, 0, 0
    for n, (_, given) in enumerate(zip(table.prices, table.given, strict=True)):
        found = _in_order(table, columns, n, stem, locate)
        if given is not None:
            lacking += int((~given).sum()) - blank
        lacking -= sum(len(one.ahead.dates) for one in found.series if one.ahead is not None)
        series += found.series
        moved, repeated = moved or found.sorted, repeated + found.repeated
    dropped = {
        "without a price": lacking - table.events,
        "dividends and splits": table.events + table.event_lines,
        "header again": table.headers,
        "blank": blank,
        "repeated": repeated,
    }
    return Assembled(series, dropped, moved)


def _in_order(table: Table, columns: Columns, n: int, stem: str, locate: Locate) -> Ordered:
    """The series of the column of prices `n`, with what is known ahead of their last rows."""
    given, prices = table.given[n], table.prices[n]
    dates = number_rows(table.codes, len(prices)) if table.dates is None else table.dates
    rows = Rows(table.codes, dates, prices, table.others[n] if table.others else {}, columns.named)
    tickers = table.tickers or columns.tickers[n : n + 1] or (stem,)
    places = columns.others[n] if columns.named else {}
    left = None if given is None else np.flatnonzero(given)
    said = {name: _conflict(table, left, locate, places[name]) for name in columns.named}
    conflict = _conflict(table, left, locate, columns.prices[n])
    found = in_order(tickers, rows if left is None else rows.take(left), conflict, said)
    series = [one for one in found.series if len(one)]
    if columns.known:
        bare = np.flatnonzero(np.zeros(len(prices), np.bool_) if given is None else ~given)
        said = {name: _conflict(table, bare, locate, places[name]) for name in columns.known}
        series = with_ahead(series, tickers, rows.take(bare), said)
    zones, written = _zones(table, tickers), table.date_format
    mark = "?" if table.doubt else table.number_format.decimal
    series = [replace(s, date_format=written, zone=zones.get(s.ticker), decimal=mark) for s in series]
    return replace(found, series=series)


def _zones(table: Table, tickers: Sequence[str]) -> dict[str, str]:
    """Of the clock that each ticker's dates show, where that is known; moments since 1970 are UTC's."""
    if table.zone is not None or (table.date_format or "").startswith(EPOCH):
        return dict.fromkeys(tickers, table.zone or UTC)
    if table.offsets is None:
        return {}
    return {tickers[code]: zone for code, zone in zones_of(table.offsets, table.codes).items()}


def _conflict(
    table: Table, rows: NDArray[np.intp] | None, locate: Locate, column: int
) -> Callable[[Positions, Positions], BadCell]:
    """How to say that two rows have one date and different prices."""

    def say(first: Positions, second: Positions) -> BadCell:
        ones, others = (some if rows is None else rows[some] for some in (first, second))

        def what(row: int) -> str:
            assert table.dates is not None
            one = ones[np.flatnonzero(others == row)[:1]]
            above = locate(int(one[0]), column)
            return f"for {iso(table.dates[one])[0]}, which has {shown(above.text)} in {above.row}"

        assert table.dates is not None
        remedy = "Keep the row that is right; for several tickers name their column: --ticker-column."
        if is_ticks(table.dates, table.codes):
            remedy = _TICKS
        return BadCell(others, column, what, remedy)

    return say
