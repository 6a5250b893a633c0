r"""A name (a ticker) → its cell in a table that we write, and back, without loss.

A cell must not act: a spreadsheet takes `=cmd()` for a formula, a terminal obeys ESC, and an override of the
writing direction shows another name than the one that is there. A name must also not get lost: whoever joins
a table with its prices needs `=q` and `'=q` to stay two. So the cell is the name, but

- `;` (where some spreadsheets begin a new cell), `\` and characters that nobody sees (control and format
  characters, line ends, lone surrogates) are written as `\u{hexadecimal}`;
- a name that could then begin a formula, or that begins with `'`, gets one `'` before it.

Back: take away one leading `'`, then turn each `\u{…}` into its character. Names such as `AAPL`, `^GSPC`,
`BRK.B`, `BF/B`, `EURUSD=X`, `Deutsche Bank` and `株` stand as they are.
"""

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode categories
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_SIGNS = "=+-@−"  # the last is U+2212, which a spreadsheet may take for a minus
_BREAKING = "\\;\u037e\ufe14\ufe54\uff1b"  # our own mark, and the semicolon in all its shapes
_QUOTES = "\"'“”„‟‘’‚‛«»`´"  # may be dropped by whoever reads the file once more


def written(name: str) -> str:
    r"""The cell of a name: `=q` → `'=q`, `'=q` → `''=q`, `a;b` → `a\u{3b}b`; never what acts."""
    if name.isascii() and name.isalnum():
        return name
    cell = "".join(_escape(c) if c in _BREAKING or unicodedata.category(c) in _HIDDEN else c for c in name)
    return f"'{cell}" if cell.startswith("'") or _is_sign(cell) else cell


def unwritten(cell: str) -> str:
    """The name that `written` made this cell of. Raises ValueError where it made it of none."""
    try:
        name = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell.removeprefix("'"))
    except ValueError:  # above the last character there is
        name = ""
    if written(name) != cell:
        raise ValueError(f"{cell!r} is no name as prepare writes it")
    return name


def _escape(c: str) -> str:
    return f"\\u{{{ord(c):x}}}"


def _is_sign(cell: str) -> bool:
    """Whether its first character, blanks and quotes aside, is a sign, in whatever shape (`＝`, `⁺`)."""
    first = next((c for c in cell if not c.isspace() and c not in _QUOTES), "")
    return bool(first) and unicodedata.normalize("NFKC", first)[0] in _SIGNS
