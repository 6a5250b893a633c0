"""A model folder as bytes: nothing in it is used before size and hash match its manifest.

A file is opened only by a name that the folder itself holds, never through a link, and only where it is a
plain file of the size that the manifest says; the bytes that were hashed are the bytes that are given out.
"""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.system import manifest, strict_json


class OpenFolder(NamedTuple):
    path: Path  # as the user named it, for messages
    descriptor: int  # its files are opened through this


def wrong(folder: Path, name: str, what: str, remedy: str = "Train the model again.") -> ModelError:
    """The error about one file, as one printable line whatever its name or content is."""
    line = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in f"{name}: {what}")
    return ModelError(f"{folder}/{line if len(line) < 250 else line[:250] + '…'}.", remedy)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[OpenFolder]:
    """The folder held open: its files stay those of one model even if another takes its name.

    Raises InputError when there is none or it cannot be read, ModelError when it is no folder.
    """
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
        yield OpenFolder(folder, descriptor)
    finally:
        os.close(descriptor)


def replaced(folder: OpenFolder) -> bool:
    """Whether the name has gone to another folder meanwhile."""
    try:
        return not os.path.samestat(folder.path.stat(), os.fstat(folder.descriptor))
    except OSError:
        return False


def entries(folder: OpenFolder) -> dict[str, dict[str, Any]]:
    """Size and sha256 of each file, once the manifest lists what the folder holds (hidden files aside).

    Raises ModelError.
    """
    names = {name for name in os.listdir(folder.descriptor) if name[0] != "."}  # noqa: PTH208
    if manifest.NAME not in names:
        raise wrong(folder.path, manifest.NAME, "it is missing, so this is no model or not a whole one")
    with _plain_file(folder, manifest.NAME) as (file, size):
        if size > manifest.LARGEST:
            raise _too_large(folder, manifest.NAME, manifest.LARGEST, size)
        listed = _listed(folder, file.read(manifest.LARGEST))
    for name in manifest.unlisted(names, listed):
        raise wrong(folder.path, name, "it is not in the manifest", "Move it elsewhere.")
    for name in sorted(listed.keys() - names):
        raise wrong(folder.path, name, "the manifest lists it, and it is missing")
    return listed


def _listed(folder: OpenFolder, data: bytes) -> dict[str, dict[str, Any]]:
    try:
        files = strict_json.loads(data)["files"]
        sound = manifest.manifest_bytes(files) == data and all(map(_is_entry, files.items()))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        sound = False
    if not sound:
        what = "it is not a manifest as rnn-forecast writes it: altered or foreign"
        raise wrong(folder.path, manifest.NAME, what)
    return dict(files)


def _is_entry(item: tuple[str, dict[str, Any]]) -> bool:
    name, entry = item
    return (
        Path(name).name == name
        and entry.keys() == {"sha256", "size"}
        and type(entry["size"]) is int
        and type(entry["sha256"]) is str
    )


def content(folder: OpenFolder, name: str, entry: Mapping[str, Any], most: int) -> bytes:
    """What a file of at most `most` bytes holds, once size and hash are right. Raises ModelError."""
    with _plain_file(folder, name) as (file, size):
        _check_size(folder, name, entry, size)
        if size > most:
            raise _too_large(folder, name, most, size)
        data = file.read(size)
    _check_hash(folder, name, entry, hashlib.sha256(data).hexdigest())
    return data


def check(folder: OpenFolder, name: str, entry: Mapping[str, Any]) -> None:
    """The same of a file that is not parsed, piece by piece."""
    with _plain_file(folder, name) as (file, size):
        _check_size(folder, name, entry, size)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _check_hash(folder, name, entry, digest)


def _check_size(folder: OpenFolder, name: str, entry: Mapping[str, Any], size: int) -> None:
    if size != entry["size"]:
        raise wrong(folder.path, name, f"expected {entry['size']} bytes, found {size}: cut or altered")


def _check_hash(folder: OpenFolder, name: str, entry: Mapping[str, Any], digest: str) -> None:
    if digest != entry["sha256"]:
        what = f"expected sha256 {entry['sha256'][:12]}…, found {digest[:12]}…: altered"
        raise wrong(folder.path, name, what)


def _too_large(folder: OpenFolder, name: str, most: int, size: int) -> ModelError:
    return wrong(folder.path, name, f"expected at most {most} bytes, found {size}")


@contextlib.contextmanager
def _plain_file(folder: OpenFolder, name: str) -> Iterator[tuple[BufferedReader, int]]:
    """A file of the folder and its size; no link is followed, no FIFO or device waited for."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder.descriptor)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise wrong(folder.path, name, "expected a plain file, found a folder, pipe or device")
            with open(descriptor, "rb", closefd=False) as file:
                yield file, status.st_size
        finally:
            os.close(descriptor)
    except OSError as error:
        what = "a link" if error.errno == errno.ELOOP else error.strerror
        raise wrong(folder.path, name, f"expected a plain file that can be read, found: {what}") from error
