"""Worker processes behind the interface of concurrent.futures, which end with this one, whatever ends it.

The standard library's ProcessPoolExecutor cannot end one stuck worker, and calls itself broken when one dies:
here a worker that dies, or takes too long, costs only the task that it had (its future raises WorkerLost),
and the next task gets a new worker. So does the task after one that left its worker too large.
"""

import contextlib
import os
import pickle
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from rnn_forecast.errors import StartError
from rnn_forecast.system.machine import MORE_PROCESSES, refusal, threads
from rnn_forecast.system.processes import Worker, end, start

Result = TypeVar("Result")
Report = Callable[[Any], None]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTEROP_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")  # for workers of which there are as many as cores
# Dask's nanny sets it for what it starts: each epoch's buffers then go back to the system at once, and come
# again page by page, 1.65 times the processor time of a job
_UNWANTED = ("MALLOC_TRIM_THRESHOLD_",)
_STARTING = 120.0  # seconds that a worker may take to load a task; the task's own time counts from then
_GROWN = 1.25  # times what it was after its first task, and it may be larger than its limit


def sharing(count: int) -> dict[str, str]:
    """What `count` workers have besides this process's variables: its threads, shared.

    Without limits of NumPy's own, which are as here, else sums differ in their last bits.
    """
    return {"OMP_NUM_THREADS": str(max(threads() // count, 1))}


class WorkerLost(Exception):  # noqa: N818  it is no fault of the caller's
    """The worker died, or was ended because it took too long, before the task was done."""


@dataclass(frozen=True)
class Limits:
    """What a worker may take; None is no limit."""

    timeout: float | None = None  # seconds for a task
    megabytes: float | None = None  # after a task; a larger worker is replaced
    idle: float | None = None  # seconds without a task, after which it ends


@dataclass(frozen=True)
class _Task:
    future: "Future[Any]"
    call: Callable[..., Any]
    arguments: Sequence[Any]
    on_report: Report | None


class WorkerPool:
    """At most `most` processes; they start when there is work for them, and end with the `with` block."""

    def __init__(
        self, most: int, limits: Limits | None = None, environment: Mapping[str, str] = ONE_THREAD
    ) -> None:
        """`environment`: what workers have besides the variables of this process."""
        self._most, self._limits = most, limits or Limits()
        inherited = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
        self._environment = inherited | dict(environment)
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []  # the last one is taken first, so that the others may end
        self._lock = threading.RLock()
        self._closed = False

    def submit(
        self, call: Callable[..., Any], /, *arguments: Any, on_report: Report | None = None
    ) -> "Future[Any]":
        """As Executor.submit: a module's own function, and arguments that pickle.

        With `on_report` the call gets one more argument, a function; what that is given, pickled, `on_report`
        gets here, in a thread of the pool and before the future is done.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot submit to a closed pool")
            self._tasks.put(_Task(future, call, arguments, on_report))
            if len(self._threads) < self._most:
                # a daemon: a process that ends with an open pool does not wait for its tasks
                thread = threading.Thread(target=self._look_after, daemon=True)
                thread.start()  # raises RuntimeError where the system gives none
                self._threads.append(thread)
        return future

    def close(self) -> None:
        """End all workers at once; what was not begun is cancelled."""
        with self._lock:
            self._closed = True
            with contextlib.suppress(queue.Empty):
                while task := self._tasks.get_nowait():
                    task.future.cancel()
                    task.future.set_running_or_notify_cancel()  # who waits for it hears of that
            for worker in self._workers:
                worker.process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        for worker in list(self._workers):
            self._end(worker)

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def processes(self) -> list[int]:
        """The process numbers of the workers now."""
        return [w.process.pid for w in list(self._workers) if w.process.poll() is None]

    # what follows runs in the pool's threads, a task in each

    def _look_after(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=self._limits.idle)
            except queue.Empty:
                self._end_idle()
                continue
            if task is None:
                return
            if task.future.set_running_or_notify_cancel():
                try:
                    task.future.set_result(self._done(task))
                except BaseException as error:
                    task.future.set_exception(error)
            del task  # a dataset may hang on it

    def _done(self, task: _Task) -> Any:
        """The result of a task. Raises what it raised, or WorkerLost."""
        order = pickle.dumps((task.call, task.arguments, task.on_report is not None))
        worker = self._take()
        try:
            worker.line.send_bytes(order)
            kind, value, size = self._answer(worker, task.on_report)
        except (EOFError, OSError):
            how = self._end(worker)
            if worker.process.returncode == StartError.exit_code:
                raise StartError("the system gave a worker no threads.", MORE_PROCESSES) from None
            raise WorkerLost(f"its worker {how}") from None
        except BaseException:
            self._end(worker)
            raise
        self._keep(worker, size)
        if kind == "raised":
            raise value
        return value

    def _answer(self, worker: Worker, on_report: Report | None) -> tuple[str, Any, float]:
        """What the worker says at last: the kind, the value, its size in megabytes."""
        limit = self._limits.timeout
        may = None if limit is None else max(limit, _STARTING)
        since = time.monotonic()
        while worker.line.poll(None if may is None else max(since + may - time.monotonic(), 0)):
            kind, value, size = worker.line.recv()
            if kind == "begun":
                may, since = limit, time.monotonic()
            elif kind == "report":
                assert on_report is not None
                on_report(value)
            else:
                return kind, value, size
        raise WorkerLost(f"its worker took longer than {may:g} seconds and was ended")

    def _take(self) -> Worker:
        """A worker that is idle, else a new one."""
        with self._lock:
            if self._closed:
                raise WorkerLost("the pool was closed")
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                self._end(worker)
            try:
                self._workers.append(start(self._environment))
            except OSError as error:
                raise refusal(error) or WorkerLost(f"no worker can be started: {error}") from error
            return self._workers[-1]

    def _keep(self, worker: Worker, size: float) -> None:
        """For the next task, unless it has grown too large."""
        worker.first_size = worker.first_size or size
        most = self._limits.megabytes
        if most is not None and size > max(most, _GROWN * worker.first_size):
            self._end(worker)
            return
        worker.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(worker)

    def _end_idle(self) -> None:
        assert self._limits.idle is not None
        with self._lock:
            for worker in list(self._idle):
                if time.monotonic() - worker.idle_since >= self._limits.idle:
                    self._idle.remove(worker)
                    self._end(worker)

    def _end(self, worker: Worker) -> str:
        how = end(worker)
        with self._lock:
            self._workers.remove(worker)
        return how


def results(
    futures: "Sequence[Future[Result]]", told: "queue.SimpleQueue[Any]", on_report: Report
) -> list[Result]:
    """The results, in order; what is put into `told` meanwhile goes to `on_report`, in this thread.

    Raises what the first that fails raises, at once.
    """
    for future in futures:
        future.add_done_callback(told.put)
    for _ in futures:
        while not isinstance(heard := told.get(), Future):
            on_report(heard)
        heard.result()
    return [future.result() for future in futures]
