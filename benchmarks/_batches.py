"""Runs of `batch` on real prices, what they took, and what their ledger says."""

import csv
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _common import OURS, QUIET, ROOT, machine, timed, write_section

SCALING = ROOT / "docs" / "SCALING.md"
PRICES = ROOT / ".." / "shared" / "data" / "sp500"

Part = tuple[str, Callable[[Path], list[str]]]  # a title, and what measures in an empty folder


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


def batch(files: Sequence[Path], out: Path, *options: str) -> Spent:
    command = [*OURS, "batch", *map(str, files), "--out", str(out), "-q", *options]
    return spent(lambda: timed(command, env=QUIET))


def ledger(out: Path, *more: str) -> list[tuple]:
    """(seconds, megabytes, …) of every ticker that was trained, in the order in which they ended."""
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        what = ", ".join(("t.seconds", "t.megabytes", *more))
        query = f"SELECT {what} FROM tickers t JOIN models m USING (ticker) WHERE t.status = 'trained'"
        return connection.execute(f"{query} ORDER BY m.trained").fetchall()


def epoch_seconds(history: str) -> list[float]:
    """Of the text of a history.csv, without each member's first: the one that may compile."""
    return [float(row["seconds"]) for row in csv.DictReader(history.splitlines()) if row["epoch"] != "1"]


def epochs_of(out: Path) -> float:
    """The median epoch of all models of a batch, in seconds."""
    files = (out / "models").glob("*/history.csv")
    return statistics.median(s for file in files for s in epoch_seconds(file.read_text()))


def prices(tickers: int) -> list[Path]:
    return sorted(PRICES.resolve().glob("*.csv"))[:tickers]


def cores() -> int:
    return len(os.sched_getaffinity(0))


def write_parts(parts: Mapping[str, Part], chosen: Sequence[str] | None) -> None:
    """Measure what is chosen, or all, and write each into its section of docs/SCALING.md."""
    for name, (title, measure) in parts.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            text = "\n".join([f"### {title}", "", f"{machine()}.", "", *measure(Path(folder))])
        write_section(SCALING, f"batch-{name}", text)
        print(text, flush=True)
