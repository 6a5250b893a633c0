"""The columns of a batch that serve: sent to the workers with the prices, and part of what is stale."""

from dataclasses import dataclass, replace
from typing import Any

from rnn_forecast.errors import InputError, UsageError
from rnn_forecast.prices import PriceSeries, ReadOptions
from rnn_forecast.prices.cells.cell_positions import plain
from rnn_forecast.prices.fields.column_names import RANGE
from rnn_forecast.recipe import Data
from rnn_forecast.record.recorded import series_sha256
from rnn_forecast.verbs.beside.market import NOWHERE, Market, is_there, looks_like_a_file, read_market
from rnn_forecast.verbs.context import Run


@dataclass(frozen=True)
class Beside:
    """Columns by name, and the market. Without any, prices are all that there is."""

    names: frozenset[str] = frozenset()
    market: Market | None = None

    def of(self, one: PriceSeries) -> PriceSeries:
        """The series with these columns and no others. Raises DataError where the market does not fit."""
        kept = {name: column for name, column in one.columns.items() if name in self.names}
        one = replace(one, columns=kept)
        return one if self.market is None else self.market.beside(one)

    def key(self) -> list[Any]:
        """What decides it, for what is remembered of a file."""
        of_market = None if self.market is None else series_sha256(self.market.series)
        return [sorted(self.names), of_market] if self.names or of_market else []


PRICES_ALONE = Beside()


def beside_of(data: Data, options: ReadOptions, run: Run) -> Beside:
    """What a recipe asks for; the market's file is read here, once for all tickers.

    Raises UsageError where the market is no file: a batch reads one source at a time. InputError where it is
    not there.
    """
    ranges = (*RANGE, "close") if data.ranges else ()
    names = frozenset((*ranges, *data.past, *data.known))
    if not data.market:
        return Beside(names)
    if not is_there(data.market) and looks_like_a_file(data.market):
        raise InputError(f"the market {plain(data.market)}: there is no such file.", NOWHERE)
    if not is_there(data.market):
        what = f"in a batch the market has to be a file, and {plain(data.market)} is none."
        raise UsageError(what, "Name the file of its prices: --market FILE.")
    return Beside(names, read_market(data.market, options, run.tell))
