"""Memory that was freed → the system; the C library would keep it for later."""

import contextlib

MANY = 500_000  # prices: with fewer there is little to give back, and to fault it in again takes time
LARGE = 4 << 20  # bytes
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h


def give_back(prices: int) -> None:
    """Return what is free after work on so many prices, where they are MANY.

    That is 20 MB once their file is read and 90 MB once a program is compiled; and from now on what is LARGE
    at once, where glibc would keep up to 64 MB of it.

    A training of few prices takes 1.65 times as long where each epoch's buffers are given back, so it is left
    alone. Elsewhere than with glibc there are no such calls, and nothing happens.
    """
    if prices < MANY:
        return
    import ctypes  # not among what the command line starts with

    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.malloc_trim(0)
        library.mallopt(_MMAP_THRESHOLD, LARGE)
        library.mallopt(_TRIM_THRESHOLD, 16 * LARGE)  # as glibc would have it by now; else 128 kB
