"""Change the arithmetic in one place at a time and see whether a test notices; what lives goes into the docs.

    python -m pip install "mutmut==3.8.1"     # beside the `test` extra; neither a dependency nor in CI
    python tools/mutants.py [--only GROUP]… [--jobs N]

A mutant is the program with one operator, number, name or argument changed. Each group of modules meets the
quick tests of its folders, in a copy; the living are written with their reasons (`tools/mutants_alive.toml`)
into docs/internals/RELIABILITY.md. Half an hour on two idle cores. With `--only` the section is printed and
the page is left as it is. Ends with 1 if one lives without a reason.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "internals" / "RELIABILITY.md"
REASONS = ROOT / "tools" / "mutants_alive.toml"
BEGIN, END = "<!-- mutants -->", "<!-- /mutants -->"

GROUPS: dict[str, tuple[list[str], list[str]]] = {  # modules of the package, and the tests that hold them
    "metrics": (
        ["metrics/*.py", "statistics.py", "scores/outcomes/skill.py"],
        ["metrics", "test_statistics.py", "scores/test_skill.py"],
    ),
    "scores": (
        [
            *(f"scores/{name}.py" for name in ("scores", "interval_scores", "comparison")),
            *(f"scores/outcomes/{name}.py" for name in ("overlaps", "squared_errors", "pairs")),
        ],
        [f"scores/test_{name}.py" for name in ("scores", "verdicts", "document", "overlaps", "comparison")],
    ),
    "intervals": (["intervals/*.py"], ["intervals", "fitting"]),
    "trust": (
        ["fitting/calibration.py", "fitting/shrinkage.py", "forecasts/network_weight.py"],
        ["fitting", "forecasts"],
    ),
    "windows": (
        ["windows/*.py"],
        ["windows", "fitting", "forecasts", "scores/test_evaluation.py", "verbs/test_backtest.py"],
    ),
}
SLOW = "true_null or test_eight_spans or counts_days or whatever_comes"  # a second each, and blunt
SECTION = """\
[tool.mutmut]
source_paths = ["rnn_forecast"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-q", "-m", "not keras", "-k", "not ({slow})"]
also_copy = ["tests", "sample_data", "configs", "README.md", "docs", "tools", "benchmarks", "rnn_forecast"]
"""
ALIVE, NOT_RUN = {0, 5, 33}, {None, 2}  # mutmut's codes: survived, no tests; 1 killed, 24 and 36 timed out


class Mutant(NamedTuple):
    module: str  # scores/outcomes/skill.py
    function: str
    was: str  # the changed lines, without their indentation
    now: str


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=GROUPS, help="this group; the page is left")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at once")
    choices = parser.parse_args()
    counts: Counter[str] = Counter()
    alive: list[Mutant] = []
    of = commit()  # now: it may move on while this runs
    for name in choices.only or GROUPS:
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            found, living = mutate(Path(folder) / "copy", *GROUPS[name], choices.jobs)
        print(f"{name}: {found.total()} mutants, {len(living)} alive", file=sys.stderr, flush=True)
        counts, alive = counts + found, alive + living
        text, unexplained = section(counts, alive, of)
        if not choices.only:  # after each: a run that is stopped has written what it found
            page = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0].rstrip()
            PAGE.write_text(f"{page}\n\n{text}\n", encoding="utf-8")
    if choices.only:
        print(text)
    return int(unexplained > 0)


def mutate(
    copy: Path, modules: Sequence[str], tests: Sequence[str], jobs: int
) -> tuple[Counter[str], list[Mutant]]:
    """How many mutants each module gave, and those that live."""
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "models"))
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
        paths = [f"rnn_forecast/{module}" for module in modules]
        file.write("\n" + SECTION.format(modules=paths, tests=[f"tests/{test}" for test in tests], slow=SLOW))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    mutmut = [sys.executable, "-m", "mutmut"]
    log = copy.parent / "log"
    with log.open("wb") as out:  # its spinner writes megabytes
        command = [*mutmut, "run", "--max-children", str(jobs)]
        subprocess.run(command, cwd=copy, env=environment, stdout=out, stderr=out, check=False)
    counts: Counter[str] = Counter()
    alive = []
    for path in sorted((copy / "mutants").rglob("*.py.meta")):
        module = path.relative_to(copy / "mutants" / "rnn_forecast").as_posix().removesuffix(".meta")
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        if NOT_RUN & set(codes.values()):
            raise SystemExit(f"mutmut did not end:\n{log.read_text(encoding='utf-8')[-3000:]}")
        counts[module] = len(codes)
        for name in (name for name, code in codes.items() if code in ALIVE):
            shown = subprocess.run(
                [*mutmut, "show", name], cwd=copy, env=environment, capture_output=True, text=True, check=True
            ).stdout
            alive.append(Mutant(module, function_of(name), *changed(shown)))
    return counts, alive


def function_of(name: str) -> str:
    """`rnn_forecast.scores.outcomes.skill.xǁDailyǁadd__mutmut_1` → `Daily.add`."""
    own = name.rpartition(".")[2].rpartition("__mutmut_")[0]
    return own.removeprefix("xǁ").replace("ǁ", ".") if own.startswith("xǁ") else own.removeprefix("x_")


def changed(diff: str) -> tuple[str, str]:
    """The lines that a diff takes away and those that it puts there."""

    def lines(sign: str) -> str:
        own = (line[1:].strip() for line in diff.splitlines() if line.startswith(sign))
        return " ".join(line for line in own if not line.startswith(sign * 2))

    return lines("-"), lines("+")


class Reason(NamedTuple):
    module: str  # "" is any
    function: str
    was: str  # a part of the line
    now: str
    why: str


def reasons() -> Iterator[Reason]:
    for one in tomllib.loads(REASONS.read_text(encoding="utf-8"))["alive"]:
        for now in one["now"]:
            yield Reason(one.get("module", ""), one.get("function", ""), one["was"], now, one["why"])


def reason_of(mutant: Mutant) -> str | None:
    for one in reasons():
        parts = mutant.was.split(one.was)  # one of the places at which it stands is changed
        changes = (one.was.join(parts[:i]) + one.now + one.was.join(parts[i:]) for i in range(1, len(parts)))
        here = one.module in ("", mutant.module) and one.function in ("", mutant.function)
        if here and mutant.now in changes:
            return one.why
    return None


def section(counts: Counter[str], alive: Sequence[Mutant], of: str = "") -> tuple[str, int]:
    """The page's section, and how many live without a reason."""
    now = datetime.datetime.now(datetime.UTC)
    modules, living = {name: n for name, n in counts.items() if n}, Counter(one.module for one in alive)
    why = [reason_of(one) for one in alive]
    lines = [
        BEGIN,
        "## Mutants",
        "",
        "Written by `python tools/mutants.py`: the arithmetic with one operator, number, name or argument",
        "changed, held against the quick tests. Alive is what passes them. Constants at the top of a module",
        "stay as they are.",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC{of}.",
        "",
        "| module | mutants | alive | per cent |",
        "| --- | ---: | ---: | ---: |",
        *(row(f"`{name}`", n, living[name]) for name, n in modules.items()),
        row("all", sum(modules.values()), len(alive)),
        "",
        "| module | function | is | may be | why |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| `{one.module}` | `{one.function}` | {code(one.was)} | {code(one.now)} | {reason} |"
            for one, reason in zip(alive, (reason or "**open**" for reason in why), strict=True)
        ),
        END,
    ]
    return "\n".join(lines), why.count(None)


def row(name: str, mutants: int, alive: int) -> str:
    return f"| {name} | {mutants:,} | {alive} | {100 * alive / max(mutants, 1):.1f} |"


def code(text: str) -> str:
    return "``{}``".format(text.replace("|", "\\|")) if text else "nothing"


def commit() -> str:
    def git(*words: str) -> str:
        try:
            done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return ""
        return done.stdout.strip()

    found = git("rev-parse", "--short", "HEAD")
    changes = git("status", "--porcelain", "--untracked-files=no", "--", ":!/docs")
    return f", commit {found}{' + changes' if changes else ''}" if found else ""


if __name__ == "__main__":
    raise SystemExit(main())
