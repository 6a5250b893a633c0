"""A model ↔ a folder on disk: numbers in safetensors, all else in strict JSON, rebuilt from our own code."""

import json
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rnn_forecast.errors import ModelError, TrainingError
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.volatility import Volatility
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_files import Shape, model_file_bytes, read_model_files, write_model_files
from rnn_forecast.model.plausibility import require_plausible
from rnn_forecast.model.provenance import Source
from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.recipe import Recipe, portable
from rnn_forecast.system.files import Content
from rnn_forecast.windows.scaling import Scaling

REFIT = "Look at the prices for rows of another scale, or lower --learning-rate."
LONGEST = 300  # signs of what is wrong: a key or a value may have a million
LIBRARIES = {  # by the name that is kept: the packages that bring it, one of them
    "rnn-forecast": ("rnn-forecast",),
    "keras": ("keras",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "numpy": ("numpy",),
}
Word = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,60}$")]  # a library's name, and its version


def versions() -> dict[str, str]:
    """Of the libraries that a result depends on; a machine that only predicts has not all of them."""
    found: dict[str, str] = {}
    for name, packages in LIBRARIES.items():
        for package in packages:
            with suppress(metadata.PackageNotFoundError):
                found.setdefault(name, metadata.version(package))
    return found


class Document(BaseModel):
    """What model.json holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    recipe: Recipe
    scaling: Scaling
    shrinkage: list[float]
    drift: list[float]
    volatility: Volatility
    bands: dict[str, Any]
    source: Source
    versions: dict[Word, Word] = Field(max_length=20)


def save_model(model: Model, folder: Path, extra: Mapping[str, Content]) -> None:
    """Write the model and the `extra` files in place of what stood at `folder`, or leave that as it was.

    Raises TrainingError for a model that could not be read again.
    """
    write_model_files(folder, *_parts(model), extra)


def model_bytes(model: Model) -> dict[str, bytes]:
    """The model's own files by name, for whoever writes them elsewhere: a batch's worker has no disk."""
    return model_file_bytes(*_parts(model))


def _parts(model: Model) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    try:
        require_plausible(model)
    except ValueError as error:
        raise TrainingError(f"what was fitted is no model: {error}.", REFIT) from error
    document = Document(
        recipe=portable(model.recipe, model.source.tickers),
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
    found: list[Document] = []  # the last one is of the folder that was read whole

    def shapes(raw: dict[str, Any]) -> dict[str, Shape]:
        # the recipe says how large the weights may be, before any of them is read
        found.append(_validated(raw, folder))
        return _shapes(found[-1].recipe)

    _, tensors = read_model_files(folder, shapes)
    document = found[-1]
    try:
        model = Model(
            recipe=document.recipe,
            scaling=document.scaling,
            members=_members(tensors, document.recipe),
            shrinkage=np.array(document.shrinkage),
            drift=np.array(document.drift),
            volatility=document.volatility,
            intervals=_intervals(document.bands),
            source=document.source,
        )
        require_plausible(model)
    except ValueError as error:
        raise _foreign(folder, str(error)) from error
    return model


def _intervals(bands: Mapping[str, Any]) -> Intervals:
    try:
        return Intervals.from_json(bands)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"bands: {error}") from error


def _validated(raw: Mapping[str, Any], folder: Path) -> Document:
    try:
        return Document.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _foreign(folder, f"{where}: {first['msg'].lower()}") from error


def _shapes(recipe: Recipe) -> dict[str, Shape]:
    shapes = weight_shapes(recipe.network, recipe.window, len(recipe.data.inputs))
    members = recipe.training.members
    return {f"member{i}.{name}": shape for i in range(members) for name, shape in shapes.items()}


def _members(
    tensors: Mapping[str, NDArray[np.float32]], recipe: Recipe
) -> tuple[dict[str, NDArray[np.float32]], ...]:
    def of(member: int) -> dict[str, NDArray[np.float32]]:
        prefix = f"member{member}."
        return {name.removeprefix(prefix): a for name, a in tensors.items() if name.startswith(prefix)}

    return tuple(of(member) for member in range(recipe.training.members))


def _foreign(folder: Path, what: str) -> ModelError:
    what = what if len(what) < LONGEST else what[:LONGEST] + "…"
    return ModelError(f"{folder} is not a model of this program: {what}.", "Train it again.")
