"""How long does an epoch take, against Keras, PyTorch and the processor's own rate of products?

    pip install torch            # left out, and said so, where it is not installed
    python benchmarks/epoch.py [--runs 9] [--torch-python PYTHON]

1,940 windows of 60 steps, 50 units, one thread. Each player is a process of its own that waits for its turn;
within a comparison they take turns, an epoch each. The arithmetic rate compares processor seconds: what an
epoch takes, against the same number of multiply-adds as bare SGEMM (NumPy's BLAS) at the shape of a step.
Bars: 7 and 20 times `Model.fit` at batch 32 and 1, 3 times a plain PyTorch loop at 32, LSTM and GRU as fast
as PyTorch's fused ones, half of SGEMM's rate at 32 and 256.
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from _common import PERFORMANCE, QUIET, machine, write_section

PLAYERS = Path(__file__).with_name("_epochs.py")
NAMES = {"model_fit": "`Model.fit`", "pytorch": "PyTorch", "sgemm": "SGEMM"}
MATCHES = (  # cell, batch size, against whom with which bar
    ("simple_rnn", 32, {"model_fit": 7.0, "pytorch": 3.0}),
    ("simple_rnn", 1, {"model_fit": 20.0, "pytorch": None}),
    ("simple_rnn", 256, {"model_fit": None, "pytorch": None}),
    ("lstm", 32, {"model_fit": None, "pytorch": 1.0}),
    ("gru", 32, {"model_fit": None, "pytorch": 1.0}),
)
GIGA = 2 * 3 * 1940 * 60 * 50 * 50 / 1e9  # floating-point operations of a SimpleRNN's epoch

Turn = tuple[float, float]  # wall-clock and processor seconds


@contextlib.contextmanager
def player(python: str, name: str, cell: str, batch_size: int) -> Iterator[subprocess.Popen[str]]:
    """A process that runs an epoch for every line it gets."""
    command = [python, str(PLAYERS), name, cell, str(batch_size)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=QUIET,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{' '.join(command)} did not get ready")
        yield process
        process.stdin.close()


def epoch(process: subprocess.Popen[str]) -> Turn:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    wall, cpu = process.stdout.readline().split()
    return float(wall), float(cpu)


def match(cell: str, batch_size: int, pythons: dict[str, str], runs: int) -> dict[str, list[Turn]]:
    """All players of one comparison, in turns."""
    with contextlib.ExitStack() as stack:
        ready = {n: stack.enter_context(player(p, n, cell, batch_size)) for n, p in pythons.items()}
        found: dict[str, list[Turn]] = {name: [] for name in ready}
        for _ in range(runs):
            for name, process in ready.items():
                found[name].append(epoch(process))
    return found


def row(cell: str, batch_size: int, found: dict[str, list[Turn]], bars: dict[str, float | None]) -> str:
    """Medians of wall-clock seconds; ratios by turn, so that a busy minute slows both alike."""
    cells = [cell, str(batch_size), _milliseconds(found["ours"])]
    for name in ("model_fit", "pytorch"):
        if name not in found:
            cells += ["", ""]
            continue
        ratio = statistics.median(t[0] / o[0] for t, o in zip(found[name], found["ours"], strict=True))
        bar = bars.get(name)
        cells += [_milliseconds(found[name]), f"{ratio:.1f}" + (f" ({bar:g})" if bar else "")]
    return f"| {' | '.join(cells)} |"


def rate_row(batch_size: int, found: dict[str, list[Turn]]) -> str:
    ratio = statistics.median(g[1] / o[1] for g, o in zip(found["sgemm"], found["ours"], strict=True))
    rates = [GIGA / statistics.median(turn[1] for turn in found[name]) for name in ("ours", "sgemm")]
    return f"| {batch_size} | {rates[0]:.1f} | {rates[1]:.1f} | {ratio:.2f} (0.5) |"


def _milliseconds(turns: list[Turn]) -> str:
    return f"{1e3 * statistics.median(wall for wall, _ in turns):.0f}"


def installed(python: str) -> bool:
    return not subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode


def main(runs: int, torch_python: str) -> None:
    torch = installed(torch_python)
    rows, rates = [], []
    for cell, batch_size, bars in MATCHES:
        pythons = {"ours": sys.executable}
        pythons |= {
            n: torch_python if n == "pytorch" else sys.executable for n in bars if torch or n != "pytorch"
        }
        rows.append(
            row(cell, batch_size, match(cell, batch_size, pythons, 3 if batch_size == 1 else runs), bars)
        )
        print(rows[-1], file=sys.stderr)
    for batch_size in (32, 256):
        found = match("simple_rnn", batch_size, dict.fromkeys(("ours", "sgemm"), sys.executable), 4 * runs)
        rates.append(rate_row(batch_size, found))
    lines = [
        "## An epoch",
        "",
        f"{machine()}{'' if torch else '; PyTorch not installed'}.",
        "",
        f"1,940 windows of 60 steps, 50 units, one thread; milliseconds, medians of {runs} epochs in "
        "turns (3 at batch 1); how many times faster ours is, median of the turns (bar).",
        "",
        "| cell | batch | ours | `Model.fit` | times | PyTorch | times |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "Multiply-adds of SimpleRNN's forward and backward pass over processor seconds, GFLOP/s, against "
        "SGEMM at the shape of a step, (batch, 50) by (50, 50), single-threaded:",
        "",
        "| batch | epoch | SGEMM | ratio (bar) |",
        "| --- | --- | --- | --- |",
        *rates,
    ]
    write_section(PERFORMANCE, "epoch", "\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--torch-python", default=sys.executable, help="an interpreter that has torch")
    chosen = parser.parse_args()
    main(chosen.runs, chosen.torch_python)
