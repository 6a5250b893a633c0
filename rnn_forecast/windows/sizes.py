"""What says of a row how wild times are, besides its price: sizes by name, that lie beside prices in a panel.

Of the row itself, in model space: the trade `within` it, and the move `between` the close before and its
open. Of all else only the course counts, so that it may have any unit: how far all tickers moved on that date
(`crowd`, `crowd_falls` and, of their ranges, `crowd_within`), each in units of what is usual for it; how far
the market did (`market`, `market_falls`); the level of a column that the recipe names (`past:NAME`), which
stands until the next one.

NaN where nothing is said. A row's sizes hang on no later row, of any ticker: what is usual is the mean so
far. Tickers and dates are joined by date.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.prices.movement import counted
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.column_scaling import signal
from rnn_forecast.windows.ranges import day_ranges
from rnn_forecast.windows.scaling import Scaling

RANGES = ("within", "between")
FALLS, CROWD, CROWD_WITHIN = "crowd_falls", "crowd", "crowd_within"
OF_CROWD, OF_MARKET = (FALLS, CROWD, CROWD_WITHIN), ("market", "market_falls")
PAST = "past:"
FEWEST = 8  # tickers with that date that make a crowd
MOST = 10.0  # times the usual: so far one ticker's jump counts


def size_names(
    series: Sequence[PriceSeries], *, ranges: bool = True, past: Sequence[str] = ()
) -> tuple[str, ...]:
    """Which sizes the series have: with `ranges` those of open, high and low; of columns those in `past`."""
    ranged = sum("high" in s.columns for s in series) if ranges else 0
    crowd = OF_CROWD[: 3 if ranged >= FEWEST else 2] if series[0].dated and len(series) >= FEWEST else ()
    market = OF_MARKET if any(_market(s) is not None for s in series) else ()
    there = [PAST + name for name in past if any(name in s.columns for s in series)]
    return (*(RANGES if ranged else ()), *crowd, *market, *there)


def sizes_of(
    series: Sequence[PriceSeries], names: Sequence[str], prices: Array, scaling: Scaling
) -> Iterator[Array]:
    """(m,) each, by `names`; `prices` (m,) are those of all series end to end, in model space."""
    ends = np.cumsum([0, *(len(s) for s in series)])
    parts = [slice(start, stop) for start, stop in pairwise(ends.tolist())]
    found: dict[str, Array] = {}
    if {*RANGES, CROWD_WITHIN} & {*names}:
        each = [_range_sizes(s, prices[part], scaling) for s, part in zip(series, parts, strict=True)]
        found |= zip(RANGES, np.concatenate(each, axis=1), strict=True)
    if {*OF_CROWD} & {*names}:
        found |= _crowd(series, parts, prices, found["within"] if CROWD_WITHIN in names else None)
    for name in names:
        yield found[name] if name in found else np.concatenate([_of_column(s, name) for s in series])


def _range_sizes(s: PriceSeries, values: Array, scaling: Scaling) -> Array:
    """(2, n) deviation of the trade within each row, size of the move from the close before to its open."""
    found = day_ranges(s)
    if found is None:
        return np.full((2, len(s)), np.nan)
    from_open = -found.open if scaling.log else values * -np.expm1(found.open)
    within = found.within() if scaling.log else np.abs(values) * found.within()
    between = np.abs(np.diff(values, prepend=values[:1]) - from_open)
    return np.stack([within, between])


def _crowd(
    series: Sequence[PriceSeries], parts: Sequence[slice], prices: Array, within: Array | None
) -> dict[str, Array]:
    """The means, over all tickers of a row's date, of how far each moved in units of what is usual for it.

    Series by series, so that beside the result there is nothing of its size.
    """
    if not series[0].dated or len(series) < FEWEST:
        return dict.fromkeys(OF_CROWD, np.full(len(prices), np.nan))
    dates, many = _numbered(series, parts)
    names = OF_CROWD if within is not None else OF_CROWD[:2]
    total, rows = np.zeros((len(names), many)), np.zeros((len(names), many))
    for part, at in zip(parts, dates, strict=True):
        for i, sizes in enumerate(_of_crowd(prices[part], None if within is None else within[part])):
            said = np.isfinite(sizes)
            rows[i, at] += said  # a series has a date once
            total[i, at] += np.where(said, sizes, 0.0)
    means = np.where(rows >= FEWEST, total / np.maximum(rows, 1), np.nan)
    return {name: np.concatenate([mean[at] for at in dates]) for name, mean in zip(names, means, strict=True)}


def _of_crowd(values: Array, within: Array | None) -> Iterator[Array]:
    """(n,) each, of one series: its falls, its moves and, where there are ranges, those of its rows."""
    change = np.diff(values, prepend=values[:1])
    moved = _over_usual(np.abs(change), counted(values))
    yield np.where(change < 0, moved, 0.0 * moved)
    yield moved
    if within is not None:
        yield _over_usual(within, np.isfinite(within))


def _over_usual(sizes: Array, said: NDArray[np.bool_]) -> Array:
    """(n,) sizes over the mean of all that are `said` up to each; NaN where it is not, or all were 0."""
    total, rows = np.cumsum(np.where(said, sizes, 0.0)), np.cumsum(said)
    usual = np.where(said & (total > 0), total, np.nan) / np.maximum(rows, 1)
    return np.asarray(np.minimum(sizes / usual, MOST))


def _numbered(series: Sequence[PriceSeries], parts: Sequence[slice]) -> tuple[Sequence[Any], int]:
    """Of each series which of all dates its rows have, a slice or numbers (n,); and how many there are."""
    first = series[0].dates
    if all(s.dates is first or np.array_equal(s.dates, first) for s in series):
        return [slice(None)] * len(series), len(first)
    known, numbers = np.unique(np.concatenate([s.dates for s in series]), return_inverse=True)
    return [numbers[part] for part in parts], len(known)


def _of_column(s: PriceSeries, name: str) -> Array:
    """(n,) the market's moves, or the level of a column; NaN where the series has none."""
    if name not in OF_MARKET:
        column = name.removeprefix(PAST)
        return np.abs(signal(s, column, "past")) if column in s.columns else np.full(len(s), np.nan)
    market = _market(s)
    if market is None:
        return np.full(len(s), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.diff(np.log(market), prepend=np.nan)
    change[~np.isfinite(change)] = np.nan
    return np.abs(change) if name == OF_MARKET[0] else np.maximum(-change, 0.0)


def _market(s: PriceSeries) -> Array | None:
    """(n,) the market's price at each row, where the series has one beside it."""
    return next((column.values for column in s.columns.values() if column.role == "market"), None)
