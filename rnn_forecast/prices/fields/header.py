"""The columns of a table: what is known of them before one is chosen, and what was chosen."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnn_forecast.errors import ColumnError, DataError
from rnn_forecast.prices.cells.cell_positions import first_of, shown
from rnn_forecast.prices.cells.column_kinds import is_date, is_missing, is_numeral
from rnn_forecast.prices.fields.column_names import rank
from rnn_forecast.prices.fields.read_options import Named, ReadOptions

INDEX_NAMES = ("", "unnamed:0", "index", "__index_level_0__")


@dataclass(frozen=True)
class Header:
    """The columns of a table before any is chosen: names, and a sample of the cells of each."""

    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    dates: tuple[bool, ...]
    cells: tuple[tuple[str, ...], ...]  # by column, in the order of the rows, empty ones left out
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
    named: Mapping[str, Named] = field(default_factory=dict)  # which of `others` a person named, and for what

    def at(self, column: int) -> int | None:
        """Which of `prices` a column is, or stands beside; None where it is none of them, or of several."""
        beside = self.others or ({},) * len(self.prices)
        pairs = zip(self.prices, beside, strict=True)
        found = [n for n, (price, others) in enumerate(pairs) if column in (price, *others.values())]
        return found[0] if len(found) == 1 else None

    def without(self, column: int) -> "Columns":
        """All but one of the columns of prices, of which each is a ticker; with what stands beside it."""
        n = self.at(column)
        assert n is not None
        kept = ((*some[:n], *some[n + 1 :]) for some in (self.prices, self.tickers, self.others))
        prices, tickers, others = kept
        return replace(self, prices=prices, tickers=tickers, others=others)

    @property
    def known(self) -> list[str]:
        """The named columns that are known ahead."""
        return [name for name, what in self.named.items() if what == "known"]

    @property
    def read(self) -> list[int]:
        """All columns that are read, each once."""
        beside = (i for one in self.others for i in one.values())
        wanted = (self.date, self.time, self.ticker, *self.prices, *self.labels, *beside)
        return list(dict.fromkeys(i for i in wanted if i is not None))


@dataclass(frozen=True)
class Candidates:
    """What a choice is made of."""

    header: Header
    options: ReadOptions
    source: str
    taken: frozenset[int] = field(default_factory=frozenset)

    def without(self, *columns: int | None) -> "Candidates":
        return replace(self, taken=self.taken | {i for i in columns if i is not None})

    @property
    def free(self) -> list[int]:
        return [i for i in range(len(self.header.names)) if i not in self.taken]

    def called(self, what: str) -> list[int]:
        """The free columns whose name says that they are `what`, the surest first."""
        ranked = [(place, i) for i in self.free if (place := rank(self.header.names[i], what)) is not None]
        return [i for _, i in sorted(ranked)]

    def cells(self, column: int) -> tuple[str, ...]:
        return self.header.cells[column]


def normal(name: str) -> str:
    """The name without case and spaces: `"close "` is `close`, `Adj Close*` is `adjclose`."""
    return "".join(name.split()).rstrip("*").casefold()


def spoken(name: str) -> str:
    """The name as reports give it: `adj close`."""
    return " ".join(name.split()).rstrip("*").lower()


def sample_header(
    names: Sequence[str], sample: Sequence[Sequence[str]], tickers: tuple[str, ...] = ()
) -> Header:
    cells = tuple(tuple(row[i] for row in sample if not is_missing(row[i])) for i in range(len(names)))
    numeric = tuple(mostly(is_numeral, column) for column in cells)
    dates = tuple(mostly(is_date, column) for column in cells)
    return Header(tuple(names), numeric, dates, cells, tickers)


def mostly(test: Callable[[str], bool], cells: Sequence[str]) -> bool:
    return bool(cells) and 2 * sum(map(test, cells)) > len(cells)


def find_column(header: Header, wanted: str, among: Sequence[int] | None = None) -> int | None:
    """The column of that name, as it stands or else without case and spaces; `among` those alone."""
    tests: tuple[Callable[[str], str], ...] = (str, normal)
    columns = range(len(header.names)) if among is None else among
    return next((i for test in tests for i in columns if test(header.names[i]) == test(wanted)), None)


def named_column(table: Candidates, wanted: str, what: str) -> int:
    if (found := find_column(table.header, wanted)) is not None:
        return found
    kind = ColumnError if what == "price" else DataError
    raise kind(
        f"{table.source}: no column {shown(wanted)} for the {what}.", nearest(wanted, table.header.names)
    )


def nearest(wanted: str, there: Iterable[str]) -> str:
    """The names that are near, or else all: the remedy where one is not there."""
    names = [name for name in there if name]
    near = difflib.get_close_matches(normal(wanted), map(normal, names), n=3, cutoff=0.5)
    found = listed([name for name in names if normal(name) in near] or names)
    return f"{'Nearest' if near else 'There are'}: {found}."


def listed(names: Iterable[str]) -> str:
    return first_of([*names], 12)
