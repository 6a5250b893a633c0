"""Do time and memory stay straight lines, up to five million windows and ten thousand tickers?

    python benchmarks/growth.py [--runs 3] [--part windows] [--share 0.01] [--page FILE]

Whole processes on made prices, every size in turns. Windows of one series, 10,000 to 5,000,000: `evaluate`
with every window through the network, an epoch of training on all of them, `prepare --check`. Tickers of 500
rows, 10 to 10,000: `predict`, `train` of one epoch, `batch` with one model for all, and with one for each.
Bar: from the last size but one to the last, a window or ticker more costs at most 1.3 times what it costs
from the size before that.

Each part is written into its section of the page, with a picture beside it. `--share 0.01` takes a hundredth
of each size, to try the script: give it a `--page` of its own. The whole takes about a quarter of an hour,
1.1 GB of disk and a few GB of memory; a size whose first run takes longer than 20 s is run once.
"""

import argparse
import csv
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from _common import OURS, PERFORMANCE, QUIET, machine, timed, write_section
from _growth_lines import BAR, Cost, Lines, Units, table, verdicts
from _growth_picture import picture
from _made_prices import make

LONG = 20.0  # seconds; what takes longer is run once
LOOKBACK, FITTED = 60, 0.72  # of the default recipe: rows before the first window; share of rows fitted on
ROWS = 500  # of each ticker
MODEL_TICKERS = 10  # that the one model of many has learnt from
EACH_TRAINED = 1_000  # tickers, at most, of the batch that trains a model for each

Costs = dict[str, Cost]  # of one size, by what was done


@dataclass(frozen=True)
class Part:
    """What is measured at some sizes, and how it is told."""

    sizes: tuple[int, ...]
    units: Units
    files: Callable[[Sequence[int]], list[str]]  # sizes → what `make` is asked for
    before: Callable[[Path], None]
    measures: tuple[Callable[[Path, int], Costs], ...]
    said: str  # in the page


def command(folder: Path, *words: str) -> Cost:
    """What one process of ours costs."""
    return Cost(*timed([*OURS, *words, "--quiet"], cwd=folder, env=QUIET))


def files_of_windows(sizes: Sequence[int]) -> list[str]:
    """A short series that a model learns from, of long ago; and for each size two later ones.

    All windows of the one are unseen, as many as its rows are after the first lookback; of the other the
    default recipe fits on as many windows.
    """
    unseen = [f"minutes:unseen{n}:{n + LOOKBACK}" for n in sizes]
    fitted = [f"minutes:fitted{n}:{math.ceil((n + LOOKBACK + 1) / FITTED) + 1}" for n in sizes]
    return ["minutes:first:2500:1950-01-02", *unseen, *fitted]


def model_of_one(folder: Path) -> None:
    """Without shrinkage: where that leaves nothing of a network it is not asked."""
    command(folder, "train", "first.csv", "--as", "BARS", "--epochs", "1", "--no-shrink", "--model", "one")


def evaluated(folder: Path, windows: int) -> Costs:
    out = folder / "evaluation"
    words = ["evaluate", f"unseen{windows}.csv", "--as", "BARS", "--model", "one", "--out", str(out)]
    cost = command(folder, *words)
    rows = sum(1 for _ in (out / "predictions.csv").open("rb")) - 1
    shutil.rmtree(out)  # of five million windows it has 600 MB
    if rows != windows:
        raise RuntimeError(f"evaluate scored {rows:,} windows, not {windows:,}")
    return {"evaluate": cost}


def epochs(folder: Path, windows: int) -> Costs:
    """Two epochs; the first, which compiles, is left out, and both are taken from what the process took."""
    words = ["train", f"fitted{windows}.csv", "--max-windows-per-epoch", str(windows), "--model", "all"]
    cost = command(folder, *words, "--epochs", "2", "--patience", "0")
    with (folder / "all" / "history.csv").open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    rest = Cost(cost.seconds - sum(seconds), cost.megabytes)
    return {"an epoch": Cost(seconds[-1]), "train beside its epochs": rest}


def checked(folder: Path, windows: int) -> Costs:
    return {"prepare --check": command(folder, "prepare", f"unseen{windows}.csv", "--check")}


def files_of_tickers(sizes: Sequence[int]) -> list[str]:
    return [f"market:few:{MODEL_TICKERS}:{ROWS}", *(f"market:tickers{n}:{n}:{ROWS}" for n in sizes)]


def model_of_few(folder: Path) -> None:
    command(folder, "train", "few.csv", "--epochs", "1", "--no-shrink", "--model", "few")


def forecast(folder: Path, tickers: int) -> Costs:
    words = ["predict", f"tickers{tickers}.csv", "--model", "few", "--any-ticker", "--out", "forecasts.csv"]
    return {"predict": command(folder, *words)}


def learnt(folder: Path, tickers: int) -> Costs:
    """As many windows an epoch as ten tickers have: what grows is all else."""
    words = ["train", f"tickers{tickers}.csv", "--epochs", "1", "--max-windows-per-epoch", "3000"]
    return {"train": command(folder, *words, "--model", "many")}


def night(folder: Path, tickers: int) -> Costs:
    """A first night of one model for all, and a second one with the same prices."""
    out = folder / "night"
    words = ["batch", f"tickers{tickers}.csv", "--global", "few", "--out", str(out)]
    found = {name: command(folder, *words) for name in ("batch, one model", "batch, nothing new")}
    shutil.rmtree(out)
    return found


def each_trained(folder: Path, tickers: int) -> Costs:
    out = folder / "each"
    cost = command(folder, "batch", f"tickers{tickers}.csv", "--epochs", "1", "--out", str(out))
    shutil.rmtree(out)
    return {"batch, each trained": cost}


def measured(part: Part, folder: Path, sizes: Sequence[int], runs: int) -> Lines:
    """The medians of every size, in turns."""
    lines: dict[str, dict[int, Cost]] = {}
    for do in part.measures:
        found: dict[int, list[Costs]] = {n: [] for n in sizes if do is not each_trained or n <= EACH_TRAINED}
        for _ in range(runs):
            for size, costs in found.items():
                if not costs or sum(cost.seconds for cost in costs[0].values()) <= LONG:
                    costs.append(do(folder, size))
        for name in next(iter(found.values()))[0]:
            lines[name] = {n: _median([one[name] for one in costs]) for n, costs in found.items()}
            print(name, lines[name], file=sys.stderr)
    return lines


def _median(costs: Sequence[Cost]) -> Cost:
    seconds, megabytes = ([cost[i] for cost in costs] for i in (0, 1))
    return Cost(statistics.median(seconds), statistics.median(megabytes), len(costs))


PARTS = {
    "windows": Part(
        (10_000, 100_000, 1_000_000, 5_000_000),
        Units("windows", "µs", 1e6, "bytes", 2**20),
        files_of_windows,
        model_of_one,
        (evaluated, epochs, checked),
        "Minute bars of one series. `evaluate` is of a model without shrinkage, so that every window goes "
        "through the network, and writes a row for each. An epoch takes all windows, in batches of 32, and "
        "is the second of two; the rest of that `train`, which reads, compiles, calibrates, scores and "
        "writes, stands beside it: calibration looks at 50,000 windows at most, so its ratio may lie far "
        "below 1. `prepare --check` reads and checks as many rows.",
    ),
    "tickers": Part(
        (10, 100, 1_000, 10_000),
        Units("tickers", "ms", 1e3, "kB", 2**10),
        files_of_tickers,
        model_of_few,
        (forecast, learnt, night, each_trained),
        f"One file of tickers of {ROWS} rows each. `predict`, and `batch` with `--global`, are of one model "
        f"that has learnt from {MODEL_TICKERS} tickers up to 100 rows before the end; a second `batch` has "
        "nothing new to do. `train` is one network for all tickers, one epoch of 3,000 windows. "
        "The last `batch` trains each ticker for one epoch; it is left out at 10,000, where it takes as "
        "long as all the rest. Memory is that of the largest process.",
    ),
}


def section(name: str, runs: int, share: float, page: Path) -> str:
    """Measure one part, draw it beside the page, and give its text."""
    part = PARTS[name]
    sizes = [max(1, round(n * share)) for n in part.sizes]
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        make(folder, *part.files(sizes))
        part.before(folder)
        lines = measured(part, folder, sizes, runs)
    file = page.with_name(f"growth_{name}.svg")
    file.write_bytes(picture(f"Growth with {name}", lines, name))
    return "\n\n".join((
        f"## Growth with {name}",
        f"{machine()}. Whole processes, every size in turns, medians of {runs} runs; what takes longer than "
        f"{LONG:.0f} s is run once. Bar, in brackets: from the last size but one to the last, one of the "
        f"{part.units.of} more costs at most {BAR} times what it costs from the size before that.",
        part.said,
        f"![Seconds and peak memory by {name}, logarithmic, and the straight line through the first and the "
        f"last of each]({file.name})",
        "Dots are measured. Each curve is the straight line, a + b · n, through its first dot and its last. "
        "Where the dots between lie below it, costs grow faster than a line; where above, more slowly. "
        "∞: from the size before no cost could be measured.",
        "\n".join(verdicts(lines)),
        "\n".join(table(lines, part.units)),
    ))  # fmt: skip


def main(chosen: argparse.Namespace) -> None:
    for name in chosen.part or PARTS:
        text = section(name, chosen.runs, chosen.share, chosen.page)
        write_section(chosen.page, f"growth {name}", text)
        print(text, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this one")
    parser.add_argument("--share", type=float, default=1.0, help="of each size")
    parser.add_argument("--page", type=Path, default=PERFORMANCE)
    main(parser.parse_args())
