"""The positions of a panel that are forecast from, a range in each series, and how some of them are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.recipe import Window
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import MIN_PRICES


@dataclass(frozen=True)
class Origins:
    """The positions that a part of time is forecast from: each `every`th of [first, stop) of a series."""

    first: NDArray[np.int64]  # (s,)
    stop: NDArray[np.int64]  # (s,), never below first
    every: int = 1

    def __len__(self) -> int:
        return int(self.counts.sum())

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many there are in each series (s,)."""
        return -((self.first - self.stop) // self.every)

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions (n,) of the origins with these running numbers (n,) in 0…len-1."""
        before = np.concatenate([[0], np.cumsum(self.counts)])
        series = np.searchsorted(before, indices, side="right") - 1
        return np.asarray(self.first[series] + (indices - before[series]) * self.every)

    def all(self) -> NDArray[np.int64]:
        return self.take(np.arange(len(self), dtype=np.int64))

    def like(self, positions: NDArray[np.int64], every: int) -> "Origins":
        """Those that lie a multiple of `every` rows before these positions (s,), one of each series."""
        first = self.first + (positions - self.first) % every
        return Origins(first, np.maximum(self.stop, first), every)


def origins_between(
    panel: Panel, since: NDArray[np.int64], until: NDArray[np.int64], window: Window
) -> Origins:
    """The origins whose targets all lie in rows [since, until) (s,) of each series.

    Index example, lookback 3, horizon 2, rows [4, 8): the first origin is row 3 (targets 4 and 5), the last
    is row 5 (targets 6 and 7). Where the rows before `until` suffice for `lookback` full windows, all are
    full; with fewer rows shorter ones, masked, are taken too, down to MIN_PRICES prices, so that more rows
    never give fewer windows.
    """
    lookback, horizon = window.lookback, window.horizon
    fewest = np.clip(until - lookback - horizon, min(MIN_PRICES, lookback), lookback)
    first = np.maximum(since, fewest) - 1
    stop = np.maximum(until - horizon, first)
    start = panel.offsets[:-1]
    return Origins(start + first, start + stop)


def sample(origins: Origins, most: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """Positions (n,): all of them, or `most`, spread evenly over series and time.

    One is drawn from each of `most` equal stretches of the running numbers, so that every series and every
    stretch of time is met in proportion to its length.
    """
    n = len(origins)
    if n <= most:
        return origins.all()
    edges = np.linspace(0, n, most + 1).astype(np.int64)
    draw = chance.random(most)
    return origins.take(edges[:-1] + (draw * np.diff(edges)).astype(np.int64))


def repeated(origins: Origins, count: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """Positions (count,), each of them as often as any other but for one; the odd ones are a `sample`."""
    times, rest = divmod(count, len(origins))
    return np.concatenate([np.tile(origins.all(), times), sample(origins, rest, chance)])
