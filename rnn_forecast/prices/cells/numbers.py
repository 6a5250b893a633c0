"""Text → numbers, in the one format of a file (`decimal_mark` finds it), held by every row.

Cells are looked at by their shape, digits as 9: `$1,234.50` and `$7,001.25` are both `$9,999.99`. A column
has a handful of shapes whatever its length, so that all rows are held to the format at the cost of one pass.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells.decorations import (
    EVENT,
    MINUS,
    MISSING,
    NOTHING,
    SHARES,
    SPACES,
    Written,
    number,
)

MANY_SHAPES = 2000  # no column of numbers has as many
_RATIO = re.compile(r"[09][09.,]*\s*(?::|/|-?\s*for\s*-?)\s*[09][09.,]*")


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written: `1.234,50 €` is decimal `,`, thousands `.`, currency `€`."""

    decimal: str = "."
    thousands: str = ""
    currency: str = ""

    @property
    def separator(self) -> str:
        """What stands between groups of thousands, as a regular expression."""
        return {" ": f"[{SPACES}]", "'": "['’]"}.get(self.thousands, re.escape(self.thousands))

    @property
    def pattern(self) -> re.Pattern[str]:
        """The shapes of this format. A group of thousands never begins with 0: `0,123` is a decimal comma."""
        fraction, mark = rf"(?:{re.escape(self.decimal)}[09]*)?", self.separator
        plain = rf"(?:[09]+{fraction}|{re.escape(self.decimal)}[09]+)(?:[eE][+-]?[09]+)?"
        if not self.thousands:
            return re.compile(plain)
        grouped = rf"9{{1,3}}(?:{mark}999)+|9{{1,2}}(?:{mark}99)+{mark}999"  # the second as in India
        return re.compile(rf"(?:{grouped}){fraction}|{plain}")


PLAIN = NumberFormat()
FORMATS = tuple(NumberFormat(*marks) for marks in (".", ",", ".,", ",.", ". ", ", ", ".'", ",'"))


@dataclass(frozen=True)
class Shapes:
    """The shapes of a column: `names`, and by row which one (-1: no value there)."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]
    cells: pa.Array = field(repr=False, compare=False)

    def rows(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Which rows have a shape as wanted."""
        return np.array([wanted(name) for name in self.names] + [False])[self.codes]

    def first(self, wanted: Callable[[str], bool]) -> int:
        """The first row whose shape is as wanted."""
        return int(np.flatnonzero(self.rows(wanted))[0])

    def count(self, wanted: Callable[[str], bool]) -> int:
        return int(self.rows(wanted).sum())


def trim(cells: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(cells)


def missing(cells: pa.Array) -> pa.Array:
    """Which of the cells (trimmed) say that there is no value: words for nothing, dividends, splits."""
    lower = pc.utf8_lower(cells)
    words = pc.is_in(lower, value_set=pa.array(MISSING, lower.type))
    return pc.fill_null(pc.or_(words, pc.match_substring_regex(lower, f"{NOTHING}|{EVENT}")), True)


def is_event(cells: pa.Array) -> pa.Array:
    """Which of the cells name a dividend, a split or the like: `0.77 Dividend`, `4:1 Stock Splits`.

    Pages that show prices have such lines among them; the row has no price, and that is no fault.
    """
    return pc.fill_null(pc.match_substring_regex(pc.utf8_lower(cells), EVENT), False)


def shape(cell: str) -> str:
    """`$1,234.50` is `$9,999.99`; a leading 0 stays: `0.50` is `0.99`."""
    nines = re.sub("[0-9]", "9", cell)
    return nines.replace("9", "0", 1) if re.match("[^0-9]*0", cell) else nines


def shapes(cells: pa.Array) -> Shapes:
    """The shapes of cells (trimmed)."""
    masked = pc.if_else(missing(cells), pa.scalar(None, cells.type), cells)
    nines = pc.replace_substring_regex(masked, pattern="[0-9]", replacement="9")
    zeros = pc.replace_substring(nines, pattern="9", replacement="0", max_replacements=1)
    coded = pc.if_else(pc.match_substring_regex(masked, "^[^0-9]*0"), zeros, nines).dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return Shapes(tuple(coded.dictionary.to_pylist()), codes, cells)


def parse_numbers(cells: pa.Array, form: NumberFormat) -> NDArray[np.float64]:
    """Values of cells (trimmed) that `find_format` has held to `form`; NaN where there is none."""
    text = pc.if_else(missing(cells), pa.scalar(None, cells.type), cells)
    return _floats(text, form.decimal, form.separator, [form.currency])


def read_amounts(cells: pa.Array, form: NumberFormat, *, shares: bool = False) -> NDArray[np.float64]:
    """What can be read of a column that nothing hangs on (volume, open, dividend, split); NaN elsewhere.

    `1,2 Mio.` is 1200000, `4:1` is 4, `1:10` is 0.1; a percentage is NaN, but with `shares` a share. The
    decimal mark is the file's, but where only the other one reads all cells; thousands may be separated by
    any other sign. Never raises.
    """
    found = shapes(trim(cells))
    if len(found.names) > MANY_SHAPES:
        return np.full(len(cells), np.nan)
    written = [number(name) for name in found.names]
    decimal = _decimal(written, form.decimal)
    fits = _patterns(decimal)
    kept = [one if one and _fits(one, fits) else None for one in written]
    scale_of = [np.nan if one is None else _scale(one, shares) for one in kept]
    scales = np.array([*scale_of, np.nan])[found.codes]
    words = {word for one in kept if one for word in (one.before, one.after, one.scale_text)}
    text = pc.if_else(pa.array(np.isfinite(scales)), found.cells, pa.scalar(None, found.cells.type))
    separator = rf"[{SPACES}'’{'.' if decimal == ',' else ','}]"
    values: NDArray[np.float64] = _floats(text, decimal, separator, words) * scales
    _ratios(found, values, decimal)
    values[~np.isfinite(values)] = np.nan
    return values


def _scale(written: Written, shares: bool) -> float:
    return SHARES.get(written.scale_text, written.scale) if shares else written.scale


def _patterns(decimal: str) -> list[re.Pattern[str]]:
    return [form.pattern for form in FORMATS if form.decimal == decimal]


def _fits(written: Written, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(written.digits) for pattern in patterns)


def _decimal(written: Iterable[Written | None], usual: str) -> str:
    """The usual mark, but where only the other one reads all numbers of a column."""
    other = "," if usual == "." else "."
    there = [one for one in written if one]
    usual_fits, other_fits = _patterns(usual), _patterns(other)
    if not all(_fits(one, usual_fits) for one in there) and all(_fits(one, other_fits) for one in there):
        return other
    return usual


def _ratios(found: Shapes, values: NDArray[np.float64], decimal: str) -> None:
    """Splits into `values`: distinct cells are few."""
    rows = np.flatnonzero(found.rows(lambda name: bool(_RATIO.fullmatch(name))))
    if not len(rows):
        return
    coded = found.cells.take(pa.array(rows)).dictionary_encode()
    ratios = [_ratio(text.replace(decimal, ".")) for text in coded.dictionary.to_pylist()]
    values[rows] = np.array(ratios)[coded.indices.to_numpy(zero_copy_only=False)]


def _ratio(text: str) -> float:
    new, old = re.split(r"[^0-9.,]+", text)
    try:
        return float(new) / float(old)
    except (ValueError, ZeroDivisionError):
        return np.nan


def _floats(text: pa.Array, decimal: str, separator: str, words: Iterable[str]) -> NDArray[np.float64]:
    """Text that is known to hold numbers, nothing or null between `words`, as numbers."""
    around = [re.escape(word) for word in sorted(words, key=len, reverse=True) if word]
    if decimal == "." and not separator and not around:
        try:
            return _cast(text)
        except pa.ArrowInvalid:
            pass  # a sign that only what follows takes
    drop = "|".join([*around, *filter(None, [separator]), rf"[{SPACES}+]"])
    text = pc.replace_substring_regex(text, pattern=drop, replacement="")
    text = pc.replace_substring(text, pattern=MINUS[0], replacement="-")
    if decimal == ",":
        text = pc.replace_substring(text, pattern=",", replacement=".")
    return _cast(text)


def _cast(text: pa.Array) -> NDArray[np.float64]:
    values: NDArray[np.float64] = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
    return values
