"""What every benchmark here shares: whole processes timed alternately, and results written into a page.

Ratios are taken within one run: the commands of a comparison take turns, so that a machine that is busy for
a minute slows all of them alike. Standard library only: a process's peak memory as the kernel counts it
starts from the memory of the process that launched it, so this one has to stay small.
"""

import datetime
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERFORMANCE = ROOT / "docs" / "PERFORMANCE.md"
OURS = (sys.executable, "-m", "rnn_forecast")
QUIET = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Timing:
    """Medians over the runs of one command."""

    seconds: float  # wall clock, start of the process to its end
    megabytes: float  # peak resident memory
    runs: int
    all_seconds: tuple[float, ...]


def timed_pairs(
    commands: Mapping[str, Sequence[str]],
    runs: int = 5,
    *,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
    warm_up: bool = True,
) -> dict[str, Timing]:
    """Run every command `runs` times, taking turns, and give the medians by name.

    One round before the first (`warm_up`) fills the disk cache and writes byte code; it is not counted.
    Raises RuntimeError with the command's output when one fails: a benchmark of a failure says nothing.
    """
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(runs + warm_up):
        for name, command in commands.items():
            measured = timed(command, cwd=cwd, env=env)
            if turn >= warm_up:
                seen[name].append(measured)
    return {
        name: Timing(
            seconds=statistics.median(s for s, _ in values),
            megabytes=statistics.median(m for _, m in values),
            runs=runs,
            all_seconds=tuple(s for s, _ in values),
        )
        for name, values in seen.items()
    }


def timed(
    command: Sequence[str], *, cwd: str | Path | None = None, env: Mapping[str, str] | None = None
) -> tuple[float, float]:
    """Run one command to its end: (seconds, peak megabytes). Raises RuntimeError when it fails."""
    start = time.perf_counter()
    with subprocess.Popen(
        list(command), cwd=cwd, env=None if env is None else dict(env), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(
            f"{' '.join(command)} ended with {process.returncode}: {said.decode(errors='replace')}"
        )
    unit = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kilobytes
    return seconds, usage.ru_maxrss / unit


def write_section(path: str | Path, name: str, text: str) -> None:
    """Put `text` between the marks `<!-- name -->` and `<!-- /name -->`, in place of the old.

    A page or a section that is not there yet is made, at the end.
    """
    path = Path(path)
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    if pattern.search(page):
        page = pattern.sub(lambda _: section, page)
    else:
        page = f"{page.rstrip()}\n\n{section}\n".lstrip()
    path.write_text(page, encoding="utf-8")


def machine() -> str:
    """One line for the head of a result: date, processor, cores, system, versions, how busy it is."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{datetime.date.today().isoformat()} · {_processor()}, {cores} cores · {platform.system()} "
        f"{platform.release().split('-')[0]} · Python {platform.python_version()} · {_versions()} · "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> str:
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for package in ("rnn-forecast", "tensorflow", "keras", "numpy"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
