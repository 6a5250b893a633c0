"""Numbers and nouns as text."""

import math


def figure(x: float | None, digits: int = 4) -> str:
    """A number to `digits` significant digits, without an exponent if it can be: 2.013, 0.00091, 12346."""
    if x is None or not math.isfinite(x):
        return "n/a"
    if x == 0:
        return "0"
    size = math.floor(math.log10(abs(x)))
    if not -6 <= size < 15:
        return f"{x:.{digits - 1}e}"
    return f"{x:.{max(digits - 1 - size, 0)}f}"


def counted(n: int, noun: str) -> str:
    """`1 ticker`, `2,500 rows`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
