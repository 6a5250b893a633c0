"""What a recipe names beside the price: read with the prices, joined to them, and said in one line."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.prices import PriceSeries, Reading, ReadOptions
from rnn_forecast.prices.cells.cell_positions import first_of, plain
from rnn_forecast.prices.checks import stands_still
from rnn_forecast.prices.choosing import missing
from rnn_forecast.prices.fields.read_options import remembered
from rnn_forecast.recipe import Data
from rnn_forecast.system.file_names import stem_of
from rnn_forecast.verbs.beside.market import beside_all, is_there, market_of, no_market

_MOST = 12  # names


def with_columns(options: ReadOptions, data: Data, *, market: bool = True) -> ReadOptions:
    """The options that also deliver what the recipe names, with `market` its own ticker too."""
    options = replace(options, past=data.past, known=data.known)
    if not (market and _is_extra(options, data)):
        return options
    fixed = options.tickers and "tickers" not in options.optional
    exclude = tuple(one for one in options.exclude if one != data.market)
    return replace(options, tickers=(*options.tickers, data.market) if fixed else (), exclude=exclude)


@contextlib.contextmanager
def market_missing(options: ReadOptions, data: Data | None) -> Iterator[None]:
    """What is raised within of a ticker that nobody but the recipe asked for is said of the market."""
    try:
        yield
    except DataError as error:
        if data is None or not _is_extra(options, data) or error.message != missing(data.market):
            raise
        raise no_market(data.market, error.remedy) from error


def _require_kept(reading: Reading, market: str) -> None:
    """Raises DataError where the market is a ticker of the sources that was left out, and says why."""
    for one in reading.decisions.left_out:
        if market == one.get("ticker", stem_of(one.get("source", ""))):
            remedy = f"Correct it, or give the market as a file: --market {market}.csv."
            raise DataError(f"the market {plain(market)} was left out: {one['why']}", remedy)


def _without_market(one: PriceSeries) -> PriceSeries:
    """Without the market that a prepared folder was given: another one is asked for, or none."""
    if all(column.role != "market" for column in one.columns.values()):
        return one
    kept = {name: column for name, column in one.columns.items() if column.role != "market"}
    return replace(one, columns=kept)


def _is_extra(options: ReadOptions, data: Data) -> bool:
    """Whether the market is a ticker that nobody asks for, and that has to be read all the same."""
    if not data.market or options.as_ticker is not None or is_there(data.market):
        return False
    return data.market in options.exclude or bool(options.tickers and data.market not in options.tickers)


def with_market(
    reading: Reading, options: ReadOptions, data: Data, tell: Callable[[Notice], None]
) -> Reading:
    """The reading with the recipe's market, if it names one, beside every ticker that `options` ask for.

    Raises DataError or InputError where there is none of that name, or none that fits.
    """
    bare = [_without_market(one) for one in reading.series]
    if not data.market:
        return replace(reading, series=bare)
    _require_kept(reading, data.market)
    market = market_of(data.market, bare, options, tell)
    said = reading.decisions.options
    if _is_extra(options, data):
        bare = _without_extra(bare, options, data)
        said = {k: v for k, v in said.items() if k not in ("tickers", "exclude")} | remembered(options)
    series, lost = beside_all(market, bare, strict=options.strict)
    why = ({"ticker": plain(ticker), "why": error.message} for ticker, error in lost.items())
    decisions = replace(
        reading.decisions,
        tickers=len(series),
        rows=sum(map(len, series)),
        left_out=(*reading.decisions.left_out, *why),
        options=said,
    )
    return replace(reading, series=series, decisions=decisions)


def _without_extra(series: list[PriceSeries], options: ReadOptions, data: Data) -> list[PriceSeries]:
    """Those that are asked for: of tickers that are only remembered, all where none of them is there."""
    asked = {*options.tickers} & {one.ticker for one in series}
    rest = [one for one in series if one.ticker != data.market]
    return [one for one in rest if not asked or one.ticker in asked] or series


def roles(data: Data) -> dict[str, str]:
    """What stands beside the prices by name, and what it is: `{"vix": "past", "SPY": "market"}`."""
    named = {**dict.fromkeys(data.past, "past"), **dict.fromkeys(data.known, "known")}
    return {**named, **({data.market: "market"} if data.market else {})}


def column_notices(series: Sequence[PriceSeries], data: Data) -> Iterator[Notice]:
    """One line about the columns that serve, if any does: nothing is learnt from one that never changes."""
    said = []
    past, known = ([n for n in some if _serves(series, n)] for some in (data.past, data.known))
    if past:
        said.append(f"{first_of(past, _MOST)} up to the origin")
    if known:
        rows = [0 if one.ahead is None else len(one.ahead.dates) for one in series]
        span = f"{min(rows):,}" if min(rows) == max(rows) else f"{min(rows):,} to {max(rows):,}"
        rows_after = f"{span} row{'' if span == '1' else 's'} after the last price"
        said.append(f"{first_of(known, _MOST)} ahead too ({rows_after})")
    if data.market:
        said.append(f"the market {plain(data.market)}, joined by date")
    if said:
        yield Notice(f"beside the price serve: {'; '.join(said)}.")


def _serves(series: Sequence[PriceSeries], name: str) -> bool:
    return any(not stands_still(one.columns[name].values) for one in series if name in one.columns)
