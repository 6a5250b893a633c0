"""Standard output, for data only: bytes in UTF-8 whatever the locale, flushed, every fault reported.

A reader that goes away (`| head -1`) has what it wanted: that ends quietly with 0, like a reader that stays.
"""

import contextlib
import errno
import os
import sys

from rnn_forecast.errors import WriteError
from rnn_forecast.system import signals


class ReaderLeft(Exception):  # noqa: N818  no error: it had what it wanted
    """The reader of our standard output has gone. Any other broken pipe (a worker's) is a fault."""


def write_stdout(data: bytes) -> None:
    """Write `data`. Raises WriteError when standard output is closed or full, ReaderLeft if nobody reads."""
    if sys.stdout is None:
        raise WriteError(
            "standard output is closed.", "Open it, such as by > FILE at the end of the command."
        )
    try:
        with signals.not_yet():
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError as error:
        forget_stdout()
        if error.errno == errno.EPIPE:
            raise ReaderLeft("the reader of standard output left") from error
        raise WriteError(
            f"standard output cannot be written: {error.strerror or error}.",
            "Free some space, or send the output somewhere else.",
        ) from error


def forget_stdout() -> None:
    """Discard what is still buffered for standard output, so that flushing at exit does not fail."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


def write_stderr(text: str) -> None:
    """Write `text` and a newline to standard error if anybody is there to read it; never an error itself."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
