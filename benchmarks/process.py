"""What do whole processes cost: `predict`, `evaluate` and `train`, against what importing TensorFlow costs?

    python benchmarks/process.py [--runs 7] [--rounds 3] [--epochs 3]

Bars, on a file of 2,500 rows: `predict` and `evaluate` at most a third of `python -c "import tensorflow"`,
under 200 MB, TensorFlow not imported; `train` with the defaults at most four times it; `train` with the
article's recipe at least 15 times faster than the same recipe with Keras' `Model.fit(batch_size=1)`. That
takes a quarter of an hour, so by default `Model.fit` runs a few epochs and the rest is extrapolated from all
but the first (which compiles); `--epochs 100` runs it all.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _common import OURS, PERFORMANCE, QUIET, ROOT, Timing, machine, timed, timed_pairs, write_section

PRICES = ROOT / "sample_data" / "stock_prices.csv"
ARTICLE = ROOT / "configs" / "article.toml"
EPOCHS = 100  # of the article's recipe
IMPORT = 'python -c "import tensorflow"'

# The article's recipe as a user of Keras writes it; prints the seconds of each epoch.
MODEL_FIT = """
import csv, sys, time
import numpy as np, keras
path, epochs = sys.argv[1], int(sys.argv[2])
prices = np.array([float(row["price"]) for row in csv.DictReader(open(path))])
train = prices[: int(0.8 * len(prices))]
scaled = (train - train.mean()) / train.std()
x = np.lib.stride_tricks.sliding_window_view(scaled[:-1], 60)[..., None].astype("float32")
y = scaled[60:].astype("float32")
model = keras.Sequential([keras.Input((60, 1)), keras.layers.SimpleRNN(50), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): self.start = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None): print(time.perf_counter() - self.start, flush=True)
model.fit(x, y, batch_size=1, epochs=epochs, verbose=0, callbacks=[Clock()])
"""


def compared_with_import(runs: int, folder: Path) -> str:
    """predict, evaluate and train as whole processes, in turns with importing TensorFlow."""
    timed([*OURS, "train", str(PRICES), "--quiet"], cwd=folder, env=QUIET)
    timings = timed_pairs(
        {
            IMPORT: [sys.executable, "-c", "import tensorflow"],
            "rnn-forecast predict": [*OURS, "predict", str(PRICES), "--quiet"],
            "rnn-forecast evaluate": [*OURS, "evaluate", str(PRICES), "--quiet"],
            "rnn-forecast train": [*OURS, "train", str(PRICES), "--quiet", "--model", "again"],
        },
        runs,
        cwd=folder,
        env=QUIET,
    )
    base = timings[IMPORT].seconds
    bars = {
        "rnn-forecast predict": "0.33, 200 MB",
        "rnn-forecast evaluate": "0.33, 200 MB",
        "rnn-forecast train": "4",
    }
    rows = [_row(name, timing, base, bars.get(name, "")) for name, timing in timings.items()]
    return "\n".join(
        [
            f"Medians of {runs} processes each, taking turns, 2,500 rows, default recipe.",
            "",
            f"| process | seconds | against `{IMPORT}` | peak MB | bar |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"TensorFlow imported by predict: {imported('predict', folder)}; "
            f"by evaluate: {imported('evaluate', folder)}.",
        ]
    )


def _row(name: str, timing: Timing, base: float, bar: str) -> str:
    return (
        f"| `{name}` | {timing.seconds:.2f} | {timing.seconds / base:.2f} | {timing.megabytes:.0f} | {bar} |"
    )


def imported(verb: str, folder: Path) -> str:
    """Whether a verb's process imports TensorFlow or Keras, as `-X importtime` sees it: yes or no."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rnn_forecast", verb, str(PRICES), "--quiet"],
        cwd=folder, env=QUIET, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return "yes" if names & {"tensorflow", "keras"} else "no"


def article(rounds: int, epochs: int, folder: Path) -> str:
    """The article's recipe: our whole process in turns with `Model.fit(batch_size=1)`; medians of both."""
    command = [
        sys.executable,
        "-m",
        "rnn_forecast",
        "train",
        str(PRICES),
        "--recipe",
        str(ARTICLE),
        "--quiet",
    ]
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(timed(command, cwd=folder, env=QUIET)[0])
        theirs.append(_model_fit(epochs))
    our, their = statistics.median(ours), statistics.median(theirs)
    how = "all of it run" if epochs >= EPOCHS else f"extrapolated from {epochs} epochs"
    return "\n".join(
        [
            "The article's recipe (SimpleRNN(50), 60 steps, batch size 1, 100 epochs), whole process,",
            f"medians of {rounds} runs in turns:",
            "",
            "| process | seconds | times faster |",
            "| --- | --- | --- |",
            f"| `Model.fit(batch_size=1)`, {how} | {their:.0f} | 1 |",
            f"| `rnn-forecast train`, configs/article.toml | {our:.1f} | {their / our:.0f} |",
            "",
            "Bar: at least 15 times. Ours also reads, checks, scores and writes.",
        ]
    )


def _model_fit(epochs: int) -> float:
    """Seconds of a whole process of `Model.fit` for EPOCHS epochs, from one that runs only some of them."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MODEL_FIT, str(PRICES), str(epochs)],
        env=QUIET, capture_output=True, text=True, check=True,
    )  # fmt: skip
    each = [float(line) for line in done.stdout.split()]
    rest = each[1:] or each
    return time.perf_counter() - start + (EPOCHS - len(each)) * sum(rest) / len(rest)


def main(runs: int, rounds: int, epochs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = ["## Whole processes", f"{machine()}.", compared_with_import(runs, Path(folder))]
        if rounds:
            parts.append(article(rounds, epochs, Path(folder)))
    text = "\n\n".join(parts)
    write_section(PERFORMANCE, "process", text)
    print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=3, help="epochs of Model.fit")
    parser.add_argument("--rounds", type=int, default=3, help="of the article's recipe; 0 leaves it out")
    chosen = parser.parse_args()
    main(chosen.runs, chosen.rounds, chosen.epochs)
