"""Rows of a table → the prices of each ticker, oldest first, each date once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import plain
from rnn_forecast.prices.series import PriceSeries, iso

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Ordered:
    """What became of the rows of one table."""

    series: list[PriceSeries]
    sorted: bool  # they were not in order
    repeated: int  # rows that stood there more than once


def in_order(
    tickers: Sequence[str],
    codes: Codes | None,
    dates: NDArray[Any],
    prices: NDArray[np.float64],
    conflict: Callable[[int, int], Exception],
) -> Ordered:
    """Group rows by ticker and sort them by date; the same row twice counts once.

    `codes` (m,) numbers `tickers`, None where there is but one. A file in order is not copied.
    Raises what `conflict` makes of two rows that have one date and different prices.
    """
    if _is_rising(codes, dates):
        return Ordered(list(_cut(tickers, codes, dates, prices)), sorted=False, repeated=0)
    order = np.argsort(dates, kind="stable") if codes is None else np.lexsort((dates, codes))
    moved = bool((order[1:] < order[:-1]).any())
    codes, dates, prices = (None if codes is None else codes[order]), dates[order], prices[order]
    same = dates[1:] == dates[:-1]
    if codes is not None:
        same &= codes[1:] == codes[:-1]
    if (clash := same & (prices[1:] != prices[:-1])).any():
        at = int(np.flatnonzero(clash)[0])
        raise conflict(int(order[at]), int(order[at + 1]))
    if same.any():
        keep = np.concatenate([[True], ~same])
        codes, dates, prices = (None if codes is None else codes[keep]), dates[keep], prices[keep]
    return Ordered(list(_cut(tickers, codes, dates, prices)), sorted=moved, repeated=int(same.sum()))


def number_rows(codes: Codes | None, rows: int) -> NDArray[np.int64]:
    """1, 2, 3… within each ticker, in the order of the file."""
    if codes is None:
        return np.arange(1, rows + 1)
    order = np.argsort(codes, kind="stable")
    grouped = codes[order]
    starts = _starts(grouped)
    numbers = np.empty(rows, np.int64)
    numbers[order] = np.arange(rows) - np.repeat(starts, np.diff(np.r_[starts, rows])) + 1
    return numbers


def _starts(grouped: Codes) -> NDArray[np.intp]:
    """Where another ticker begins."""
    return np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]][: len(grouped)])


def _is_rising(codes: Codes | None, dates: NDArray[Any]) -> bool:
    rising = dates[1:] > dates[:-1]
    if codes is not None:
        rising &= codes[1:] == codes[:-1]
        rising |= codes[1:] > codes[:-1]
    return bool(rising.all())


def _cut(
    tickers: Sequence[str], codes: Codes | None, dates: NDArray[Any], prices: NDArray[np.float64]
) -> Iterator[PriceSeries]:
    """Views of the grouped rows, one for each ticker."""
    if codes is None:
        yield PriceSeries(tickers[0], dates, prices)
        return
    starts = _starts(codes)
    for start, stop in zip(starts, np.r_[starts[1:], len(codes)], strict=True):
        yield PriceSeries(tickers[codes[start]], dates[start:stop], prices[start:stop])


def merge(parts: Sequence[tuple[str, PriceSeries]]) -> tuple[PriceSeries, int]:
    """One ticker's prices out of several files (each with its name), and how many rows stood there twice.

    Raises DataError where the files disagree.
    """
    ticker = parts[0][1].ticker
    if not all(part.dated for _, part in parts):
        names = " and ".join(sorted({name for name, _ in parts}))
        raise DataError(
            f"{plain(ticker)} comes from {names}, and its rows have no dates to join them by.",
            "Join the files, add dates, or name the tickers apart.",
        )
    codes = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for _, part in parts])
    dates = np.concatenate([part.dates for _, part in parts])
    prices = np.concatenate([part.prices for _, part in parts])

    def conflict(first: int, second: int) -> DataError:
        one, other = parts[codes[first]][0], parts[codes[second]][0]
        return DataError(
            f"{plain(ticker)} at {iso(dates[first : first + 1])[0]}: {prices[first]:g} in {one}, "
            f"{prices[second]:g} in {other}.",
            "Keep the row that is right.",
        )

    found = in_order((ticker,), None, dates, prices, conflict)
    return found.series[0], found.repeated
