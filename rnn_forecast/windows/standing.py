"""Which windows move, and which stand still: the latter have no say in what is learnt of the former.

See `prices.movement` for what a movement is, and why.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Positions
from rnn_forecast.prices.movement import BLOCK, LATELY, changed, moves
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import MIN_PRICES, Windows

ENOUGH = 20  # moving windows, or half of few: with fewer, those that stand still have to serve too


def moving(panel: Panel, positions: Positions) -> NDArray[np.bool_]:
    """(n,) whether the price moves at these positions (n,) of the panel."""
    row = positions - panel.offsets[panel.series_of(positions)]
    back, found = np.arange(-LATELY, 1), np.empty(len(positions), np.bool_)
    for start in range(0, len(positions), BLOCK):
        here = slice(start, start + BLOCK)
        # rows before the series stand for its first one: no change
        values = panel.prices[positions[here, None] + np.maximum(back, -row[here, None])]
        found[here] = moves(changed(values).sum(axis=1), row[here])
    return found


def movers(panel: Panel, positions: Positions) -> Positions:
    """Those of the positions at which a price moves; all of them where that would leave too few."""
    kept = positions[moving(panel, positions)]
    return kept if len(kept) >= min(ENOUGH, len(positions) / 2) else positions


def still(windows: Windows) -> NDArray[np.bool_]:
    """(n,) whether no known value of a window differs from another: nothing but its last value is to be said.

    Of windows of fewer than `MIN_PRICES` values nothing is said: two alike are no standstill.
    """
    found, done = np.empty(len(windows), np.bool_), 0
    for chunk in windows.chunks():
        mask = chunk.mask()
        differs = (changed(chunk.known()) & mask[:, :-1]).any(axis=1)
        found[done : (done := done + len(chunk))] = ~differs & (mask.sum(axis=1) >= MIN_PRICES)
    return found
