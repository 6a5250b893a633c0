"""Our worker processes: a dead or stuck one costs one task, and all go with their caller."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, wait
from pathlib import Path
from queue import SimpleQueue

import jobs
import pytest
from jobs import PATIENCE, until

from rnn_forecast.errors import DataError
from rnn_forecast.system.pool import Limits, WorkerLost, WorkerPool, results, sharing


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_results_are_those_of_the_calls() -> None:
    with WorkerPool(2) as pool:
        futures = [pool.submit(pow, n, 2) for n in range(20)]
        assert [f.result() for f in futures] == [n * n for n in range(20)]
        assert len(pool.processes()) <= 2


def test_reports_come_before_the_result_and_each_to_its_own() -> None:
    heard: list[tuple[int, object]] = []
    with WorkerPool(3) as pool:
        futures = [
            pool.submit(jobs.double, n, on_report=lambda report, n=n: heard.append((n, report)))  # type: ignore[misc]
            for n in range(7)
        ]
        assert [f.result() for f in futures] == [0, 2, 4, 6, 8, 10, 12]
        assert len(pool.processes()) <= 3
    assert sorted(heard) == [(n, ("at", n)) for n in range(7)]


def test_results_stand_in_order_and_reports_are_heard_in_this_thread() -> None:
    told: SimpleQueue[object] = SimpleQueue()
    heard: list[tuple[object, int]] = []
    with WorkerPool(2) as pool:
        futures = [pool.submit(jobs.double, n, on_report=told.put) for n in range(5)]
        found = results(futures, told, lambda report: heard.append((report, threading.get_ident())))
    assert found == [0, 2, 4, 6, 8]
    assert sorted(heard) == [(("at", n), threading.get_ident()) for n in range(5)]  # type: ignore[type-var]
    assert results([], told, heard.append) == []


def test_the_first_that_fails_is_raised_at_once() -> None:
    start = time.monotonic()
    with WorkerPool(2) as pool, pytest.raises(DataError, match=r"one is not two\."):
        results([pool.submit(jobs.fail, n) for n in (0, 1)], SimpleQueue(), print)
    assert time.monotonic() - start < 50  # the other one sleeps for 60 s


def test_no_process_without_a_task() -> None:
    with WorkerPool(4) as pool:
        assert pool.processes() == []
        pool.submit(pow, 2, 2).result()
        assert len(pool.processes()) == 1


def test_what_a_call_raises_is_raised_here() -> None:
    with WorkerPool(1) as pool:
        with pytest.raises(ValueError, match="invalid literal"):
            pool.submit(int, "x").result()
        assert pool.submit(int, "7").result() == 7


def test_what_cannot_be_loaded_is_an_error_of_its_own_task() -> None:
    with WorkerPool(1) as pool:
        with pytest.raises(ValueError, match="invalid literal"):
            pool.submit(print, Loaded()).result()
        assert pool.submit(int, "7").result() == 7


class Loaded:
    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("x",)


def test_what_does_not_pickle_is_an_error_of_its_own_task() -> None:
    with WorkerPool(1) as pool:
        with pytest.raises(Exception, match="pickle"):
            pool.submit(lambda: 1).result()
        assert pool.submit(int, "7").result() == 7


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies_costs_one_task(number: signal.Signals) -> None:
    with WorkerPool(2) as pool:
        dying = pool.submit(signal.raise_signal, number)
        others = [pool.submit(pow, n, 2) for n in range(8)]
        with pytest.raises(WorkerLost, match=f"signal {int(number)}"):
            dying.result()
        assert [f.result() for f in others] == [n * n for n in range(8)]


def test_a_worker_that_exits_costs_one_task() -> None:
    with WorkerPool(1) as pool:
        with pytest.raises(WorkerLost, match="code 3"):
            pool.submit(os._exit, 3).result()
        assert pool.submit(int, "7").result() == 7


def test_a_worker_that_dies_idle_costs_nothing_but_itself() -> None:
    with WorkerPool(1) as pool:
        pool.submit(int, "7").result()
        (pid,) = pool.processes()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not pool.processes())
        assert pool.submit(int, "8").result() == 8


def test_a_stuck_worker_is_ended_and_costs_one_task() -> None:
    with WorkerPool(1, Limits(timeout=0.3)) as pool:
        with pytest.raises(WorkerLost, match="longer than"):
            pool.submit(time.sleep, 600).result(PATIENCE)
        assert pool.submit(os.getppid).result() == os.getpid()


_KEPT: list[bytes] = []


def _grow(megabytes: int) -> int:
    _KEPT.append(b"x" * megabytes * 2**20)
    return os.getpid()


@pytest.mark.parametrize(("most", "replaced"), [(1, True), (10_000, False)])
def test_a_worker_grown_too_large_is_replaced(most: float, replaced: bool) -> None:
    with WorkerPool(1, Limits(megabytes=most)) as pool:
        pids = [pool.submit(_grow, megabytes).result() for megabytes in (0, 0, 100, 0)]
    assert pids[0] == pids[1] == pids[2]  # one that began large has not grown
    assert (pids[2] != pids[3]) is replaced


def test_an_idle_worker_ends_and_the_next_task_gets_a_new_one() -> None:
    with WorkerPool(1, Limits(idle=0.2)) as pool:
        first = pool.submit(os.getpid).result()
        until(lambda: not pool.processes())
        assert pool.submit(os.getpid).result() != first


def test_what_dask_sets_for_the_allocator_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    with WorkerPool(1) as pool:
        assert pool.submit(os.getenv, "MALLOC_TRIM_THRESHOLD_").result() is None
        assert pool.submit(os.getenv, "MALLOC_ARENA_MAX").result() == "2"


def test_closing_ends_everything_at_once() -> None:
    with WorkerPool(1) as pool:
        running, waiting = pool.submit(time.sleep, 600), pool.submit(time.sleep, 600)
        until(running.running)
        until(pool.processes)
        pids = pool.processes()
    wait([running, waiting], PATIENCE)
    with pytest.raises(WorkerLost):
        running.result(0)
    with pytest.raises(CancelledError):
        waiting.result(0)
    assert not any(map(alive, pids))
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(int, "7")


def test_a_future_that_is_cancelled_is_never_run(tmp_path: Path) -> None:
    with WorkerPool(1) as pool:
        first = pool.submit(time.sleep, 0.3)
        second = pool.submit(Path.touch, tmp_path / "ran")
        assert second.cancel()
        first.result()
        pool.submit(int, "7").result()
    assert not (tmp_path / "ran").exists()


def test_workers_are_silent_and_have_one_thread() -> None:
    with WorkerPool(1) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
        assert pool.submit(os.readlink, "/proc/self/fd/1").result() == os.devnull
        assert "numpy" not in pool.submit(_loaded).result()


@pytest.mark.parametrize(("count", "each"), [(2, "3"), (3, "2"), (4, "1"), (9, "1")])
def test_workers_can_share_the_threads_of_their_caller(
    monkeypatch: pytest.MonkeyPatch, count: int, each: str
) -> None:
    monkeypatch.setattr("rnn_forecast.system.machine.cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    with WorkerPool(1, environment=sharing(count)) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == each


def _loaded() -> list[str]:
    return [name for name in ("numpy", "tensorflow") if name in sys.modules]


RUN = (
    "import os, sys, time; from rnn_forecast.system.pool import WorkerPool\n"
    "pool = WorkerPool(2); futures = [pool.submit(time.sleep, 600) for _ in range(2)]\n"
    "while len(pool.processes()) < 2: time.sleep(0.02)\n"
    "print(*pool.processes(), flush=True)\n"
)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_caller_ends_the_workers(how: signal.Signals) -> None:
    """As a terminal sends Ctrl-C: to the whole group; the others to the caller alone."""
    caller = subprocess.Popen(
        [sys.executable, "-c", RUN + "futures[0].result()"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, process_group=0,
    )  # fmt: skip
    with caller:
        assert caller.stdout is not None
        pids = [int(word) for word in caller.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(alive, pids))
        os.killpg(caller.pid, how) if how == signal.SIGINT else caller.send_signal(how)
        _, err = caller.communicate(timeout=60)
    assert caller.returncode != 0
    assert err.count("Traceback") <= 1  # the caller's own; none of a worker
    until(lambda: not any(map(alive, pids)))


def test_a_caller_that_ends_does_not_wait_for_what_it_left_open() -> None:
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, check=True)
    assert time.monotonic() - start < PATIENCE
    until(lambda: not any(alive(int(pid)) for pid in done.stdout.split()))
