"""A folder of ours as bytes: nothing in it is used before size and hash match its manifest.

A file is opened only by a name that the folder itself holds, never through a link, and only where it is a
plain file of the size that the manifest says; the bytes that were hashed are the bytes that are given out.
"""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.system import manifest, strict_json

Read = TypeVar("Read")


class Kind(NamedTuple):
    """What a folder is read as, in the words of its errors."""

    noun: str  # "model"
    first: str  # the remedy where there is none
    again: str  # the remedy where it is not as it was written


class OpenFolder(NamedTuple):
    path: Path  # as the user named it, for messages
    descriptor: int  # its files are opened through this
    kind: Kind


def wrong(folder: OpenFolder, name: str, what: str, remedy: str = "") -> ModelError:
    """The error about one file, as one printable line whatever its name or content is."""
    line = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in f"{name}: {what}")
    text = f"{folder.path}/{line if len(line) < 250 else line[:250] + '…'}."
    return ModelError(text, remedy or folder.kind.again)


def read_whole(path: Path, kind: Kind, read: Callable[[OpenFolder], Read]) -> Read:
    """What `read` makes of the folder; once more where a run replaces it meanwhile: never halves of two.

    Raises InputError when there is none or it cannot be read, ModelError when it is no folder, and what
    `read` raises.
    """
    while True:
        with _opened(path, kind) as folder:
            try:
                return read(folder)
            except ModelError:
                if not _replaced(folder):
                    raise


@contextlib.contextmanager
def _opened(path: Path, kind: Kind) -> Iterator[OpenFolder]:
    """The folder held open: its files stay those that belong together while another takes its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise InputError(f"There is no {kind.noun} at {path}.", kind.first) from error
    except NotADirectoryError as error:
        raise ModelError(
            f"{path} is not a {kind.noun}: expected a folder, found a file.", f"Name a {kind.noun} folder."
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Look at its permissions.") from error
    try:
        yield OpenFolder(path, descriptor, kind)
    finally:
        os.close(descriptor)


def _replaced(folder: OpenFolder) -> bool:
    """Whether the name has gone to another folder meanwhile."""
    try:
        return not os.path.samestat(folder.path.stat(), os.fstat(folder.descriptor))
    except OSError:
        return False


def entries(folder: OpenFolder, needed: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Size and sha256 of each file, once the manifest lists what the folder holds (hidden files aside).

    The files `needed` are among them.

    Raises ModelError.
    """
    names = _names(folder)
    listed = _manifest(folder, names)
    for name in manifest.unlisted(names, listed):
        raise wrong(folder, name, "it is not in the manifest", "Move it elsewhere.")
    for name in needed:
        if name not in listed:
            raise wrong(folder, name, "it is missing from the manifest")
    return listed


def fingerprint(path: Path, kind: Kind) -> str:
    """The sha256 of the folder's manifest, once every file that it lists is as it says.

    What else lies there is not looked at: who uses the folder says so. Raises as `read_whole` does.
    """

    def read(folder: OpenFolder) -> str:
        listed = _manifest(folder, _names(folder))
        for name, entry in listed.items():
            check(folder, name, entry)
        return hashlib.sha256(manifest.manifest_bytes(listed)).hexdigest()

    return read_whole(path, kind, read)


def _names(folder: OpenFolder) -> set[str]:
    return {name for name in os.listdir(folder.descriptor) if name[0] != "."}  # noqa: PTH208


def _manifest(folder: OpenFolder, names: set[str]) -> dict[str, dict[str, Any]]:
    """Size and sha256 of each file that the manifest lists, all of them among `names`. Raises ModelError."""
    if manifest.NAME not in names:
        what = f"it is missing, so this is no {folder.kind.noun} or not a whole one"
        raise wrong(folder, manifest.NAME, what)
    with _plain_file(folder, manifest.NAME) as (file, size):
        if size > manifest.LARGEST:
            raise _too_large(folder, manifest.NAME, manifest.LARGEST, size)
        listed = _listed(folder, file.read(manifest.LARGEST))
    for name in sorted(listed.keys() - names):
        raise wrong(folder, name, "the manifest lists it, and it is missing")
    return listed


def _listed(folder: OpenFolder, data: bytes) -> dict[str, dict[str, Any]]:
    try:
        files = strict_json.loads(data)["files"]
        sound = manifest.manifest_bytes(files) == data and all(map(_is_entry, files.items()))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        sound = False
    if not sound:
        what = "it is not a manifest as rnn-forecast writes it: altered or foreign"
        raise wrong(folder, manifest.NAME, what)
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
        raise wrong(folder, name, f"expected {entry['size']} bytes, found {size}: cut or altered")


def _check_hash(folder: OpenFolder, name: str, entry: Mapping[str, Any], digest: str) -> None:
    if digest != entry["sha256"]:
        what = f"expected sha256 {entry['sha256'][:12]}…, found {digest[:12]}…: altered"
        raise wrong(folder, name, what)


def _too_large(folder: OpenFolder, name: str, most: int, size: int) -> ModelError:
    return wrong(folder, name, f"expected at most {most} bytes, found {size}")


@contextlib.contextmanager
def _plain_file(folder: OpenFolder, name: str) -> Iterator[tuple[BufferedReader, int]]:
    """A file of the folder and its size; no link is followed, no FIFO or device waited for."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder.descriptor)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise wrong(folder, name, "expected a plain file, found a folder, pipe or device")
            with open(descriptor, "rb", closefd=False) as file:
                yield file, status.st_size
        finally:
            os.close(descriptor)
    except OSError as error:
        what = "a link" if error.errno == errno.ELOOP else error.strerror
        raise wrong(folder, name, f"expected a plain file that can be read, found: {what}") from error
