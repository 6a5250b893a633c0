# ruff: noqa: E501
"""Every soak, one after another, and their tables into docs/internals/RELIABILITY.md.

    python tests/soak [--scale X] [--scale NAME=X]… [--jobs N] [--only NAME]…

`--scale 1` is the whole (some ten minutes on two idle cores), 0.05 a look; NAME=X scales one soak. Ends with 1
if anything deviates.
"""

import argparse
import datetime
import multiprocessing
import os
import platform
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tables import Table, timed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "internals" / "RELIABILITY.md"
MUTANTS = "<!-- mutants -->"  # from here to the end the page is written by tools/mutants.py
SOAKS = {  # in the order of the page
    "catalogue": "read_catalogue",
    "mutations": "mutate_files",
    "shapes": "mutate_shapes",
    "writing": "same_forecast",
    "faults": "walk_faults",
    "models": "flip_bytes",
    "kills": "kill_verbs",
    "calls": "fail_calls",
    "two": "two_runs",
    "ends": "end_quietly",
    "nights": "thirty_nights",
    "meeting": "side_by_side",
}
LONGEST_FIRST = ("kills", "nights", "two", "calls")
LIBRARIES = (
    "rnn-forecast",
    "numpy",
    "pyarrow",
    "pandas",
    "keras",
    "tensorflow",
    "safetensors",
    "pydantic",
    "typer",
)


def page(tables: dict[str, tuple[Table, float]], scales: dict[str, float]) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    now = datetime.datetime.now(datetime.UTC)
    lines = [
        "# Reliability, measured",
        "",
        "Written by `python tests/soak`, which anybody can repeat. What each fault is to end in stands in the README's exit",
        "codes; a row that deviates is named below its table and in the summary. The counts are of the commit that is named",
        "beside the date, or where none is, of the last one before it.",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {versions}; "
        f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, {platform.machine()}{commit()}.",
        "",
        "| soak | scale | tries or rows | deviations | seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, (table, seconds) in tables.items():
        figures = f"{scales[name]:g} | {tries(name, table):,} | {len(table.faults)} | {seconds:.0f}"
        lines.append(f"| [{table.title}](#{anchor(table.title)}) | {figures} |")
    lines.append("")
    for table, _ in tables.values():
        lines += table.markdown()
    return "\n".join(lines).rstrip() + "\n" + others_section()


def others_section() -> str:
    """What tools/mutants.py has written at the end of the page; empty where it has not."""
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition(MUTANTS) if PAGE.exists() else ("", "", "")
    return f"\n{begin}{rest}" if begin else ""


def commit() -> str:
    """`; commit 0123abc + changes`: what the figures are of. Empty outside a checkout."""

    def git(*words: str) -> str:
        try:
            return subprocess.run(
                ["git", *words], cwd=PAGE.parent, capture_output=True, text=True, check=True
            ).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return ""

    found = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":!/docs")
    return f"; commit {found}{' + changes' if changed else ''}" if found else ""


def scales_of(texts: list[str]) -> dict[str, float]:
    """`["0.5", "kills=0.1"]` → the scale of each soak."""
    scales = dict.fromkeys(SOAKS, 1.0)
    for text in sorted(texts, key=lambda text: "=" in text):
        name, _, number = text.rpartition("=")
        scales |= {name: float(number)} if name else dict.fromkeys(SOAKS, float(number))
    return scales


def anchor(title: str) -> str:
    return title.lower().replace(" ", "-").replace(",", "")


def tries(name: str, table: Table) -> int:
    """The sum of the column that counts tries; else the rows."""
    counted = {"files", "series", "tries", "moments", "failures", "pairs"}
    at = next((i for i, head in enumerate(table.header) if head in counted), None)
    return len(table.rows) if at is None else sum(int(str(row[at])) for row in table.rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", action="append", default=[], metavar="X|NAME=X")
    parser.add_argument("--jobs", type=int, default=1, help="soaks at once; the page is written in any case")
    parser.add_argument(
        "--only", action="append", choices=SOAKS, help="this soak; printed, the page is left as it is"
    )
    choices = parser.parse_args()
    names = choices.only or list(SOAKS)
    scales = scales_of(choices.scale)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(choices.jobs, context, max_tasks_per_child=1) as pool:
        first = sorted(names, key=lambda name: name not in LONGEST_FIRST)
        running = {name: pool.submit(timed, SOAKS[name], scales[name]) for name in first}
        tables = {}
        for name in names:
            tables[name] = running[name].result()
            print(
                f"{name}: {len(tables[name][0].faults)} deviations, {tables[name][1]:.0f} s",
                file=sys.stderr,
                flush=True,
            )
            if not choices.only:  # after each: a run that is stopped has written what it found
                PAGE.write_text(page(tables, scales), encoding="utf-8")
    if choices.only:
        print(page(tables, scales))
    return int(any(table.faults for table, _ in tables.values()))


if __name__ == "__main__":
    raise SystemExit(main())
