"""What a page names, and which keys a JSON document has: the two are held against each other."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "FILES.md"


def named_under(title: str) -> set[str]:
    """The words in backticks of the section of docs/FILES.md with this title."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert text, f"docs/FILES.md has no section {title!r}"
    return set(re.findall(r"`([^`\n]+)`", text))


def keys_of(document: Any, by_data: Collection[str] = ()) -> Iterator[str]:
    """Every key at every level, but those that data makes (levels, tickers): the ones under `by_data`."""
    if isinstance(document, list | tuple):
        for value in document:
            yield from keys_of(value, by_data)
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            inner = value.values() if key in by_data and isinstance(value, dict) else [value]
            for one in inner:
                yield from keys_of(one, by_data)


def require_the_same(keys: Collection[str], title: str, *, words: Collection[str] = ()) -> None:
    """Hold keys against the section `title`, which may also name `words`: values, files and verbs."""
    named = named_under(title)
    missing, gone = sorted(set(keys) - named), sorted(named - set(keys) - set(words))
    assert not missing, f"docs/FILES.md, {title}, has to name {missing}"
    assert not gone, f"docs/FILES.md, {title}, names what no document has: {gone}"
