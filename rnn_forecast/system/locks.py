"""One run at a time for each output, and an end to what killed runs left behind."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rnn_forecast.errors import BusyError
from rnn_forecast.system import signals
from rnn_forecast.system.file_names import beside, leftovers
from rnn_forecast.system.output_paths import explained, is_stream, mode_of, remove, resolved

_POLL_SECONDS = 0.05


@contextlib.contextmanager
def locked(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of the output `path`, waiting for it at most `wait` seconds; sweep up after killed runs.

    The kernel drops the lock with the process, however that ends, so a lock is never stale. Devices and pipes
    have none: they are written straight.

    Raises BusyError naming the holder, OutputError when the lock file cannot be created.
    """
    with explained(path):
        stream = is_stream(mode_of(path))
    with contextlib.nullcontext() if stream else _holding(path, wait):
        yield


@contextlib.contextmanager
def _holding(path: Path, wait: float) -> Iterator[None]:
    with explained(path):
        target = resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = beside(target, "lock")
        descriptor = _take(lock, path, time.monotonic() + wait)
    try:
        with explained(path):
            sweep(target)
        with signals.for_output(target):
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


def sweep(target: Path) -> None:
    """Undo what a killed run left. Under the lock no live run has a temporary for `target`."""
    for old in leftovers(target, "old"):
        if not target.exists():
            old.rename(target)
    for path in leftovers(target, "tmp") + leftovers(target, "old"):
        remove(path)
