"""The sheet beside a file: what goes in and what comes out, how it was scaled, and how far to trust it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import numpy as np

from rnn_forecast.exporting.keras_model import channels
from rnn_forecast.exporting.onnx_graph import by_ticker, fewest, inputs_of
from rnn_forecast.model.model import Model
from rnn_forecast.model.shrinkage_target import DEEPEST
from rnn_forecast.windows.windows import LARGEST

SCHEMA = 1
LIBRARIES = {"onnx": ("rnn-forecast", "onnx", "numpy"), "keras": ("rnn-forecast", "keras", "numpy")}
WHAT = {
    "prices": "the last prices as they are, in the units that it was trained on, oldest first; where fewer "
    "are known they stand on the right, and whatever stands left of them means nothing",
    "length": "how many prices are known; more than fit count as that many, and with fewer than `fewest` the "
    "forecast is NaN, as it is where a price is none",
    "ticker": "the place in `tickers`, from 0: each has a scale of its own",
    "window": "the window as the network sees it, 0 where nothing is known: see `channels` and `scaling`",
    "known": "which rows of the window are known; the unknown ones are on the left",
}
NOT_IN_FILE = (
    "the weight that follows what came true since training: it looks back on a year of rows. `rnn-forecast "
    "predict --static` leaves it out, too",
    "prediction intervals, quantiles and risk",
    "the dates that forecasts are for",
    "steps beyond the horizon",
)
NOT_IN_KERAS = ("scaling, the way back to prices, and the shrinkage: see `scaling` and `trust`",)
SCALED = "(v - center) / spread with v = {v}, within ±{most:g}"
BACK = "price = {p}(target + shrinkage · (center + spread · step - target)), with target = {target}"


@dataclass(frozen=True)
class Origin:
    """The folder that a file was made from."""

    name: str
    sha256: str  # of its MANIFEST.json
    verdict: str | None  # of the model's own test, in words


def sheet(model: Model, form: str, data: bytes, name: str, origin: Origin) -> dict[str, Any]:
    """What FILE.json holds; `data` is what FILE, called `name`, does."""
    window, source, digest = model.recipe.window, model.source, hashlib.sha256(data).hexdigest()
    return {
        "schema": SCHEMA,
        "file": {"name": name, "format": form, "bytes": len(data), "sha256": digest},
        "model": {
            "name": origin.name,
            "sha256": origin.sha256,
            "price_column": source.price_column,
            "frequency": source.spacing,
            "tickers": len(source.tickers),
            "unseen_from": source.test_from,
        },
        **(_of_onnx(model) if form == "onnx" else _of_keras(model)),
        "window": {**window.model_dump(), "lags": list(window.lags)},
        "scaling": _scaling(model),
        "trust": {
            "shrinkage": model.shrinkage.tolist(),
            "toward": model.recipe.forecast.toward,
            "drift": model.drift.tolist(),
            "verdict": origin.verdict,
        },
        "not_in_file": [*NOT_IN_FILE, *(NOT_IN_KERAS if form == "keras" else ())],
        "versions": {library: metadata.version(library) for library in LIBRARIES[form]},
    }


def _of_onnx(model: Model) -> dict[str, Any]:
    inputs = {
        name: _described(name, np.dtype(kind).name, shape) for name, (kind, shape) in inputs_of(model).items()
    }
    forecast = {
        "type": "float64",
        "shape": ["n", model.horizon],
        "what": "the next prices",
        "unit": "the same",
    }
    tickers = {"tickers": list(by_ticker(model))} if by_ticker(model) else {}
    return {"inputs": inputs, "outputs": {"forecast": forecast}, "fewest": fewest(model), **tickers}


def _of_keras(model: Model) -> dict[str, Any]:
    lookback = model.recipe.window.lookback
    return {
        "inputs": {
            "window": _described("window", "float32", ("n", lookback, channels(model.recipe))),
            "known": _described("known", "bool", ("n", lookback)),
        },
        "outputs": {
            "steps": {
                "type": "float32",
                "shape": ["n", model.horizon],
                "what": "the next prices, in units of the window's scale",
            }
        },
        "channels": _channels(model),
        "fewest": fewest(model),
    }


def _described(name: str, kind: str, shape: Sequence[Any]) -> dict[str, Any]:
    return {"type": kind, "shape": list(shape), "what": WHAT[name]}


def _channels(model: Model) -> list[str]:
    """What each number of a row is."""
    horizon, found = model.horizon, ["price"]
    found += [f"price {lag} rows before" for lag in model.recipe.window.lags]
    for name, role in model.recipe.data.columns:
        found += [name, f"{name} {horizon} rows later"] if role == "known" else [name]
    return found


def _scaling(model: Model) -> dict[str, Any]:
    scaling = model.scaling
    by_window = scaling.normalize == "window"
    target = "the last v"
    if model.drift.any():
        target += f" + log(1 + max(spread · drift, {DEEPEST}))" if scaling.log else " + spread · drift"
    found: dict[str, Any] = {
        "normalize": scaling.normalize,
        "log": scaling.log,
        "scaled": SCALED.format(most=LARGEST, v="log(price)" if scaling.log else "price"),
        "back": BACK.format(p="exp" if scaling.log else "", target=target),
        "center": "the last v of the window" if by_window else "see by_ticker",
        "spread": "the window's mean absolute change of v, at least floor" if by_window else "see by_ticker",
        "floor": scaling.floor,
    }
    if not by_window:
        found["by_ticker"] = {name: list(two) for name, two in scaling.by_ticker.items()}
    if scaling.columns:
        found["columns"] = {name: _plain(asdict(column)) for name, column in scaling.columns.items()}
    return found


def _plain(column: Mapping[str, Any]) -> dict[str, Any]:
    return {**column, "by_ticker": {name: list(two) for name, two in column["by_ticker"].items()}}
