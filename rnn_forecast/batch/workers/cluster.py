"""The workers of a Dask cluster that runs already, behind the same interface as our own processes.

Prices go out with the job and bytes come back, so no file system is shared. A Dask worker does no job itself:
it keeps a process like those that a batch has on its own machine, and hands the job on to that. Such a
process can be ended when it is stuck, and it takes nothing over from Dask: neither its modules, nor its
settings for the allocator, which make a job take 1.65 times as long. When a Dask worker is lost, the
scheduler gives its job to another.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from rnn_forecast.batch.workers.crew import Crew
from rnn_forecast.errors import ForecastError, Notice, UsageError, WriteError
from rnn_forecast.system.machine import WORKER_MEGABYTES, cores
from rnn_forecast.system.pool import Limits, WorkerPool

SECONDS_TO_CONNECT = 10
SECONDS_FOR_WORKERS = 60
SECONDS_IDLE = 60  # after which a process on the cluster ends: the batch is over, or has no more jobs
SCHEMES = {"dask": "tcp", "tcp": "tcp", "tls": "tls"}


@contextlib.contextmanager
def dask_crew(address: str, *, timeout: float, tell: Callable[[Notice], None]) -> Iterator[Crew]:
    """The workers of the scheduler at `dask://HOST:PORT`.

    Raises UsageError for an address that is none, without dask, and where a worker has other versions than we
    have; WriteError where nobody answers, or no longer.
    """
    distributed = _distributed()
    where = scheduler_address(address)
    try:
        client = distributed.Client(where, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _unreachable(address) from error
    with _reachable(client, address), client:
        _require_workers(client, address, tell)
        _require_versions(client)
        executor = client.get_executor(pure=False, retries=0)
        try:
            yield Crew(
                _Passing(executor, timeout),
                workers=lambda: _threads(client),
                ahead=_threads(client),
                check=lambda: _require_connected(client, address),
            )
        finally:
            executor.shutdown(wait=False)  # what is under way is cancelled


@contextlib.contextmanager
def _reachable(client: Any, address: str) -> Iterator[None]:
    """Whatever Dask raises once its scheduler is gone: a failed connection, here or where it is closed."""
    try:
        yield
    except ForecastError:
        raise
    except Exception as error:
        by_dask = isinstance(error, OSError) and error.filename is None  # no file: a connection
        if client.status == "running" and not by_dask:
            raise
        raise _gone(address) from error


def scheduler_address(address: str) -> str:
    """`dask://HOST:PORT` → `tcp://HOST:PORT`. Raises UsageError."""
    scheme, _, place = address.partition("://")
    host, _, port = place.rpartition(":")
    if scheme not in SCHEMES or not host or not port.isascii() or not port.isdigit():
        raise UsageError(
            f"--cluster must be dask://HOST:PORT, got {address}.", "`dask scheduler` prints its address."
        )
    return f"{SCHEMES[scheme]}://{place}"


@dataclass(frozen=True)
class _Passing:
    """Hands out jobs, to be passed on to a process of our own, with the time that each may take."""

    executor: Any
    timeout: float

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        made: Future[Any] = self.executor.submit(pass_on, self.timeout, call, *arguments)
        return made


_pools: dict[float, WorkerPool] = {}  # of this process, one for each time that a job may take
_one_pool = threading.Lock()


def pass_on(timeout: float, call: Callable[..., Any], *arguments: Any) -> Any:
    """What a Dask worker does with a job. Raises WorkerLost when it takes more than `timeout` seconds."""
    with _one_pool:
        if timeout not in _pools:
            _pools[timeout] = WorkerPool(cores(), Limits(timeout, WORKER_MEGABYTES, SECONDS_IDLE))
    return _pools[timeout].submit(call, *arguments).result()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError(
            "--cluster needs dask[distributed], which is not installed.",
            "Install it: pip install 'rnn-forecast[cluster]'.",
        ) from error
    return distributed


def _require_workers(client: Any, address: str, tell: Callable[[Notice], None]) -> None:
    if _threads(client) == 0:
        tell(Notice(f"{address} has no workers yet; waiting for the first."))
    try:
        client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
    except TimeoutError as error:
        raise WriteError(
            f"the scheduler at {address} has had no worker for {SECONDS_FOR_WORKERS} seconds.",
            f"Start some: dask worker {scheduler_address(address)} --nthreads 1.",
        ) from error


def _require_versions(client: Any) -> None:
    """Every worker has the caller's versions. Each job asks again: workers may come later."""
    from rnn_forecast.model.model_document import (
        versions,  # not above: Dask's workers load this module, and no NumPy
    )

    ours = versions()
    try:
        found: Mapping[str, Mapping[str, str]] = client.run(_installed, tuple(ours))
    except Exception as error:
        raise UsageError(
            f"a worker of the cluster cannot load rnn-forecast: {error}.",
            "Install rnn-forecast on every worker, in the same version.",
        ) from error
    for worker, theirs in found.items():
        for name, version in ours.items():
            if theirs.get(name) != version:
                has = f"{name} {theirs[name]}" if name in theirs else f"no {name}"
                raise UsageError(
                    f"worker {worker} has {has}, the caller {name} {version}.",
                    "Install the same versions on the workers: results depend on them.",
                )


def _installed(libraries: tuple[str, ...]) -> dict[str, str]:
    """The versions here, of what can be found here."""
    found = {}
    for name in libraries:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _require_connected(client: Any, address: str) -> None:
    if client.status not in ("running", "connecting"):
        raise _gone(address)


def _threads(client: Any) -> int:
    return sum(client.nthreads().values())


def _gone(address: str) -> WriteError:
    return WriteError(
        f"the scheduler at {address} has gone.",
        "Start it and give the same command again: what is done stays done.",
    )


def _unreachable(address: str) -> WriteError:
    return WriteError(
        f"no scheduler answers at {address}.", "Start one: dask scheduler; or leave out --cluster."
    )
