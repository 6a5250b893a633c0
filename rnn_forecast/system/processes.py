"""Processes of our own that do one job after another and end with this one, whatever ends it.

Each is a fresh Python (nothing is forked: TensorFlow does not survive that). Ctrl-C is held back from them:
this process gets it alone and ends them; should it be killed before it can, they see that their parent is
gone and end themselves. They own nothing on the disk, so ending one leaves nothing behind.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from rnn_forecast.errors import TrainingError

Report = Callable[[Any], None]
Work = Callable[[Any, Report], Any]  # (job, report) -> result; a module's own function
Line = Connection  # a pipe's end

_CHILD = "import sys; sys.path[:] = {path!r}; from {module} import _serve; _serve({fd}, {parent})"
_WATCH = 0.5  # seconds between two looks whether the parent is there


@dataclass(frozen=True)
class Worker:
    """A process that takes `(work, job)` from its line, pickled, and answers with pairs of kind and value.

    The kinds: `begun`, when the work and all that it imports is loaded; `report`, as often as the work
    reports; at the end `result`, or `raised` with the error.
    """

    process: "subprocess.Popen[bytes]"
    line: "Line[Any, Any]"


def start(environment: Mapping[str, str] | None = None, *, stderr: int | None = None) -> Worker:
    """A worker. Its standard output is nowhere, `stderr` is as for Popen. Raises OSError."""
    ours, theirs = Pipe()
    # a child takes over which signals are held back: SIGINT never reaches it, not even while it starts
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        code = _CHILD.format(path=sys.path, module=__name__, fd=theirs.fileno(), parent=os.getpid())
        process = subprocess.Popen(
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
        )  # fmt: skip
        return Worker(process, ours)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def end(*workers: Worker) -> None:
    """End them at once, whatever they do."""
    for worker in workers:
        worker.process.kill()
    for worker in workers:
        worker.process.wait()
        worker.line.close()


def usable() -> int:
    """How many processes can work at once: the cores that this one may use."""
    if os.name != "posix" or not sys.executable:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    work: Work, jobs: Sequence[Any], count: int, on_report: Callable[[int, Any], None]
) -> list[Any]:
    """`[work(job, report) for job in jobs]`, by `count` processes; `on_report(number of the job, report)`.

    Jobs, reports and results are pickled. What a job raises is raised here, and the others are given up.
    Raises TrainingError when a process dies, of too little memory for example.
    """
    results: dict[int, Any] = {}
    waiting = list(range(len(jobs)))[::-1]
    with _running(min(count, len(jobs))) as workers:
        busy: Busy = {}
        for worker in workers:
            _order(worker, work, jobs, waiting, busy)
        while busy:
            for line in wait(list(busy)):
                assert isinstance(line, Connection)
                worker, job = busy[line]
                kind, value = _heard(worker)
                if kind == "report":
                    on_report(job, value)
                if kind == "raised":
                    raise value
                if kind == "result":
                    del busy[line]
                    results[job] = value
                    _order(worker, work, jobs, waiting, busy)
    return [results[job] for job in range(len(jobs))]


Busy = dict["Line[Any, Any]", tuple[Worker, int]]


def _order(worker: Worker, work: Work, jobs: Sequence[Any], waiting: list[int], busy: Busy) -> None:
    """Give the worker its next job, if there is one."""
    if not waiting:
        return
    job = waiting.pop()
    with contextlib.suppress(OSError):  # it died: `_heard` says so
        worker.line.send((work, jobs[job]))
    busy[worker.line] = (worker, job)


def _heard(worker: Worker) -> tuple[str, Any]:
    try:
        kind, value = worker.line.recv()
    except (EOFError, OSError):
        code = worker.process.wait()
        how = f"signal {-code}" if code < 0 else f"code {code}"
        raise TrainingError(
            f"a process that was fitting a model ended with {how}.", "Give it more memory, or fewer rows."
        ) from None
    return kind, value


@contextlib.contextmanager
def _running(count: int) -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    try:
        for _ in range(count):
            workers.append(start())
        yield workers
    finally:
        end(*workers)


# what follows runs in the worker


def _serve(fd: int, parent: int) -> None:
    """Jobs until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    line: Line[Any, Any] = Connection(fd)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            work, job = line.recv()
            line.send(("begun", None))
            line.send(_done(work, job, lambda report: line.send(("report", report))))


def _done(work: Work, job: Any, report: Report) -> tuple[str, Any]:
    try:
        return "result", work(job, report)
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
