"""What a person asks for, and what of it the sources have: tickers and columns."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import first_of, plain, shown
from rnn_forecast.prices.fields.header import Header, find_column
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.series import PriceSeries

NOBODY: Mapping[str, DataError] = MappingProxyType({})


def named_there(options: ReadOptions, header: Header) -> ReadOptions:
    """The options without an optional column that the source lacks: it is found instead."""
    names = [name for name in ("date_column", "ticker_column") if name in options.optional]
    lacking: dict[str, Any] = {
        n: None for n in names if find_column(header, getattr(options, n) or "") is None
    }
    return replace(options, **lacking)


def chosen(
    series: Sequence[PriceSeries],
    options: ReadOptions,
    refused: Mapping[str, DataError] = NOBODY,
) -> list[PriceSeries]:
    """The series that are asked for.

    Raises DataError for a ticker that is not there, what it was `refused` for, or with none left.
    """
    if options.as_ticker is not None and [one.ticker for one in series] == [options.as_ticker]:
        return list(series)  # chosen before it had that name
    there = {one.ticker for one in series}
    for name in ("tickers", "exclude"):
        if name in options.optional:
            found = tuple(ticker for ticker in getattr(options, name) if ticker in there)
            left: dict[str, Any] = {name: found if name == "tickers" or there - {*found} else ()}
            options = replace(options, **left)
    for ticker in options.tickers:
        if ticker in refused and ticker not in there:
            raise refused[ticker]
    require_tickers((*options.tickers, *options.exclude), {*there, *refused})
    kept = [one for one in series if not options.tickers or one.ticker in options.tickers]
    kept = [one for one in kept if one.ticker not in options.exclude]
    if series and not kept:
        raise DataError("--exclude leaves no ticker.", "Exclude fewer of them.")
    return kept


def require_tickers(wanted: Sequence[str], there: Collection[str]) -> None:
    """Raises DataError, with the nearest names, where one that was asked for is not there."""
    for ticker in wanted:
        if ticker not in there:
            raise DataError(missing(ticker), _those(there, ticker))


def missing(ticker: str) -> str:
    return f"There is no ticker {shown(ticker)} in the sources."


def _those(there: Collection[str], wanted: str) -> str:
    """The tickers whose names are near, whatever their case; else the first of all."""
    if not there:
        return "They hold no ticker."
    if near := nearest(there, wanted):
        return f"Nearest: {', '.join(near)}."
    return f"There are: {first_of(sorted(there), 5)}."


def nearest(there: Collection[str], wanted: str) -> list[str]:
    """The names that are near, whatever their case, the nearest first; three at most."""
    near = difflib.get_close_matches(wanted.casefold(), {name.casefold() for name in there}, n=3, cutoff=0.5)
    found = (name for name in there if name.casefold() in near)
    return [plain(name) for name in sorted(found, key=lambda n: near.index(n.casefold()))[:3]]
