"""How many cores and processes there are for us: by affinity, container, memory and what the user says."""

import errno
import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import StartError
from rnn_forecast.system import machine
from rnn_forecast.system.pool import WorkerPool


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    monkeypatch.setattr(machine, "_machine", lambda: None)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


@pytest.mark.parametrize(
    ("share", "cores"),
    [(None, 8), ("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("9900000 100000", 8), ("", 8)],
)
def test_cores_are_those_of_the_container(tmp_path: Path, share: str | None, cores: int) -> None:
    if share is not None:
        (tmp_path / "cpu.max").write_text(share)
    assert machine.cores() == machine.threads() == machine.workers() == cores


@pytest.mark.parametrize(
    ("said", "threads"), [("", 8), ("3", 3), ("16", 8), ("0", 8), ("many", 8), ("4,2", 8)]
)
def test_threads_are_as_many_as_the_user_says(
    monkeypatch: pytest.MonkeyPatch, said: str, threads: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert machine.threads() == threads
    assert machine.cores() == machine.workers() == 8


@pytest.mark.parametrize(("megabytes", "workers"), [(100, 1), (2000, 2), (100_000, 8)])
def test_workers_are_no_more_than_memory_is_for(tmp_path: Path, megabytes: int, workers: int) -> None:
    (tmp_path / "memory.max").write_text(str((megabytes + 50) << 20))
    (tmp_path / "memory.current").write_text(str(50 << 20))
    assert machine.workers() == workers
    assert machine.cores() == 8


def few_threads(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The system gives so many threads and no more."""
    start, left = threading.Thread.start, [count]

    def limited(self: threading.Thread) -> None:
        if not left[0]:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        start(self)

    monkeypatch.setattr(threading.Thread, "start", limited)


def test_too_few_threads_are_told_before_a_library_dies_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.require_threads(4, "TensorFlow")
    before = threading.active_count()
    few_threads(monkeypatch, 3)
    with pytest.raises(StartError, match="TensorFlow needs 4 threads, and the system gave 3") as caught:
        machine.require_threads(4, "TensorFlow")
    assert caught.value.exit_code == 71
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (RuntimeError("can't start new thread"), True),
        (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)), True),
        (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), sys.executable), True),
        (Exception("Failed to launch worker thread: Resource temporarily unavailable"), True),
        (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), "a file"), False),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), False),
        (RuntimeError("another"), False),
    ],
)
def test_what_the_system_refuses_is_told_from_other_errors(error: Exception, refused: bool) -> None:
    assert (machine.refusal(error) is not None) is refused


def test_a_pool_without_a_thread_says_so_and_can_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    few_threads(monkeypatch, 0)
    with pytest.raises(RuntimeError, match="new thread"), WorkerPool(2) as pool:
        pool.submit(pow, 2, 2)


def test_a_pool_without_a_process_is_refused_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("rnn_forecast.system.pool.start", refuse)
    with WorkerPool(1) as pool, pytest.raises(StartError):
        pool.submit(pow, 2, 2).result()


def test_a_worker_without_threads_is_the_machine_s_fault() -> None:
    with WorkerPool(1) as pool, pytest.raises(StartError, match="gave a worker no threads"):
        pool.submit(os._exit, StartError.exit_code).result()


def test_parts_run_on_all_cores_at_once() -> None:
    both = threading.Barrier(2, timeout=60)
    done: list[int] = []

    def meet(part: int) -> None:
        both.wait()  # neither gets on alone
        done.append(part)

    machine.on_all_cores(meet, range(2))
    assert sorted(done) == [0, 1]


@pytest.mark.parametrize(("said", "parts"), [("1", 4), ("", 1)])
def test_one_core_or_one_part_needs_no_other_thread(
    monkeypatch: pytest.MonkeyPatch, said: str, parts: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    seen = []
    machine.on_all_cores(lambda part: seen.append((part, threading.current_thread())), range(parts))
    assert seen == [(part, threading.main_thread()) for part in range(parts)]


def test_what_a_part_raises_is_raised_and_the_rest_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    begun = []

    def fail(part: int) -> None:
        begun.append(part)
        raise MemoryError(part)

    with pytest.raises(MemoryError):
        machine.on_all_cores(fail, range(10_000))
    assert len(begun) <= 2


def test_an_interrupt_is_raised_when_what_was_begun_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    both, ended = threading.Barrier(2, timeout=60), []

    def interrupted(part: int) -> None:
        both.wait()
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        time.sleep(0.05)
        ended.append(part)

    with pytest.raises(KeyboardInterrupt):
        machine.on_all_cores(interrupted, range(2))
    assert len(ended) == 1


@pytest.mark.parametrize("given", [0, 1])
def test_where_the_system_gives_fewer_threads_those_there_are_do_all(
    monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    few_threads(monkeypatch, given)
    done: list[int] = []
    machine.on_all_cores(done.append, range(50))
    assert sorted(done) == list(range(50))


def test_a_thread_that_outlives_the_main_one_can_still_work() -> None:
    """As a script whose last line starts one: Python gives its executors no more threads then."""
    program = (
        "import threading; from rnn_forecast.system import machine\n"
        "machine.threads = lambda: 2\n"
        "def late():\n"
        "    threading.main_thread().join(); done = []; machine.on_all_cores(done.append, [1, 2])\n"
        "    print(*sorted(done))\n"
        "threading.Thread(target=late).start()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1 2\n", "")


def test_other_threads_count_overflow_as_this_one_does() -> None:
    with np.errstate(over="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        machine.on_all_cores(lambda part: np.exp(np.full(part, 1e4)), range(1, 9))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        machine.on_all_cores(lambda part: np.exp(np.full(part, 1e4)), range(1, 9))
