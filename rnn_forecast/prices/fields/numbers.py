"""Text → numbers: ONE number format for a file, that every row decides together and is held to.

Cells are looked at by their shape, digits as 9: `$1,234.50` and `$7,001.25` are both `$9,999.99`. A column
has a handful of shapes whatever its length, so that all rows are held to the format at the cost of one pass.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.fields.cell_positions import BadCell
from rnn_forecast.prices.fields.column_kinds import MISSING

_SPACES = " \u00a0\u202f"
_SHAPE = re.compile(
    r"(?P<minus>[+-]?)(?P<before>[^\w\s.,'’+-]|[A-Z]{3})?[ \u00a0]?(?P<sign>[+-]?)"
    r"(?P<number>[09.,'’ \u00a0\u202f]*[09.](?:[eE][+-]?[09]+)?)"
    r"[ \u00a0\u202f]?(?P<after>[^\w\s.,'’+-]|[A-Z]{3})?"
)
_MANY_SHAPES = 2000  # no column of numbers has as many


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written: `1.234,50 €` is decimal `,`, thousands `.`, currency `€`."""

    decimal: str = "."
    thousands: str = ""
    currency: str = ""

    @property
    def separator(self) -> str:
        """What stands between groups of thousands, as a regular expression."""
        return {" ": f"[{_SPACES}]", "'": "['’]"}.get(self.thousands, re.escape(self.thousands))

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
_FORMATS = tuple(NumberFormat(*marks) for marks in (".", ",", ".,", ",.", ". ", ", ", ".'", ",'"))


@dataclass(frozen=True)
class Shapes:
    """The shapes of a column: `names`, and by row which one (-1: no value there)."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]

    def _rows(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        return np.array([wanted(name) for name in self.names] + [False])[self.codes]

    def first(self, wanted: Callable[[str], bool]) -> int:
        """The first row whose shape is as wanted."""
        return int(np.flatnonzero(self._rows(wanted))[0])

    def count(self, wanted: Callable[[str], bool]) -> int:
        return int(self._rows(wanted).sum())


def trim(cells: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(cells)


def missing(cells: pa.Array) -> pa.Array:
    """Which of the cells (trimmed) say that there is no value."""
    return pc.is_in(pc.utf8_lower(cells), value_set=pa.array(MISSING))


def shape(cell: str) -> str:
    """`$1,234.50` is `$9,999.99`; a leading 0 stays: `0.50` is `0.99`."""
    nines = re.sub("[0-9]", "9", cell)
    return nines.replace("9", "0", 1) if re.match("[^0-9]*0", cell) else nines


def shapes(cells: pa.Array) -> Shapes:
    """The shapes of cells (trimmed)."""
    masked = pc.if_else(missing(cells), pa.scalar(None, pa.string()), cells)
    nines = pc.replace_substring_regex(masked, pattern="[0-9]", replacement="9")
    zeros = pc.replace_substring(nines, pattern="9", replacement="0", max_replacements=1)
    coded = pc.if_else(pc.match_substring_regex(masked, "^[^0-9]*0"), zeros, nines).dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return Shapes(tuple(coded.dictionary.to_pylist()), codes)


def find_format(
    columns: Sequence[tuple[int, Shapes]], points_decide: bool, evidence: Callable[[], Iterable[Shapes]]
) -> NumberFormat:
    """The one format of all prices of a file.

    `1.234` alone is read with a decimal point where `points_decide`, and `1,234` alone is not read: there the
    `evidence` of the file's other columns is asked. Raises BadCell.
    """
    currency = _currency(columns)
    names = sorted({_bare(name) for _, found in columns for name in found.names[:_MANY_SHAPES]})
    fits = [form for form in _FORMATS if all(form.pattern.fullmatch(name) for name in names)]
    if not fits:
        raise _odd_cell(columns, names)
    if (open_mark := _open_question(names, fits)) and not (open_mark == "." and points_decide):
        fits = _ask(evidence(), fits)
        if _open_question(names, fits):
            column, found = columns[0]
            mark = "decimal point" if open_mark == "." else "decimal comma"
            raise BadCell(
                found.first(lambda name: open_mark in name),
                column,
                f"could have a {mark} or thousands, and no row of the file decides",
                "Write the prices with a decimal point and without thousands separators.",
            )
    return NumberFormat(fits[0].decimal, fits[0].thousands, currency)


def parse_numbers(cells: pa.Array, form: NumberFormat) -> NDArray[np.float64]:
    """Values of cells (trimmed) that `find_format` has held to `form`; NaN where there is none."""
    text = pc.if_else(missing(cells), pa.scalar(None, pa.string()), cells)
    drop = "|".join(
        filter(None, [form.separator, re.escape(form.currency), f"[{_SPACES}+]" if form.currency else ""])
    )
    if drop:
        text = pc.replace_substring_regex(text, pattern=drop, replacement="")
    if form.decimal == ",":
        text = pc.replace_substring(text, pattern=",", replacement=".")
    values: NDArray[np.float64] = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
    return values


def _bare(shape: str) -> str:
    """The shape without sign and currency; as it is where it is no number."""
    found = _SHAPE.fullmatch(shape)
    return found["number"] if found else shape


def _currency(columns: Sequence[tuple[int, Shapes]]) -> str:
    """The one sign that stands with every price, or with none."""
    first = None
    for column, found in columns:
        for name in found.names[:_MANY_SHAPES]:
            parts = _SHAPE.fullmatch(name)
            if parts is None:
                continue
            sign = (parts["before"] or "") + (parts["after"] or "")
            first = sign if first is None else first
            if sign != first or (parts["before"] and parts["after"]):
                what = f"has the currency {sign or 'none'!r} where the prices above have {first or 'none'!r}"
                row = found.first(name.__eq__)
                raise BadCell(row, column, what, "One file holds prices in one currency.")
    return first or ""


def _odd_cell(columns: Sequence[tuple[int, Shapes]], names: Sequence[str]) -> BadCell:
    """The first cell that is not as most are."""

    def rows(form: NumberFormat) -> int:
        return sum(
            found.count(lambda name: bool(form.pattern.fullmatch(_bare(name)))) for _, found in columns
        )

    best = max(_FORMATS, key=rows)
    odd = {name for name in names if not best.pattern.fullmatch(name)}
    column, found = next((c, f) for c, f in columns if any(_bare(name) in odd for name in f.names))
    row = found.first(lambda name: _bare(name) in odd)
    if any(form.pattern.fullmatch(_bare(found.names[found.codes[row]])) for form in _FORMATS):
        what = (
            f"is not written as the other prices are (decimal {'comma' if best.decimal == ',' else 'point'})"
        )
        return BadCell(row, column, what, "Write all numbers of a file in one format.")
    remedy = "Correct it, or leave the cell empty where there is no price."
    return BadCell(row, column, "is no number", remedy)


def _open_question(names: Sequence[str], fits: Sequence[NumberFormat]) -> str:
    """The mark that could be the decimal one or the thousands': `.`, `,` or none."""
    for mark in ".,":
        decimal = any(form.decimal == mark and not form.thousands for form in fits)
        thousands = any(form.thousands == mark for form in fits)
        if decimal and thousands and any(mark in name for name in names):
            return mark
    return ""


def _ask(evidence: Iterable[Shapes], fits: list[NumberFormat]) -> list[NumberFormat]:
    """The formats that also read the file's other columns of numbers."""
    for found in evidence:
        if len(found.names) > _MANY_SHAPES:
            continue
        names = [_bare(name) for name in found.names]
        kept = [form for form in fits if all(form.pattern.fullmatch(name) for name in names)]
        fits = kept or fits
    return fits


def read_amounts(cells: pa.Array, form: NumberFormat) -> NDArray[np.float64]:
    try:
        return parse_numbers(cells, form)
    except pa.ArrowInvalid:
        return np.full(len(cells), np.nan)
