"""The columns beside the price that a person names: found among the others as any that is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import plain, shown
from rnn_forecast.prices.fields.column_names import KEPT, role
from rnn_forecast.prices.fields.header import Candidates, Columns, Header, find_column, nearest, normal
from rnn_forecast.prices.fields.read_options import ReadOptions


def named_apart(header: Header, options: ReadOptions) -> Iterator[int]:
    """The columns that are named and so not price, date or ticker; what is kept anyway never is."""
    for name in options.named:
        found = find_column(header, name)
        if found is not None and role(header.names[found]) not in KEPT:
            yield from (i for i, one in enumerate(header.names) if normal(one) == normal(name))


def with_named(columns: Columns, table: Candidates) -> Columns:
    """The choice with the named columns beside each price, under the names that a person gave.

    Raises DataError for one that is not there, stands there twice, or is taken for something else.
    """
    header, named = table.header, table.options.named
    if columns.found_as == "wide":  # beside every ticker, and none themselves
        for i in {_found(name, columns, 0, table) for name in named}.intersection(columns.prices):
            columns = columns.without(i)
        if not columns.prices:
            raise DataError(f"{table.source}: all columns are named, and none is a price.", "Name fewer.")
    beside = columns.others or ({},) * len(columns.prices)
    whose = range(len(beside)) if header.tickers else (0,)  # one place for all, but in a header of two lines
    places = [{name: _found(name, columns, n, table) for name in named} for n in whose]
    others = [{**kept, **places[n % len(places)]} for n, kept in enumerate(beside)]
    chosen = [(name, i) for one in places for name, i in one.items()]
    check_unique(table, [i for _, i in chosen])
    taken = {columns.date: "the date", columns.time: "the clock", columns.ticker: "the ticker"}
    taken |= dict.fromkeys(columns.prices, "the price")
    for one in places:
        require_apart(one, table.source)
    for name, i in chosen:
        if i in taken:
            what = f"{table.source}: column {shown(header.names[i])} is {taken[i]}, and cannot be"
            raise DataError(f"{what} a column beside it ({named[name]}).", "Leave it out there.")
    return replace(columns, others=tuple(others), named=named)


def require_apart(places: Mapping[str, object], source: str) -> None:
    """Raises DataError where two names, by which columns lie at `places`, mean one column."""
    by_place: dict[object, str] = {}
    for name, place in places.items():
        if (other := by_place.setdefault(place, name)) != name:
            what = f"{source}: {shown(other)} and {shown(name)}, both named beside the price, are one column."
            raise DataError(what, "Leave out one of them.")


def _found(name: str, columns: Columns, n: int, table: Candidates) -> int:
    """By its name, as it stands or else without case and spaces; or what is kept under that name anyway."""
    header = table.header
    whose = columns.tickers[n] if header.tickers else ""
    among = [i for i in range(len(header.names)) if not header.tickers or header.tickers[i] in (whose, "")]
    if (found := find_column(header, name, among)) is not None:
        return found
    kept = columns.others[n] if columns.others else {}
    if normal(name) in kept:
        return kept[normal(name)]
    of = f" of {plain(whose)}" if whose else ""
    flag = f"--{table.options.named[name]}"
    what = f"{table.source}: no column {shown(name)}{of}, which {flag} or the recipe names."
    raise DataError(what, nearest(name, (header.names[i] for i in among)))


def check_unique(table: Candidates, chosen: Sequence[int]) -> None:
    """Raises DataError where a header has a chosen name twice, but for a header of several tickers."""
    header = table.header
    for i in chosen if not header.tickers else ():
        name = header.names[i]
        if name and [normal(other) for other in header.names].count(normal(name)) > 1:
            remedy = "Rename one, so that it is clear which is meant."
            raise DataError(f"{table.source}: the header {shown(name)} stands there twice.", remedy)
