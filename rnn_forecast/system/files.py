"""Outputs that are the old one or the new one, whole, at every moment.

A file is written to a temporary sibling, flushed to disk and renamed; a folder of files likewise, its
MANIFEST.json written last, and made visible by one rename. Temporary siblings go with the run that made them;
what a killed run left goes when the next one takes the lock (`locks`).
"""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from rnn_forecast.errors import OutputError
from rnn_forecast.system import manifest, signals
from rnn_forecast.system.atomic_replace import swap_folders
from rnn_forecast.system.file_names import is_model, temporary
from rnn_forecast.system.output_paths import explained, is_stream, mode_of, remove, resolved

Content = bytes | Iterable[bytes]  # of a file: whole, or in pieces where it is too long to be held


def write_file(path: Path, data: bytes) -> None:
    """Make `path` hold `data`, or leave it as it was.

    A link is followed, a file's mode is kept, a new file gets the mode that a plain open gives. A device or a
    pipe (`/dev/stdout`) is written straight: it has nothing to replace.

    Raises OutputError when it cannot be created, WriteError when a write fails.
    """
    require_writable(path)
    with explained(path):
        mode = mode_of(path)
        if is_stream(mode):
            with signals.not_yet():
                _write_through(path, data)
            return
        target = resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = temporary(target)
        try:
            create_file(draft, data, mode=mode)
            with signals.in_place(target):
                draft.replace(target)
        finally:
            remove(draft)
        _sync(target.parent)


def require_writable(path: Path) -> None:
    """Raise OutputError unless `write_file(path)` may write there: ask before the work of hours."""
    with explained(path):
        mode = mode_of(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise OutputError(f"{path} must be a file, and is a folder.", "Name a file in it.")
        if not is_stream(mode):
            _refuse_protected(resolved(path), mode)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make `path` a folder of the files that the body writes into the folder it gets, or leave it as it was.

    The body gets an empty temporary sibling and fills it with files (no folders). Then the manifest is
    written and the sibling takes the name `path`, an older folder of ours going in the same step.

    Raises OutputError when it cannot be created, or when `path` is a folder that holds anything that we did
    not write, or a model where the new one is none; WriteError when a write fails, in the body too.
    """
    require_replaceable(path)
    with explained(path):
        target = resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = temporary(target)
        try:
            draft.mkdir()
            yield draft
            create_file(draft / manifest.NAME, manifest.manifest_of(draft))
            _sync(draft)
            require_replaceable(path)  # again: the body may have taken minutes
            if not is_model(draft):
                _refuse_to_lose_model(target)
            with signals.in_place(target):
                _publish(draft, target)
        finally:
            remove(draft)
        _sync(target.parent)


def create_file(path: Path, data: Content, *, mode: int | None = None) -> None:
    """A new file on the disk: written, flushed, fsynced. Raises OSError; `path` must not exist."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # less the umask
    try:
        for piece in [data] if isinstance(data, bytes) else data:
            _write_all(descriptor, piece)
        if mode is not None:
            os.fchmod(descriptor, stat.S_IMODE(mode))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_replaceable(path: Path) -> None:
    """Raise OutputError unless `new_folder(path)` may write there: ask before the work of hours.

    Only an empty folder, or one that holds what its manifest lists and nothing else, is ever replaced.
    """
    with explained(path):
        target = resolved(path)
        mode = mode_of(target)
        if mode is None:
            return
        if not stat.S_ISDIR(mode):
            raise OutputError(f"{path} must be a folder, and is a file.", "Name another folder.")
        _refuse_protected(target, mode)
        foreign = manifest.foreign_names(target)
    if foreign:
        raise OutputError(
            f"{path} is not replaced: it holds {foreign[0]!r}, which rnn-forecast did not put there.",
            "Move your files elsewhere, or name another folder.",
        )


def require_free(path: Path) -> None:
    """Raise OutputError unless a folder that is no model may be written there: ask before long work."""
    require_replaceable(path)
    _refuse_to_lose_model(path)


def _refuse_to_lose_model(path: Path) -> None:
    """Only a model may replace a model, which took hours: a mistaken --out must not cost it."""
    if is_model(path):
        raise OutputError(f"{path.name} is not replaced: it holds a model.", "Name another folder.")


def _refuse_protected(target: Path, mode: int | None) -> None:
    effective = os.access in os.supports_effective_ids
    if mode is not None and not os.access(target, os.W_OK, effective_ids=effective):
        # a rename would replace it all the same
        raise OSError(errno.EACCES, "it is write-protected", str(target))


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb", buffering=0) as stream:
        _write_all(stream.fileno(), data)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _publish(draft: Path, target: Path) -> None:
    mode = mode_of(target)
    if mode is None:
        draft.rename(target)
        return
    draft.chmod(stat.S_IMODE(mode))
    if swap_folders(draft, target):
        return
    # Without that call `path` is missing between two renames, but whole under another name beside it:
    # `locks` puts it back if this run is killed there.
    old = draft.with_suffix(".old")
    target.rename(old)
    try:
        draft.rename(target)
    except BaseException:
        if not target.exists():  # a signal may have come just after the rename
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)
