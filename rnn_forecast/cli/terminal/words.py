"""Numbers, nouns and commands as text."""

import math
import os
import shlex
from collections.abc import Sequence

from rnn_forecast.cli.terminal.characters import visible


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


def next_command(verb: str, sources: Sequence[str], options: Sequence[str] = ()) -> str:
    """What to type next, word for word as a shell takes it: `rnn-forecast predict 'my prices.csv'`.

    A source that looks like an option is written as a path; what a terminal would not show stands as bytes:
    `$'a\\012b.csv'`, as bash and zsh have it.
    """
    paths = [f"./{one}" if one.startswith("-") and one != "-" else one for one in sources]
    return " ".join(["rnn-forecast", verb, *map(_quoted, (*paths, *options))])


def _quoted(word: str) -> str:
    if visible(word) == word:
        return shlex.quote(word)
    plain = (c if visible(c) == c and c not in "'\\" else _octal(c) for c in word)
    return f"$'{''.join(plain)}'"


def _octal(c: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(c))
