"""Memory that was freed → the system; the C library would keep it for later."""

import contextlib

LARGE = 4 << 20  # bytes
_MMAP_THRESHOLD = -3  # of malloc.h


def give_back() -> None:
    """Return what is free, 20 MB once a large file is read and 90 MB once a program is compiled; and from
    now on whatever is large at once, where glibc would keep up to 64 MB of it.

    Elsewhere there are no such calls, and nothing happens.
    """
    import ctypes  # not among what the command line starts with

    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.malloc_trim(0)
        library.mallopt(_MMAP_THRESHOLD, LARGE)
