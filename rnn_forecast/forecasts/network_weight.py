"""How far a network is trusted now: what calibration found of it, moved by what has come true since.

Markets change, and a network that was right for years goes on as before. So a series' own record counts: the
forecasts that were made at the last rows and whose targets are known by now are held against the outcome, and
the shrinkage of the calibration windows is the guess that this evidence starts from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.model.model import (
    Model,
    calibrated_values,
    floored_moves,
    network_values,
    shrunk,
    target_values,
)
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import MIN_PRICES, windows_at

MEMORY = 120  # rows whose forecasts came true: older ones count for nothing
HALF_LIFE = 40  # rows
LARGEST = 4.0  # of an actual move, in expected sizes: one bad price, or one crash, decides nothing
PRIOR = 6.0  # squared moves, in expected sizes, that the calibration's word counts for
CELLS = 2_000_000  # rows and steps that are looked at together
QUIET: Any = {"over": "ignore", "invalid": "ignore"}  # what overflows is refused, with ticker and step


@np.errstate(**QUIET)
def forecast_values(model: Model, panel: Panel, origins: Positions, seen: Positions) -> tuple[Array, Array]:
    """Forecasts (n, horizon) in model space from `origins` (n,), ascending, of a panel; and the mean weight.

    The network is trusted as far as calibration said, and as what came true since says: see above.
    `seen` (s,): how many rows of each series the model may have learnt from, which are no evidence for it.
    The mean weight is by step, (horizon,).
    """
    if _is_last_value(model):
        return np.repeat(panel.prices[origins][:, None], model.horizon, axis=1), model.shrinkage
    if not _follows(model):
        windows = windows_at(panel, origins, model.scaling, model.recipe.window)
        return calibrated_values(model, windows), model.shrinkage
    values, done = np.empty((len(origins), model.horizon)), 0
    total = np.zeros_like(model.shrinkage)
    for some in weighted(model, panel, origins, seen):
        values[done : (done := done + len(some.weight))] = shrunk(some.network, some.target, some.weight)
        total += some.weight.sum(axis=0)
    return values, total / max(len(origins), 1)


def weight_at(model: Model, panel: Panel, origins: Positions, seen: Positions) -> Array:
    """How far the network is trusted: (n, horizon), or (horizon,) where for all alike."""
    if not _follows(model):
        return model.shrinkage
    return np.concatenate([some.weight for some in weighted(model, panel, origins, seen)])


def _is_last_value(model: Model) -> bool:
    """Whether nothing of a window is asked but its last value, so that it need not be cut."""
    window = model.scaling.normalize == "window"  # others hold only for tickers that they know
    return window and not (model.shrinkage.any() or model.drift.any())


def _follows(model: Model) -> bool:
    """Whether weight moves with the record: not where all of the network is wanted, or none is left."""
    return model.recipe.forecast.shrink and bool(model.shrinkage.any())


def rows_before(horizon: int) -> int:
    """How many rows before an origin `earned_weight` looks at."""
    return MEMORY - 1 + horizon


def earned_weight(predicted: Array, actual: Array, at: Positions, shrinkage: Array) -> Array:
    """The weight (n, horizon) in [0, 1] at the rows `at` (n,), each with `rows_before` rows before it.

    predicted, actual (m, horizon): the moves from the shrinkage target that the network predicted at each row
    for 1, 2… steps, and those that followed, both in units of the move that was expected; 0 where a row is
    not to count. `shrinkage` (horizon,) is the guess; where it is 0 the network stays out. At step k

        weight = (c shrinkage + sum_i w_i d_i a_i) / (c + sum_i w_i d_i^2),  w_i = 2^(-age_i / half-life)

    with d predicted, a actual (cut at `LARGEST`), c = `PRIOR`, over the forecasts whose targets were known at
    the row, `age` rows ago. It is the posterior mean of a slope with a normal prior (least squares with a
    ridge towards the guess), where a's noise is that of a move. Targets of several steps overlap and tell
    less than that, but to move sooner was better all the same (docs/internals/LOG.md).
    """
    steps = np.arange(1, predicted.shape[1] + 1)
    agreed, power = (np.zeros((len(at), len(steps))) for _ in range(2))
    products, squares = predicted * np.clip(actual, -LARGEST, LARGEST), predicted * predicted
    for age in range(MEMORY):
        made = at[:, None] - age - steps
        decay = 0.5 ** (age / HALF_LIFE)
        agreed += decay * np.take_along_axis(products, made, axis=0)
        power += decay * np.take_along_axis(squares, made, axis=0)
    weight = (PRIOR * shrinkage + agreed) / (PRIOR + power)
    return np.where(shrinkage > 0, np.clip(weight, 0.0, 1.0), 0.0)


@dataclass(frozen=True, eq=False)
class Weighted:
    """Of some origins (n,): what target and network say, and how far the network is trusted; (n, horizon)."""

    target: Array  # model space
    network: Array
    weight: Array  # in [0, 1]


def weighted(model: Model, panel: Panel, origins: Positions, seen: Positions) -> Iterator[Weighted]:
    """A bounded number of origins at a time; `origins` (n,) ascend.

    `seen` (s,): how many rows of each series the model may have learnt from. Forecasts of those are no
    evidence: a network that knows its rows by heart would be trusted for that.
    """
    before, horizon = rows_before(model.horizon), model.horizon
    part = np.cumsum(_new_rows(panel, origins, before)) * horizon // CELLS
    for start, stop in pairwise(np.flatnonzero(np.diff(part, prepend=-1, append=-1))):
        yield _looked_up(model, panel, _leading(panel, origins[start:stop], before), seen)


def _new_rows(panel: Panel, origins: Positions, before: int) -> Positions:
    """How many rows each of `origins` (n,) brings in that do not lead to the one before it too."""
    gaps = np.diff(origins, prepend=origins[:1] - before - 1)
    same = np.diff(panel.series_of(origins), prepend=-1) == 0
    return np.where(same, np.minimum(gaps, before + 1), before + 1)


@dataclass(frozen=True, eq=False)
class _Line:
    """The rows that lead to some origins, in a line, series by series; some may lie before their series."""

    rows: Positions  # (m,) of the panel
    series: Positions  # (m,)
    at: Positions  # (n,) where in the line the origins are


def _leading(panel: Panel, origins: Positions, before: int) -> _Line:
    """The `before` rows that lead to each origin and itself, each row once."""
    cuts = np.flatnonzero(np.append(_new_rows(panel, origins, before), before + 1) > before)
    spans = [np.arange(origins[a] - before, origins[b - 1] + 1) for a, b in pairwise(cuts)]
    lengths = np.array([len(span) for span in spans])
    first = np.repeat(np.cumsum(lengths) - lengths - [span[0] for span in spans], np.diff(cuts))
    series = np.repeat(panel.series_of(origins[cuts[:-1]]), lengths)
    return _Line(np.concatenate(spans), series, origins + first)


def _looked_up(model: Model, panel: Panel, line: _Line, seen: Positions) -> Weighted:
    window = model.recipe.window
    fewest = np.maximum(seen, min(MIN_PRICES, window.lookback))
    counts = line.rows >= (panel.offsets[:-1] + fewest - 1)[line.series]
    asked = counts.copy()
    asked[line.at] = True
    rows = line.rows[asked]
    windows = windows_at(panel, rows, model.scaling, window)
    network, target = network_values(model, windows), target_values(model, windows)
    size = floored_moves(model, panel, rows)
    ahead = rows[:, None] + np.arange(1, window.horizon + 1)
    # what lies after an origin, or in the next series, `earned_weight` never looks at
    actual = panel.prices[np.minimum(ahead, len(panel.prices) - 1)]

    def in_line(moves: Array) -> Array:
        full = np.zeros((len(line.rows), window.horizon))
        full[asked] = np.where(counts[asked, None], moves / size, 0.0)
        return full

    weight = earned_weight(in_line(network - target), in_line(actual - target), line.at, model.shrinkage)
    of_origins = np.searchsorted(np.flatnonzero(asked), line.at)
    return Weighted(target[of_origins], network[of_origins], weight)
