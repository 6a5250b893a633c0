"""One worker: a process of our own that does one task after another and ends with this one, whatever ends it.

It is a fresh Python (nothing is forked: TensorFlow does not survive that), and silent. Ctrl-C is held back
from it: this process gets that alone and ends its workers; should it be killed before it can, they see that
their parent is gone and end themselves. They own nothing on the disk, so ending one leaves nothing behind.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from rnn_forecast.errors import StartError
from rnn_forecast.system.memory import megabytes, trim

_WATCH = 0.5  # seconds between two looks whether the parent is there
_CHILD = "import sys; sys.path[:] = {path!r}; from {module} import _serve; _serve({fd}, {parent})"


@dataclass(eq=False)
class Worker:
    """Takes a pickled `(call, arguments, whether it reports)` from its line, as bytes.

    It answers with triples of kind, value and its size in megabytes. The kinds: `begun`, when the call and
    all that it imports is loaded; `report`, as often as it reports; at the end `result`, or `raised` with the
    error.
    """

    process: "subprocess.Popen[bytes]"
    line: "Connection[Any, Any]"
    first_size: float | None = None  # megabytes after its first task
    idle_since: float = 0.0


def start(environment: Mapping[str, str]) -> Worker:
    """A worker. Raises OSError."""
    ours, theirs = Pipe()
    # a child takes over which signals are held back: SIGINT never reaches it, not even while it starts
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        code = _CHILD.format(path=sys.path, module=__name__, fd=theirs.fileno(), parent=os.getpid())
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=environment,
            stdin=nowhere, stdout=nowhere, stderr=nowhere,
        )  # fmt: skip
        return Worker(process, ours)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def end(worker: Worker) -> str:
    """End it at once, whatever it does; says how it ended, if it has by itself."""
    with contextlib.suppress(subprocess.TimeoutExpired):  # it may be about to
        worker.process.wait(0.1)
    worker.process.kill()
    code = worker.process.wait()
    worker.line.close()
    return f"died of signal {-code}" if code < 0 else f"ended with code {code}"


# what follows runs in the worker


def _serve(fd: int, parent: int) -> None:
    """Tasks until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    except RuntimeError:  # no thread for it: the machine's fault, and not the task's
        os._exit(StartError.exit_code)
    line: Connection[Any, Any] = Connection(fd)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            kind, value = _called(line.recv_bytes(), lambda kind, value: line.send((kind, value, 0.0)))
            trim()
            line.send((kind, value, megabytes()))


def _called(order: bytes, tell: Callable[[str, Any], None]) -> tuple[str, Any]:
    try:
        call, arguments, reports = pickle.loads(order)
        tell("begun", None)
        more = [lambda report: tell("report", report)] if reports else []
        return "result", call(*arguments, *more)
    except ConnectionError:
        raise  # nobody is listening any more
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return "raised", RuntimeError(f"{type(error).__name__}: {error}")
        return "raised", error


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)
