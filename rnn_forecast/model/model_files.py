"""A model's folder on the disk: strict JSON, safetensors and a manifest; nothing in it is ever run."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from rnn_forecast.model.migrations import SCHEMA, upgraded
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import MODEL_DOCUMENT
from rnn_forecast.system.files import Content, create_file, new_folder
from rnn_forecast.system.verified_folder import Kind, OpenFolder, check, content, entries, read_whole, wrong

WEIGHTS = "weights.safetensors"
LARGEST_DOCUMENT = 2**27  # bytes: of a hundred thousand tickers in one file, 73 million
LARGEST_WEIGHTS = 2**32
MODEL = Kind("model", "Train one first, or name the folder of another.", "Train the model again.")

Shape = tuple[int, ...]
Expected = Callable[[dict[str, Any]], Mapping[str, Shape]]


def write_model_files(
    folder: Path,
    document: Mapping[str, Any],
    tensors: Mapping[str, NDArray[np.float32]],
    extra: Mapping[str, Content],
) -> None:
    """Make `folder` hold this model, or leave it as it was; `extra` are further files by name.

    Reading gives back equal values. Raises ValueError for what reading would refuse (a bug of the caller);
    OutputError and WriteError as `new_folder` does.
    """
    data: dict[str, Content] = {**extra, **model_file_bytes(document, tensors)}
    with new_folder(folder) as draft:
        for name, text in data.items():
            create_file(draft / name, text)


def model_file_bytes(
    document: Mapping[str, Any], tensors: Mapping[str, NDArray[np.float32]]
) -> dict[str, bytes]:
    """The two files that make a model, by name. Raises ValueError for what reading would refuse."""
    return {
        MODEL_DOCUMENT: strict_json.dumps({"schema": SCHEMA, **document}),
        WEIGHTS: _weights_bytes(tensors),
    }


def read_model_files(
    folder: Path, expected: Expected | None = None
) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """The document and the tensors of a model folder, after every check that needs no knowledge of models.

    `expected` says from the document which tensors there must be, of which shapes.

    Raises InputError when there is no such folder, ModelError for everything else that is wrong with it.
    """
    return read_whole(folder, MODEL, lambda held: _read(held, expected))


def _check_shapes(
    folder: OpenFolder, tensors: Mapping[str, NDArray[Any]], expected: Mapping[str, Shape]
) -> None:
    """Raises ModelError unless these are exactly the expected tensors."""
    for name in [*expected, *tensors]:
        want, got = expected.get(name), tensors[name].shape if name in tensors else None
        if want != got:
            raise wrong(folder, WEIGHTS, f"expected {_tensor(name, want)}, found {_tensor(name, got)}")


def _tensor(name: str, shape: Shape | None) -> str:
    return f"no tensor {name!r}" if shape is None else f"tensor {name!r} of shape {list(shape)}"


def _read(
    folder: OpenFolder, expected: Expected | None
) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    listed = entries(folder, (MODEL_DOCUMENT, WEIGHTS))
    document = _document(folder, content(folder, MODEL_DOCUMENT, listed[MODEL_DOCUMENT], LARGEST_DOCUMENT))
    shapes = None if expected is None else expected(document)
    most = LARGEST_WEIGHTS if shapes is None else _most_bytes(shapes)
    tensors = _tensors(folder, content(folder, WEIGHTS, listed[WEIGHTS], most))
    if shapes is not None:
        _check_shapes(folder, tensors, shapes)
    for name in sorted(listed.keys() - {MODEL_DOCUMENT, WEIGHTS}):
        check(folder, name, listed[name])
    return document, tensors


def _most_bytes(shapes: Mapping[str, Shape]) -> int:
    """The size that a weights file of these tensors stays under: a bomb is refused before it is read."""
    return 4 * sum(math.prod(shape) for shape in shapes.values()) + 1000 * len(shapes) + 100_000


def _document(folder: OpenFolder, data: bytes) -> dict[str, Any]:
    try:
        document = strict_json.loads(data)
    except ValueError as error:
        raise wrong(folder, MODEL_DOCUMENT, f"it is not strict JSON: {error}") from error
    if not isinstance(document, dict):
        document = {}
    schema = document.pop("schema", None)
    if type(schema) is not int:
        raise wrong(folder, MODEL_DOCUMENT, "it has no schema number, so rnn-forecast did not write it")
    if schema > SCHEMA:
        what = f"expected a schema up to {SCHEMA}, found {schema}: a newer rnn-forecast wrote it"
        raise wrong(folder, MODEL_DOCUMENT, what, "Upgrade: pip install --upgrade rnn-forecast.")
    if schema < 1:
        raise wrong(folder, MODEL_DOCUMENT, f"expected a schema from 1 to {SCHEMA}, found {schema}")
    return upgraded(document, schema)


def _tensors(folder: OpenFolder, data: bytes) -> dict[str, NDArray[np.float32]]:
    try:
        found = safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise wrong(folder, WEIGHTS, f"it is not a safetensors file: {error}") from error
    tensors = {}
    for name, entry in found:
        if entry["dtype"] != "F32":
            raise wrong(folder, WEIGHTS, f"expected float32 in tensor {name!r}, found {entry['dtype']}")
        tensors[name] = np.frombuffer(entry["data"], dtype="<f4").reshape(entry["shape"])
        if not np.isfinite(tensors[name]).all():
            raise wrong(folder, WEIGHTS, f"expected finite numbers in tensor {name!r}, found NaN or infinity")
    return tensors


def _weights_bytes(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise ValueError(f"tensor {name!r} must be float32 and finite, is {tensor.dtype}")
    return safetensors.numpy.save({name: np.asarray(tensor, order="C") for name, tensor in tensors.items()})
