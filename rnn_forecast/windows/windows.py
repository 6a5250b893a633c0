"""Prices → windows: which rows a forecast looks back on, and which it is held against.

All series lie end to end in one array, the panel; a window is a position in it (its origin, the last known
price) and a length. Nothing of size (windows, lookback) is stored: the inputs of a batch are gathered when
they are needed, so that five million rows cost five million numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.recipe import Window
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.scaling import Scaling, window_spread

MIN_PRICES = 10  # known prices below which a window says too little about its own volatility
LARGEST = 1e20  # of an input: a model's scale may be as small as it likes, and sums of products are finite
CHUNK = 4096  # windows gathered at once: 60 steps of them stay in the processor's cache


@dataclass(frozen=True)
class Origins:
    """The positions that a part of time is forecast from: a half-open range [first, stop) a series."""

    first: NDArray[np.int64]  # (s,)
    stop: NDArray[np.int64]  # (s,), never below first

    def __len__(self) -> int:
        return int((self.stop - self.first).sum())

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions (n,) of the origins with these running numbers (n,) in 0…len-1."""
        before = np.concatenate([[0], np.cumsum(self.stop - self.first)])
        series = np.searchsorted(before, indices, side="right") - 1
        return np.asarray(self.first[series] + indices - before[series])

    def all(self) -> NDArray[np.int64]:
        return self.take(np.arange(len(self), dtype=np.int64))


@dataclass(frozen=True)
class Windows:
    """Some windows of a panel, each with its own scale; x and y are made when asked for."""

    values: Array  # (c, m), the panel's
    origin: NDArray[np.int64]  # (n,) position of the last known value
    length: NDArray[np.int32]  # (n,) known values, at most the reach; what the lookback lacks is padded left
    center: NDArray[np.float64]  # (n,)
    spread: NDArray[np.float64]  # (n,)
    window: Window
    inputs: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))  # the panel's

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def prices(self) -> Array:
        """The panel's prices (m,), in model space."""
        return np.asarray(self.values[0])

    @property
    def horizon(self) -> int:
        return self.window.horizon

    def mask(self) -> NDArray[np.bool_]:
        """Where a value is known (n, lookback): a run of False on the left, then True."""
        return self._steps() > -self.length[:, None]

    def known(self) -> NDArray[np.float64]:
        """Values (n, lookback) in model space; what stands where the mask is False means nothing."""
        return np.asarray(self.prices[np.maximum(self.origin[:, None] + self._steps(), 0)])

    def x(self) -> NDArray[np.float32]:
        """Inputs (n, lookback, 1 + lags + p), zero where nothing is known.

        First the prices themselves, then for each of the recipe's lags those so many rows before, in units of
        each window's scale; then the p inputs that columns besides the price are.
        """
        own = 1 + len(self.window.lags)
        x = np.empty((len(self), self.window.lookback, own + len(self.inputs)), np.float32)
        for i, lag in enumerate((0, *self.window.lags)):
            rows = self._steps() - lag
            values = self.prices[np.maximum(self.origin[:, None] + rows, 0)]
            scaled = (values - self.center[:, None]) / self.spread[:, None]
            np.clip(scaled, -LARGEST, LARGEST, out=scaled)
            x[:, :, i] = np.where(rows > -self.length[:, None], scaled, 0.0)
        if len(self.inputs):
            seen = self.inputs[:, np.maximum(self.origin[:, None] + self._steps(), 0)]  # (p, n, lookback)
            x[:, :, own:] = np.moveaxis(np.where(self.mask(), seen, 0.0), 0, -1)
        return x

    def y(self) -> NDArray[np.float32]:
        """Targets (n, horizon), in units of each window's scale."""
        scaled = (self.future() - self.center[:, None]) / self.spread[:, None]
        return scaled.astype(np.float32)

    def future(self) -> NDArray[np.float64]:
        """The values (n, horizon) that follow each origin, in model space. They must exist."""
        return np.asarray(self.prices[self.origin[:, None] + np.arange(1, self.horizon + 1)])

    def last(self) -> NDArray[np.float64]:
        """The last known value (n,) of each window, in model space."""
        return np.asarray(self.prices[self.origin])

    def _steps(self) -> NDArray[np.int64]:
        return np.arange(1 - self.window.lookback, 1)  # rows from the origin

    def chunks(self, size: int = CHUNK) -> Iterator["Windows"]:
        """The same windows, a bounded number at a time."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield replace(
                self,
                origin=self.origin[part],
                length=self.length[part],
                center=self.center[part],
                spread=self.spread[part],
            )


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


def windows_at(panel: Panel, positions: NDArray[np.int64], scaling: Scaling, window: Window) -> Windows:
    """The windows that end at these positions (n,) of the panel, with their scales."""
    series = panel.series_of(positions)
    length = np.minimum(positions - panel.offsets[series] + 1, window.reach).astype(np.int32)
    spread = np.zeros(len(positions))
    windows = Windows(panel.values, positions, length, spread, spread, window, panel.inputs)
    if scaling.normalize == "window":
        done = 0
        for some in windows.chunks():
            here = slice(done, done := done + len(some))
            spread[here] = window_spread(some.known(), some.mask(), scaling.floor)
        return replace(windows, center=windows.last())
    center, spread = scaling.centers_and_spreads(panel.tickers)[series].T
    return replace(windows, center=center, spread=spread)


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
