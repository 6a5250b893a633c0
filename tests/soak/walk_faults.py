# ruff: noqa: E501
"""Each fault of the system on the command line: the exit code, two lines, no traceback, the old outputs whole."""

import shutil
import tempfile
from pathlib import Path

from command import Ended, Running
from fault_cases import Case, models, names, places, sources
from place import make_place
from tables import Table


def fault(case: Case, base: Path, place: Path) -> tuple[Ended, list[str]]:
    shutil.copytree(base, place)
    case.before(place)
    ended = Running(case.words, place, **case.how).wait(180)
    wrong = []
    if ended.code != case.code:
        wrong.append(f"ended with {ended}, expected {case.code}")
    if case.phrase not in ended.err + ended.out:
        wrong.append(f"does not say {case.phrase!r}: {ended}")
    if "Traceback" in ended.err or (case.code and len(ended.err.strip().splitlines()) != 2):
        wrong.append(f"not two lines: {ended}")
    if spoiled := case.after(place, ended):
        wrong.append(str(spoiled))
    wrong += [f"left behind: {path.name}" for path in place.rglob(".*")]
    shutil.rmtree(place)
    return ended, [f"{case.name}: {text}" for text in wrong]


def soak(scale: float = 1, only: str = "") -> Table:
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as name:
        base, place = Path(name) / "base", Path(name) / "case"
        base.mkdir()
        make_place(base)
        for part in (sources, names, places, models):
            for case in part():
                if only in case.name:
                    ended, wrong = fault(case, base, place)
                    said = ended.err.strip().partition("\n")[0].replace(name, "")
                    rows.append(
                        (f"`{case.name}`", case.code, ended.code, said[:140], "no" if wrong else "yes")
                    )
                    faults += wrong
    said = "What stands around a file: sources, tickers, places to write to, models that do not fit. One command each."
    return Table(
        "Faults of the system",
        said,
        ("fault", "expected", "came", "what was said", "as expected"),
        rows,
        faults,
    )


if __name__ == "__main__":
    import sys

    print("\n".join(soak(1, *sys.argv[1:]).markdown()))
