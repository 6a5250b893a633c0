"""A model.json that was forged, manifest and all: refused, or a model that forecasts finite numbers."""

import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_folders import seal

from rnn_forecast.errors import ForecastError, ModelError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.seasonality import Cycle
from rnn_forecast.intervals.volatility import Volatility, guessed
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.model.provenance import KnownTicker, Source
from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows.scaling import Scaling

GONE, NEIGHBOUR = object(), object()  # the key is not there; it has the value of the next, and that its own
HUGE = "1e400 without quotes"  # what JSON can say and no float can hold
FORGED = [None, True, -1, 0, 1e308, 10**30, 10**400, HUGE, "x", "\0", [], {}, GONE, NEIGHBOUR]
SERIES = PriceSeries(
    "A",
    np.datetime64("2024-01-01", "s") + np.arange(60) * np.timedelta64(86400, "s"),
    100 + np.random.default_rng(0).normal(size=60).cumsum(),
)


def tiny_model() -> Model:
    random = np.random.default_rng(1)
    choices = {"units": 2, "lookback": 3, "horizon": 2, "members": 2, "levels": (80,), "normalize": "zscore",
               "skip": False, "toward": "drift"}  # fmt: skip
    ticker = KnownTicker(50, "2024-01-01", "2024-02-19", "0" * 64, "2024-02-20", (("2024-01-01", 100.0),))
    steps = ("scaling", "fit", "stopping", "shrinkage", "volatility", "calibration", "drift")
    used = {step: {"rows": 3, "from": "2024-01-01", "to": "2024-01-05"} for step in steps}
    recipe = with_choices(Recipe(), choices)
    shapes = weight_shapes(recipe.network, recipe.window)
    return Model(
        recipe=recipe,
        scaling=Scaling("zscore", False, 0.001, {"A": (100.0, 2.0)}),
        members=tuple(
            {name: random.normal(size=shape).astype("f4") for name, shape in shapes.items()} for _ in range(2)
        ),
        shrinkage=np.array([0.5, 0.25]),
        drift=np.array([0.01, 0.02]),
        volatility=Volatility((Cycle((5, 10), 1),), (0.5,), guessed(2).weights),
        intervals=Intervals(9, (80.0,), ((-1.0, -2.0),), ((1.0, 2.0),)),
        source=Source(
            "close", "daily", "2024-02-20", {"A": ticker}, used, {"notices": [], "allow_nonpositive": False}
        ),
    )


def places(document: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    keys = (
        document if isinstance(document, dict) else range(len(document) if isinstance(document, list) else 0)
    )
    for key in keys:
        yield from places(document[key], (*place, key))


def forge(document: Any, place: tuple[Any, ...], value: object) -> Any:
    document = copy.deepcopy(document)
    parent = document
    for key in place[:-1]:
        parent = parent[key]
    if value is GONE:
        del parent[place[-1]]
    elif value is NEIGHBOUR:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        here, there = place[-1], keys[(keys.index(place[-1]) + 1) % len(keys)]
        parent[here], parent[there] = parent[there], parent[here]
    else:
        parent[place[-1]] = value
    return document


def write_forged(folder: Path, model: Model, place: Any, value: Any) -> None:
    """A folder of the model with one value of its document another, and a manifest that fits."""
    save_model(model, folder, {})
    document = json.loads((folder / "model.json").read_bytes())
    (folder / "model.json").write_text(json.dumps(forge(document, place, value)))
    seal(folder)


def test_a_forged_document_is_refused_or_forecasts_in_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    save_model(tiny_model(), folder, {})
    document = json.loads((folder / "model.json").read_bytes())
    refused = 0
    for place in places(document):
        for value in FORGED if place else []:
            text = json.dumps(forge(document, place, value)).replace(json.dumps(HUGE), "1e400")
            (folder / "model.json").write_text(text)
            seal(folder)
            begun = time.monotonic()
            try:
                table = forecast(load_model(folder), [SERIES], 4)
            except ForecastError as error:
                assert isinstance(error, ModelError), (place, value, error)
                refused += 1
            else:
                assert np.isfinite(table.forecast).all(), (place, value)
                ends = [end for pair in table.intervals.values() for end in pair]
                assert np.isfinite(ends).all(), (place, value)
            assert time.monotonic() - begun < 2, (place, value)
    assert refused > 1_900


def test_a_model_that_was_saved_forecasts_the_same(tmp_path: Path) -> None:
    model = tiny_model()
    save_model(model, tmp_path / "m", {})
    loaded = load_model(tmp_path / "m")
    assert np.array_equal(forecast(loaded, [SERIES], 5).forecast, forecast(model, [SERIES], 5).forecast)


@pytest.mark.parametrize(
    "choice", [{"units": 3}, {"layers": 2}, {"members": 1}, {"cell": "gru"}, {"horizon": 1}]
)
def test_weights_of_another_recipe_are_refused(tmp_path: Path, choice: dict[str, Any]) -> None:
    folder = tmp_path / "m"
    save_model(tiny_model(), folder, {})
    document = json.loads((folder / "model.json").read_bytes())
    for section in document["recipe"].values():
        section.update({key: value for key, value in choice.items() if key in section})
    (folder / "model.json").write_text(json.dumps(document))
    seal(folder)
    with pytest.raises(ModelError, match=r"tensor|bytes"):
        load_model(folder)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("volatility", "weights", 0, 3), -0.1),
        (("volatility", "weights", 0, 3), 1e7),
        (("volatility", "weights", 0), [1.0]),
        (("volatility", "shares", 0), 1.1),
        (("volatility", "shares"), []),
        (("volatility", "cycles", 0, "rows"), []),
        (("volatility", "cycles", 0, "rows"), [2, 10]),  # not known at the origin
        (("volatility", "cycles", 0, "rows"), [10, 5]),
        (("volatility", "cycles", 0, "rows"), [5, 10**8]),
        (("volatility", "cycles", 0, "rows"), list(range(5, 500))),
        (("volatility", "cycles", 0, "width"), 4),
        (("volatility", "cycles", 0, "width"), -1),
    ],
)
def test_a_volatility_that_none_was_fitted_to_is_refused(tmp_path: Path, place: Any, value: Any) -> None:
    folder = tmp_path / "m"
    write_forged(folder, tiny_model(), place, value)
    with pytest.raises(ModelError, match=r"volatility|calendar"):
        load_model(folder)
