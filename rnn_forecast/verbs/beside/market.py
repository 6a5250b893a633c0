"""The market: the prices of one ticker beside those of every other, joined by date and never by row."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.errors import DataError, ForecastError, InputError, Notice
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices
from rnn_forecast.prices.cells.cell_positions import first_of, plain
from rnn_forecast.prices.cells.clocks import UTC
from rnn_forecast.prices.findings import warnings
from rnn_forecast.prices.series import Column, iso
from rnn_forecast.system.file_names import stem_of

COLUMN = "market"
LEAST_SHARED = 0.5  # of a ticker's days
OLDEST = np.timedelta64(7 * 86_400, "s")  # that a price may be; of weeks and months, three steps
_STEPS = 3
_COARSER = 1.5  # times the ticker's own step
_HALF_YEAR = np.timedelta64(240 * 86_400, "s")  # a clock with a summer time changes sooner
_NAMED = 5  # tickers
NOWHERE = "Say where it is: --market FILE."
_OTHERWISE = "Name a market of these dates, or leave out --market."


@dataclass(frozen=True)
class Market:
    name: str  # as a person gave it: a ticker, or a file
    series: PriceSeries

    def beside(self, one: PriceSeries) -> PriceSeries:
        """The series with the market's prices as a column.

        Raises DataError without dates, where the two clocks differ, or where the market has fewer than half
        of the series' days.
        """
        if COLUMN in one.columns:
            remedy = "Call that column otherwise, or leave out one of them."
            raise DataError(f"a column {COLUMN!r} is named, and --market makes one.", remedy)
        if not (one.dated and self.series.dated):
            bare = self.name if one.dated else one.ticker
            what = f"{plain(bare)} has no dates to join the market by."
            raise DataError(what, "Name the column of dates: --date-column NAME, or leave out --market.")
        shared = int(np.isin(_days(one.dates), _days(self.series.dates)).sum())
        if shared < LEAST_SHARED * len(one):
            what = f"the market {plain(self.name)} ({_span(self.series)}) shares"
            which = f"{shared:,} of {len(one):,} dates with {plain(one.ticker)} ({_span(one)})"
            raise DataError(f"{what} {which}.", _OTHERWISE)
        _require_one_clock(one, self)
        column = Column(market_prices(one.dates, self.series), "market")
        return replace(one, columns={**one.columns, COLUMN: column})


def _require_one_clock(one: PriceSeries, market: Market) -> None:
    """Raises DataError where hours of two clocks would be joined as if they were one's.

    One offset of another's two is one clock where its rows end before that changes.
    """
    if one.zone == market.series.zone or _is_whole_days(one.dates) or _is_whole_days(market.series.dates):
        return
    if _is_part(one, market.series) or _is_part(market.series, one):
        return
    ones, markets = (zone or "no offset" for zone in (one.zone, market.series.zone))
    what = f"{plain(one.ticker)} shows times of another clock ({ones}) than the market {plain(market.name)}"
    raise DataError(f"{what} ({markets}).", "Stamp both with one offset from UTC, or leave out --market.")


def _is_part(one: PriceSeries, other: PriceSeries) -> bool:
    """Whether one shows some of the other's offsets from UTC, for less than they need to change."""
    own, others = ({*zone.split("/")} if zone else set() for zone in (one.zone, other.zone))
    return bool(own) and own < others and own != {UTC} and one.dates[-1] - one.dates[0] < _HALF_YEAR


def _days(dates: NDArray[Any]) -> NDArray[Any]:
    return dates.astype("datetime64[D]")


def _is_whole_days(dates: NDArray[Any]) -> bool:
    return bool((_days(dates) == dates).all())


def _is_once_a_day(dates: NDArray[Any]) -> bool:
    days = _days(dates)
    return bool((days[1:] > days[:-1]).all())


def _span(one: PriceSeries) -> str:
    return " to ".join(iso(one.dates[[0, -1]]))


def market_prices(dates: NDArray[Any], market: PriceSeries) -> Array:
    """The market's price on each date (n,), or the last one before it; NaN before its first, and a week on.

    Where the market's rows are days and there are several dates a day, or they lie further apart than the
    dates do (weeks beside days), a row's price is known only when the next one begins: what is taken is then
    the row before. Where both have one row a day they are joined by day, whatever clock they show.
    """
    theirs, step = market.dates, _step(market.dates)
    late = step > _COARSER * _step(dates)
    if _is_once_a_day(dates) and _is_once_a_day(theirs):
        dates, theirs = (_days(some).astype("datetime64[s]") for some in (dates, theirs))
    else:
        late |= _is_whole_days(theirs) and not _is_whole_days(dates)
    at = np.searchsorted(theirs, dates, side="right") - 1 - int(late)
    there = at >= 0
    there[there] &= dates[there] - theirs[at[there]] <= max(OLDEST, np.timedelta64(_STEPS * step, "s"))
    prices = np.full(len(dates), np.nan)
    prices[there] = market.prices[at[there]]
    return prices


def _step(dates: NDArray[Any]) -> int:
    """Seconds from row to row, as most are apart."""
    return int(np.median(np.diff(dates).astype(np.int64))) if len(dates) > 1 else 0


def market_of(
    name: str, series: Sequence[PriceSeries], options: ReadOptions, tell: Callable[[Notice], None]
) -> Market:
    """The market of that name: a ticker of the sources, or else a file.

    Raises DataError or InputError where it is neither, or where the file will not do.
    """
    for one in series:
        if one.ticker == name:
            return Market(name, one)
    if is_there(name):
        return read_market(name, options, tell)
    raise no_market(name, f"There are: {first_of(sorted(one.ticker for one in series), _NAMED)}.")


def no_market(name: str, there: str) -> ForecastError:
    """Why there is none of that name; `there`: the tickers of the sources, in words."""
    if looks_like_a_file(name):
        what = f"the market {plain(name)}: there is no such file, nor is it a ticker of the sources."
        return InputError(what, NOWHERE)
    what = f"the market {plain(name)} is neither a ticker of the sources nor a file."
    return DataError(what, f"Add it to the sources. {there}")


def looks_like_a_file(name: str) -> bool:
    return Path(name).name != name or bool(Path(name).suffix)


def is_there(name: str) -> bool:
    return os.path.isfile(name)  # noqa: PTH113  a name with a NUL is no error here


def read_market(path: str, options: ReadOptions, tell: Callable[[Notice], None]) -> Market:
    """A file of the market's prices: of one ticker, or of one that is called as the file is.

    Read as any source, and held to what `options` say of prices. Raises what reading raises.
    """
    own = ReadOptions(
        price_column=options.price_column, optional=("price_column",), max_bytes=options.max_bytes,
        drop_nonpositive=options.drop_nonpositive, allow_nonpositive=options.allow_nonpositive,
        strict=options.strict,
    )  # fmt: skip
    reading = read_prices([path], own)
    found = reading.series
    if len(found) > 1:
        found = [one for one in found if one.ticker.casefold() == stem_of(path).casefold()]
    if len(found) != 1:
        there = first_of([one.ticker for one in reading.series], _NAMED)
        what = f"the market {plain(path)} holds {len(reading.series):,} tickers, {there}"
        raise DataError(f"{what}, and none of its own name.", "Give a file of one ticker.")
    for line in reading.decisions.notices:
        tell(Notice(line))
    for warning in warnings(one for one in reading.decisions.checks if one.ticker == found[0].ticker):
        tell(warning)
    return Market(path, found[0])


def beside_all(
    market: Market, series: Sequence[PriceSeries], *, strict: bool
) -> tuple[list[PriceSeries], Mapping[str, ForecastError]]:
    """The series with the market beside them, and why some of them cannot have it.

    Raises that where none can, and with `strict`.
    """
    joined, lost = [], {}
    for one in series:
        try:
            joined.append(market.beside(one))
        except DataError as error:
            lost[one.ticker] = error
    if lost and (strict or not joined):
        raise next(iter(lost.values()))
    return joined, lost
