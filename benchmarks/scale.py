"""Does the cost grow as it should, up to five million rows: reading, an epoch, scoring, memory, tickers?

    python benchmarks/scale.py [--rows 5000000] [--runs 3] [--part reading --part epochs …]

Makes files in a temporary folder (about 300 MB): minute bars of one series, and 500 tickers of daily prices.
Bars: reading and checking at most twice `pandas.read_csv(engine="pyarrow")` of the same columns, in at most
three times the file's size of memory; an epoch over five million rows at most 1.3 times one over 200,000; a
million windows scored in a core-minute; 500 tickers in one `predict` under twice the time of one; memory
at most twice the price matrix (dates and prices) beyond the libraries. What the libraries take is what they
take once they have done something: a `train` of 2,500 rows, which compiles the same program, is the measure,
and a process that only imports them stands beside it.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from _common import OURS, PERFORMANCE, QUIET, machine, timed, timed_pairs, write_section
from _made_prices import make

TICKERS = 500
SMALL = 200_000  # rows that the epoch of five million is held against

# a process that says of itself, as JSON, what each part took
READ = """
import json, sys, time
import pyarrow.csv, pyarrow.compute
from rnn_forecast.prices import read_prices
import numpy
def peak(name="VmHWM"):
    return next(int(l.split()[1]) / 1024 for l in open("/proc/self/status") if l.startswith(name))
before, start, cpu = peak("VmRSS"), time.perf_counter(), time.process_time()
read_prices([sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                  "megabytes": peak() - before}))
"""
PANDAS = """
import json, sys, time
import pandas, pyarrow.csv, pyarrow.compute
start, cpu = time.perf_counter(), time.process_time()
frame = pandas.read_csv(sys.argv[1], engine="pyarrow")
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "megabytes": 0}))
"""
LIBRARIES = {
    "train": "from rnn_forecast.verbs import train; import pyarrow.csv, pyarrow.compute; "
    "from rnn_forecast.network.training.backend import backend; backend()",
    "predict": "from rnn_forecast.verbs import predict; import pyarrow.csv, pyarrow.compute",
}


def ask(program: str, path: Path, runs: int) -> dict[str, float]:
    """Medians of what `program` says of itself over some processes."""
    import subprocess

    said = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program, str(path)], env=QUIET, capture_output=True, check=True
            ).stdout
        )
        for _ in range(runs)
    ]
    return {what: statistics.median(one[what] for one in said) for what in said[0]}


def reading(folder: Path, runs: int) -> list[str]:
    """Our reader beside pandas', in turns: the libraries are loaded before the clock starts."""
    lines = [
        "| reading and checking | MB of file | seconds | pandas, pyarrow engine | ratio (2) | CPU ratio | MB "
        "| of the file (3) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in ("minutes", "tickers"):
        path, turns = folder / f"{name}.csv", []
        ask(PANDAS, path, 1)
        for _ in range(runs):
            turns.append((ask(READ, path, 1), ask(PANDAS, path, 1)))
        size = path.stat().st_size / 2**20
        ours, theirs = (statistics.median(turn[i]["seconds"] for turn in turns) for i in (0, 1))
        ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in turns)
        work = statistics.median(a["cpu"] / b["cpu"] for a, b in turns)
        memory = statistics.median(a["megabytes"] for a, _ in turns)
        lines.append(
            f"| {name}.csv | {size:.0f} | {ours:.2f} | {theirs:.2f} | {ratio:.2f} | {work:.2f} "
            f"| {memory:.0f} | {memory / size:.1f} |"
        )
    return lines


def epochs(folder: Path, runs: int) -> list[str]:
    """Three epochs each; the first, which may compile, is left out."""
    import csv

    seconds: dict[str, list[float]] = {"tiny": [], "minutes_small": [], "minutes": [], "tickers": []}
    peak = dict.fromkeys(seconds, 0.0)
    for _ in range(runs):
        for name in seconds:
            command = [*OURS, "train", f"{name}.csv", "--quiet", "--epochs", "4", "--patience", "0"]
            _, megabytes = timed([*command, "--model", f"models/{name}"], cwd=folder, env=QUIET)
            with (folder / "models" / name / "history.csv").open() as file:
                seconds[name] += [float(row["seconds"]) for row in csv.DictReader(file)][1:]
            peak[name] = max(peak[name], megabytes)
    libraries, tiny = _libraries("train", folder), peak["tiny"]
    base = min(seconds.pop("minutes_small"))
    del seconds["tiny"]
    lines = [
        "| training | an epoch, seconds | against 200,000 rows (1.3) | peak MB | beyond one of 2,500 rows | "
        "of dates and prices (2) |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| minutes_small.csv | {base:.2f} | 1.00 | {peak['minutes_small']:.0f} "
        f"| {peak['minutes_small'] - tiny:.0f} | |",
    ]
    for name, each in seconds.items():
        matrix, beyond = _rows(folder / f"{name}.csv") * 16 / 2**20, peak[name] - tiny
        lines.append(
            f"| {name}.csv | {min(each):.2f} | {min(each) / base:.2f} | {peak[name]:.0f} | {beyond:.0f} "
            f"| {beyond / matrix:.1f} |"
        )
    said = f"The least of {3 * runs} epochs; a train of 2,500 rows: {tiny:.0f} MB; "
    return [*lines, "", f"{said}the libraries alone, imported: {libraries:.0f} MB."]


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def _libraries(verb: str, folder: Path) -> float:
    """Peak memory of a process that only imports what a verb needs."""
    return timed([sys.executable, "-c", LIBRARIES[verb]], cwd=folder, env=QUIET)[1]


def scoring(folder: Path, runs: int) -> list[str]:
    """`evaluate` over the test part, a fifth of all rows, every window through the network.

    Where shrinkage leaves nothing of a network it is not asked, so this model is trained without.
    """
    lines = [
        "| `evaluate` | windows | seconds | CPU seconds | windows in a core-minute (1,000,000) | peak MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in ("minutes", "tickers"):
        _train_one_epoch(name, folder)
        found = [_used([*OURS, "evaluate", f"{name}.csv", "--model", f"models/{name}", "--quiet"], folder)
                 for _ in range(runs)]  # fmt: skip
        seconds, cpu, megabytes = (statistics.median(one[i] for one in found) for i in range(3))
        document = json.loads((folder / "evaluations" / name / "metrics.json").read_bytes())
        lines.append(
            f"| {name}.csv | {document['windows']:,} | {seconds:.1f} | {cpu:.1f} "
            f"| {document['windows'] / cpu * 60:,.0f} | {megabytes:.0f} |"
        )
    return [*lines, "", "Whole processes: reading, scoring and writing a row for each window included."]


def _used(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak megabytes of one process."""
    before = os.times()
    seconds, megabytes = timed(command, cwd=folder, env=QUIET)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu, megabytes


def _train_one_epoch(name: str, folder: Path) -> None:
    chosen = ["--epochs", "1", "--no-shrink", "--model", f"models/{name}"]
    timed([*OURS, "train", f"{name}.csv", "--quiet", *chosen], cwd=folder, env=QUIET)


def tickers(folder: Path, runs: int) -> list[str]:
    """One `predict` for 500 tickers beside one for a single one of them, in turns, by a model of all."""
    lines = [
        "| `predict` | one ticker, seconds | 500 tickers | ratio (2) | peak MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one, many in (("one_ticker_small", "tickers_small"), ("one_ticker", "tickers")):
        _train_one_epoch(many, folder)
        commands = {
            name: [*OURS, "predict", f"{name}.csv", "--model", f"models/{many}", "--quiet"]
            for name in (one, many)
        }
        found = timed_pairs(commands, runs, cwd=folder, env=QUIET)
        pairs = zip(found[one].all_seconds, found[many].all_seconds, strict=True)
        ratio = statistics.median(b / a for a, b in pairs)
        rows = _rows(folder / f"{one}.csv")
        lines.append(
            f"| {rows:,} rows each | {found[one].seconds:.2f} | {found[many].seconds:.2f} | {ratio:.2f} "
            f"| {found[many].megabytes:.0f} |"
        )
    return lines


PARTS: dict[str, Callable[[Path, int], list[str]]] = {
    "reading": reading,
    "epochs": epochs,
    "scoring": scoring,
    "tickers": tickers,
}


def main(rows: int, runs: int, parts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = rows // TICKERS
        make(
            folder,
            f"minutes:minutes:{rows}",
            f"minutes:minutes_small:{min(SMALL, rows)}",
            "minutes:tiny:2500",
            f"market:tickers:{TICKERS}:{each}",
            f"market:tickers_small:{TICKERS}:2500",
            f"market:one_ticker:1:{each}",
            "market:one_ticker_small:1:2500",
        )
        sections = [f"{machine()}. {rows:,} rows: minute bars of one series, and {TICKERS} tickers of daily "
                    f"prices. Medians of {runs} runs in turns; bars in brackets."]  # fmt: skip
        for part in parts:
            sections.append("\n".join(PARTS[part](folder, runs)))
            print(sections[-1], file=sys.stderr)
    text = "\n\n".join(["## Scale", *sections])
    if set(parts) == set(PARTS):
        write_section(PERFORMANCE, "scale", text)
    print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this; written with all")
    chosen = parser.parse_args()
    main(chosen.rows, chosen.runs, chosen.part or list(PARTS))
