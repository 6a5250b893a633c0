"""Outputs that are the old one or the new one, whole, at every moment; and one run at a time for each.

A file is written to a temporary sibling, flushed to disk and renamed; a folder of files likewise, its
MANIFEST.json written last, and made visible by one rename. Temporary siblings go with the run that made them;
what a killed run left goes when the next one takes the lock.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rnn_forecast import manifest
from rnn_forecast.errors import BusyError, ForecastError, OutputError, WriteError
from rnn_forecast.exchange import exchange
from rnn_forecast.file_names import beside, leftovers, safe_name, safe_names, temporary, ticker_of

__all__ = [
    "create_file",
    "locked",
    "new_folder",
    "output_error",
    "require_replaceable",
    "safe_name",
    "safe_names",
    "ticker_of",
    "write_file",
]

_POLL_SECONDS = 0.05
_WRITES_FAILED = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EPIPE,
    errno.ESTALE,
    errno.ENOMEM,
    None,  # NumPy's "3 requested and 0 written" has no number
}


def write_file(path: Path, data: bytes) -> None:
    """Make `path` hold `data`, or leave it as it was.

    A link is followed, a file's mode is kept, a new file gets the mode that a plain open gives. A device or a
    pipe (`/dev/stdout`) is written straight: it has nothing to replace.

    Raises OutputError when it cannot be created, WriteError when a write fails.
    """
    with _explained(path):
        mode = _mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise OutputError(f"{path} must be a file, and is a folder.", "Name a file in it.")
        if _is_stream(mode):
            _write_through(path, data)
            return
        target = _resolved(path)
        _refuse_protected(target, mode)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = temporary(target)
        try:
            create_file(draft, data, mode=mode)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        _sync(target.parent)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make `path` a folder of the files that the body writes into the folder it gets, or leave it as it was.

    The body gets an empty temporary sibling and fills it with files (no folders). Then the manifest is
    written and the sibling takes the name `path`, an older folder of ours going in the same step.

    Raises OutputError when it cannot be created, or when `path` is a folder that holds anything that we did
    not write; WriteError when a write fails, in the body too.
    """
    require_replaceable(path)
    with _explained(path):
        target = _resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = temporary(target)
        try:
            draft.mkdir()
            yield draft
            create_file(draft / manifest.NAME, manifest.manifest_of(draft))
            _sync(draft)
            require_replaceable(path)  # again: the body may have taken minutes
            _publish(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _sync(target.parent)


@contextlib.contextmanager
def locked(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of the output `path`, waiting for it at most `wait` seconds; sweep up after killed runs.

    The kernel drops the lock with the process, however that ends, so a lock is never stale. Devices and pipes
    have none: they are written straight.

    Raises BusyError naming the holder, OutputError when the lock file cannot be created.
    """
    with _explained(path):
        stream = _is_stream(_mode(path))
    with contextlib.nullcontext() if stream else _holding(path, wait):
        yield


def create_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """A new file on the disk: written, flushed, fsynced. Raises OSError; `path` must not exist."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # less the umask
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if mode is not None:
            os.fchmod(descriptor, stat.S_IMODE(mode))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_replaceable(path: Path) -> None:
    """Raise OutputError unless `new_folder(path)` may write there: ask before the work of hours.

    Only an empty folder, or one that holds what its manifest lists and nothing else, is ever replaced.
    """
    with _explained(path):
        target = _resolved(path)
        mode = _mode(target)
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


def output_error(path: Path | str, error: OSError) -> ForecastError:
    """What an OSError means: OutputError where `path` cannot be created, WriteError where a write failed."""
    why = error.strerror or str(error) or "the write failed"
    if error.errno in _WRITES_FAILED:
        return WriteError(
            f"{path} cannot be written: {why}.",
            "What was there before is whole. Free some space or look at the disk.",
        )
    return OutputError(f"{path} cannot be created: {why}.", "Name a place that can be written to.")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error


def _resolved(path: Path) -> Path:
    """Where the output really is, links followed: the link stays, and two names of one place share a lock."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _is_stream(mode: int | None) -> bool:
    return mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _refuse_protected(target: Path, mode: int | None) -> None:
    effective = os.access in os.supports_effective_ids
    if mode is not None and not os.access(target, os.W_OK, effective_ids=effective):
        # a rename would go round the protection
        raise OSError(errno.EACCES, "it is write-protected", str(target))


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb", buffering=0) as stream:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(stream.fileno(), rest) :]


def _publish(draft: Path, target: Path) -> None:
    mode = _mode(target)
    if mode is None:
        draft.rename(target)
        return
    draft.chmod(stat.S_IMODE(mode))
    if exchange(draft, target):
        return
    # No such call here. Between these two renames `path` is missing, whole beside its place: `_sweep` puts it
    # back if this run is killed there.
    old = draft.with_suffix(".old")
    target.rename(old)
    try:
        draft.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Undo what a killed run left. Under the lock no live run has a temporary for `target`."""
    for old in leftovers(target, "old"):
        if not target.exists():
            old.rename(target)
    for path in leftovers(target, "tmp") + leftovers(target, "old"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _holding(path: Path, wait: float) -> Iterator[None]:
    with _explained(path):
        target = _resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = beside(target, "lock")
        descriptor = _take(lock, path, time.monotonic() + wait)
    try:
        with _explained(path):
            _sweep(target)
        yield
    finally:
        # while still held: whoever opened this file meanwhile sees that its name has gone, and tries again
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _take(lock: Path, path: Path, deadline: float) -> int:
    """The descriptor of the lock file, locked. Takes turns with other runs until `deadline` (monotonic)."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        ours = False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = _is_still(lock, descriptor)  # else its last holder has removed it: it locks nothing now
            if ours:
                _sign(descriptor)
                return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise BusyError(
                    f"{path} is in use by {_signed(descriptor)}.",
                    "Wait for it to end, or give --wait SECONDS.",
                ) from None
            time.sleep(_POLL_SECONDS)
        finally:
            if not ours:
                os.close(descriptor)


def _is_still(lock: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(lock.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    """Say who holds the lock: for people only, so a full disk does not matter."""
    with contextlib.suppress(OSError):
        text = f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        os.pwrite(descriptor, f"{text:<60}\n".encode("ascii"), 0)  # one length: a new text hides the old


def _signed(descriptor: int) -> str:
    for _ in range(10):
        if text := os.pread(descriptor, 60, 0).decode("ascii", "replace").strip():
            return text
        time.sleep(_POLL_SECONDS)  # its holder is between taking and signing
    return "another run"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)
