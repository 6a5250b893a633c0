"""Which column is the date, which the price, which the ticker, and what stands beside them.

Cells decide what a column can be; names decide between columns that can be the same.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from rnn_forecast.errors import ColumnError, DataError
from rnn_forecast.prices.cells.cell_positions import shown
from rnn_forecast.prices.cells.column_kinds import is_numeral
from rnn_forecast.prices.fields.column_names import (
    KEPT,
    LONGER,
    PRICES,
    RANGE,
    is_known,
    is_other,
    mentions,
    rank,
    role,
)
from rnn_forecast.prices.fields.date_column import date_and_clock
from rnn_forecast.prices.fields.header import (
    INDEX_NAMES,
    Candidates,
    Columns,
    Header,
    find_column,
    listed,
    named_column,
    normal,
    spoken,
)
from rnn_forecast.prices.fields.named_columns import check_unique, named_apart, with_named
from rnn_forecast.prices.fields.read_options import ReadOptions

_CODE = re.compile(r"\s*[0-9]{3,6}\s*")
_FEW = 3  # different texts in a sample: more is prose, and no instrument's code


def choose_columns(header: Header, options: ReadOptions, source: str) -> Columns:
    """Decide what each column is.

    Raises DataError where two can be the same, or one that was named is not there; ColumnError where that of
    the price is not, or is another's.
    """
    table = Candidates(header, options, source).without(*named_apart(header, options))
    columns = _choose(table)
    return with_named(columns, table) if options.named else columns


def _choose(table: Candidates) -> Columns:
    header, options, source, whole = table.header, table.options, table.source, table
    if options.price_column and (named := find_column(header, options.price_column)) is not None:
        table = table.without(named)
    ticker = _ticker(table)
    date, time = date_and_clock(table.without(ticker))
    rest = whole.without(ticker, date, time)
    if options.wide:
        return replace(_wide(rest, date), time=time)
    price, found_as = _price(rest)
    check_unique(table, [i for i in (date, ticker, price) if i is not None])
    if header.tickers:
        return replace(_two_levels(rest, date, price), time=time)
    if price in (date, time, ticker):
        both = f"the price and the {'ticker' if price == ticker else 'date'} at once"
        raise ColumnError(f"{source}: column {shown(header.names[price])} cannot be {both}.", "Name another.")
    rest = rest.without(price)
    labels = () if options.as_ticker else tuple(_labels(rest, ticker))
    name = spoken(header.names[price])
    return Columns(date, ticker, (price,), (), name, found_as, time, (_beside(rest),), labels)


def _ticker(table: Candidates) -> int | None:
    options = table.options
    if options.ticker_column:
        return named_column(table, options.ticker_column, "ticker")
    if options.wide or table.header.tickers:
        return None
    if options.date_column:
        table = table.without(find_column(table.header, options.date_column))
    return next((i for i in table.called("ticker") if not _are_amounts(table, i)), None)


def _are_amounts(table: Candidates, column: int) -> bool:
    """Numbers of which most differ are no codes of instruments, whatever the column is called."""
    cells = table.cells(column)
    return table.header.numeric[column] and 2 * len(set(cells)) > max(len(cells), 2 * _FEW)


def _price(table: Candidates) -> tuple[int, str]:
    header, options = table.header, table.options
    if options.price_column:
        return named_column(table, options.price_column, "price"), "named"
    ranged = sum(bool(table.called(what)) for what in RANGE) >= 2
    order = (*PRICES[1:-1], "price") if ranged else PRICES  # beside a day's range the close is surer
    known = [(what, i) for what in order for i in table.called(what)]
    known.sort(key=lambda one: (rank(header.names[one[1]], one[0]) or 0) >= LONGER)  # plain names first
    prices = [i for _, i in known]
    if filled := [i for i in prices if table.cells(i)]:
        return filled[0], "known"
    mentioned = [i for i in table.free if header.numeric[i] and mentions(header.names[i], "close")]
    if ranged and len(mentioned) == 1:
        return mentioned[0], "known"
    numeric = [i for i in table.free if header.numeric[i]]
    if len(numeric) > 1 and normal(header.names[numeric[0]]) in INDEX_NAMES:
        numeric = numeric[1:]  # the row numbers that a table was saved with
    if prices and not numeric:
        return prices[0], "known"  # nothing stands there, and the refusal says so
    unknown = [i for i in numeric if role(header.names[i]) not in KEPT and not is_other(header.names[i])]
    if len(numeric) == 1 or len(unknown) == 1:
        return (unknown or numeric)[0], "only"
    if numeric:
        there = listed(header.names[i] or f"(column {i + 1})" for i in numeric)
        which = f"which column is the price? None has a usual name, and {len(numeric)} are numeric: {there}."
        remedy = "Say which: --price-column NAME; or --wide if each is a ticker."
        raise DataError(f"{table.source}: {which}", remedy)
    there = listed(name for name in header.names if name) or "columns without names"
    remedy = "Name it price in the header, or say which it is: --price-column NAME."
    raise DataError(f"{table.source}: no column of prices among {there}.", remedy)


def _beside(table: Candidates) -> dict[str, int]:
    """Open, high, low and the like, by role: of two, the one with the surer name."""
    return {
        what: found[0] for what in KEPT if (found := table.called(what)) and table.header.numeric[found[0]]
    }


def _labels(table: Candidates, ticker: int | None) -> Iterator[int]:
    """Columns that may tell instruments apart: without a known name; beside one ticker throughout, with that
    of a ticker too, as `ESH22` and `ESM22` beside `ES`."""
    header = table.header
    if ticker is None:
        yield from (i for i in table.free if role(header.names[i]) is None and _is_label(table, i))
    elif not table.options.ticker_column and len(set(table.cells(ticker))) == 1:
        for i in table.free:
            if (role(header.names[i]) == "ticker" or not is_known(header.names[i])) and _is_label(table, i):
                yield i


def _is_label(table: Candidates, column: int) -> bool:
    """Whether the column may tell instruments apart: few texts, or few whole numbers of one length."""
    cells = table.cells(column)
    if not cells or table.header.dates[column] or 2 * len(set(cells)) > max(len(cells), 2 * _FEW):
        return False
    code = all(map(_CODE.fullmatch, cells)) and len({*map(len, cells)}) == 1
    return code or not any(map(is_numeral, cells))


def _wide(table: Candidates, date: int | None) -> Columns:
    header, source = table.header, table.source
    columns = [i for i in table.free if header.numeric[i]]
    if columns and columns[0] == 0 and normal(header.names[0]) in INDEX_NAMES:
        columns = columns[1:]
    if not columns:
        raise DataError(f"{source}: --wide needs columns of numbers, and there is none.", "Leave out --wide.")
    if any(not header.names[i] for i in columns):
        what = "with --wide each column of numbers needs a name, its ticker; one has none."
        raise DataError(f"{source}: {what}", "Name it in the header.")
    names = tuple(header.names[i] for i in columns)
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(f"{source}: the header {shown(twice)} stands there twice.", "Rename one.")
    return Columns(date, None, tuple(columns), names, None, "wide")


def _two_levels(table: Candidates, date: int | None, price: int) -> Columns:
    header, name = table.header, spoken(table.header.names[price])
    prices = tuple(i for i in table.free if spoken(header.names[i]) == name)
    tickers = tuple(header.tickers[i] for i in prices)
    if len(set(tickers)) < len(tickers) or "" in tickers:
        what = f"the header's two lines name {shown(name)} twice for a ticker, or for none."
        raise DataError(f"{table.source}: {what}", "Correct the header.")
    others = []
    for one in tickers:
        foreign = (i for i in table.free if header.tickers[i] != one)
        others.append(_beside(table.without(*foreign, *prices)))
    return Columns(date, None, prices, tickers, name, "known", others=tuple(others))
