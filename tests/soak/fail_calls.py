# ruff: noqa: E501
"""The k-th write, fsync, rename… of each verb failing, for k = 1, 2, 3… until it passes. Needs strace.

The failures are real: the kernel's answer is replaced. Each must end in exit code 73 or 74 (or 0, where
nothing depended on the call) with two lines and no traceback, the output whole, no temporary left by the next
run.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tables import Table
from verbs import faults, leftovers, make_place, run

CALLS = {
    "write,pwrite64": "ENOSPC",
    "fsync": "EIO",
    "rename,renameat,renameat2": "EIO",
    "mkdir": "EACCES",
    "flock": "ENOLCK",
}
ENOUGH = 400  # calls of one kind: more than any verb makes on a small file


def fail(place: Path, verb: str, call: str, error: str, k: int) -> tuple[bool, list[str]]:
    """Run a verb with one call failing: whether the call was made at all, and what went wrong."""
    log = place / "strace.log"
    before = ("strace", "-f", "-o", str(log), f"--trace={call}", f"--inject={call}:error={error}:when={k}")
    done = run(place, verb, before)
    reached = "(INJECTED)" in log.read_text()
    log.unlink()
    wrong = faults(place, verb)
    if done.returncode not in (0, 73, 74) or "Traceback" in done.stderr:
        wrong.append(f"{call} {k}: exit code {done.returncode}: {done.stderr[-300:]}")
    if not reached:
        wrong += leftovers(place)
    return reached, wrong


def full(place: Path, verb: str, blocks: int) -> list[str]:
    """Run a verb that may write files of so many blocks of 512 bytes only."""
    done = run(place, verb, ("prlimit", f"--fsize={512 * blocks}"))
    wrong = faults(place, verb) + leftovers(place)
    if done.returncode not in (0, 73, 74) or "Traceback" in done.stderr:
        wrong.append(f"{blocks} blocks: exit code {done.returncode}: {done.stderr[-300:]}")
    return wrong


def calls(place: Path, verb: str) -> Iterator[tuple[str, str, int, list[str]]]:
    for call, error in CALLS.items():
        k, reached, wrong = 0, True, []
        while reached and k < ENOUGH:
            k += 1
            reached, found = fail(place, verb, call, error, k)
            wrong += found
        yield call, error, k - 1, wrong


def soak(scale: float = 1) -> Table:
    """With a scale above 1 for train too, whose every start takes seconds."""
    rows, found = [], []
    verbs = ["predict", "prepare", "evaluate"] + ["train"] * (scale > 1)
    strace = shutil.which("strace") is not None
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_place(place)
        for verb in verbs:
            for call, error, tries, wrong in calls(place, verb) if strace else ():
                rows.append((verb, f"`{call}`", error, tries, len(wrong)))
                found += [f"{verb}: {text}" for text in wrong]
            limits = (0, 1, 2, 4, 8, 16) if verb != "train" else (1, 4)
            wrong = [text for blocks in limits for text in full(place, verb, blocks)]
            rows.append((verb, "`ulimit -f`", "EFBIG", len(limits), len(wrong)))
            found += [f"{verb}: {text}" for text in wrong]
    said = "The k-th call is answered with the error by the kernel (strace), for k = 1, 2, 3… until the verb makes no k-th. Right: 73, 74 or 0, two lines, the output whole, nothing left by the next run."
    said += "" if strace else " **strace was not here: only the full disk was tried.**"
    return Table("Calls that fail", said, ("verb", "call", "error", "failures", "faults"), rows, found)


if __name__ == "__main__":
    print("\n".join(soak(0.5).markdown()))
