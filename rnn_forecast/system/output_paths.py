"""Where an output goes, what stands there, what a failure means: what `files` and `locks` have in common."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from rnn_forecast.errors import ForecastError, OutputError, WriteError

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
def explained(path: Path) -> Iterator[None]:
    """Turn an OSError of the body into our own."""
    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error


def resolved(path: Path) -> Path:
    """Where the output really is, links followed: the link stays, and two names of one place share a lock."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def mode_of(target: Path) -> int | None:
    """What stands there, as `stat` says it; None where nothing does."""
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def is_stream(mode: int | None) -> bool:
    """Whether it is a device or a pipe: written straight, never replaced, never locked."""
    return mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def remove(path: Path) -> None:
    """Remove a temporary file or folder, if it is there, even where a signal interrupts it."""
    try:
        _erase(path)
    except BaseException:
        _erase(path)
        raise


def _erase(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
