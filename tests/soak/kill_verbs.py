"""kill -9, SIGTERM and SIGINT at random moments of every verb: old or new, whole; the next run goes through.

    python tests/soak/kill_verbs.py [MOMENTS]

MOMENTS (500 unless told) are spread over the verbs and the three signals. After each the output must be
whole, and the same command must go through and leave no lock and no temporary. Prints a table; ends with 1 on
a fault.
"""

import itertools
import math
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from verbs import PROGRAM, VERBS, faults, leftovers, make_place, run

# 130 and 143 by our handlers; -2 and -15 in the first moments, before Python has any
ALLOWED = {signal.SIGKILL: {0, -9}, signal.SIGTERM: {0, 143, -15}, signal.SIGINT: {0, 130, -2}}


def disturb(place: Path, verb: str, end: signal.Signals, after: float) -> tuple[int, str]:
    """Run a verb, send it a signal after some seconds; its exit code and what it said."""
    command = [*PROGRAM, *VERBS[verb][0], "--quiet"]
    with subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(after)
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
    return process.returncode, said


def check(place: Path, verb: str, end: signal.Signals, after: float) -> list[str]:
    """What went wrong at one moment."""
    code, said = disturb(place, verb, end, after)
    wrong = [] if code in ALLOWED[end] else [f"exit code {code}: {said[-300:]}"]
    wrong += faults(place, verb)
    again = run(place, verb)
    if again.returncode != 0:
        wrong.append(f"the next run ended with {again.returncode}: {again.stderr[-300:]}")
    return wrong + faults(place, verb) + leftovers(place)


def seconds(place: Path, verb: str) -> float:
    start = time.monotonic()
    run(place, verb)
    return time.monotonic() - start


def main(moments: int) -> int:
    random.seed(0)
    bad = 0
    pairs = list(itertools.product(VERBS, ALLOWED))
    print("| verb | signal | moments | faults |\n| --- | --- | ---: | --- |", flush=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_place(place)
        takes = {verb: seconds(place, verb) for verb in VERBS}
        for verb, end in pairs:
            wrong: list[str] = []
            count = math.ceil(moments / len(pairs))
            for _ in range(count):
                wrong += check(place, verb, end, random.uniform(0, 1.1 * takes[verb]))
            bad += len(wrong)
            print(f"| {verb} | {end.name} | {count} | {'; '.join(wrong) or '-'} |", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
