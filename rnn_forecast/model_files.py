"""A model's folder on the disk: strict JSON, safetensors and a manifest; nothing in it is ever run.

A file is opened only by a name that the folder itself holds, never through a link, and only where it is a
plain file of the size that the manifest says; what was hashed is what is parsed.
"""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from rnn_forecast import manifest, strict_json
from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.files import create_file, new_folder

SCHEMA = 1
DOCUMENT = "model.json"
WEIGHTS = "weights.safetensors"
LARGEST = {DOCUMENT: 2**28, WEIGHTS: 2**32}  # bytes; the others are hashed piece by piece and never parsed
AGAIN = "Train the model again."

Shape = tuple[int, ...]
Expected = Callable[[dict[str, Any]], Mapping[str, Shape]]


def write_model_files(
    folder: Path,
    document: Mapping[str, Any],
    tensors: Mapping[str, NDArray[np.float32]],
    extra: Mapping[str, bytes],
) -> None:
    """Make `folder` hold this model, or leave it as it was; `extra` are further files by name.

    Reading gives back equal values. Raises ValueError for what reading would refuse (a bug of the caller);
    OutputError and WriteError as `new_folder` does.
    """
    data = {DOCUMENT: strict_json.dumps({"schema": SCHEMA, **document}), WEIGHTS: _weights_bytes(tensors)}
    with new_folder(folder) as draft:
        for name, content in {**extra, **data}.items():
            create_file(draft / name, content)


def read_model_files(
    folder: Path, expected: Expected | None = None
) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """The document and the tensors of a model folder, after every check that needs no knowledge of models.

    `expected` says from the document which tensors there must be, of which shapes; see also `check_shapes`.
    A folder that a training run replaces meanwhile is read again: the result is one model, never two halves.

    Raises InputError when there is no such folder, ModelError for everything else that is wrong with it.
    """
    with _opened(folder) as descriptor:
        try:
            files = _checked_files(folder, descriptor)
            document = _document(folder, files[DOCUMENT])
            tensors = _tensors(folder, files[WEIGHTS])
        except ModelError:
            if _replaced(folder, descriptor):
                return read_model_files(folder, expected)
            raise
    if expected is not None:
        check_shapes(folder, tensors, expected(document))
    return document, tensors


def check_shapes(folder: Path, tensors: Mapping[str, NDArray[Any]], expected: Mapping[str, Shape]) -> None:
    """Raises ModelError unless these are exactly the expected tensors."""
    for name in [*expected, *tensors]:
        want, got = expected.get(name), tensors[name].shape if name in tensors else None
        if want != got:
            raise _wrong(folder, WEIGHTS, f"expected {_tensor(name, want)}, found {_tensor(name, got)}")


def _tensor(name: str, shape: Shape | None) -> str:
    return f"no tensor {name!r}" if shape is None else f"tensor {name!r} of shape {list(shape)}"


def _wrong(folder: Path, name: str, what: str, remedy: str = AGAIN) -> ModelError:
    return ModelError(f"{folder / name}: {what}.", remedy)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of the folder: its files stay those of one model while another takes its name."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise InputError(
            f"There is no model at {folder}.", "Train one first, or name it with --model."
        ) from error
    except NotADirectoryError as error:
        raise ModelError(
            f"{folder} is not a model: expected a folder, found a file.", "Name a model folder."
        ) from error
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.", "Look at its permissions.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _replaced(folder: Path, descriptor: int) -> bool:
    try:
        return not os.path.samestat(folder.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _checked_files(folder: Path, descriptor: int) -> dict[str, bytes]:
    """The content of the files that are parsed, once every file is the one that the manifest lists."""
    names = {name for name in os.listdir(descriptor) if not name.startswith(".")}
    listed = _manifest(folder, descriptor, names)
    surplus = manifest.unlisted(names, listed)
    if surplus:
        raise _wrong(folder, surplus[0], "it is not in the manifest", "Move it elsewhere.")
    for name in [DOCUMENT, WEIGHTS, *listed]:
        if name not in names or name not in listed:
            where = "the manifest" if name in names else "the folder"
            raise _wrong(folder, name, f"it is missing from {where}")
    contents = {name: _content(folder, descriptor, name, entry) for name, entry in listed.items()}
    return {name: content for name, content in contents.items() if content is not None}


def _manifest(folder: Path, descriptor: int, names: set[str]) -> dict[str, dict[str, Any]]:
    if manifest.NAME not in names:
        raise _wrong(folder, manifest.NAME, "it is missing, so this is no model or not a whole one")
    with _plain_file(folder, descriptor, manifest.NAME) as (file, size):
        if size > manifest.LARGEST:
            raise _wrong(folder, manifest.NAME, f"expected at most {manifest.LARGEST} bytes, found {size}")
        data = file.read(manifest.LARGEST)
    try:
        files = strict_json.loads(data)["files"]
        sound = manifest.manifest_bytes(files) == data and all(map(_is_entry, files.values()))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        sound = False
    if not sound:
        raise _wrong(
            folder, manifest.NAME, "it is not a manifest as rnn-forecast writes it: altered or foreign"
        )
    return dict(files)


def _is_entry(entry: dict[str, Any]) -> bool:
    return entry.keys() == {"sha256", "size"} and type(entry["size"]) is int and type(entry["sha256"]) is str


def _content(folder: Path, descriptor: int, name: str, entry: Mapping[str, Any]) -> bytes | None:
    """What a file holds, where it is one that is parsed; its size and hash checked in any case."""
    with _plain_file(folder, descriptor, name) as (file, size):
        if size != entry["size"]:
            raise _wrong(folder, name, f"expected {entry['size']} bytes, found {size}: cut or altered")
        if name not in LARGEST:
            digest, content = hashlib.file_digest(file, "sha256"), None
        elif size > LARGEST[name]:
            raise _wrong(folder, name, f"expected at most {LARGEST[name]} bytes, found {size}")
        else:
            content = file.read(size)
            digest = hashlib.sha256(content)
    if digest.hexdigest() != entry["sha256"]:
        raise _wrong(
            folder,
            name,
            f"expected sha256 {entry['sha256'][:12]}…, found {digest.hexdigest()[:12]}…: altered",
        )
    return content


@contextlib.contextmanager
def _plain_file(folder: Path, descriptor: int, name: str) -> Iterator[tuple[BufferedReader, int]]:
    """A file of the folder and its size; no link is followed, no FIFO or device waited for."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descriptor)
        try:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                raise _wrong(folder, name, "expected a plain file, found a folder, pipe or device")
            with open(opened, "rb", closefd=False) as file:
                yield file, status.st_size
        finally:
            os.close(opened)
    except OSError as error:
        what = "a link" if error.errno == errno.ELOOP else error.strerror
        raise _wrong(folder, name, f"expected a plain file that can be read, found: {what}") from error


def _document(folder: Path, data: bytes) -> dict[str, Any]:
    try:
        document = strict_json.loads(data)
    except ValueError as error:
        raise _wrong(folder, DOCUMENT, f"it is not strict JSON: {error}") from error
    if not isinstance(document, dict):
        document = {}
    schema = document.pop("schema", None)
    if type(schema) is not int:
        raise _wrong(folder, DOCUMENT, "it has no schema number, so rnn-forecast did not write it")
    if schema > SCHEMA:
        what = f"expected a schema up to {SCHEMA}, found {schema}: a newer rnn-forecast wrote it"
        raise _wrong(folder, DOCUMENT, what, "Upgrade: pip install --upgrade rnn-forecast.")
    if schema != SCHEMA:
        raise _wrong(folder, DOCUMENT, f"expected schema {SCHEMA}, found {schema}")
    return dict(document)


def _tensors(folder: Path, data: bytes) -> dict[str, NDArray[np.float32]]:
    try:
        entries = safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise _wrong(folder, WEIGHTS, f"it is not a safetensors file: {error}") from error
    tensors = {}
    for name, entry in entries:
        if entry["dtype"] != "F32":
            raise _wrong(folder, WEIGHTS, f"expected float32 in tensor {name!r}, found {entry['dtype']}")
        tensors[name] = np.frombuffer(entry["data"], dtype="<f4").reshape(entry["shape"])
        if not np.isfinite(tensors[name]).all():
            raise _wrong(
                folder, WEIGHTS, f"expected finite numbers in tensor {name!r}, found NaN or infinity"
            )
    return tensors


def _weights_bytes(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise ValueError(f"tensor {name!r} must be float32 and finite, is {tensor.dtype}")
    return safetensors.numpy.save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
