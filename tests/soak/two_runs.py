# ruff: noqa: E501
"""Two runs on one output at once, a hundred times: one wins and one says 75, or both in turn; nothing is torn."""

import tempfile
import time
from collections import Counter
from pathlib import Path

from command import Running
from tables import Table
from verbs import VERBS, faults, leftovers, make_place

FORKED = ("predict", "prepare", "evaluate", "train")


def soak(scale: float = 1) -> Table:
    rows, found = [], []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_place(place)
        for wait in ([], ["--wait", "60"]):
            for verb in FORKED:
                counts: Counter[tuple[int | None, ...]] = Counter()
                words = [*VERBS[verb][0], "--quiet", *wait]
                tries = max(1, round(25 * scale)) if not wait else max(1, round(10 * scale))
                for k in range(tries):
                    one = Running(words, place)
                    time.sleep(0.001 * (k % 10))
                    other = Running(words, place)
                    both = [one.wait(), other.wait()]
                    codes = tuple(sorted(ended.code or 0 for ended in both))
                    counts[codes] += 1
                    allowed = {(0, 0)} if wait else {(0, 0), (0, 75)}
                    if codes not in allowed or any("in use by" not in e.err for e in both if e.code == 75):
                        found += [f"{verb}: {ended}" for ended in both]
                    found += [f"{verb}: {text}" for text in faults(place, verb) + leftovers(place)]
                rows.append(
                    (
                        verb,
                        " ".join(wait) or "-",
                        tries,
                        counts[0, 75],
                        counts[0, 0],
                        tries - counts[0, 75] - counts[0, 0],
                    )
                )
    said = "Two runs started within 10 ms. Without `--wait` one may say 75 and name the holder; after each the output is whole and nothing is left behind."
    return Table(
        "Two runs on one output",
        said,
        ("verb", "option", "pairs", "one 75", "both in turn", "anything else"),
        rows,
        found,
    )


if __name__ == "__main__":
    print("\n".join(soak(0.2).markdown()))
