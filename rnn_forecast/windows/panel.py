"""All series end to end in one array, in model space: what windows are cut from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.scaling import Scaling
from rnn_forecast.windows.sizes import size_names, sizes_of


@dataclass(frozen=True)
class Panel:
    """All series end to end: row 0 holds the prices in model space, the others sizes, see `windows.sizes`."""

    tickers: tuple[str, ...]
    values: Array  # (c, m)
    offsets: Positions  # (s + 1,): series i is values[:, offsets[i]:offsets[i + 1]]
    sizes: tuple[str, ...] = ()  # (c - 1,) what values[1:] are
    # see `column_inputs`: of columns, (p, m), and (s, p, k) of the k rows after each series' last one
    inputs: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    after: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))

    @property
    def prices(self) -> Array:
        """(m,), in model space; a view."""
        return np.asarray(self.values[0])

    def series_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which series (n,) each position (n,) of the panel belongs to."""
        return np.searchsorted(self.offsets, positions, side="right") - 1


def make_panel(
    series: Sequence[PriceSeries], scaling: Scaling, *, sizes: Sequence[str] | None = None
) -> Panel:
    """Lay the series end to end, in model space, with these `sizes`; None: all that there are but columns."""
    offsets = np.cumsum([0, *(len(s) for s in series)], dtype=np.int64)
    names = size_names(series) if sizes is None else tuple(sizes)
    values = np.empty((1 + len(names), offsets[-1]))
    for s, start, stop in zip(series, offsets[:-1], offsets[1:], strict=True):
        values[0, start:stop] = scaling.to_model_space(s.prices)
    for row, found in enumerate(sizes_of(series, names, values[0], scaling), start=1):
        values[row] = found
    return Panel(tuple(s.ticker for s in series), values, offsets, names)


def dates_at(series: Sequence[PriceSeries], panel: Panel, positions: NDArray[np.int64]) -> NDArray[Any]:
    """The dates at some positions (n,) or (n, k) of the panel of these series, in their order.

    Positions ascend, and a row of k lies within one series. Without a copy of all dates of all series.
    """
    if len(series) == 1:
        return np.asarray(series[0].dates[positions])
    found = np.empty(positions.shape, series[0].dates.dtype)
    which = panel.series_of(positions if positions.ndim == 1 else positions[:, 0])
    for start, stop in pairwise(np.flatnonzero(np.diff(which, prepend=-1, append=-1))):
        i = which[start]
        found[start:stop] = series[i].dates[positions[start:stop] - panel.offsets[i]]
    return found
