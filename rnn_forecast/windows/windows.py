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
LEAST = 512  # however long they are: as many as a network takes at a time
ROWS = CHUNK * 60  # of all of them, so that long ones are as large


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
    weight: NDArray[np.float32] | None = None  # (n,) of their losses; None: all alike

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

    def chunks(self) -> Iterator["Windows"]:
        """The same windows, a bounded number at a time: a part of `CHUNK` that divides it."""
        size = CHUNK
        while size > LEAST and size * self.window.lookback > ROWS:
            size //= 2
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield replace(
                self,
                origin=self.origin[part],
                length=self.length[part],
                center=self.center[part],
                spread=self.spread[part],
                weight=None if self.weight is None else self.weight[part],
            )


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
