# ruff: noqa: E501
"""kill -9, SIGTERM and SIGINT at random moments of every verb: old or new, whole; the next run goes through.

Most moments hit a process forked with everything imported, so that they fall into the verb's own work and not
into imports, and training draws its weights; the rest hit whole processes with real training.
"""

import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from command import Ended, Running
from tables import Table
from verbs import PROGRAM, VERBS, faults, leftovers, make_place

# 130 and 143 by our handlers; -2 and -15 in the first moments, before Python has any
ALLOWED = {signal.SIGKILL: {0, -9}, signal.SIGTERM: {0, 143, -15}, signal.SIGINT: {0, 130, -2}}
SHARES = {"predict": 130, "prepare": 110, "evaluate": 120, "train": 120}  # of 500
WHOLE = {"predict": 6, "prepare": 3, "evaluate": 3, "train": 6, "batch": 2}
Start = Callable[[str, Path], Running]


class Whole:
    """A verb as a process of its own, from the interpreter's start."""

    def __init__(self, words: list[str], place: Path) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([*PROGRAM, *words], cwd=place, stdout=pipe, stderr=pipe, text=True)

    def send(self, end: signal.Signals) -> None:
        self._process.send_signal(end)

    def wait(self, seconds: float = 180) -> Ended:
        out, err = self._process.communicate(timeout=seconds)
        return Ended(self._process.returncode, out, err)


def check(start: type, place: Path, verb: str, end: signal.Signals, after: float) -> tuple[bool, list[str]]:
    """Whether the signal came in time, and what went wrong."""
    words = [*VERBS[verb][0], "--quiet"]
    running = start(words, place)
    time.sleep(after)
    running.send(end)
    ended = running.wait()
    wrong = [] if ended.code in ALLOWED[end] else [f"{end.name} after {after:.3f} s: {ended}"]
    wrong += faults(place, verb)
    again = start(words, place).wait()
    if again.code != 0:
        wrong.append(f"the next run after {end.name}: {again}")
    return ended.code != 0, wrong + faults(place, verb) + leftovers(place)


def seconds(start: type, place: Path, verb: str) -> float:
    began = time.monotonic()
    ended = start([*VERBS[verb][0], "--quiet"], place).wait()
    assert ended.code == 0, ended
    return time.monotonic() - began


def soak(scale: float = 1) -> Table:
    luck = random.Random(0)
    rows, found = [], []
    for start, shares, how in ((Running, SHARES, "forked"), (Whole, WHOLE, "whole process")):
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            make_place(place)
            for verb, share in shares.items():
                takes = seconds(start, place, verb)
                for end in ALLOWED:
                    count, hit, wrong = max(1, round(share * scale / len(ALLOWED))), 0, []
                    for _ in range(count):
                        stopped, faulty = check(start, place, verb, end, luck.uniform(0, 1.05 * takes))
                        hit, wrong = hit + stopped, wrong + faulty
                    rows.append((verb, how, end.name, count, hit, len(wrong)))
                    found += [f"{verb}, {how}: {text}" for text in wrong]
    said = (
        "A signal at a random moment of a verb. After each: the output is the old one or the new one, whole, by its "
        "manifest's hashes; the same command then goes through, and no lock and no temporary is left. Forked: with "
        "everything imported, training replaced by drawn weights; whole process: from the interpreter's start, real training."
    )
    return Table(
        "Killed at random moments",
        said,
        ("verb", "how", "signal", "moments", "ended by it", "faults"),
        rows,
        found,
    )


if __name__ == "__main__":
    import sys

    print("\n".join(soak(float(sys.argv[1])).markdown()))
