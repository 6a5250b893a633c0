"""How much of the machine this process may use: cores, and memory for processes of its own."""

import errno
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rnn_forecast.errors import StartError

Part = TypeVar("Part")

CGROUP = Path("/sys/fs/cgroup")
MORE_PROCESSES = "Raise the limit (ulimit -u, a container's pids), or end other processes, and try again."
MOST_AT_ONCE = 8  # threads of one process at parts of a work: more would wait for Python's lock
WORKER_MEGABYTES = 900.0  # that a process which trains may take: TensorFlow, a program, and its data


def cores() -> int:
    """The cores that this process may use, by affinity and by the container's share."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or "max"
        return count


def threads() -> int:
    """The threads that this process may compute with: its cores, fewer where OMP_NUM_THREADS says so."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores(), int(said)) if said.isdecimal() and int(said) else cores()


def on_all_cores(do: Callable[[Part], object], parts: Sequence[Part]) -> None:
    """`do` each of the parts: this thread, and as many beside it as this process may compute with.

    Worth it where NumPy works long on each, for it lets other threads run meanwhile. All have this thread's
    context (`np.errstate`). A system that gives no more threads gets no more: the rest do its part. The first
    error or interrupt is raised, when what others have begun is done; what nobody has begun is left.
    """
    left, taking, failed = iter(parts), threading.Lock(), list[BaseException]()

    def work() -> None:
        try:
            while not failed:
                with taking:
                    part = [*islice(left, 1)]
                if not part:
                    return
                do(part[0])
        except BaseException as error:
            failed.append(error)

    helpers = _started(min(threads(), len(parts), MOST_AT_ONCE) - 1, work)
    try:
        work()
        for helper in helpers:
            helper.join()
    except BaseException as error:  # an interrupt while they are waited for
        failed.append(error)
    for helper in helpers:
        helper.join()
    if failed:
        raise failed[0]


def _started(count: int, work: Callable[[], None]) -> list[threading.Thread]:
    """So many threads at that work, or as many as the system gives."""
    started: list[threading.Thread] = []
    for _ in range(count):
        thread = threading.Thread(target=copy_context().run, args=(work,), daemon=True)
        try:
            thread.start()
        except RuntimeError:
            break
        started.append(thread)
    return started


def workers() -> int:
    """The processes of ours that can train at once: the cores, and fewer where memory is short."""
    free = available_megabytes()
    return cores() if free is None else max(1, min(cores(), int(free // WORKER_MEGABYTES)))


def available_megabytes() -> float | None:
    """What could be taken without swapping, by the machine and by the container; None where nobody says."""
    found = [x for x in (_machine(), _container()) if x is not None]
    return min(found) if found else None


def _machine() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = (int(line.split()[1]) / 2**10 for line in lines if line.startswith("MemAvailable:"))
    return next(found, None)


def _container() -> float | None:
    try:
        most = int((CGROUP / "memory.max").read_text())
        return (most - int((CGROUP / "memory.current").read_text())) / 2**20
    except (OSError, ValueError):
        return None


def require_threads(count: int, what: str) -> None:
    """Raise StartError unless `count` more threads can run at once: `what` ("TensorFlow") needs them.

    Asked before a library is loaded whose C++ side ends the process where it gets no thread.
    """
    gate, started = threading.Event(), []
    try:
        for _ in range(count):
            thread = threading.Thread(target=gate.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        raise StartError(
            f"{what} needs {count} threads, and the system gave {len(started)}.", MORE_PROCESSES
        ) from error
    finally:
        gate.set()
        for thread in started:
            thread.join()


def refusal(error: BaseException) -> StartError | None:
    """What the system's refusal of a thread or a process is in our words; None for any other error."""
    if isinstance(error, StartError):
        return error
    text = str(error)
    if isinstance(error, RuntimeError) and "start new thread" in text:
        return StartError("the system gave no more threads.", MORE_PROCESSES)
    by_library = not isinstance(error, OSError) and os.strerror(errno.EAGAIN) in text
    if by_library or (isinstance(error, BlockingIOError) and error.filename in (None, sys.executable)):
        return StartError("the system gave no more threads or processes.", MORE_PROCESSES)
    return None
