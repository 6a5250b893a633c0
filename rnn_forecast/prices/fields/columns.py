"""Which column is the date, which the price, which the ticker."""

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnn_forecast.errors import ColumnError, DataError
from rnn_forecast.prices.fields.cell_positions import plain, shown
from rnn_forecast.prices.fields.column_kinds import is_date, is_missing, is_numeral
from rnn_forecast.prices.fields.read_options import ReadOptions

PRICE_NAMES = (
    *("price", "adjclose", "adj_close", "adj.close", "adjustedclose", "adjusted_close"),
    *("close", "close/last", "value", "y", "schlusskurs"),
)
DATE_NAMES = ("date", "datetime", "timestamp", "time", "ds", "datum")
TICKER_NAMES = ("ticker", "symbol", "name", "unique_id")
_INDEX_NAMES = ("", "unnamed:0", "index", "__index_level_0__")


@dataclass(frozen=True)
class Header:
    """The columns of a table before any is chosen: names, and what a sample of the cells looks like."""

    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    dates: tuple[bool, ...]
    tickers: tuple[str, ...] = ()  # by column, where the header has two levels


@dataclass(frozen=True)
class Columns:
    """Column numbers from 0. `prices` holds one column, or with `tickers` one for each of them."""

    date: int | None
    ticker: int | None
    prices: tuple[int, ...]
    tickers: tuple[str, ...]  # of each of `prices`; () where a column or the file's name says it
    price_name: str | None  # normalised; None for --wide
    found_as: str  # "named" | "known" | "only" | "wide": how the price column was found
    time: int | None = None  # the clock, where it has a column of its own
    others: tuple[Mapping[str, int], ...] = ()  # beside each of `prices`: open, high, low, volume, … by role
    labels: tuple[int, ...] = ()  # text that nobody named: several values may be several instruments


def normal(name: str) -> str:
    """The name without case and spaces: `"close "` is `close`, `Adj Close*` is `adjclose`."""
    return "".join(name.split()).rstrip("*").casefold()


def spoken(name: str) -> str:
    """The name as reports give it: `adj close`."""
    return " ".join(name.split()).rstrip("*").lower()


def sample_header(
    names: Sequence[str], sample: Sequence[Sequence[str]], tickers: tuple[str, ...] = ()
) -> Header:
    def mostly(test: Callable[[str], bool], column: int) -> bool:
        cells = [row[column] for row in sample if not is_missing(row[column])]
        return bool(cells) and 2 * sum(test(cell) for cell in cells) > len(cells)

    numeric = tuple(mostly(is_numeral, i) for i in range(len(names)))
    return Header(tuple(names), numeric, tuple(mostly(is_date, i) for i in range(len(names))), tickers)


def choose_columns(header: Header, options: ReadOptions, source: str) -> Columns:
    """Decide what each column is.

    Raises DataError at names that stand twice, or are not there; ColumnError where that of the price is not,
    or is another's.
    """
    if not header.tickers:
        _check_unique(header, source)
    ticker = _ticker(header, options, source)
    date = _date(header, options, source, ticker)
    if options.wide:
        return _wide(header, options, source, date)
    price, found_as = _price(header, options, source, {date, ticker})
    name = spoken(header.names[price])
    if header.tickers:
        return _two_levels(header, source, date, name)
    if price in (date, ticker):
        both = f"the price and the {'date' if price == date else 'ticker'} at once"
        raise ColumnError(f"{source}: column {shown(header.names[price])} cannot be {both}.", "Name another.")
    return Columns(date, ticker, (price,), (), name, found_as)


def _check_unique(header: Header, source: str) -> None:
    seen: dict[str, str] = {}
    for name in header.names:
        if name and normal(name) in seen:
            remedy = "Rename one, so that it is clear which is meant."
            raise DataError(f"{source}: the header {shown(name)} stands there twice.", remedy)
        seen[normal(name)] = name


def find_column(header: Header, wanted: str) -> int | None:
    """The column of that name, as it stands or else without case and spaces."""
    tests: tuple[Callable[[str], str], ...] = (str, normal)
    places = (i for test in tests for i, name in enumerate(header.names) if test(name) == test(wanted))
    return next(places, None)


def _named(header: Header, wanted: str, what: str, source: str) -> int:
    if (found := find_column(header, wanted)) is not None:
        return found
    names = [name for name in header.names if name]
    near = difflib.get_close_matches(normal(wanted), map(normal, names), n=3, cutoff=0.5)
    listed = _listed([name for name in names if normal(name) in near] or names)
    kind = ColumnError if what == "price" else DataError
    remedy = f"{'Nearest' if near else 'There are'}: {listed}."
    raise kind(f"{source}: no column {shown(wanted)} for the {what}.", remedy)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(plain(name) for name in itertools.islice(names, 12))


def _ticker(header: Header, options: ReadOptions, source: str) -> int | None:
    if options.ticker_column:
        return _named(header, options.ticker_column, "ticker", source)
    if options.wide or header.tickers:
        return None
    chosen = {normal(name) for name in (options.price_column, options.date_column) if name}
    names = [normal(name) for name in header.names]
    return next((names.index(name) for name in TICKER_NAMES if name in names and name not in chosen), None)


def _date(header: Header, options: ReadOptions, source: str, ticker: int | None) -> int | None:
    if options.date_column:
        return _named(header, options.date_column, "date", source)
    names = [normal(name) for name in header.names]
    chosen = normal(options.price_column) if options.price_column else None
    for name in DATE_NAMES:
        if name in names and names.index(name) != ticker and name != chosen:
            return names.index(name)
    first = 1 if ticker == 0 and len(names) > 1 else 0
    if header.dates[first] and names[first] not in PRICE_NAMES and names[first] != chosen:
        return first
    return None


def _price(header: Header, options: ReadOptions, source: str, taken: set[int | None]) -> tuple[int, str]:
    if options.price_column:
        return _named(header, options.price_column, "price", source), "named"
    names = [None if i in taken else normal(name) for i, name in enumerate(header.names)]
    for name in PRICE_NAMES:
        if name in names:
            return names.index(name), "known"
    numeric = [i for i, is_number in enumerate(header.numeric) if is_number and i not in taken]
    if len(numeric) > 1 and normal(header.names[numeric[0]]) in _INDEX_NAMES:
        numeric = numeric[1:]  # the row numbers that a table was saved with
    if len(numeric) == 1:
        return numeric[0], "only"
    if numeric:
        listed = _listed(header.names[i] or f"(column {i + 1})" for i in numeric)
        which = f"which column is the price? None has a usual name, and {len(numeric)} are numeric: {listed}."
        remedy = "Say which: --price-column NAME; or --wide if each is a ticker."
        raise DataError(f"{source}: {which}", remedy)
    there = _listed(name for name in header.names if name) or "columns without names"
    remedy = "Name it price in the header, or say which it is: --price-column NAME."
    raise DataError(f"{source}: no column of prices among {there}.", remedy)


def _wide(header: Header, options: ReadOptions, source: str, date: int | None) -> Columns:
    columns = [i for i, is_number in enumerate(header.numeric) if is_number and i != date]
    if columns and columns[0] == 0 and normal(header.names[0]) in _INDEX_NAMES:
        columns = columns[1:]
    if not columns:
        raise DataError(f"{source}: --wide needs columns of numbers, and there is none.", "Leave out --wide.")
    if any(not header.names[i] for i in columns):
        what = "with --wide each column of numbers needs a name, its ticker; one has none."
        raise DataError(f"{source}: {what}", "Name it in the header.")
    return Columns(date, None, tuple(columns), tuple(header.names[i] for i in columns), None, "wide")


def _two_levels(header: Header, source: str, date: int | None, name: str) -> Columns:
    prices = tuple(i for i, other in enumerate(header.names) if i != date and spoken(other) == name)
    tickers = tuple(header.tickers[i] for i in prices)
    if len(set(tickers)) < len(tickers) or "" in tickers:
        what = f"the header's two lines name {shown(name)} twice for a ticker, or for none."
        raise DataError(f"{source}: {what}", "Correct the header.")
    return Columns(date, None, prices, tickers, name, "known")
