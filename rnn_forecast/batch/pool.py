"""Worker processes of our own behind the interface of concurrent.futures.

The standard library's ProcessPoolExecutor cannot end one stuck worker, and calls itself broken when one dies:
here a worker that dies, or takes longer than `timeout`, costs only the task that it had (its future raises
WorkerLost), and the next task gets a new worker. So does the task after one that left its worker too large.

Each worker is a fresh Python (nothing is forked: TensorFlow does not survive that) with one thread for
arithmetic. Ctrl-C goes to the caller alone; when the caller is gone, however that happened, the workers go.
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from rnn_forecast.batch.memory import give_back, megabytes

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTEROP_THREADS")
_CHILD = (
    "import sys; sys.path[:] = {path!r}; sys.modules.update(dict.fromkeys({without!r}))\n"
    "from rnn_forecast.batch.pool import serve; serve({fd}, {parent})"
)
_BEGUN = "begun"  # says a worker when a task, and all that it imports, is loaded: its time counts from here
_STARTING = 120.0  # seconds that it may take until then
_GROWN = 1.25  # times what it was after its first task, and it may be larger than `most_megabytes`
_LOOK = 0.5  # seconds between two looks: is the caller there, is a task over its time

Line = Connection  # a pipe's end


class WorkerLost(Exception):  # noqa: N818  it is no fault of the caller's
    """The worker died, or was ended because it took too long, before the task was done."""


@dataclass(frozen=True)
class _Task:
    future: "Future[Any]"
    call: tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass
class _Worker:
    process: "subprocess.Popen[bytes]"
    line: "Line[Any, Any]"
    task: _Task | None = None
    since: float = field(default_factory=time.monotonic)
    begun: bool = False
    first_size: float | None = None  # megabytes after its first task


class WorkerPool:
    """At most `workers` processes; they start when there is work for them, and end with the `with` block."""

    def __init__(
        self,
        workers: int,
        *,
        timeout: float | None = None,
        most_megabytes: float | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        """`without`: modules that a worker takes for not installed, where a library would load them idly."""
        self._most, self._timeout, self._without = workers, timeout, without
        self._most_megabytes = most_megabytes
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._waiting: list[_Task] = []
        self._workers: list[_Worker] = []
        self._bell, self._ring = Pipe(duplex=False)
        self._closed = threading.Event()
        self._manager = threading.Thread(target=self._manage, name="worker pool", daemon=True)
        self._manager.start()

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """As Executor.submit: a module's own function, and arguments that pickle."""
        if self._closed.is_set():
            raise RuntimeError("cannot submit to a closed pool")
        future: Future[Any] = Future()
        self._tasks.put(_Task(future, (call, arguments)))
        self._ring.send(None)
        return future

    def close(self) -> None:
        """End all workers at once; what was not done is cancelled. They own nothing on the disk."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._ring.send(None)
        self._manager.join()
        self._bell.close()
        self._ring.close()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def processes(self) -> list[int]:
        """The process numbers of the workers now."""
        return [w.process.pid for w in list(self._workers)]

    # what follows runs in the manager's thread

    def _manage(self) -> None:
        try:
            while not self._closed.is_set():
                self._take()
                self._order()
                for end in wait([self._bell, *(w.line for w in self._workers)], _LOOK):
                    if end is self._bell:
                        self._bell.recv()
                    else:
                        self._hear(next(w for w in self._workers if w.line is end))
                self._end_slow()
        finally:
            self._end_all()

    def _take(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._waiting.append(self._tasks.get_nowait())

    def _order(self) -> None:
        """Hand waiting tasks to idle workers, starting more while there may be more."""
        while self._waiting:
            idle = next((w for w in self._workers if w.task is None), None)
            if idle is None and len(self._workers) >= self._most:
                return
            task = self._waiting.pop(0)
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                idle = idle or self._start()
                idle.task, idle.since, idle.begun = task, time.monotonic(), False
                idle.line.send(task.call)
            except OSError as error:  # it died while idle, or no process can be started
                if idle is None:
                    task.future.set_exception(WorkerLost(f"no worker can be started: {error}"))
                else:
                    self._lose(idle)
            except Exception as error:  # it does not pickle
                task.future.set_exception(error)
                assert idle is not None
                idle.task = None

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        # a child takes over which signals are held back: SIGINT never reaches it, not even while it starts
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            code = _CHILD.format(path=sys.path, without=self._without, fd=theirs.fileno(), parent=os.getpid())
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()], env={**os.environ, **dict.fromkeys(THREADS, "1")},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        try:
            said = worker.line.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            self._lose(worker)
            return
        if said == _BEGUN:
            worker.since, worker.begun = time.monotonic(), True
            return
        done, value, size = said
        task, worker.task = worker.task, None
        worker.first_size = worker.first_size or size
        if self._most_megabytes is not None and size > max(self._most_megabytes, _GROWN * worker.first_size):
            self._end(worker)
        if task is not None:
            task.future.set_result(value) if done else task.future.set_exception(value)

    def _end_slow(self) -> None:
        if self._timeout is None:
            return
        for worker in list(self._workers):
            may = self._timeout if worker.begun else max(self._timeout, _STARTING)
            if worker.task is not None and time.monotonic() - worker.since > may:
                self._lose(worker, f"took longer than {may:g} seconds and was ended")

    def _lose(self, worker: _Worker, how: str | None = None) -> None:
        task = worker.task
        code = self._end(worker)
        if task is not None:
            died = f"died of signal {-code}" if code < 0 else f"ended with code {code}"
            task.future.set_exception(WorkerLost(f"its worker {how or died}"))

    def _end(self, worker: _Worker) -> int:
        self._workers.remove(worker)
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that died by itself says of what
            worker.process.wait(0.1 if worker.task is not None else 0)
        worker.process.kill()
        worker.line.close()
        return worker.process.wait()

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.wait()
            worker.line.close()
        self._take()
        given = [w.task for w in self._workers if w.task is not None]
        self._workers.clear()
        for task in self._waiting:
            task.future.cancel()
        for task in given:
            task.future.set_exception(WorkerLost("the pool was closed"))


def serve(fd: int, parent: int) -> None:
    """What a worker runs: tasks until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    line: Line[Any, Any] = Connection(fd)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            call, arguments = line.recv()
            line.send(_BEGUN)
            answer = _done(call, arguments)
            give_back()
            line.send((*answer, megabytes()))


def _done(call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, call(*arguments)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return False, RuntimeError(f"{type(error).__name__}: {error}")
        return False, error


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
