"""A network's record: what it foretold at the rows behind some origins, and what came of it by then."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.model import Model, anchor_values, move_sizes, network_values
from rnn_forecast.trust import earned, reach
from rnn_forecast.windows import MIN_PRICES, Panel, windows_at

Array = NDArray[np.float64]
Positions = NDArray[np.int64]
AT_ONCE = 65_536  # forecasts whose records are looked at together


@dataclass(frozen=True, eq=False)
class Trusted:
    """Of some origins (n,): what anchor and network say, and how far the network is trusted; (n, horizon)."""

    anchor: Array  # model space
    network: Array
    trust: Array  # in [0, 1]


def trusted(model: Model, panel: Panel, origins: Positions, seen: Positions) -> Iterator[Trusted]:
    """A bounded number of origins at a time; `origins` (n,) ascend.

    `seen` (s,): how many rows of each series the model may have learnt from. Forecasts of those are no
    evidence: a network that knows its rows by heart would be trusted for that.
    """
    size = max(AT_ONCE // model.recipe.window.horizon, 1)
    for start in range(0, len(origins), size):
        line = _behind(panel, origins[start : start + size], reach(model.recipe.window.horizon))
        yield _looked_up(model, panel, line, seen)


@dataclass(frozen=True, eq=False)
class _Line:
    """The rows behind some origins in a line, series by series; some may lie before their series."""

    rows: Positions  # (m,) of the panel
    series: Positions  # (m,)
    at: Positions  # (n,) where in the line the origins are


def _behind(panel: Panel, origins: Positions, before: int) -> _Line:
    """All rows from `before` ahead of each series' first origin to its last."""
    which = panel.series_of(origins)
    cuts = np.flatnonzero(np.diff(which, prepend=-1, append=-1))
    spans = [np.arange(origins[a] - before, origins[b - 1] + 1) for a, b in pairwise(cuts)]
    lengths = np.array([len(span) for span in spans])
    first = np.repeat(np.cumsum(lengths) - lengths - [span[0] for span in spans], np.diff(cuts))
    return _Line(np.concatenate(spans), np.repeat(which[cuts[:-1]], lengths), origins + first)


def _looked_up(model: Model, panel: Panel, line: _Line, seen: Positions) -> Trusted:
    window, start, stop = model.recipe.window, panel.offsets[line.series], panel.offsets[line.series + 1]
    fewest = min(MIN_PRICES, window.lookback)
    counts = line.rows >= start + np.maximum(seen[line.series], fewest) - 1
    asked = counts.copy()
    asked[line.at] = True
    rows, stop = line.rows[asked], stop[asked, None]
    windows = windows_at(panel, rows, model.scaling, window)
    network, anchor = network_values(model, windows), anchor_values(model, windows)
    size = move_sizes(model, panel, windows)
    ahead = rows[:, None] + np.arange(1, window.horizon + 1)
    came = panel.values[np.minimum(ahead, stop - 1)]
    known = (ahead < stop) & counts[asked, None]

    def in_line(moves: Array) -> Array:
        full = np.zeros((len(line.rows), window.horizon))
        full[asked] = np.where(known, moves / size, 0.0)
        return full

    trust = earned(in_line(network - anchor), in_line(came - anchor), line.at, model.shrinkage)
    of_origins = np.searchsorted(np.flatnonzero(asked), line.at)
    return Trusted(anchor[of_origins], network[of_origins], trust)
