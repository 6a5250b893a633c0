"""The texts that options take, read strictly.

Python's own `int` and `float` take `1_000` and Arabic digits; a size or a time that a person did not mean
must not pass. Each function raises ValueError saying what was expected; Typer turns that into a usage error.
"""

import os
import re
from pathlib import Path
from typing import Literal

# 40 years of trading days. The network runs once more over a window for each horizon of steps, so that time
# grows with them; and so far ahead a forecast has long become the last value or the drift.
MOST_STEPS = 10_000

WHOLE = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|nan)", re.IGNORECASE)
SIZE = re.compile(r"([0-9]+)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhdw]?)", re.IGNORECASE)

YES, NO = ("forecasts", "1", "true", "t", "yes", "y", "on"), ("0", "false", "f", "no", "n", "off")
SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def whole(text: str) -> int:
    """`60` → 60."""
    if not WHOLE.fullmatch(text) or len(text) > 18:
        raise ValueError(f"expected a whole number, got {text!r}")
    return int(text)


def positive(text: str) -> int:
    """`5` → 5; 0 and less are refused."""
    number = whole(text)
    if number < 1:
        raise ValueError(f"expected a whole number, at least 1, got {text!r}")
    return number


def steps(text: str) -> int:
    """`5` → 5; from 1 to MOST_STEPS."""
    number = positive(text)
    if number > MOST_STEPS:
        raise ValueError(f"expected a whole number, at least 1, at most {MOST_STEPS:,}, got {text!r}")
    return number


def names(text: str) -> list[str]:
    """`AAA BBB` → those two; `BRK B, AAA`, or one a line: where a comma or line break is, blanks are not.

    An option that may be repeated, out of the environment; `BRK B,` is a single name that holds a blank.
    """
    marked = re.search(r"[,\n]", text)
    return [name.strip() for name in re.split(r"[,\n]" if marked else r"\s", text) if name.strip()]


def file_path(text: str) -> Path:
    """`a/b.csv` → that path; a folder (`a/`, `a/..`) is refused: as a path `a/` would be the file `a`."""
    if not text or text.replace(os.sep, "/").rpartition("/")[2] in ("", ".", ".."):
        raise ValueError(f"expected a file, got the folder {text!r}; name a file in it")
    return Path(text)


def decimal(text: str) -> float:
    """`0.8` → 0.8; `inf` and `nan` go on to the recipe, which refuses them with the allowed range."""
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"expected a number, got {text!r}")
    return float(text)


def columns(text: str) -> tuple[str, ...]:
    """`volume,my vix` → those two; `none` → ()."""
    return () if text.strip().lower() == "none" else tuple(filter(None, map(str.strip, text.split(","))))


def source(text: str) -> str:
    """`SPY` → that; `none` → no source at all."""
    return "" if text.strip().lower() == "none" else text


def levels(text: str) -> tuple[float, ...]:
    """`80,95` → (80, 95), percent, each from 1 and below 100; `none` → ().

    A recipe may ask for half a percent. Here 0.95 stands beside `--quantiles`, and is a share by mistake.
    """
    found = _numbers_below(100, text)
    if shares := [number for number in found if number < 1]:
        raise ValueError(f"expected percent such as 99, got {shares[0]}; for a share use --quantiles")
    if len({f"{number:g}" for number in found}) < len(set(found)):
        raise ValueError(f"expected percent of at most six digits, so that columns differ, got {text!r}")
    return found


def shares(text: str) -> tuple[float, ...]:
    """`0.05,0.95` → (0.05, 0.95), each in (0, 1); `none` → ()."""
    return _numbers_below(1, text)


def _numbers_below(most: int, text: str) -> tuple[float, ...]:
    parts = [part.strip() for part in text.split(",")] if text.strip().lower() != "none" else []
    found = tuple(int(part) if WHOLE.fullmatch(part) else decimal(part) for part in parts)
    if outside := [part for part, number in zip(parts, found, strict=True) if not 0 < number < most]:
        raise ValueError(f"expected numbers in (0, {most}), got {outside[0]!r}")
    return found


def size(text: str) -> int:
    """`500MB` → 500,000,000 and `4GiB` → 4 × 2³⁰ bytes; a bare number is bytes."""
    match = SIZE.fullmatch(text.strip())
    if not match or (match[3] and not match[2]) or len(match[1]) > 18 or int(match[1]) == 0:
        raise ValueError(f"expected a size such as 500MB or 4GiB, got {text!r}")
    return int(int(match[1]) * (1024 if match[3] else 1000) ** POWERS[match[2].lower()])


def audit(text: str) -> "bool | Literal['full']":
    """`full`, or `forecasts`; the words of a switch are taken too, as the environment has had them."""
    word = text.strip().lower()
    if word == "full":
        return "full"
    if word not in (*YES, *NO):
        raise ValueError(f"expected full, or nothing, got {text!r}")
    return word in YES


def seconds(text: str) -> float:
    """`90`, `90s`, `1.5m`, `2h`, `1d` → seconds."""
    match = DURATION.fullmatch(text.strip())
    if not match or len(match[1]) > 12:
        raise ValueError(f"expected a time such as 90s, 10m or 2h, got {text!r}")
    return float(match[1]) * SECONDS[match[2].lower()]


def days(text: str) -> float:
    """`7`, `7d`, `12h`, `2w` → days."""
    match = DURATION.fullmatch(text.strip())
    if not match or len(match[1]) > 12:
        raise ValueError(f"expected an age in days, or such as 12h or 2w, got {text!r}")
    return float(match[1]) * SECONDS[match[2].lower() or "d"] / SECONDS["d"]


def age(text: str) -> float:
    """`30`, `30d`, `26h`, `2w` → seconds; a bare number is days."""
    return days(text) * SECONDS["d"]


def count_or_share(text: str) -> tuple[int | None, float | None]:
    """`20` → (20, None), a count; `5%` → (None, 0.05), a share."""
    number, _, rest = text.strip().partition("%")
    if rest or not DECIMAL.fullmatch(number.strip()):
        raise ValueError(f"expected a count or a share such as 20 or 5%, got {text!r}")
    if "%" not in text:
        count = whole(number.strip())
        if count < 0:
            raise ValueError(f"expected a count, at least 0, got {text!r}")
        return count, None
    share = float(number) / 100
    if not 0 <= share <= 1:
        raise ValueError(f"expected a share in 0% to 100%, got {text!r}")
    return None, share
