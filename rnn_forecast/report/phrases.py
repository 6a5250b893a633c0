"""Odds, dates and prices as a person says them."""

import math
import re
from collections.abc import Iterable
from fractions import Fraction

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d)(?::\d\d)?)?")


def odds(level: str) -> str:
    """`80` → `four times in five`, `95` → `19 times in 20`, `97.5` → `39 times in 40`."""
    share = Fraction(level) / 100
    times = "time" if share.numerator == 1 else "times"
    return f"{_word(share.numerator)} {times} in {_word(share.denominator)}"


def _word(n: int) -> str:
    return SMALL[n] if n < len(SMALL) else f"{n:,}"


def day(date: str) -> str:
    """`2025-07-01` → `1 July 2025`, `2025-07-01 15:30:00` → `1 July 2025, 15:30`, `17` → `row 17`."""
    found = _DATE.fullmatch(date)
    if found is None or not 1 <= int(found[2]) <= 12:
        return f"row {date}" if date.isdecimal() else date
    time = f", {found[4]}" if found[4] else ""
    return f"{int(found[3])} {MONTHS[int(found[2]) - 1]} {int(found[1])}{time}"


def digits_for(widths: Iterable[float]) -> int:
    """Digits after the point that tell a hundredth of the narrowest of these widths; 2 without any."""
    usable = [w for w in widths if math.isfinite(w) and w > 0]
    return min(max(0, 2 - math.floor(math.log10(min(usable)))), 12) if usable else 2


def price(x: float, digits: int) -> str:
    return f"{x:,.{digits}f}" if math.isfinite(x) else "not known"


def percent(share: float | None, digits: int = 1) -> str:
    return "not known" if share is None or not math.isfinite(share) else f"{100 * share:.{digits}f} %"
