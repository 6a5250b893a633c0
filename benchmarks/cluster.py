"""What does a cluster cost: against processes of one's own, by the scheduler, and in the caller?

    python benchmarks/cluster.py [--tickers 40] [--turns 3] [--part dask|overhead|caller]

Prices: ../shared/data/sp500. Scheduler and workers run on loopback, as processes. Bar: two Dask workers take
at most 1.15 times the time of two local ones.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _batches import QUIET, batch, epochs_of, prices, write_parts


@contextmanager
def dask_workers(count: int, environment: dict[str, str] = QUIET) -> Iterator[str]:
    """A scheduler and workers on loopback, as processes: the address."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": environment,
            "cwd": folder,
        }
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
    seconds: dict[str, list[float]] = {"local": [], "Dask on loopback": []}
    epochs: dict[str, list[float]] = {name: [] for name in seconds}

    def run(name: str, *options: str) -> None:
        out = folder / f"{name}{len(seconds[name])}"
        seconds[name].append(batch(files, out, *options).seconds)
        epochs[name].append(epochs_of(out))

    for _ in range(turns):
        run("local", "--workers", "2")
        with dask_workers(2) as address:
            run("Dask on loopback", "--cluster", address)
    local = statistics.median(seconds["local"])
    lines = [
        f"Medians of {turns}, in turns; workers new each time.",
        "",
        f"| {len(files)} tickers, two workers | seconds | an epoch, ms | times | bar |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, bar in (("local", ""), ("Dask on loopback", "1.15")):
        whole, epoch = statistics.median(seconds[name]), 1000 * statistics.median(epochs[name])
        lines.append(f"| {name} | {whole:.1f} | {epoch:.1f} | {whole / local:.2f} | {bar} |")
    return lines


SLEEP = """
import sys, time
import benchmarks_sleep, numpy as np
from rnn_forecast.batch.workers.cluster import dask_crew
from rnn_forecast.batch.workers.crew import local_crew
from rnn_forecast.batch.workers.job import Job
from rnn_forecast.batch.workers.outcomes import outcomes
address, n, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3]
jobs = [Job(f"T{i}", f"T{i}", np.arange(1260), np.ones(1260), seconds, {}, {}) for i in range(n)]
def do(crew, some):
    ended = outcomes(crew, iter(some), benchmarks_sleep.nap, stopped=lambda: False, tick=int)
    return sum(map(len, ended))
with local_crew(2, timeout=60) if address == "local" else dask_crew(address, timeout=60, tell=print) as crew:
    do(crew, jobs[:8])
    start = time.perf_counter()
    print(do(crew, jobs), time.perf_counter() - start)
"""
NAP = """
import time
from rnn_forecast.batch.workers.job import Outcome
def nap(job):
    time.sleep(float(job.recipe))
    return Outcome(job.ticker, files={"weights": bytes(60_000)})
"""


def overhead(folder: Path, jobs: int = 400, seconds: float = 0.05) -> list[str]:
    """What the scheduler costs: jobs that only sleep, with prices in and 60 KB out."""
    (folder / "benchmarks_sleep.py").write_text(NAP)
    environment = {**QUIET, "PYTHONPATH": os.pathsep.join([str(folder), QUIET.get("PYTHONPATH", "")])}

    def more(where: str) -> float:
        command = [sys.executable, "-c", SLEEP, where, str(jobs), str(seconds)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        count, took = done.stdout.split()[-2:]
        return 1000 * (float(took) / int(count) - seconds / 2)

    local = more("local")
    with dask_workers(2, environment) as address:
        cluster = more(address)
    return [
        f"Jobs that only sleep ({jobs} of {1000 * seconds:.0f} ms, 20 KB in, 60 KB out, two workers): "
        f"{local:.1f} ms more for each than the sleep with local workers, {cluster:.1f} ms with Dask."
    ]


class Instant:
    """Gives back what was made before, at once."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future


def caller(files: Sequence[Path], folder: Path) -> list[str]:
    """What the caller does for each ticker beside the training: publish, forecast, note."""
    from rnn_forecast.batch import run, run_state
    from rnn_forecast.batch.choices import Choices, Means
    from rnn_forecast.batch.workers.crew import Crew, local_crew
    from rnn_forecast.prices import ReadOptions
    from rnn_forecast.recipe import Recipe, with_choices

    made: dict[str, Any] = {}
    took: list[tuple[float, float, int]] = []

    def settle(now: Any, done: Any) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        run_state.settle(now, done)
        took.append((time.perf_counter() - wall, time.process_time() - processor, len(done)))
        made.update({outcome.ticker: outcome for _, outcome in done})

    def of_each(together: int | None) -> tuple[float, float]:
        """Milliseconds, on the wall and of a core; None trains."""

        @contextlib.contextmanager
        def crew(*_: Any) -> Iterator[Crew]:
            if together is None:
                with local_crew(1, timeout=600) as real:
                    yield real
            else:
                yield Crew(Instant(), workers=lambda: together, ahead=0)

        took.clear()
        run.settle, run._crew = settle, crew  # type: ignore[assignment]
        recipe = with_choices(Recipe(), {"epochs": 2})
        out = folder / f"caller{together}"
        order = run.Order([str(file) for file in files], ReadOptions(), recipe, out, Choices())
        work = {} if together is None else {"work": lambda job: made[job.ticker]}
        run.run_batch(order, Means(workers=1), **work)
        wall, processor, count = (sum(column) for column in zip(*took, strict=True))
        return 1000 * wall / count, 1000 * processor / count

    of_each(None)
    lines = [
        "What the caller does for a ticker that was trained, beside the training: it publishes the model, "
        "forecasts and notes. Those that end together it publishes at once, so a caller that falls behind "
        "catches up; its computing bounds how many workers it can keep busy.",
        "",
        "| ended together | ms a ticker | of them computing | tickers a second |",
        "| --- | --- | --- | --- |",
    ]
    for together in (1, 8, 32):
        wall, processor = of_each(together)
        lines.append(f"| {together} | {wall:.0f} | {processor:.0f} | {1000 / wall:.0f} |")
    return lines


def main(chosen: argparse.Namespace) -> None:
    files = prices(chosen.tickers)
    write_parts(
        {
            "dask": ("Dask against local workers", lambda folder: dask(files, chosen.turns, folder)),
            "overhead": ("The scheduler's own cost", overhead),
            "caller": ("The caller's own cost", lambda folder: caller(files, folder)),
        },
        chosen.part,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickers", type=int, default=40)
    parser.add_argument("--turns", type=int, default=3, help="of the comparison")
    parser.add_argument("--part", action="append", choices=["dask", "overhead", "caller"])
    main(parser.parse_args())
