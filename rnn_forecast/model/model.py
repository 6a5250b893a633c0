"""A fitted model: recipe, scaling, weights, shrinkage, volatility, intervals, and what each of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.volatility import Volatility, expected_moves
from rnn_forecast.model.provenance import Source
from rnn_forecast.model.shrinkage_target import shrinkage_targets
from rnn_forecast.network.forward import forward
from rnn_forecast.prices.series import PriceSeries, from_iso
from rnn_forecast.recipe import Recipe
from rnn_forecast.system.machine import on_all_cores
from rnn_forecast.windows.column_inputs import with_inputs
from rnn_forecast.windows.panel import Panel, make_panel
from rnn_forecast.windows.scaling import Scaling
from rnn_forecast.windows.standing import still
from rnn_forecast.windows.windows import Windows

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Model:
    recipe: Recipe
    scaling: Scaling
    members: tuple[Weights, ...]
    shrinkage: Array  # (horizon,) in [0, 1]
    drift: Array  # (horizon,) of what it is shrunk to, in spreads of a window; 0: the last value
    volatility: Volatility
    intervals: Intervals
    source: Source

    def __post_init__(self) -> None:
        """Raises ValueError where a part is not of the recipe's horizon: the one source of that number."""
        steps = {
            "shrinkage": len(self.shrinkage),
            "drift": len(self.drift),
            "volatility": self.volatility.horizon,
            "intervals": self.intervals.horizon if self.intervals.levels else self.horizon,
        }
        for name, count in steps.items():
            if count != self.horizon:
                raise ValueError(f"expected {name} of {self.horizon} steps, found {count}")

    @property
    def horizon(self) -> int:
        return self.recipe.window.horizon


def panel_of(model: Model, series: Sequence[PriceSeries]) -> Panel:
    """The series in the model's space, with the sizes that it has learnt from, and its columns.

    Raises DataError for a series that lacks a column which the model's recipe names.
    """
    panel = make_panel(series, model.scaling, sizes=model.volatility.sizes)
    return with_inputs(panel, series, model.scaling, model.recipe)


def calibrated_values(model: Model, windows: Windows) -> Array:
    """Forecasts (n, horizon) in model space by shrinkage alone, whatever has come true since."""
    return weighted_values(model, windows, target_values(model, windows), model.shrinkage)


def weighted_values(model: Model, windows: Windows, target: Array, weight: Array) -> Array:
    """The networks' mean shrunk to the target, (n, horizon) in model space; `weight` by step or by both."""
    if not weight.any():  # nothing of the network is left: it need not be asked
        return target
    return shrunk(network_values(model, windows), target, weight)


def target_values(model: Model, windows: Windows) -> Array:
    """What is forecast without the network, (n, horizon) in model space: the last value and the drift.

    Of a window in which nothing moved it is the last value, and so is what the network says.
    """
    target = shrinkage_targets(windows, model.drift, log=model.scaling.log)
    return _or_still(windows, target) if model.drift.any() else target


def network_values(model: Model, windows: Windows) -> Array:
    """What the members forecast on average, (n, horizon) in model space, before any shrinkage."""
    values, chunks = np.empty((len(windows), windows.horizon)), [*windows.chunks()]
    cuts = pairwise(np.cumsum([0, *(len(chunk) for chunk in chunks)]).tolist())

    def ask(part: tuple[Windows, tuple[int, int]]) -> None:
        chunk, (start, stop) = part
        values[start:stop] = _network_chunk(model, chunk)

    on_all_cores(ask, [*zip(chunks, cuts, strict=True)])
    return values


def shrunk(network: Array, target: Array, weight: Array) -> Array:
    """target_k + weight_k (network_k - target_k), (n, horizon) in model space; weight by step or by both."""
    return np.asarray(target + weight * (network - target))


def first_unseen(model: Model, series: Sequence[PriceSeries]) -> NDArray[np.int64]:
    """The first row (s,) of each series later than all that was fitted, stopped or calibrated on of any.

    All shares move together, so another ticker's training days are not unseen days, be the ticker known to
    training or not, and be the cut one date or each ticker's own last rows: a network that was fitted on a
    day's move of one share has an idea of the others'. Only for series that have nothing to do with each
    other (`split = "series"`) a known one begins at its own cut, and all of an unknown one is unseen.
    """
    if model.recipe.data.split == "series":
        return own_cuts(model, series)
    return np.array([_row_of(model.source.test_from, s) for s in series], dtype=np.int64)


def own_cuts(model: Model, series: Sequence[PriceSeries]) -> NDArray[np.int64]:
    """The first row (s,) of each series that was not learnt from itself, whatever was of the others."""
    known = [model.source.tickers.get(s.ticker) for s in series]
    rows = [_row_of(k.test_from, s) if k else 0 for k, s in zip(known, series, strict=True)]
    return np.array(rows, dtype=np.int64)


def _row_of(date: str, s: PriceSeries) -> int:
    return int(np.searchsorted(s.dates, from_iso(date, s.dates)))


def floored_moves(model: Model, panel: Panel, origins: NDArray[np.int64]) -> Array:
    """How far prices may move from `origins` (n,), (n, horizon): the unit of shrinkage and intervals."""
    floor = model.scaling.floor * np.sqrt(np.arange(1, model.horizon + 1))
    return np.maximum(expected_moves(model.volatility, panel, origins), floor)


def _network_chunk(model: Model, windows: Windows) -> Array:
    x, mask = windows.x(), windows.mask()
    cell = model.recipe.network.cell
    mean = sum(forward(w, cell, x, mask).astype(np.float64) for w in model.members) / len(model.members)
    return _or_still(windows, windows.center[:, None] + windows.spread[:, None] * mean)


def _or_still(windows: Windows, values: Array) -> Array:
    """The values (n, horizon), but where a price stands still its last one: there is nothing to go by."""
    flat = still(windows)
    return np.where(flat[:, None], windows.last()[:, None], values) if flat.any() else np.asarray(values)
