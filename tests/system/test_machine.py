"""How many cores and processes there are for us: by affinity, container, memory and what the user says."""

import os
from pathlib import Path

import pytest

from rnn_forecast.system import machine


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
