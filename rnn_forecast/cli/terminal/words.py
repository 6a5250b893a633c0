"""Commands as text."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from rnn_forecast.words.characters import visible


def next_command(verb: str, sources: Sequence[str], options: Sequence[str] = ()) -> str:
    """What to type next, word for word as a shell takes it: `rnn-forecast predict 'my prices.csv'`.

    Files of a folder, or of a pattern that no shell has expanded, stand as that. A source that looks like an
    option is written as a path; what a terminal would not show stands as bytes: `$'a\\012b.csv'`, as bash and
    zsh have it. A file that came on standard input comes there again; what came through a pipe is for who
    knows where from.
    """
    written = dict.fromkeys(getattr(one, "by", one) for one in sources)
    paths = [f"./{one}" if one.startswith("-") and one != "-" else one for one in written]
    again = _redirected() if "-" in sources else None
    words = ["rnn-forecast", verb, *map(_quoted, (*paths, *options))]
    return " ".join(words if again is None else [*words, "<", _quoted(again)])


def _redirected() -> str | None:
    """The file that standard input is, as far as the system tells (Linux)."""
    try:
        path = Path(os.readlink("/proc/self/fd/0"))  # noqa: PTH115  as the kernel spells it
        if not path.is_file():
            return None
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path)
    except OSError:
        return None


def _quoted(word: str) -> str:
    if visible(word) == word:
        return shlex.quote(word)
    plain = (c if visible(c) == c and c not in "'\\" else _octal(c) for c in word)
    return f"$'{''.join(plain)}'"


def _octal(c: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(c))
