"""How do we compare with a plain PyTorch loop, NeuralForecast and Darts, at the same work?

    pip install -e ".[bench]"      # torch from a CPU index first, if you want no CUDA
    python benchmarks/peers.py [PRICES.csv] [--runs 5] [--epochs 100]

One series, the same windows, units, batch size and epochs, no early stopping, no shrinkage (`_players.py`
says what each runs). Every library trains in a process of its own, then forecasts the next price in another,
taking turns; ours are `rnn-forecast train` and `predict` themselves. Bars: `train` at least 3.5 times faster
than NeuralForecast's and 2.5 times than Darts', `predict` 7 and 4.5 times. A library that is not installed is
named and left out.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from _common import OURS, PERFORMANCE, QUIET, ROOT, machine, timed, write_section

PRICES = ROOT / "sample_data" / "stock_prices.csv"
PLAYERS = Path(__file__).with_name("_players.py")
NAMES = {
    "ours": "rnn-forecast",
    "torch": "PyTorch loop",
    "neuralforecast": "NeuralForecast",
    "darts": "Darts",
}
BARS = {("neuralforecast", "train"): 3.5, ("darts", "train"): 2.5,
        ("neuralforecast", "predict"): 7.0, ("darts", "predict"): 4.5}  # fmt: skip
RECIPE = """
network.skip = false
forecast.shrink = false
[training]
epochs = {epochs}
patience = 0
"""
# one thread for each: on a network this small a second one makes every library slower, most on a busy machine
ENVIRONMENT = {"OMP_NUM_THREADS": "1", **QUIET}

Figures = dict[str, dict[str, list[float]]]  # player → what → a figure for each run


def installed() -> list[str]:
    return [name for name in NAMES if name == "ours" or find_spec(name) is not None]


def play(name: str, verb: str, prices: Path, folder: Path, epochs: int) -> dict[str, float]:
    """One process: what it says of itself, its wall-clock seconds and its peak memory."""
    said = folder / "said.json"
    command = [sys.executable, str(PLAYERS), name, verb, str(prices), str(folder), str(epochs), str(said)]
    seconds, megabytes = timed(command, cwd=folder, env=ENVIRONMENT)
    return {**json.loads(said.read_text(encoding="utf-8")), "seconds": seconds, "megabytes": megabytes}


def command_line(verb: str, prices: Path, folder: Path) -> dict[str, float]:
    """`rnn-forecast train` or `predict` as a person runs it."""
    rest = {"train": ["--recipe", "recipe.toml"], "predict": ["--out", "ours.csv"]}[verb]
    command = [*OURS, verb, str(prices), "--model", "model", "--quiet", *rest]
    seconds, megabytes = timed(command, cwd=folder, env=ENVIRONMENT)
    return {"seconds": seconds, "megabytes": megabytes}


def compare(prices: Path, runs: int, epochs: int, folder: Path) -> Figures:
    """All players in turns; the first round warms up the disk and is not counted, with one epoch each."""
    figures: Figures = defaultdict(lambda: defaultdict(list))
    for turn in range(runs + 1):
        for name in installed():
            of_turn = epochs if turn else 1
            (folder / "recipe.toml").write_text(RECIPE.format(epochs=of_turn), encoding="utf-8")
            found = turn_of(name, prices, folder, of_turn)
            for what, value in found.items() if turn else ():
                figures[name][what].append(value)
            print(f"{turn}/{runs} {NAMES[name]}: {found}", file=sys.stderr)
    return figures


def turn_of(name: str, prices: Path, folder: Path, epochs: int) -> dict[str, float]:
    """Train, predict, score. Ours also as whole commands, which is what counts for whole processes."""
    found: dict[str, float] = {}
    for verb in ("train", "predict"):
        inside = play(name, verb, prices, folder, epochs)
        whole = command_line(verb, prices, folder) if name == "ours" else inside
        found |= {"import": inside["import"]} if verb == "train" else {}
        found[{"train": "fit"}.get(verb, verb)] = inside[{"train": "fit"}.get(verb, verb)]
        found |= {f"{verb} {what}": whole[what] for what in ("seconds", "megabytes")}
    return found | {"rmse": play(name, "score", prices, folder, epochs)["rmse"]}


def report(figures: Figures, prices: Path, runs: int, epochs: int) -> str:
    middle = {name: {what: statistics.median(v) for what, v in of.items()} for name, of in figures.items()}
    missing = [NAMES[name] for name in NAMES if name not in figures]
    rows = [_row(NAMES[name], m) for name, m in middle.items()]
    ratios = [
        f"| {NAMES[name]} | {_times(figures, name, 'train')} | {_times(figures, name, 'predict')} |"
        for name in middle
        if name != "ours"
    ]
    lines = [
        "## Peers",
        "",
        f"{machine()}{''.join(map(_version, figures))}.",
        "",
        f"{prices.name}: SimpleRNN(50), 60 prices back, batch size 32, {epochs} epochs, no early stopping, "
        f"no shrinkage, one thread (OMP_NUM_THREADS); medians of {runs} runs in turns, seconds, MB at the "
        "peak of the process. Import, fit and predict as called from Python (import: what fitting needs); "
        "ours also calibrates its intervals, "
        "scores the test part and writes it.",
        "",
        "| | import | fit | predict | whole train | MB | whole predict | MB | test RMSE |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "Times that our whole processes are faster, median of the turns (bar):",
        "",
        "| | train | predict |",
        "| --- | --- | --- |",
        *ratios,
    ]
    return "\n".join(lines + (["", f"Not installed: {', '.join(missing)}."] if missing else []))


def _row(name: str, m: dict[str, float]) -> str:
    cells = [f"{m['import']:.2f}", f"{m['fit']:.2f}", f"{m['predict']:.3f}"]
    for verb in ("train", "predict"):
        cells += [f"{m[f'{verb} seconds']:.2f}", f"{m[f'{verb} megabytes']:.0f}"]
    return f"| {name} | {' | '.join(cells)} | {m['rmse']:.4f} |"


def _times(figures: Figures, name: str, verb: str) -> str:
    """Their seconds over ours, by turn, so that a busy minute slows both alike."""
    theirs, ours = figures[name][f"{verb} seconds"], figures["ours"][f"{verb} seconds"]
    ratio = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
    bar = BARS.get((name, verb))
    return f"{ratio:.1f}" + (f" ({bar:g})" if bar else "")


def _version(name: str) -> str:
    try:
        return "" if name == "ours" else f", {name} {version(name)}"
    except PackageNotFoundError:
        return ""


def main(prices: Path, runs: int, epochs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(prices.resolve(), runs, epochs, Path(folder))
    text = report(figures, prices, runs, epochs)
    write_section(PERFORMANCE, "peers", text)
    print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prices", nargs="?", type=Path, default=PRICES, help="CSV with a column `price`")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100)
    chosen = parser.parse_args()
    main(chosen.prices, chosen.runs, chosen.epochs)
