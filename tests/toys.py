"""Small series and fitted-looking models, made without Keras: most of the suite needs no TensorFlow."""

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.intervals.conformal import calibrate, stored_levels
from rnn_forecast.intervals.volatility import guessed
from rnn_forecast.model.model import Model
from rnn_forecast.model.provenance import describe
from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.prices import Decisions, PriceSeries
from rnn_forecast.prices.series import Ahead, Column
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows.dataset import Dataset, make_dataset

DECISIONS = Decisions(price_column="price")


def walk(n: int, *, seed: int = 0, ticker: str = "T", start: str = "2020-01-01") -> PriceSeries:
    """A geometric random walk with a price every day of the week."""
    prices = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, n)))
    dates = np.datetime64(start, "s") + np.arange(n) * np.timedelta64(86_400, "s")
    return PriceSeries(ticker, dates, prices)


def small_recipe(**choices: object) -> Recipe:
    return with_choices(Recipe(), {"lookback": 12, "horizon": 2, "units": 4, **choices})


def random_weights(recipe: Recipe, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = weight_shapes(recipe.network, recipe.window, len(recipe.data.inputs))
    return {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def fit_by_hash(draw: Any, stop: Any, recipe: Recipe, *, on_epoch: Any) -> tuple[FittedNetwork, ...]:
    """Random weights that any change of what there is to fit or to stop on changes."""
    windows = draw(1, 0)
    seen = b"".join(a.tobytes() for some in (windows, stop) for a in (some.x(), some.y()))
    seed = int.from_bytes(hashlib.sha256(seen).digest()[:4], "big")
    epochs = tuple(Epoch(0, n, 1.0, 1.0, 0.0, 3) for n in (1, 2))
    for epoch in epochs:
        on_epoch(epoch)
    members = range(recipe.training.members)
    return tuple(FittedNetwork(random_weights(recipe, seed + i), epochs, 1) for i in members)


def uncalibrated(dataset: Dataset) -> Model:
    recipe = dataset.recipe
    return Model(
        recipe=recipe,
        scaling=dataset.scaling,
        members=tuple(random_weights(recipe, i) for i in range(recipe.training.members)),
        shrinkage=np.ones(recipe.window.horizon),
        drift=np.zeros(recipe.window.horizon),
        volatility=guessed(recipe.window.horizon),
        intervals=calibrate(np.empty((0, recipe.window.horizon)), stored_levels(recipe.forecast.levels)),
        source=describe(dataset, DECISIONS, dataset.split.train),
    )


def toy_model(series: list[PriceSeries], **choices: object) -> Model:
    """A model with random weights, not shrunk, its intervals from real calibration windows."""
    dataset = make_dataset(series, small_recipe(shrink=False, **choices))
    return calibrated(uncalibrated(dataset), dataset)


def following_model(series: list[PriceSeries], **choices: object) -> Model:
    """The same, half trusted by shrinkage: from there its trust follows what comes true."""
    model = toy_model(series, **choices)
    recipe = with_choices(model.recipe, {"shrink": True})
    return replace(model, recipe=recipe, shrinkage=np.full(recipe.window.horizon, 0.5))


def with_ranges(n: int, *, seed: int = 0, ticker: str = "T") -> PriceSeries:
    """A walk of 30 trades a day whose volatility wanders, with the open, high and low of each day."""
    rng = np.random.default_rng(seed)
    size = 0.01 * np.exp(0.95 * np.sin(np.cumsum(rng.normal(0, 0.15, n))))
    trades = size[:, None] * rng.normal(0, 30**-0.5, (n, 30))
    path = np.cumsum(trades.ravel()).reshape(n, 30) + np.log(100)
    prices, around = np.exp(path), {"open": path[:, 0], "high": path.max(axis=1), "low": path.min(axis=1)}
    columns = {name: Column(np.exp(values), "range") for name, values in around.items()}
    dates = np.datetime64("2000-01-01", "s") + np.arange(n) * np.timedelta64(86_400, "s")
    return PriceSeries(ticker, dates, prices[:, -1], columns)


COLUMNS = {"past": ("volume",), "known": ("event",), "market": "M"}


def with_columns(n: int, *, seed: int = 0, ticker: str = "T", ahead: int = 0) -> PriceSeries:
    """A walk with volumes, some of them missing, a flag that is known `ahead` rows on, and a market."""
    rng, s = np.random.default_rng([seed, 9]), walk(n + ahead, seed=seed, ticker=ticker)
    volume = 1000.0 ** (1 + seed) * rng.lognormal(0, 1, n + ahead)
    volume[rng.random(n + ahead) < 0.1] = np.nan
    event, market = (rng.random(n + ahead) < 0.1).astype(float), walk(n + ahead, seed=99).prices.copy()
    market[:5] = np.nan
    columns = {"volume": Column(volume, "past"), "event": Column(event, "known")}
    whole = replace(s, columns={**columns, "market": Column(market, "market")})
    return replace(whole, ahead=Ahead(s.dates[:0], {"event": s.prices[:0]})).until(n)
