# ruff: noqa: E501
"""Runs that meet, two hundred rounds each: whatever comes first, each output is byte for byte one that a run alone writes.

Two batches on one folder; two trains on one model; a predict while a train replaces its model.
"""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from command import Running
from tables import Table
from verbs import ROOT, SMALL, leftovers

ROUNDS = 200
WAIT = ["--quiet", "--wait", "60"]
RECIPES = (SMALL, ["--units", "4", *SMALL[2:]])  # two models that a folder may hold
BATCH = ["batch", "prices.csv", "--out", "all", "--workers", "1", *SMALL, *WAIT]


def soak(scale: float = 1) -> Table:
    rows, found = [], []
    rounds = max(2, round(ROUNDS * scale))
    for name, meet in MEETINGS.items():
        with tempfile.TemporaryDirectory() as folder:
            counts, faults = meet(Path(folder), rounds)
        rows.append(
            (
                name,
                rounds,
                ", ".join(f"{count} {what}" for what, count in sorted(counts.items())),
                len(faults),
            )
        )
        found += [f"{name}: {fault}" for fault in faults]
    said = "Both runs of a pair start within 10 ms and wait for each other's lock. What stands afterwards, and what was printed, has to be one of the outputs of runs alone."
    return Table("Runs that meet", said, ("runs", "tries", "what stood", "wrong"), rows, found)


def two_batches(place: Path, rounds: int) -> tuple[Counter[str], list[str]]:
    """Prices change every round, so that there is something to forecast; the first to come does it."""
    texts = [_prices(400, last) for last in ("", "9")]
    alone = []
    for text in texts:
        (place / "prices.csv").write_text(text)
        _done(BATCH, place, real=True)
        alone.append((place / "all/forecasts.csv").read_bytes())
    counts: Counter[str] = Counter()
    faults = []
    for k in range(rounds):
        (place / "prices.csv").write_text(texts[k % 2])
        codes = _together([BATCH, BATCH], place, k)
        stood = (place / "all/forecasts.csv").read_bytes()
        counts["as alone" if stood == alone[k % 2] else "otherwise"] += 1
        if codes != [0, 0] or stood != alone[k % 2] or leftovers(place):
            faults.append(f"round {k}: {codes}, {leftovers(place)}")
    return counts, faults


def two_trains(place: Path, rounds: int) -> tuple[Counter[str], list[str]]:
    alone = {
        _weights(place, recipe): f"the {name}'s"
        for name, recipe in zip(("first", "second"), RECIPES, strict=True)
    }
    counts: Counter[str] = Counter()
    faults = []
    for k in range(rounds):
        pair = RECIPES if k % 2 else RECIPES[::-1]
        codes = _together([["train", "prices.csv", *recipe, *WAIT] for recipe in pair], place, k)
        stood = alone.get(_read(place), "otherwise")
        counts[stood] += 1
        if codes != [0, 0] or stood == "otherwise" or leftovers(place):
            faults.append(f"round {k}: {codes}, {stood}, {leftovers(place)}")
    return counts, faults


def predict_under_train(place: Path, rounds: int) -> tuple[Counter[str], list[str]]:
    predict = ["predict", "prices.csv", "--out", "-"]
    alone = {}
    for name, recipe in zip(("the old model's", "the new model's"), RECIPES, strict=True):
        _weights(place, recipe)
        alone[_done(predict, place)] = name
    assert len(alone) == 2
    counts: Counter[str] = Counter()
    faults = []
    for k in range(rounds):
        train = Running(["train", "prices.csv", *RECIPES[k % 2], *WAIT], place)
        time.sleep(0.005 * (k % 60))  # a train takes some 300 ms
        said = Running(predict, place).wait()
        ended = train.wait()
        what = alone.get(said.out, "otherwise")
        counts[what] += 1
        if (said.code, ended.code) != (0, 0) or what == "otherwise":
            faults.append(f"round {k}: {said}, {ended}")
    return counts, faults


MEETINGS: dict[str, Callable[[Path, int], tuple[Counter[str], list[str]]]] = {
    "two batches": two_batches,
    "two trains": two_trains,
    "a predict under a train": predict_under_train,
}


def _together(commands: list[list[str]], place: Path, k: int) -> list[int | None]:
    running = []
    for words in commands:
        running.append(Running(words, place))
        time.sleep(0.001 * (k % 10))
    return [one.wait().code for one in running]


def _done(words: list[str], place: Path, *, real: bool = False) -> str:
    ended = Running(words, place, real=real).wait()
    assert ended.code == 0, ended
    return ended.out


def _weights(place: Path, recipe: list[str]) -> tuple[bytes, bytes]:
    """What a train alone writes, but for the seconds in history.csv and its hash."""
    (place / "prices.csv").write_text(_prices(400, ""))
    shutil.rmtree(place / "models", ignore_errors=True)
    _done(["train", "prices.csv", *recipe, "--quiet"], place)
    return _read(place)


def _read(place: Path) -> tuple[bytes, bytes]:
    folder = place / "models/prices"
    return (folder / "model.json").read_bytes(), (folder / "weights.safetensors").read_bytes()


def _prices(rows: int, last: str) -> str:
    """So many rows of the sample, the last price with one digit more."""
    lines = (ROOT / "sample_data" / "stock_prices.csv").read_text().splitlines()[: rows + 1]
    return "\n".join(lines) + last + "\n"


if __name__ == "__main__":
    print("\n".join(soak(0.2).markdown()))
