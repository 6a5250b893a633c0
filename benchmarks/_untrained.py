"""A model whose network says nothing: volatility, calibration and bands are the tool's own, without Keras."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.intervals.conformal import calibrate, stored_levels
from rnn_forecast.intervals.volatility import guessed
from rnn_forecast.model.model import Model
from rnn_forecast.model.provenance import describe
from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.prices import Decisions, PriceSeries
from rnn_forecast.recipe import Recipe
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.panel import make_panel


def untrained(
    series: Sequence[PriceSeries], recipe: Recipe, sizes: Sequence[str] | None = None
) -> tuple[Model, np.ndarray]:
    """The model that `train` makes where validation trusts nothing of the network, so that it forecasts the
    last value; and how many rows (s,) of each series it has learnt from. `sizes`: those of `windows.sizes`
    that bands may be made of, beside closes; None: all that there are.
    """
    dataset = make_dataset(series, recipe)
    if sizes is not None:
        dataset = replace(dataset, panel=make_panel(series, dataset.scaling, sizes=sizes))
    return calibrated(without_network(dataset), dataset), dataset.split.train


def without_network(dataset: Dataset) -> Model:
    """Before its calibration; all weights are 0."""
    recipe, horizon = dataset.recipe, dataset.recipe.window.horizon
    shapes = weight_shapes(recipe.network, recipe.window)
    return Model(
        recipe=recipe,
        scaling=dataset.scaling,
        members=({name: np.zeros(shape, np.float32) for name, shape in shapes.items()},),
        shrinkage=np.ones(horizon),
        drift=np.zeros(horizon),
        volatility=guessed(horizon),
        intervals=calibrate(np.empty((0, horizon)), stored_levels(recipe.forecast.levels)),
        source=describe(dataset, Decisions(price_column="price"), dataset.split.train),
    )
