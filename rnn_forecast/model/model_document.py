"""A model ↔ a folder on disk: numbers in safetensors, all else in strict JSON, rebuilt from our own code."""

import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rnn_forecast.errors import ModelError
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.volatility import Volatility
from rnn_forecast.intervals.volatility_terms import NAMES
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_files import Shape, model_file_bytes, read_model_files, write_model_files
from rnn_forecast.model.provenance import Source
from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.recipe import Recipe
from rnn_forecast.system.files import Content
from rnn_forecast.windows.scaling import Scaling

LIBRARIES = ("rnn-forecast", "keras", "tensorflow", "numpy")
MOST_WEIGHT, MOST_CYCLES, MOST_ROUNDS, LONGEST_CYCLE = 1e6, 4, 20, 10**7  # of volatility: more is forged
DATE, ROW = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", re.ASCII), re.compile(r"\d{1,18}", re.ASCII)
MOST_DRIFT = 1e3  # in spreads of a window
SMALLEST, LARGEST = 1e-30, 1e30  # of a scale, so that no forecast of a forged model overflows float32


def versions() -> dict[str, str]:
    """Of the libraries that a result depends on."""
    return {name: metadata.version(name) for name in LIBRARIES}


class Document(BaseModel):
    """What model.json holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    recipe: Recipe
    scaling: Scaling
    shrinkage: list[Annotated[float, Field(ge=0, le=1)]]
    drift: list[Annotated[float, Field(gt=-MOST_DRIFT, lt=MOST_DRIFT)]]
    volatility: Volatility
    bands: dict[str, Any]
    source: Source
    versions: dict[str, str]


def save_model(model: Model, folder: Path, extra: Mapping[str, Content]) -> None:
    """Write the model and the `extra` files in place of what stood at `folder`, or leave that as it was."""
    write_model_files(folder, *_parts(model), extra)


def model_bytes(model: Model) -> dict[str, bytes]:
    """The model's own files by name, for whoever writes them elsewhere: a batch's worker has no disk."""
    return model_file_bytes(*_parts(model))


def _parts(model: Model) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    document = Document(
        recipe=model.recipe,
        scaling=model.scaling,
        shrinkage=model.shrinkage.tolist(),
        drift=model.drift.tolist(),
        volatility=model.volatility,
        bands=model.intervals.to_json(),
        source=model.source,
        versions=versions(),
    )
    tensors = {
        f"member{i}.{name}": array
        for i, weights in enumerate(model.members)
        for name, array in weights.items()
    }
    return json.loads(document.model_dump_json()), tensors


def load_model(folder: Path) -> Model:
    """Read a model folder. Raises ModelError (76) for anything but what `save_model` wrote,
    whole, and InputError where there is no folder."""
    # the recipe says how large the weights may be, before any of them is read
    raw, tensors = read_model_files(folder, lambda raw: _shapes(_validated(raw, folder).recipe))
    document = _validated(raw, folder)
    recipe = document.recipe
    try:
        intervals = Intervals.from_json(document.bands)
    except (KeyError, TypeError, ValueError) as error:
        raise _foreign(folder, f"intervals that are not as calibration writes them ({error})") from error
    _require_in_range(document, folder)
    try:
        return Model(
            recipe=recipe,
            scaling=document.scaling,
            members=_members(tensors, recipe),
            shrinkage=np.array(document.shrinkage),
            drift=np.array(document.drift),
            volatility=document.volatility,
            intervals=intervals,
            source=document.source,
        )
    except ValueError as error:
        raise _foreign(folder, str(error)) from error


def _validated(raw: Mapping[str, Any], folder: Path) -> Document:
    try:
        return Document.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _foreign(folder, f"{where}: {first['msg'].lower()}") from error


def _require_in_range(document: Document, folder: Path) -> None:
    """What no training could have written; that all parts are of one horizon is for `Model` to say."""
    scaling = document.scaling
    _require_volatility(document.volatility, document.recipe.window.horizon, folder)
    _require_moments(document.source, folder)
    for number in (scaling.floor, *(spread for _, spread in scaling.by_ticker.values())):
        if not SMALLEST < number < LARGEST:
            raise _foreign(folder, f"expected scales above 0, found {number:g}")
    if any(abs(center) > LARGEST for center, _ in scaling.by_ticker.values()):
        raise _foreign(folder, "a center that is no price")


def _require_volatility(volatility: Volatility, horizon: int, folder: Path) -> None:
    cycles, shares, weights = volatility.cycles, volatility.shares, volatility.weights
    if any(len(row) != len(NAMES) for row in weights):
        raise _foreign(folder, f"expected volatility weights of {len(NAMES)} terms")
    if not all(0 <= weight < MOST_WEIGHT for row in weights for weight in row):
        raise _foreign(folder, f"a volatility weight outside [0, {MOST_WEIGHT:g})")
    if not len(shares) == len(cycles) <= MOST_CYCLES or min(shares, default=0) < 0 or sum(shares) > 1 + 1e-9:
        raise _foreign(folder, "shares of the calendar that are none")
    for cycle in cycles:
        nearest = horizon + cycle.width  # a row nearer than this is not known at the origin
        rising = sorted(set(cycle.rows)) == list(cycle.rows)
        if cycle.width < 0 or not cycle.rows or not rising or len(cycle.rows) > MOST_ROUNDS:
            raise _foreign(folder, "a cycle of the calendar that is none")
        if cycle.rows[0] < nearest or cycle.rows[-1] > LONGEST_CYCLE:
            raise _foreign(folder, f"a cycle of the calendar outside rows {nearest} to {LONGEST_CYCLE}")


def _require_moments(source: Source, folder: Path) -> None:
    """All that is compared with the dates of a file: dates as we write them, or row numbers."""
    kind = ROW if ROW.fullmatch(source.test_from) else DATE
    moments = [source.test_from]
    for known in source.tickers.values():
        moments += [known.test_from, *(moment for moment, _ in known.sampled_prices)]
    for moment in moments:
        if not (kind.fullmatch(moment) and (kind is ROW or _is_date(moment))):
            raise _foreign(folder, f"expected a {'row number' if kind is ROW else 'date'}, found {moment!r}")


def _is_date(text: str) -> bool:
    try:
        np.datetime64(text)
    except ValueError:  # 30 February
        return False
    return True


def _shapes(recipe: Recipe) -> dict[str, Shape]:
    shapes, members = weight_shapes(recipe.network, recipe.window), recipe.training.members
    return {f"member{i}.{name}": shape for i in range(members) for name, shape in shapes.items()}


def _members(
    tensors: Mapping[str, NDArray[np.float32]], recipe: Recipe
) -> tuple[dict[str, NDArray[np.float32]], ...]:
    def of(member: int) -> dict[str, NDArray[np.float32]]:
        prefix = f"member{member}."
        return {name.removeprefix(prefix): a for name, a in tensors.items() if name.startswith(prefix)}

    return tuple(of(member) for member in range(recipe.training.members))


def _foreign(folder: Path, what: str) -> ModelError:
    return ModelError(f"{folder} is not a model of this program: {what}.", "Train it again.")
