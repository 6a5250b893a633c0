"""How much memory this process has, and how much more the machine could give. Standard library only."""

import contextlib
import os
import resource
import sys
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
MANY = 500_000  # prices: with fewer there is little to give back, and to fault it in again takes time
LARGE = 4 << 20  # bytes
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h


def megabytes() -> float:
    """Resident memory of this process now; where the kernel does not say, its peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 2**10)


def trim() -> None:
    """Return freed memory to the system, where the C library can: a compiler leaves 100 MB of it behind."""
    import ctypes  # not among what the command line starts with

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def give_back(prices: int) -> None:
    """Return what is free after work on so many prices, where they are MANY.

    That is 20 MB once their file is read and 90 MB once a program is compiled; and from now on what is LARGE
    at once, where glibc would keep up to 64 MB of it.

    A training of few prices takes 1.65 times as long where each epoch's buffers are given back, so it is left
    alone. Elsewhere than with glibc there are no such calls, and nothing happens.
    """
    if prices < MANY:
        return
    import ctypes

    trim()
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, LARGE)
        library.mallopt(_TRIM_THRESHOLD, 16 * LARGE)  # as glibc would have it by now; else 128 kB


def available_megabytes() -> float | None:
    """What could be taken without swapping, by the machine and by the container; None where nobody says."""
    found = [x for x in (_machine(), _container()) if x is not None]
    return min(found) if found else None


def cores() -> int:
    """The cores that this process may use, by affinity and by the container's share."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or "max"
        return count


def _machine() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = (int(line.split()[1]) / 2**10 for line in lines if line.startswith("MemAvailable:"))
    return next(found, None)


def _container() -> float | None:
    try:
        most = int((CGROUP / "memory.max").read_text())
        return (most - int((CGROUP / "memory.current").read_text())) / 2**20
    except (OSError, ValueError):
        return None
