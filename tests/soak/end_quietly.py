"""Short runs, a dozen at once on a busy machine: each writes its forecasts, says its line, and ends with 0.

A fault here is one of the process's end, after the work: 134 where a thread aborted while the interpreter was
taken apart under it (until 2026-11-26 eight of 1,000, by a thread of Arrow's that let go of our bytes).
"""

import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from tables import Table
from verbs import PROGRAM, make_place

AT_ONCE = 12
RUNS = {
    "predict --out -": ["predict", "prices.csv", "--steps", "3", "--out", "-"],
    "batch --dry-run": ["batch", "prices.csv", "--out", "all", "--dry-run"],
}


def soak(scale: float = 1) -> Table:
    rows, found = [], []
    tries = max(AT_ONCE, round(500 * scale))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_place(place)
        for verb, words in RUNS.items():
            codes = ended(place, words, tries)
            rows.append((verb, tries, codes[0], tries - codes[0]))
            found += [f"{verb}: {count} ended with {code}" for code, count in codes.items() if code]
    said = f"{AT_ONCE} processes at a time, one file of 400 rows; each has to end with 0."
    return Table("Short runs on a busy machine", said, ("verb", "tries", "0", "anything else"), rows, found)


def ended(place: Path, words: list[str], tries: int) -> Counter[int]:
    """How many of `tries` processes ended with which code."""
    codes: Counter[int] = Counter()
    running: list[subprocess.Popen[bytes]] = []
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    for k in range(tries):
        running.append(subprocess.Popen([*PROGRAM, *words], cwd=place, **quiet))
        while len(running) >= AT_ONCE or (k + 1 == tries and running):
            codes[running.pop(0).wait()] += 1
    return codes


if __name__ == "__main__":
    print("\n".join(soak(0.2).markdown()))
