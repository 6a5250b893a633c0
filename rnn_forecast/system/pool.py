"""Worker processes of our own behind the interface of concurrent.futures.

The standard library's ProcessPoolExecutor cannot end one stuck worker, and calls itself broken when one dies:
here a worker that dies, or takes longer than `timeout`, costs only the task that it had (its future raises
WorkerLost), and the next task gets a new worker. So does the task after one that left its worker too large.

Each worker has one thread for arithmetic, and goes with its caller, however that ended.
"""

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import Any

from rnn_forecast.system import processes as workers
from rnn_forecast.system.memory import megabytes, trim

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTEROP_THREADS")
# Dask's nanny sets it for what it starts: each epoch's buffers then go back to the system at once, and come
# again page by page, 1.65 times the processor time of a job
_UNWANTED = ("MALLOC_TRIM_THRESHOLD_",)
_STARTING = 120.0  # seconds that a worker may take to load a task; the task's own time counts from then
_GROWN = 1.25  # times what it was after its first task, and it may be larger than `most_megabytes`
_LOOK = 0.5  # seconds between two looks whether a task is over its time


class WorkerLost(Exception):  # noqa: N818  it is no fault of the caller's
    """The worker died, or was ended because it took too long, before the task was done."""


@dataclass(frozen=True)
class _Task:
    future: "Future[Any]"
    call: tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass
class _Worker:
    own: workers.Worker
    task: _Task | None = None
    since: float = field(default_factory=time.monotonic)
    begun: bool = False
    first_size: float | None = None  # megabytes after its first task


class WorkerPool:
    """At most `most` processes; they start when there is work for them, and end with the `with` block."""

    def __init__(
        self,
        most: int,
        *,
        timeout: float | None = None,
        most_megabytes: float | None = None,
        idle: float | None = None,
    ) -> None:
        """`timeout`: seconds for a task; `idle`: seconds without one after which a worker ends."""
        self._most, self._timeout, self._idle = most, timeout, idle
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
        return [w.own.process.pid for w in list(self._workers)]

    # what follows runs in the manager's thread

    def _manage(self) -> None:
        try:
            while not self._closed.is_set():
                self._take()
                self._order()
                for end in wait([self._bell, *(w.own.line for w in self._workers)], _LOOK):
                    if end is self._bell:
                        self._bell.recv()
                    else:
                        self._hear(next(w for w in self._workers if w.own.line is end))
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
                idle.own.line.send((_measured, task.call))
            except OSError as error:  # it died while idle, or no process can be started
                if idle is None:
                    task.future.set_exception(WorkerLost(f"no worker can be started: {error}"))
                else:
                    self._lose(idle)
            except Exception as error:  # it does not pickle, or there is no memory for a process
                task.future.set_exception(error)
                if idle is not None:
                    idle.task = None

    def _start(self) -> _Worker:
        environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
        environment |= dict.fromkeys(THREADS, "1")
        worker = _Worker(workers.start(environment, stderr=subprocess.DEVNULL))
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        try:
            kind, value = worker.own.line.recv()
        except Exception:  # the line's end, or what cannot be loaded here
            self._lose(worker)
            return
        worker.since = time.monotonic()
        if kind == "begun":
            worker.begun = True
            return
        task, worker.task = worker.task, None
        assert task is not None
        if kind == "raised":
            task.future.set_exception(value)
            return
        result, size = value
        worker.first_size = worker.first_size or size
        if self._most_megabytes is not None and size > max(self._most_megabytes, _GROWN * worker.first_size):
            self._end(worker)
        task.future.set_result(result)

    def _end_slow(self) -> None:
        """End what takes too long, and what has had nothing to do for long."""
        for worker in list(self._workers):
            lasts = time.monotonic() - worker.since
            if worker.task is None:
                if self._idle is not None and lasts > self._idle:
                    self._end(worker)
            elif self._timeout is not None:
                may = self._timeout if worker.begun else max(self._timeout, _STARTING)
                if lasts > may:
                    self._lose(worker, f"took longer than {may:g} seconds and was ended")

    def _lose(self, worker: _Worker, how: str | None = None) -> None:
        task = worker.task
        code = self._end(worker)
        if task is not None:
            died = f"died of signal {-code}" if code < 0 else f"ended with code {code}"
            task.future.set_exception(WorkerLost(f"its worker {how or died}"))

    def _end(self, worker: _Worker) -> int:
        self._workers.remove(worker)
        process = worker.own.process
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that died by itself says of what
            process.wait(0.1 if worker.task is not None else 0)
        workers.end(worker.own)
        return process.wait()

    def _end_all(self) -> None:
        workers.end(*(w.own for w in self._workers))
        self._take()
        given = [w.task for w in self._workers if w.task is not None]
        self._workers.clear()
        for task in self._waiting:
            task.future.cancel()
        for task in given:
            task.future.set_exception(WorkerLost("the pool was closed"))


def _measured(call: tuple[Callable[..., Any], tuple[Any, ...]], report: workers.Report) -> tuple[Any, float]:
    """What a worker does with a task: the result, and its own size in megabytes afterwards."""
    do, arguments = call
    result = do(*arguments)
    trim()
    return result, megabytes()
