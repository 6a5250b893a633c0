"""Any text → text that a terminal shows and does not obey."""

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are escaped: control and format characters (colours, cursor moves, right-to-left
overrides, zero-width joins), lone surrogates, line separators."""


def visible(text: object) -> str:
    r"""`text` on one line, all but printable characters escaped: `\x1b[31m`, `\n`, `\u202e`."""
    whole = str(text)
    return whole if whole.isprintable() else "".join(map(_shown, whole))


def _shown(c: str) -> str:
    if c.isprintable() or unicodedata.category(c) not in HIDDEN:
        return c
    return c.encode("unicode_escape", "surrogatepass").decode("ascii")
