"""What does `batch` cost: against a shell loop, against itself when nothing changed, per core, in memory?

    python benchmarks/batch.py [--tickers 100] [--loop 10] [--copies 5] [--part NAME]

Prices: ../shared/data/sp500. Bars: 100 tickers at least 3 times faster than a loop of single `train`
and `predict`; a second run of 100 tickers in at most 3 s without TensorFlow; a core's training rate inside
`batch` at least 0.8 of a single process's; at most 900 MB a worker, not growing over 500 tickers. The loop
runs `--loop` tickers, before and after the batch, and counts for as many as the batch has: each of its rounds
costs the same. What a cluster costs: benchmarks/cluster.py.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from _batches import (
    OURS,
    QUIET,
    Spent,
    batch,
    cores,
    epoch_seconds,
    epochs_of,
    ledger,
    prices,
    spent,
    write_parts,
)
from _common import timed


def loop(files: Sequence[Path], folder: Path) -> Spent:
    """A shell loop of `train` and `predict`."""

    def both() -> None:
        for file in files:
            timed([*OURS, "train", str(file), "-q"], cwd=folder, env=QUIET)
            timed([*OURS, "predict", str(file), "-q"], cwd=folder, env=QUIET)

    return spent(both)


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
        f"core-hour. Largest worker: {max(r[1] for r in rows):.0f} MB. Where the cores have other "
        "work too, core-seconds say more than seconds.",
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
    """The same tickers in one process, alone, and in the workers of a batch, in turns."""
    epochs: dict[str, list[float]] = {"alone": [], "batch": []}  # seconds of each
    jobs: dict[str, float] = {"alone": 0.0, "batch": 0.0}  # of the same tickers, compiled before
    whole: dict[str, float] = {"alone": 0.0, "batch": 0.0}  # core-seconds, everything
    for turn in range(3):
        some, out = files[turn::3][:8], folder / f"rate{turn}"
        start = time.perf_counter()
        alone = one_process(some)
        whole["alone"] += time.perf_counter() - start
        whole["batch"] += batch(some, out, "--workers", str(cores())).seconds * cores()
        # the longest of each worker imported and compiled; that is left out here
        took = {ticker: seconds for seconds, _, ticker in sorted(ledger(out, "t.ticker"))[: -cores()]}
        warm = took.keys() & alone.warm.keys()
        jobs["batch"] += sum(took[ticker] for ticker in warm)
        jobs["alone"] += sum(alone.warm[ticker] for ticker in warm)
        epochs["alone"] += alone.epochs
        epochs["batch"].append(epochs_of(out))
    medians = {name: statistics.median(seconds) for name, seconds in epochs.items()}
    return [
        f"The same tickers, with the same seeds, by one process alone and by {cores()} workers of a batch.",
        "",
        "| core-seconds, alone over batch | alone | batch | rate | bar |",
        "| --- | --- | --- | --- | --- |",
        _compared("an epoch, ms", {name: 1000 * seconds for name, seconds in medians.items()}, "0.8"),
        _compared("tickers, once compiled", jobs, ""),
        _compared("with start, imports, compiling, publishing", whole, ""),
    ]


def _compared(what: str, took: dict[str, float], bar: str) -> str:
    ratio = took["alone"] / took["batch"]
    return f"| {what} | {took['alone']:.1f} | {took['batch']:.1f} | {ratio:.2f} | {bar} |"


ALONE = """
import json, sys
from rnn_forecast.batch.workers.job import Job, run_job
from rnn_forecast.seeds import ticker_seed
from rnn_forecast.model.model_document import versions
from rnn_forecast.prices import read_prices
from rnn_forecast.recipe import Recipe, with_choices
for file in sys.argv[1:]:
    reading = read_prices([file]); s = reading.series[0]
    recipe = with_choices(Recipe(), {"seed": ticker_seed(0, s.ticker)}).model_dump_json()
    o = run_job(Job(s.ticker, s.ticker, s.dates, s.prices, recipe, reading.decisions.to_json(), versions()))
    print(json.dumps([s.ticker, o.seconds, o.files["history.csv"].decode()]))
"""


@dataclass(frozen=True)
class Alone:
    warm: dict[str, float]  # seconds of each ticker but the first, which compiles
    epochs: list[float]  # seconds


def one_process(files: Sequence[Path]) -> Alone:
    single = {**QUIET, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")}
    command = [sys.executable, "-c", ALONE, *map(str, files)]
    done = subprocess.run(command, env=single, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [seconds for _, _, history in found for seconds in epoch_seconds(history)]
    return Alone({ticker: seconds for ticker, seconds, _ in found[1:]}, epochs)


def memory(files: Sequence[Path], copies: int, folder: Path) -> list[str]:
    """The size of one worker that meets very many tickers, with few epochs: it is not about time."""
    many = renamed(files, copies, folder / "many")
    out = folder / "memory"
    batch(many, out, "--workers", "1", "--epochs", "2")
    sizes = [size for _, size in ledger(out)]
    quarter = len(sizes) // 4
    early, late = statistics.median(sizes[quarter : 2 * quarter]), statistics.median(sizes[-quarter:])
    return [
        f"One worker, {len(many)} tickers, 2 epochs each: {max(sizes):.0f} MB at most (bar: 900), "
        f"{early:.0f} MB in the second quarter, {late:.0f} MB in the last."
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


def imported(files: Sequence[Path], out: Path, options: Sequence[str]) -> str:
    """Whether a batch's process imports TensorFlow or Keras: yes or no."""
    verb = ["batch", *map(str, files), "--out", str(out), "-q", *options]
    command = [sys.executable, "-X", "importtime", *OURS[1:], *verb]
    done = subprocess.run(command, env=QUIET, capture_output=True, text=True, check=True)
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return "yes" if names & {"tensorflow", "keras"} else "no"


def main(chosen: argparse.Namespace) -> None:
    files = prices(chosen.tickers)
    write_parts(
        {
            "loop": ("Against a shell loop", lambda folder: against_a_loop(files, chosen.loop, folder)),
            "again": ("When nothing has changed", lambda folder: again(files, folder)),
            "rate": ("A core's rate", lambda folder: rate(files, folder)),
            "memory": ("Memory", lambda folder: memory(files, chosen.copies, folder)),
        },
        chosen.part,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickers", type=int, default=100)
    parser.add_argument("--loop", type=int, default=10)
    parser.add_argument("--copies", type=int, default=5)
    parser.add_argument("--part", action="append", choices=["loop", "again", "rate", "memory"])
    main(parser.parse_args())
