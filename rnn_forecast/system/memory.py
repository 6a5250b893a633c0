"""How much memory this process has, and how it gives back what it no longer uses. Standard library only."""

import contextlib
import os
import resource
import sys
from pathlib import Path

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
    _call("malloc_trim", 0)


def give_back(prices: int) -> None:
    """Return what is free after work on so many prices, where they are MANY.

    That is 20 MB once their file is read and 90 MB once a program is compiled; and from now on what is LARGE
    at once, where glibc would keep up to 64 MB of it.

    A training of few prices takes 1.65 times as long where each epoch's buffers are given back, so it is left
    alone.
    """
    if prices >= MANY:
        trim()
        _call("mallopt", _MMAP_THRESHOLD, LARGE)
        _call("mallopt", _TRIM_THRESHOLD, 16 * LARGE)  # as glibc would have it by now; else 128 kB


def _call(name: str, *arguments: int) -> None:
    """Call glibc; another C library has no such function, and nothing happens."""
    import ctypes  # not among what the command line starts with

    with contextlib.suppress(OSError, AttributeError):
        getattr(ctypes.CDLL(None), name)(*arguments)
