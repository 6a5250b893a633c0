"""The k-th write, fsync, rename… of each verb failing, for k = 1, 2, 3… until it passes. Needs strace.

    python tests/soak/fail_calls.py

The failures are real: the kernel's answer is replaced. Each must end in exit code 73 or 74 (or 0, where
nothing depended on the call) with two lines and no traceback, the output whole, no temporary left by the next
run.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from verbs import VERBS, faults, leftovers, make_place, run

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


def main() -> int:
    if shutil.which("strace") is None:
        print("strace is not here: nothing was tried", file=sys.stderr)
        return 2
    bad = 0
    print("| verb | call | error | failures tried | faults |\n| --- | --- | --- | ---: | --- |")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_place(place)
        for verb in VERBS:
            for call, error in CALLS.items():
                k, reached, wrong = 0, True, []
                while reached and k < ENOUGH:
                    k += 1
                    reached, found = fail(place, verb, call, error, k)
                    wrong += found
                bad += len(wrong)
                print(f"| {verb} | {call} | {error} | {k - 1} | {'; '.join(wrong) or '-'} |", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
