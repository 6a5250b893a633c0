"""What the soaks disturb: the verbs in a small working folder, and the check that every output is whole."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--units", "3", "--lookback", "10", "--epochs", "2", "--no-shrink"]
VERBS = {  # the arguments, and what they write
    "prepare": (["prepare", "prices.csv", *SMALL], "prepared/prices"),
    "predict": (["predict", "prices.csv", "--steps", "3"], "forecasts/prices.csv"),
    "evaluate": (["evaluate", "prices.csv"], "evaluations/prices"),
    "train": (["train", "prices.csv", *SMALL], "models/prices"),
    "batch": (
        ["batch", "prices.csv", "--out", "all", "--workers", "1", "--force", *SMALL],
        "all/models/prices",
    ),
}
PROGRAM = [sys.executable, "-m", "rnn_forecast"]


def make_place(place: Path, rows: int = 400) -> None:
    """A working folder in which each verb has run once."""
    lines = (ROOT / "sample_data" / "stock_prices.csv").read_text().splitlines()[: rows + 1]
    (place / "prices.csv").write_text("\n".join(lines) + "\n")
    for verb in ("train", "prepare", "predict", "evaluate"):
        done = run(place, verb)
        assert done.returncode == 0, done.stderr


def run(place: Path, verb: str, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    command = [*before, *PROGRAM, *VERBS[verb][0], "--quiet"]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=600)


def faults(place: Path, verb: str) -> list[str]:
    """What is wrong with the output of a verb: nothing, if it is the old one or the new one, whole."""
    output = place / VERBS[verb][1]
    if output.suffix == ".csv":
        return [] if _is_table(output) else [f"{output.name} is cut"]
    listed = json.loads((output / "MANIFEST.json").read_bytes())["files"]
    there = {path.name for path in output.iterdir()} - {"MANIFEST.json"}
    found = [f"{name} is not in its manifest" for name in there - listed.keys()]
    for name, entry in listed.items():
        path = output / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(f"{output.name}/{name} is not as its manifest says")
    return found


def leftovers(place: Path) -> list[str]:
    """Hidden files beside the outputs: locks and temporaries."""
    return sorted(str(path.relative_to(place)) for path in place.rglob(".*"))


def _is_table(path: Path) -> bool:
    text = path.read_text()
    lines = text.splitlines()
    return text.endswith("\n") and len(lines) == 4 and len({line.count(",") for line in lines}) == 1
