"""Small model folders, whole and spoiled, for the tests and the soak."""

import hashlib
import io
import json
import os
import pickle
import socket
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from rnn_forecast.model.model_files import write_model_files
from rnn_forecast.system.manifest import manifest_bytes

TENSORS = {"0.head.kernel": np.array([[0.5], [-1.5]], "f4"), "0.head.bias": np.array([0.25], "f4")}
SHAPES = {"0.head.kernel": (2, 1), "0.head.bias": (1,)}
DOCUMENT: dict[str, Any] = {"tickers": {"A": {"rows": 3}}, "shrinkage": [0.5], "note": "€"}
EXTRA = {"metrics.json": b'{"windows": 3}', "predictions.csv": b"ticker\nA\n", "history.csv": b"member\n0\n"}


def small_model(folder: Path) -> Path:
    write_model_files(folder, DOCUMENT, TENSORS, EXTRA)
    return folder


def seal(folder: Path) -> None:
    """Make the manifest agree with what a forger has put there."""
    (folder / "MANIFEST.json").unlink(missing_ok=True)
    files = {}
    for path in folder.iterdir():
        data = path.read_bytes() if path.is_file() else b""
        files[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / "MANIFEST.json").write_bytes(manifest_bytes(files))


class Payload:
    """Unpickled, it makes the file `owned` in the working folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("touch owned",))


def put(name: str, data: bytes) -> Callable[[Path], None]:
    """Another content for a file, with a manifest that agrees."""

    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(data)
        seal(folder)

    return spoil


def instead(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something that is not a plain file under the name of one."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return spoil


def manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """A manifest in the right spelling that says something else."""

    def spoil(folder: Path) -> None:
        files = json.loads((folder / "MANIFEST.json").read_bytes())["files"]
        change(files)
        (folder / "MANIFEST.json").write_bytes(manifest_bytes(files))

    return spoil


def raw_manifest(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "MANIFEST.json"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def keras_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", '{"class_name": "Lambda", "config": {"function": "os.system"}}')
    return stream.getvalue()


def weights(header: bytes | dict[str, Any], data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape: list[int], start: int, stop: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def tensors(**changed: Any) -> bytes:
    return safetensors.numpy.save({**TENSORS, **changed})


def listen(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path may have 108 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def secret(path: Path) -> Path:
    """A whole copy outside the folder, where a link could lead."""
    outside = path.parent.parent / f"outside-{path.name}"
    outside.write_bytes(b"{}")
    return outside


DOCUMENT_FAULTS = {
    "empty": b"",
    "nan": b'{"schema": 1, "a": NaN}',
    "infinity": b'{"schema": 1, "a": -Infinity}',
    "too large": b'{"schema": 1, "a": 1e400}',
    "key twice": b'{"schema": 1, "a": 1, "a": 2}',
    "schema twice": b'{"schema": 2, "schema": 1}',
    "brackets": b'{"schema": 1, "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "open brackets": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "long number": b'{"schema": 1, "a": ' + b"9" * 100_000 + b"}",
    "surrogate": b'{"schema": 1, "a": "\\ud800"}',
    "byte order mark": b'\xef\xbb\xbf{"schema": 1}',
    "utf-16": '{"schema": 1}'.encode("utf-16"),
    "not utf-8": b'{"schema": 1, "a": "\xff"}',
    "a list": b"[1]",
    "a number": b"1",
    "two documents": b'{"schema": 1} {"schema": 1}',
    "newer schema": b'{"schema": 4}',
    "far newer schema": b'{"schema": 1' + b"0" * 4000 + b"}",
    "no schema": b"{}",
    "schema zero": b'{"schema": 0}',
    "schema true": b'{"schema": true}',
    "schema text": b'{"schema": "1"}',
    "schema float": b'{"schema": 1.0}',
    "pickle": pickle.dumps(Payload()),
    "text pickle": pickle.dumps(Payload(), protocol=0),
    "keras": keras_archive(),
    "python": b"__import__('os').system('touch owned')",
}

WEIGHTS_FAULTS = {
    "empty": b"",
    "short": b"\x01\x00\x00",
    "pickle": pickle.dumps(Payload()),
    "keras": keras_archive(),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "nan": tensors(**{"0.head.bias": np.array([np.nan], "f4")}),
    "infinity": tensors(**{"0.head.bias": np.array([-np.inf], "f4")}),
    "double": tensors(**{"0.head.bias": np.array([0.25], "f8")}),
    "whole numbers": tensors(**{"0.head.bias": np.array([1], "i4")}),
    "another shape": tensors(**{"0.head.kernel": TENSORS["0.head.kernel"].T.copy()}),
    "flat": tensors(**{"0.head.kernel": TENSORS["0.head.kernel"].ravel()}),
    "one more": tensors(**{"1.head.bias": np.array([0.25], "f4")}),
    "one less": safetensors.numpy.save({"0.head.bias": TENSORS["0.head.bias"]}),
    "none": safetensors.numpy.save({}),
    "cut": tensors()[:-1],
    "longer": tensors() + b"\0",
    "huge header": weights(b"{}", length=2**63),
    "header of a gigabyte": weights(b"{}", length=2**30),
    "brackets": weights(b"[" * 100_000),
    "deep": weights(b'{"a":' * 100_000),
    "not utf-8": weights(b'{"\xff": 1}'),
    "overlap": weights({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, bytes(12)),
    "hole": weights({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, bytes(12)),
    "beyond": weights({"a": entry([4], 0, 16)}, bytes(8)),
    "backwards": weights({"a": entry([1], 4, 0)}, bytes(4)),
    "huge shape": weights({"a": entry([2**40, 2**40], 0, 4)}, bytes(4)),
    "negative shape": weights({"a": entry([-1], 0, 4)}, bytes(4)),
    "shape of floats": weights(b'{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', bytes(4)),
    "unknown type": weights({"a": entry([1], 0, 4, "PICKLE")}, bytes(4)),
    "half": weights({"a": entry([2], 0, 4, "F16")}, bytes(4)),
    "brain float": weights({"a": entry([2], 0, 4, "BF16")}, bytes(4)),
}

NOT_PLAIN = {
    "link": lambda path: path.symlink_to(secret(path)),
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "fifo": os.mkfifo,
    "folder": Path.mkdir,
    "socket": listen,
}

MANIFEST_FAULTS = {
    "empty": raw_manifest(lambda data: b""),
    "cut": raw_manifest(lambda data: data[:-1]),
    "longer": raw_manifest(lambda data: data + b"\n"),
    "another spelling": raw_manifest(lambda data: json.dumps(json.loads(data)).encode()),
    "a tab for a space": raw_manifest(lambda data: data.replace(b" ", b"\t", 1)),
    "another maker": raw_manifest(lambda data: data.replace(b"rnn-forecast", b"somebody")),
    "a list": raw_manifest(lambda data: b"[]\n"),
    "files a list": raw_manifest(lambda data: b'{\n "made_by": "rnn-forecast",\n "files": []\n}\n'),
    "file a list": raw_manifest(lambda data: b'{"made_by": "rnn-forecast", "files": {"a": []}}'),
    "key twice": raw_manifest(lambda data: data.replace(b'"files"', b'"files": {}, "files"')),
    "nan": raw_manifest(lambda data: data.replace(b'"size": 14', b'"size": NaN')),
    "brackets": raw_manifest(lambda data: b"[" * 100_000),
    "two megabytes": raw_manifest(lambda data: data + b" " * 2**21),
    "pickle": raw_manifest(lambda data: pickle.dumps(Payload())),
    "not utf-8": raw_manifest(lambda data: b"\xff" + data),
    "a file more": manifest(lambda files: files.update({"a": {"sha256": "0" * 64, "size": 0}})),
    "a file less": manifest(lambda files: files.pop("history.csv")),
    "no document": manifest(lambda files: files.pop("model.json")),
    "no weights": manifest(lambda files: files.pop("weights.safetensors")),
    "a path": manifest(lambda files: files.update({"../secret": {"sha256": "0" * 64, "size": 0}})),
    "a root path": manifest(lambda files: files.update({"/etc/passwd": {"sha256": "0" * 64, "size": 0}})),
    "nothing": manifest(lambda files: files.clear()),
    "another hash": manifest(lambda files: files["model.json"].update(sha256="0" * 64)),
    "upper case": manifest(lambda files: files["model.json"].update(sha256="A" * 64)),
    "another size": manifest(lambda files: files["model.json"].update(size=5)),
    "size true": manifest(lambda files: files["model.json"].update(size=True)),
    "size float": manifest(lambda files: files["model.json"].update(size=14.0)),
    "size huge": manifest(lambda files: files["model.json"].update(size=2**70)),
    "hash a number": manifest(lambda files: files["model.json"].update(sha256=1)),
    "hash null": manifest(lambda files: files["model.json"].update(sha256=None)),
    "an entry more": manifest(lambda files: files["model.json"].update(path="../secret")),
    "entry a text": manifest(lambda files: files.update({"model.json": "x"})),
}

NAMES = [
    "MANIFEST.json",
    "model.json",
    "weights.safetensors",
    "metrics.json",
    "predictions.csv",
    "history.csv",
]


def faults() -> dict[str, Callable[[Path], object]]:
    """What can be wrong with a model folder, by name: each spoils a `small_model`."""
    every: dict[str, Callable[[Path], object]] = {}
    every |= {f"manifest: {name}": spoil for name, spoil in MANIFEST_FAULTS.items()}
    every |= {f"document: {name}": put("model.json", data) for name, data in DOCUMENT_FAULTS.items()}
    every |= {f"weights: {name}": put("weights.safetensors", data) for name, data in WEIGHTS_FAULTS.items()}
    for name in NAMES:
        every[f"{name}: missing"] = lambda folder, name=name: (folder / name).unlink()
        every |= {f"{name}: {kind}": instead(name, make) for kind, make in NOT_PLAIN.items()}
    every["a file more"] = lambda folder: (folder / "evil.py").write_text("import os")
    every["a folder more"] = lambda folder: (folder / "sub").mkdir()
    every["swapped weights"] = lambda folder: (folder / "weights.safetensors").write_bytes(
        tensors(**{"0.head.bias": np.array([0.5], "f4")})
    )
    every["empty"] = lambda folder: [path.unlink() for path in folder.iterdir()]
    return every
