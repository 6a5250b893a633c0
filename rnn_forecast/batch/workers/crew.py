"""Who does the work: processes here, or a cluster, behind the interface of concurrent.futures."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from rnn_forecast.system.machine import WORKER_MEGABYTES
from rnn_forecast.system.pool import Limits, WorkerPool


class Executor(Protocol):
    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]": ...


@dataclass(frozen=True)
class Crew:
    executor: Executor
    workers: Callable[[], int]  # how many there are now; a cluster grows and shrinks
    ahead: int  # jobs handed out beyond one for each worker
    check: Callable[[], None] = lambda: None  # raises when no worker is left


@contextlib.contextmanager
def local_crew(workers: int, *, timeout: float) -> Iterator[Crew]:
    """Processes on this machine. They start with the first job, so that a batch without work starts none."""
    with WorkerPool(workers, Limits(timeout, WORKER_MEGABYTES)) as pool:
        yield Crew(pool, workers=lambda: workers, ahead=1)
