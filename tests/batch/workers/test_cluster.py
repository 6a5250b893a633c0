"""A real Dask scheduler and real workers, as processes on loopback: the same forecasts, killed or not."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from batch_fakes import Market, fake_job, run_fake
from batch_runs import RECIPE, counts, models_in
from jobs import until

from rnn_forecast.batch.choices import Means
from rnn_forecast.batch.run import Order, run_batch
from rnn_forecast.batch.workers.cluster import scheduler_address
from rnn_forecast.errors import UsageError, WriteError
from rnn_forecast.prices import ReadOptions

pytest.importorskip("distributed", reason="dask[distributed] (extra: cluster) is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # what Dask warns of is its own

TESTS = Path(__file__).resolve().parents[2]


@dataclass
class Cluster:
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, part: str, *words: str, **environment: str) -> None:
        path = os.pathsep.join(
            [str(TESTS), str(TESTS / "batch"), environment.get("PYTHONPATH", ""), str(TESTS.parent)]
        )
        quiet = {"DASK_LOGGING__DISTRIBUTED": "error"}
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{part}", *words, "--no-dashboard"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, **quiet, **environment, "PYTHONPATH": path},
            )
        )  # fmt: skip

    @property
    def address(self) -> str:
        file = self.folder / "scheduler.json"
        while not file.exists():
            assert self.processes[0].poll() is None
            time.sleep(0.05)
        return str(json.loads(file.read_text())["address"])

    def worker(self, *, nanny: bool = False, **environment: str) -> None:
        kind = ("--nanny",) if nanny else ("--no-nanny",)
        self.start(
            "dask_worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", *kind, **environment
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler on 127.0.0.1, without workers yet."""
    folder = tmp_path / "dask"
    folder.mkdir()
    made = Cluster(folder)
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}  # else a job may take four workers along
    words = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", "scheduler.json")
    made.start("dask_scheduler", *words, **once)
    try:
        yield made
    finally:
        for process in made.processes[::-1]:
            process.kill()
        for process in made.processes:
            process.wait()


def by_dask(
    cluster: Cluster, files: list[str], out: Path, *, work: Callable = fake_job, timeout: float = 60
) -> dict:
    means = Means(cluster=cluster.address.replace("tcp://", "dask://"), ticker_timeout=timeout)
    return run_batch(Order(files, ReadOptions(), RECIPE, out), means, work=work).summary


def test_a_worker_killed_in_the_middle_changes_no_forecast(
    market: Market, cluster: Cluster, tmp_path: Path
) -> None:
    files = market(*(f"SLOW{n}" for n in range(24)))
    run_fake(files, tmp_path / "local")
    cluster.worker()
    cluster.worker()
    out, victim = tmp_path / "cluster", cluster.processes[1]

    with killed_after(out / "models", 6, victim):
        assert counts(by_dask(cluster, files, out)) == (24, 0, 0, 0, 0)
    assert victim.poll() is not None
    assert models_in(out) == models_in(tmp_path / "local")
    assert (out / "forecasts.csv").read_bytes() == (tmp_path / "local" / "forecasts.csv").read_bytes()
    assert run_fake(files, out)["unchanged"] == 24  # and goes on here where the cluster has stopped


def test_a_scheduler_killed_in_the_middle_is_named_and_what_is_done_is_kept(
    market: Market, cluster: Cluster, tmp_path: Path
) -> None:
    files, out = market(*(f"SLOW{n}" for n in range(24))), tmp_path / "out"
    cluster.worker()
    address = cluster.address.replace("tcp://", "dask://")
    with (
        killed_after(out / "models", 3, cluster.processes[0]),
        pytest.raises(WriteError) as caught,
    ):
        by_dask(cluster, files, out)
    assert caught.value.message == f"the scheduler at {address} has gone."
    assert "what is done stays done" in caught.value.remedy
    done = len(list((out / "models").iterdir()))
    summary = run_fake(files, out)
    assert 0 < done == summary["unchanged"] + summary["at_hand"]
    assert summary["trained"] == 24 - done


@contextlib.contextmanager
def killed_after(folder: Path, entries: int, victim: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Another process watches, so that the batch's own is left alone."""
    program = (
        "import os, sys, time\nfolder, n, pid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n"
        "while not os.path.isdir(folder) or len(os.listdir(folder)) < n: time.sleep(0.01)\nos.kill(pid, 9)"
    )
    command = [sys.executable, "-c", program, str(folder), str(entries), str(victim.pid)]
    with subprocess.Popen(command) as watcher:
        try:
            yield
        finally:
            watcher.kill()


def test_a_ticker_that_is_stuck_or_kills_its_process_is_one_row(
    market: Market, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.worker()
    files = market("AAA", "STUCK1", "CRASH1", "BAD1", "BBB")
    summary = by_dask(cluster, files, tmp_path / "out", timeout=2)
    assert counts(summary) == (2, 0, 0, 3, 0)
    assert {f["exit_code"] for f in summary["failures"]} == {65, 70}
    said = " ".join(f["example"] for f in summary["failures"])
    assert "died of signal 9 (2 tries)" in said
    assert "longer than 2 seconds" in said
    assert cluster.processes[1].poll() is None  # Dask's own worker is as it was


def test_the_process_that_does_the_jobs_goes_with_dask_s_worker(
    market: Market, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.worker(nanny=True)
    by_dask(cluster, market("AAA"), tmp_path / "out")
    made = ours(cluster.folder)
    assert len(made) == 1
    cluster.processes[1].terminate()
    until(lambda: not ours(cluster.folder))


def ours(folder: Path) -> list[int]:
    """Processes that work for us in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"rnn_forecast.system.processes" in (process / "cmdline").read_bytes():
                found += [int(process.name)] if (process / "cwd").resolve() == folder.resolve() else []
    return found


def test_other_versions_are_refused_before_anything_is_done(
    market: Market, cluster: Cluster, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "numpy-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.0.1\n")
    cluster.worker(PYTHONPATH=str(other.parent))
    with pytest.raises(UsageError, match=r"numpy 0\.0\.1"):
        by_dask(cluster, market("AAA"), tmp_path / "out")


def test_nobody_there(market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnn_forecast.batch.workers.cluster.SECONDS_TO_CONNECT", 0.3)
    order = Order(market("AAA"), ReadOptions(), RECIPE, tmp_path / "out")
    with socket.socket() as free:  # bound and not listened to
        free.bind(("127.0.0.1", 0))
        means = Means(cluster=f"dask://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(WriteError, match="no scheduler answers"):
            run_batch(order, means, work=fake_job)


def test_no_workers(
    market: Market, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_forecast.batch.workers.cluster.SECONDS_FOR_WORKERS", 0.3)
    with pytest.raises(WriteError, match="no worker") as caught:
        by_dask(cluster, market("AAA"), tmp_path / "out")
    assert "dask worker tcp://" in caught.value.remedy


@pytest.mark.parametrize(
    "address", ["", "host", "http://host:80", "dask://host", "dask://:1", "dask://host:x"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="dask://HOST:PORT"):
        scheduler_address(address)
    assert scheduler_address("dask://[::1]:8786") == "tcp://[::1]:8786"
