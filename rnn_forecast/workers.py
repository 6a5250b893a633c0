"""Work in several processes of our own that end with this one, whatever ends it.

Each is a fresh Python (nothing is forked: TensorFlow does not survive that), takes one job after another and
reports on it. Ctrl-C is held back from them: this process gets it alone and ends them; should it be killed
before it can, they see that their parent is gone and end themselves.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from rnn_forecast.errors import TrainingError

Work = Callable[[Any, Callable[[Any], None]], Any]  # (job, report) -> result; a module's own function

_CHILD = "import sys; sys.path[:] = {path!r}; from rnn_forecast.workers import _serve; _serve({fd}, {parent})"
_WATCH = 0.5  # seconds between two looks whether the parent is there


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
            for end in wait(list(busy)):
                assert isinstance(end, Connection)
                worker, job = busy[end]
                kind, value = _heard(worker)
                if kind == "report":
                    on_report(job, value)
                    continue
                del busy[end]
                if kind == "raised":
                    raise value
                results[job] = value
                _order(worker, work, jobs, waiting, busy)
    return [results[job] for job in range(len(jobs))]


@dataclass(frozen=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    line: "Connection[Any, Any]"


Busy = dict["Connection[Any, Any]", tuple[_Worker, int]]


def _order(worker: _Worker, work: Work, jobs: Sequence[Any], waiting: list[int], busy: Busy) -> None:
    """Give the worker its next job, if there is one."""
    if not waiting:
        return
    job = waiting.pop()
    with contextlib.suppress(OSError):  # it died: `_heard` says so
        worker.line.send((work, jobs[job]))
    busy[worker.line] = (worker, job)


def _heard(worker: _Worker) -> tuple[str, Any]:
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
def _running(count: int) -> Iterator[list[_Worker]]:
    workers: list[_Worker] = []
    try:
        for _ in range(count):
            _start(workers)
        yield workers
    finally:
        for worker in workers:  # they own nothing on the disk, so nothing is left behind
            worker.process.kill()
        for worker in workers:
            worker.process.wait()
            worker.line.close()


def _start(workers: list[_Worker]) -> None:
    ours, theirs = Pipe()
    # a child takes over which signals are held back: SIGINT never reaches it, not even while it starts
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        code = _CHILD.format(path=sys.path, fd=theirs.fileno(), parent=os.getpid())
        command = [sys.executable, "-c", code]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        workers.append(_Worker(process, ours))
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _serve(fd: int, parent: int) -> None:
    """What a worker runs: jobs until the line is closed."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    line: Connection[Any, Any] = Connection(fd)
    os.dup2(2, 1)  # standard output is the parent's, for data only
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionError):
        while True:
            work, job = line.recv()
            line.send(_done(work, job, lambda report: line.send(("report", report))))


def _done(work: Work, job: Any, report: Callable[[Any], None]) -> tuple[str, Any]:
    try:
        return "result", work(job, report)
    except (BrokenPipeError, ConnectionError):
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
