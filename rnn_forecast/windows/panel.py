"""All series end to end in one array, in model space: what windows are cut from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.ranges import day_ranges
from rnn_forecast.windows.scaling import Scaling


@dataclass(frozen=True)
class Panel:
    """All series end to end: row 0 holds the prices in model space, two more ranges, if there are any."""

    tickers: tuple[str, ...]
    values: Array  # (c, m)
    offsets: Positions  # (s + 1,): series i is values[:, offsets[i]:offsets[i + 1]]
    # see `column_inputs`: of columns, (p, m), and (s, p, k) of the k rows after each series' last one
    inputs: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    after: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))

    @property
    def prices(self) -> Array:
        """(m,), in model space; a view."""
        return np.asarray(self.values[0])

    @property
    def ranges(self) -> Array:
        """(2, m), in model space, how far a price went within a row and from the close before to its open;
        NaN where a row has no range, and (0, m) where none has. A view."""
        return np.asarray(self.values[1:])

    def series_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which series (n,) each position (n,) of the panel belongs to."""
        return np.searchsorted(self.offsets, positions, side="right") - 1


def make_panel(series: Sequence[PriceSeries], scaling: Scaling, *, ranges: bool = True) -> Panel:
    """Lay the series end to end, in model space; with `ranges`, those of the series that have any."""
    offsets = np.cumsum([0, *(len(s) for s in series)], dtype=np.int64)
    some = ranges and any("high" in s.columns for s in series)
    values = np.full((3 if some else 1, offsets[-1]), np.nan)
    for s, start, stop in zip(series, offsets[:-1], offsets[1:], strict=True):
        values[0, start:stop] = scaling.to_model_space(s.prices)
        if some:
            values[1:, start:stop] = _range_sizes(s, values[0, start:stop], scaling)
    return Panel(tuple(s.ticker for s in series), values, offsets)


def _range_sizes(s: PriceSeries, values: Array, scaling: Scaling) -> Array | float:
    """(2, n) deviation of the trade within each row, size of the move from the close before to its open."""
    found = day_ranges(s)
    if found is None:
        return np.nan
    from_open = -found.open if scaling.log else values * -np.expm1(found.open)
    within = found.within() if scaling.log else np.abs(values) * found.within()
    between = np.abs(np.diff(values, prepend=values[:1]) - from_open)
    return np.stack([within, between])


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
