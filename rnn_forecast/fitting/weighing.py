"""How much the loss of a window weighs: all alike, or as the competition M4 weighs errors of series."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import Windows

HEAVIEST = 20  # times the median: a few windows of a wild stretch are not all that is learnt from

Weigh = Callable[[Positions], Windows]


def weigher(dataset: Dataset) -> Weigh:
    """What gives the windows that end at some positions (n,), with the weights that the recipe's loss has."""
    training = dataset.recipe.training
    if training.loss != "owa":
        return dataset.windows
    changes = usual_changes(dataset.panel, dataset.split.fit, training.origin_every or 1)

    def weigh(positions: Positions) -> Windows:
        windows = dataset.windows(positions)
        return weighed(windows, dataset.panel.series_of(positions), changes) if len(windows) else windows

    return weigh


def usual_changes(panel: Panel, stop: NDArray[np.int64], every: int) -> Array:
    """How far each series (s,) moves in `every` rows: the mean size of it over the rows before `stop` (s,).

    Where a series never moves or has no such rows: the mean of the others.
    """
    found = np.zeros(len(stop))
    for i, (start, rows) in enumerate(zip(panel.offsets[:-1], stop, strict=True)):
        prices = panel.prices[start : start + rows]
        if rows > every:
            found[i] = np.abs(prices[every:] - prices[:-every]).mean()
    moves = found > 0
    found[~moves] = found[moves].mean() if moves.any() else 1.0
    return found


def weighed(windows: Windows, series: NDArray[np.int64], changes: Array) -> Windows:
    """The windows with weights (n,), mean 1, for losses that are in units of each window's spread.

    An error counts in units of what its series (n,) moves, as in MASE, and once more in units of what all
    series move: of logarithms of prices, that is in percent, as in sMAPE. OWA is the mean of both over those
    of a naive forecast (Makridakis, Spiliotis and Assimakopoulos 2020).
    """
    weight = windows.spread * (1 / changes[series] + 1 / changes.mean())
    weight = np.minimum(weight, HEAVIEST * np.median(weight))
    return replace(windows, weight=(weight / weight.mean()).astype(np.float32))
