"""What does `batch` cost: against a shell loop, against itself when nothing changed, per core, in memory?

    python benchmarks/batch.py [--tickers 100] [--loop 10] [--dask] [--copies 5] [--part NAME]

Prices: ../shared/data/sp500. Bars: 100 tickers at least 3 times faster than a loop of single `train`
and `predict`; a second run of 100 tickers in at most 3 s without TensorFlow; a core's training rate inside
`batch` at least 0.8 of a single process's; at most 900 MB a worker, not growing over 500 tickers; two Dask
workers at most 1.15 times the time of two local ones. The loop runs `--loop` tickers, before and after the
batch, and counts for as many as the batch has: each of its rounds costs the same.
"""

import argparse
import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from _common import ROOT, machine, timed, write_section

SCALING = ROOT / "docs" / "SCALING.md"
PRICES = ROOT / ".." / "shared" / "data" / "sp500"
OURS = [sys.executable, "-m", "rnn_forecast"]
QUIET = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


@dataclass(frozen=True)
class Spent:
    seconds: float  # on the wall
    processor: float  # seconds of all cores, of every process that ended

    def __mul__(self, times: float) -> "Spent":
        return Spent(self.seconds * times, self.processor * times)


def spent(do: Callable[[], object]) -> Spent:
    wall, before = time.perf_counter(), os.times()
    do()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(time.perf_counter() - wall, used)


def loop(files: Sequence[Path], folder: Path) -> Spent:
    """A shell loop of `train` and `predict`."""

    def both() -> None:
        for file in files:
            timed([*OURS, "train", str(file), "-q"], cwd=folder, env=QUIET)
            timed([*OURS, "predict", str(file), "-q"], cwd=folder, env=QUIET)

    return spent(both)


def batch(files: Sequence[Path], out: Path, *options: str) -> Spent:
    command = [*OURS, "batch", *map(str, files), "--out", str(out), "-q", *options]
    return spent(lambda: timed(command, env=QUIET))


def against_a_loop(files: Sequence[Path], few: int, folder: Path) -> list[str]:
    some = files[:: max(1, len(files) // few)][:few]
    half = len(some) // 2
    before = loop(some[:half], folder)
    ours = batch(files, folder / "out")
    after = loop(some[half:], folder)
    both = Spent(before.seconds + after.seconds, before.processor + after.processor)
    theirs = both * (len(files) / len(some))
    rows = ledger(folder / "out")
    hour = 3600 * len(files)
    faster = Spent(theirs.seconds / ours.seconds, theirs.processor / ours.processor)
    return [
        f"{len(files)} tickers of 1,260 rows, default recipe, {cores()} workers. The loop ran {len(some)} of "
        "them, half before the batch and half after it, and counts for all.",
        "",
        "| what | seconds | core-seconds | bar |",
        "| --- | --- | --- | --- |",
        f"| shell loop of `train` and `predict` | {theirs.seconds:.0f} | {theirs.processor:.0f} | |",
        f"| `batch` | {ours.seconds:.0f} | {ours.processor:.0f} | |",
        f"| times faster | {faster.seconds:.1f} | {faster.processor:.1f} | 3 |",
        "",
        f"{ours.processor / len(files):.2f} core-seconds a ticker, {hour / ours.processor:.0f} tickers a "
        f"core-hour. Largest worker: {max(r[1] for r in rows):.0f} MB. The cores were shared with other "
        "work: core-seconds say more than seconds.",
        *cost_table(ours.processor / len(files)),
    ]


def again(files: Sequence[Path], folder: Path) -> list[str]:
    """A second run, when nothing has changed."""
    options = ("--epochs", "1")
    batch(files, folder / "out", *options)
    runs = [batch(files, folder / "out", *options) for _ in range(7)]
    seconds, processor = (statistics.median(column) for column in zip(*map(astuple, runs), strict=True))
    return [
        f"{len(files)} tickers, nothing changed: {seconds:.2f} s, {processor:.2f} core-seconds (medians of "
        f"{len(runs)}; bar: 3 s). TensorFlow imported: {imported(files, folder / 'out', options)}."
    ]


def cost_table(each: float) -> list[str]:
    """What many tickers take at `each` core-seconds, all of them trained; the hours hold for idle cores."""
    lines = ["", "| tickers, all trained | core-hours | 2 cores | 16 cores | 64 cores |", "| --- " * 5 + "|"]
    for tickers in (500, 10_000, 100_000):
        hours = tickers * each / 3600
        spans = " | ".join(span(3600 * hours / cores_) for cores_ in (2, 16, 64))
        lines.append(f"| {tickers:,} | {hours:.2f} | {spans} |")
    return lines


def span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def rate(files: Sequence[Path], folder: Path) -> list[str]:
    """Training in one process, alone, and in the workers of a batch, in turns."""
    ours, single = [], []
    for turn in range(3):
        single += one_process(files[turn::3][:4])
        out = folder / f"rate{turn}"
        batch(files[turn::3][:8], out, "--workers", str(cores()))
        # the first of each worker imports and compiles: left out here as above
        ours += [seconds / epochs for seconds, _, epochs in ledger(out, "epochs")[cores() :]]
    ratio = statistics.median(single) / statistics.median(ours)
    return [
        "| seconds an epoch, with all that training a ticker takes | median | rate | bar |",
        "| --- | --- | --- | --- |",
        f"| one process, alone | {statistics.median(single):.4f} | 1 | |",
        f"| a worker among {cores()} | {statistics.median(ours):.4f} | {ratio:.2f} | 0.8 |",
    ]


ALONE = """
import sys, json, time
from rnn_forecast.batch.job import Job, run_job, seed_of
from rnn_forecast.model_folder import versions
from rnn_forecast.prices import read_prices
from rnn_forecast.recipe import Recipe, with_choices
for file in sys.argv[1:]:
    reading = read_prices([file]); s = reading.series[0]
    recipe = with_choices(Recipe(), {"seed": seed_of(0, s.ticker)}).model_dump_json()
    o = run_job(Job(s.ticker, s.ticker, s.dates, s.prices, recipe, reading.report, versions()))
    print(o.seconds / o.epochs)
"""


def one_process(files: Sequence[Path]) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, files)], env=QUIET, capture_output=True, text=True, check=True
    )
    return [float(line) for line in done.stdout.split()][1:]


def memory(files: Sequence[Path], copies: int, folder: Path) -> list[str]:
    """The size of one worker that meets very many tickers, with few epochs: it is not about time."""
    many = renamed(files, copies, folder / "many")
    out = folder / "memory"
    batch(many, out, "--workers", "1", "--epochs", "2")
    sizes = [size for _, size in ledger(out)]
    quarter = len(sizes) // 4
    early, late = statistics.median(sizes[5:quarter]), statistics.median(sizes[-quarter:])
    return [
        f"One worker, {len(many)} tickers, 2 epochs each: {max(sizes):.0f} MB at most (bar: 900), "
        f"{early:.0f} MB in the first quarter, {late:.0f} MB in the last."
    ]


def renamed(files: Sequence[Path], copies: int, folder: Path) -> list[Path]:
    """Files of the same prices under other tickers."""
    folder.mkdir()
    many = []
    for file in files:
        with file.open(newline="") as opened:
            rows = "".join(f"{row['Date']},{row['Close']}\n" for row in csv.DictReader(opened))
        for copy in range(copies):
            many.append(folder / f"{file.stem}_{copy}.csv")
            many[-1].write_text(f"date,price\n{rows}")
    return many


@contextmanager
def dask_workers(count: int):
    """A scheduler and workers on loopback, as processes: the address."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": QUIET, "cwd": folder}
        scheduler = [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
        ]
        started = [subprocess.Popen([*scheduler, "--no-dashboard", "--scheduler-file", str(file)], **quiet)]
        try:
            while not file.exists():
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.1"]
            for _ in range(count):
                started.append(subprocess.Popen([*worker, "--nthreads", "1", "--no-dashboard"], **quiet))
            import distributed

            with distributed.Client(address, set_as_default=False) as client:
                client.wait_for_workers(count)  # a cluster runs already when a batch comes to it
            yield address.replace("tcp://", "dask://")
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()


def dask(files: Sequence[Path], turns: int, folder: Path) -> list[str]:
    """The same tickers by two local workers and by two of a cluster, in turns, workers new each time."""
    local, cluster = [], []
    for turn in range(turns):
        local.append(batch(files, folder / f"local{turn}", "--workers", "2").seconds)
        with dask_workers(2) as address:
            cluster.append(batch(files, folder / f"dask{turn}", "--cluster", address).seconds)
    ratio = statistics.median(cluster) / statistics.median(local)
    return [
        f"| {len(files)} tickers, two workers | seconds (median of {turns}, in turns) | times | bar |",
        "| --- | --- | --- | --- |",
        f"| local | {statistics.median(local):.1f} | 1 | |",
        f"| Dask on loopback | {statistics.median(cluster):.1f} | {ratio:.2f} | 1.15 |",
    ]


SLEEP = """
import sys, time
import benchmarks_sleep, numpy as np
from rnn_forecast.batch.cluster import dask_crew
from rnn_forecast.batch.crew import local_crew
from rnn_forecast.batch.job import Job
from rnn_forecast.batch.work import outcomes
address, n, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3]
jobs = [Job(f"T{i}", f"T{i}", np.arange(1260), np.ones(1260), seconds, {}, {}) for i in range(n)]
def do(crew, some):
    return len(list(outcomes(crew, iter(some), benchmarks_sleep.nap, stopped=lambda: False, tick=int)))
with local_crew(2, timeout=60) if address == "local" else dask_crew(address, timeout=60, tell=print) as crew:
    do(crew, jobs[:8])
    start = time.perf_counter()
    print(do(crew, jobs), time.perf_counter() - start)
"""
NAP = """
import time
from rnn_forecast.batch.job import Outcome
def nap(job):
    time.sleep(float(job.recipe))
    return Outcome(job.ticker, files={"weights": bytes(60_000)})
"""


def overhead(folder: Path, jobs: int = 400, seconds: float = 0.05) -> list[str]:
    """What the scheduler costs: jobs that only sleep, with prices in and 60 KB out."""
    (folder / "benchmarks_sleep.py").write_text(NAP)
    environment = {**QUIET, "PYTHONPATH": str(folder)}
    QUIET["PYTHONPATH"] = str(folder)
    spent = {}
    for name in ("local", "dask"):
        with dask_workers(2) as address:
            where = "local" if name == "local" else address
            done = subprocess.run(
                [sys.executable, "-c", SLEEP, where, str(jobs), str(seconds)],
                env=environment, capture_output=True, text=True, check=True,
            )  # fmt: skip
            count, took = done.stdout.split()[-2:]
            spent[name] = float(took) / int(count) - seconds / 2
    return [
        f"Jobs that only sleep ({jobs} of {1000 * seconds:.0f} ms, 20 KB in, 60 KB out, two workers): "
        f"{1000 * spent['local']:.1f} ms more for each than the sleep with local workers, "
        f"{1000 * spent['dask']:.1f} ms with Dask."
    ]


def caller(files: Sequence[Path], folder: Path) -> list[str]:
    """What the caller does for each ticker beside the training: publish, forecast, note."""
    from rnn_forecast.batch import run, underway
    from rnn_forecast.batch.choices import Choices, Means
    from rnn_forecast.prices import ReadOptions
    from rnn_forecast.recipe import Recipe, with_choices

    took: list[tuple[float, float]] = []

    def timed_settle(*arguments: Any) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        underway.settle(*arguments)
        took.append((time.perf_counter() - wall, time.process_time() - processor))

    run.settle = timed_settle  # type: ignore[assignment]
    recipe = with_choices(Recipe(), {"epochs": 2})
    order = run.Order([str(file) for file in files], ReadOptions(), recipe, folder / "caller", Choices())
    run.run_batch(order, Means(workers=1))
    wall, processor = (1000 * statistics.median(column) for column in zip(*took, strict=True))
    return [
        f"For a ticker that was trained the caller takes {wall:.0f} ms, {processor:.0f} ms of them computing "
        "(the rest waits for the disk): it publishes the model, forecasts and notes. It does one ticker at a "
        "time, beside the training, so this bounds how many workers one caller can keep busy."
    ]


def ledger(out: Path, *more: str) -> list[tuple]:
    """(seconds, megabytes, …) of every ticker that was trained, in the order in which they ended."""
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        what = ", ".join(("t.seconds", "t.megabytes", *more))
        query = f"SELECT {what} FROM tickers t JOIN models m USING (ticker) WHERE t.status = 'trained'"
        return connection.execute(f"{query} ORDER BY m.trained").fetchall()


def imported(files: Sequence[Path], out: Path, options: Sequence[str]) -> str:
    """Whether a batch's process imports TensorFlow or Keras: yes or no."""
    verb = ["batch", *map(str, files), "--out", str(out), "-q", *options]
    command = [sys.executable, "-X", "importtime", *OURS[1:], *verb]
    done = subprocess.run(command, env=QUIET, capture_output=True, text=True, check=True)
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return "yes" if names & {"tensorflow", "keras"} else "no"


def cores() -> int:
    return len(os.sched_getaffinity(0))


def main(chosen: argparse.Namespace) -> None:
    files = sorted(PRICES.resolve().glob("*.csv"))[: chosen.tickers]
    parts: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
        "loop": ("Against a shell loop", lambda folder: against_a_loop(files, chosen.loop, folder)),
        "again": ("When nothing has changed", lambda folder: again(files, folder)),
        "rate": ("A core's rate", lambda folder: rate(files, folder)),
        "memory": ("Memory", lambda folder: memory(files, chosen.copies, folder)),
        "dask": ("Dask against local workers", lambda folder: dask(files[:40], chosen.turns, folder)),
        "overhead": ("The scheduler's own cost", overhead),
        "caller": ("The caller's own cost", lambda folder: caller(files[:30], folder)),
    }
    for name, (title, measure) in parts.items():
        if chosen.part and name not in chosen.part:
            continue
        with tempfile.TemporaryDirectory() as folder:
            text = "\n".join([f"### {title}", "", f"{machine()}.", "", *measure(Path(folder))])
        write_section(SCALING, f"batch-{name}", text)
        print(text, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickers", type=int, default=100)
    parser.add_argument("--loop", type=int, default=10)
    parser.add_argument("--copies", type=int, default=5)
    parser.add_argument("--turns", type=int, default=3, help="of the comparison with Dask")
    parser.add_argument(
        "--part", action="append", choices=["loop", "again", "rate", "memory", "dask", "overhead", "caller"]
    )
    main(parser.parse_args())
