"""A fitted model, and what it forecasts: recipe, scaling, weights, shrinkage, volatility, bands, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.anchor import anchors
from rnn_forecast.cells import forward
from rnn_forecast.errors import DataError
from rnn_forecast.forecasts import ForecastTable
from rnn_forecast.intervals import Bands, bands_at
from rnn_forecast.prices.calendar import next_dates
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe
from rnn_forecast.scaling import Scaling
from rnn_forecast.source import Source
from rnn_forecast.volatility import Volatility, expected_moves
from rnn_forecast.windows import MIN_PRICES, Panel, Windows, make_panel, windows_at

Array = NDArray[np.float64]
Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Model:
    recipe: Recipe
    scaling: Scaling
    members: tuple[Weights, ...]
    shrinkage: Array  # (horizon,) in [0, 1]
    drift: Array  # (horizon,) of what it is shrunk to, in spreads of a window; 0: the last value
    volatility: Volatility
    bands: Bands
    source: Source


def forecast_values(model: Model, windows: Windows) -> Array:
    """Forecasts (n, horizon) in model space: the networks' mean, drawn to the anchor by shrinkage."""
    anchor = anchor_values(model, windows)
    if not model.shrinkage.any():  # nothing of the network is left: it need not be asked
        return anchor
    return drawn(network_values(model, windows), anchor, model.shrinkage)


def anchor_values(model: Model, windows: Windows) -> Array:
    """What is forecast without the network, (n, horizon) in model space: the last value and the drift."""
    return anchors(windows, model.drift, log=model.scaling.log)


def network_values(model: Model, windows: Windows) -> Array:
    """What the members forecast on average, (n, horizon) in model space, before any shrinkage."""
    values, done = np.empty((len(windows), windows.horizon)), 0
    for chunk in windows.chunks():
        values[done : (done := done + len(chunk))] = _network_chunk(model, chunk)
    return values


def drawn(network: Array, anchor: Array, shrinkage: Array) -> Array:
    """anchor_k + shrinkage_k (network_k - anchor_k), (n, horizon) in model space."""
    return np.asarray(anchor + shrinkage * (network - anchor))


def move_sizes(model: Model, panel: Panel, windows: Windows) -> Array:
    """How far each window's price may move, (n, horizon): what shrinkage and bands are in units of."""
    floor = model.scaling.floor * np.sqrt(np.arange(1, model.volatility.horizon + 1))
    return np.maximum(expected_moves(model.volatility, panel, windows.origin), floor)


def forecast(model: Model, series: Sequence[PriceSeries], steps: int) -> ForecastTable:
    """The next `steps` prices of every series, with bands.

    Steps beyond the model's horizon go on recursively: the forecasts made so far are taken for known prices.
    Raises DataError for a series with too few prices to say anything about its volatility.
    """
    for s in series:
        _require_enough(s, model.recipe.window.lookback)
    panel = make_panel(series, model.scaling)
    now = windows_at(panel, panel.offsets[1:] - 1, model.scaling, model.recipe.window)
    values = _recurse(model, _with_room(panel, model.recipe.window.reach, steps), steps)  # (s, steps)
    bands = bands_at(model.bands, values, move_sizes(model, panel, now))
    return _table(model, series, values, bands)


def _network_chunk(model: Model, windows: Windows) -> Array:
    x, mask = windows.x(), windows.mask()
    cell = model.recipe.network.cell
    mean = sum(forward(w, cell, x, mask).astype(np.float64) for w in model.members) / len(model.members)
    return np.asarray(windows.center[:, None] + windows.spread[:, None] * mean)


def _require_enough(s: PriceSeries, lookback: int) -> None:
    needed = min(MIN_PRICES, lookback)
    if len(s) < needed:
        has = "1 price" if len(s) == 1 else f"{len(s)} prices"
        raise DataError(
            f"{s.ticker} has {has}; a forecast needs {needed}.", "Add rows, or name the others with --ticker."
        )


@dataclass(frozen=True)
class _Room:
    """The last values of each series, as far as a window reaches, with free places behind for forecasts."""

    panel: Panel
    ends: NDArray[np.int64]  # (s,) position behind the last known value


def _with_room(panel: Panel, reach: int, steps: int) -> _Room:
    width = reach + steps
    counts = np.minimum(np.diff(panel.offsets), reach)
    values = np.zeros((len(counts), width))
    for row, count, end in zip(values, counts, panel.offsets[1:], strict=True):
        row[reach - count : reach] = panel.values[end - count : end]
    starts = np.arange(len(counts)) * width
    offsets = np.concatenate([starts + reach - counts, [values.size]])
    return _Room(Panel(panel.tickers, values.ravel(), offsets), starts + reach)


def _recurse(model: Model, room: _Room, steps: int) -> Array:
    horizon = model.recipe.window.horizon
    for done in range(0, steps, horizon):
        windows = windows_at(room.panel, room.ends - 1 + done, model.scaling, model.recipe.window)
        ahead = np.arange(done, min(done + horizon, steps))
        room.panel.values[room.ends[:, None] + ahead] = forecast_values(model, windows)[:, : len(ahead)]
    return np.asarray(room.panel.values[room.ends[:, None] + np.arange(steps)])


def _table(
    model: Model,
    series: Sequence[PriceSeries],
    values: Array,
    bands: Mapping[float, tuple[Array, Array]],
) -> ForecastTable:
    n, steps = values.shape
    prices = model.scaling.to_prices
    return ForecastTable(
        ticker=np.repeat(np.array([s.ticker for s in series], dtype=object), steps),
        origin=np.repeat(np.array([s.dates[-1] for s in series]), steps),
        step=np.tile(np.arange(1, steps + 1), n),
        date=_dates_ahead(series, steps).ravel(),
        forecast=prices(values).ravel(),
        last=np.repeat([s.prices[-1] for s in series], steps),
        bands={
            f"{level:g}": (prices(low).ravel(), prices(high).ravel()) for level, (low, high) in bands.items()
        },
    )


def _dates_ahead(series: Sequence[PriceSeries], steps: int) -> NDArray[Any]:
    """The dates (s, steps) that follow each series; series with the same dates share the work."""
    known: dict[Any, tuple[NDArray[Any], NDArray[Any]]] = {}

    def ahead(dates: NDArray[Any]) -> NDArray[Any]:
        key = (len(dates), dates[0], dates[-1])
        if key not in known or not np.array_equal(known[key][0], dates):
            known[key] = dates, next_dates(dates, steps)
        return known[key][1]

    return np.stack([ahead(s.dates) for s in series])
