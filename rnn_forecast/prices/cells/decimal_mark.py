"""ONE number format for a file: which mark is the decimal one, and what if two readings are left.

`1.234` alone is 1.234 or 1234. Each of these decides: a person (`--decimal`); a price that only one reading
takes (`0.5`, `1234.567`, `1.5`); the file's other columns of numbers; a column that goes over from `998` to
`1.002`. What nothing decides is refused, or read with a decimal point and told as a doubt.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnn_forecast.prices.cells.cell_positions import BadCell, shown
from rnn_forecast.prices.cells.decorations import digits, number
from rnn_forecast.prices.cells.numbers import FORMATS, MANY_SHAPES, NumberFormat, Shapes, read_amounts

Priced = Sequence[tuple[int, Shapes]]
_OTHER = {".": ",", ",": "."}
_NAMES = {".": "decimal point", ",": "decimal comma"}
# Of numbers with three decimals a tenth ends in 0, and a writer who trims zeros writes those with fewer; one
# in a thousand is whole. Less likely than this, and no zeros were trimmed: the three digits are thousands.
_UNLIKELY = math.log(1e-6)
_NEAR = math.log(2)  # one price and the next
# columns of these are no numbers: `17.30 h` of a clock, `02.01` and `2024.01` of a calendar
_CLOCK = (
    r"^(?:[0-2]?[0-9][.:][0-5][0-9]|[0-3]?[0-9]\.[01][0-9]|(?:19|20)[0-9]{2}\.[01][0-9]"
    r"|[01]?[0-9]\.(?:19|20)[0-9]{2}) *[A-Za-z]*$"
)


class Found(NamedTuple):
    """The format of a file's prices; `doubt` says both readings where it is a guess."""

    form: NumberFormat
    doubt: str | None = None


def find_format(
    columns: Priced,
    points_decide: bool,
    evidence: Callable[[], Iterable[Shapes]],
    decimal: str | None = None,
) -> Found:
    """The one format of all prices of a file; `decimal` is the mark that a person named.

    The `evidence` of the file's other columns is asked only where the prices leave two readings that differ.
    Where it does not decide, a point is the decimal one if `points_decide`, with a doubt. Raises BadCell.
    """
    currency = _currency(columns)
    names = sorted({_digits(name) for _, found in columns for name in found.names[:MANY_SHAPES]})
    forms = [form for form in FORMATS if decimal in (None, form.decimal)]
    fits = [form for form in forms if _reads(form, names)]
    if not fits:
        raise _odd_cell(columns, names, forms)
    doubt = None
    if (mark := _open_mark(names, fits)) and not decimal:
        said = _said(columns, evidence(), fits, mark)
        if len(said) != 1:
            example = next(
                (i, found) for i, found in columns if any(mark in _digits(name) for name in found.names)
            )
            if said or mark == "," or not points_decide:
                raise _undecided(*example, mark)
            said, doubt = {mark}, _doubt(example[1], mark)
        fits = [form for form in fits if form.decimal in said]
    if not decimal:
        for column, found in columns:
            if _changes(found, fits[0].decimal):
                raise _undecided(column, found, fits[0].decimal)
    return Found(NumberFormat(fits[0].decimal, fits[0].thousands, currency), doubt)


def _digits(shape: str) -> str:
    """The number in a price's shape, without sign and currency; as it is where it is none."""
    found = number(shape)
    return found.digits if found and not found.scale_text else shape


def _reads(form: NumberFormat, names: Iterable[str]) -> bool:
    pattern = form.pattern
    return all(pattern.fullmatch(name) for name in names)


def _currency(columns: Priced) -> str:
    """The one sign that stands with every price, or with none."""
    first = None
    for column, found in columns:
        for name in found.names[:MANY_SHAPES]:
            parts = number(name)
            if parts is None or parts.scale_text:
                continue
            sign = parts.before + parts.after
            first = sign if first is None else first
            if sign != first or (parts.before and parts.after):
                what = f"has the currency {sign or 'none'!r} where the prices above have {first or 'none'!r}"
                row = found.first(name.__eq__)
                raise BadCell(row, column, what, "One file holds prices in one currency.")
    return first or ""


def _odd_cell(columns: Priced, names: Sequence[str], forms: Sequence[NumberFormat]) -> BadCell:
    """The first cell that is not as most are."""

    def rows(form: NumberFormat) -> int:
        pattern = form.pattern
        return sum(found.count(lambda name: bool(pattern.fullmatch(_digits(name)))) for _, found in columns)

    best = max(forms, key=rows)
    pattern = best.pattern
    odd = {name for name in names if not pattern.fullmatch(name)}
    column, found = next((c, f) for c, f in columns if any(_digits(name) in odd for name in f.names))
    row = found.first(lambda name: _digits(name) in odd)
    cell = _digits(found.names[found.codes[row]])
    if _is_no_number(cell):
        remedy = "Correct it, or leave the cell empty where there is no price."
        odd_rows = found.rows(lambda name: _is_no_number(_digits(name)))
        return BadCell(np.flatnonzero(odd_rows), column, "is no number", remedy)
    if len({form.decimal for form in forms}) == 1:
        what = f"cannot be read with --decimal {best.decimal}"
        return BadCell(row, column, what, "Leave the option out, or write all numbers in one format.")
    what = f"is not written as the other prices are ({_NAMES[best.decimal]})"
    return BadCell(row, column, what, "Write all numbers of a file in one format.")


def _is_no_number(cell: str) -> bool:
    return not any(_reads(form, [cell]) for form in FORMATS)


def _open_mark(names: Sequence[str], fits: Sequence[NumberFormat]) -> str:
    """The mark that could be the decimal one or the thousands': `.`, `,` or none."""
    for mark in ".,":
        decimal = any(form.decimal == mark for form in fits)
        thousands = any(form.thousands == mark for form in fits)
        if decimal and thousands and any(mark in name for name in names):
            return mark
    return ""


def _said(columns: Priced, evidence: Iterable[Shapes], fits: Sequence[NumberFormat], mark: str) -> set[str]:
    """The decimal marks that something speaks for: one where it is decided."""
    said = {_OTHER[mark] for _, found in columns if _is_grouped(found, mark)}
    for found in evidence:
        if len(found.names) <= MANY_SHAPES and not _is_clock(found):
            said |= _evident(found, fits)
    return said


def _is_clock(found: Shapes) -> bool:
    given = found.cells.filter(pa.array(found.codes >= 0))
    return bool(pc.all(pc.match_substring_regex(given, _CLOCK), min_count=0).as_py())


def _evident(found: Shapes, fits: Sequence[NumberFormat]) -> set[str]:
    """The decimal mark that another column shows, whatever stands around its numbers."""
    written = {name: text for name in found.names if (text := digits(name))}
    if 2 * found.count(written.__contains__) <= found.count(lambda name: True):
        return set()  # not a column of numbers
    marks = {form.decimal for form in fits if _reads(form, written.values())}
    if len(marks) != 1:
        marks = {_OTHER[mark] for mark in ".," if _is_grouped(found, mark)}
    return marks if len(marks) == 1 else set()


class _Mixed(NamedTuple):
    """A column in which some numbers have a mark and three digits behind it, and others have no mark."""

    regular: bool  # as thousands they were grouped throughout
    likely: bool  # as decimals, zeros could have been trimmed
    thousands: int  # neighbours of either kind that are near one another if these are thousands
    decimals: int


def _mixed(found: Shapes, mark: str) -> _Mixed | None:
    """None where all its numbers have the mark, or none has, or other digits stand behind it."""
    plain, marked = [], []
    written = {name: one.digits for name in found.names if (one := number(name)) and not one.scale_text}
    thousands = NumberFormat(_OTHER[mark], mark).pattern
    for name, text in written.items():
        if mark in text and thousands.fullmatch(text):
            marked.append(name)
        elif text.strip("09"):
            return None
        elif text != "0":
            plain.append(name)
    if not marked or not plain:
        return None
    most, least = max(len(written[name]) for name in plain), min(written[name].index(mark) for name in marked)
    is_marked = found.rows(marked.__contains__)
    counts = is_marked.sum(), found.count(plain.__contains__)
    likely = counts[0] * math.log(0.9) + counts[1] * math.log(0.001) > _UNLIKELY
    # as in Spanish and Polish, where a number of four digits is not grouped
    regular = most <= 3 or (most == 4 and least >= 2)
    return _Mixed(regular, likely, *_neighbours(found, mark, is_marked))


def _neighbours(found: Shapes, mark: str, is_marked: np.ndarray) -> Iterator[int]:
    """How many changes between numbers with and without the mark are small: as thousands, as decimals."""
    values = read_amounts(found.cells, NumberFormat(mark))
    there = values > 0
    logs, kinds = np.log(values[there]), is_marked[there]
    for factor in (1000, 1):
        scaled = logs + np.where(kinds, math.log(factor), 0.0)
        yield int(((np.abs(np.diff(scaled)) < _NEAR) & (kinds[1:] != kinds[:-1])).sum())


def _is_grouped(found: Shapes, mark: str) -> bool:
    """Whether the mark separates thousands for sure: `998`, `1.002`, `1.011`, and on."""
    mixed = _mixed(found, mark)
    return bool(mixed and mixed.regular and not mixed.likely and mixed.thousands > mixed.decimals)


def _changes(found: Shapes, decimal: str) -> bool:
    """Whether with this decimal mark `1.100` beside `916` would be 1.1, and nothing near 1.1 has no mark."""
    mixed = _mixed(found, decimal)
    return bool(mixed and (mixed.thousands or (mixed.regular and not mixed.decimals)))


def _readings(found: Shapes, mark: str) -> tuple[str, str, str]:
    """The first cell with the mark, and what it is with a decimal mark and with thousands."""
    row = found.first(lambda name: mark in _digits(name))
    text = str(found.cells[row].as_py())
    cells = pa.array([text])
    both = (NumberFormat(mark), NumberFormat(_OTHER[mark]))
    one, other = (f"{read_amounts(cells, form)[0]:.15g}" for form in both)
    return text, f"{one} ({_NAMES[mark]})", f"{other} (thousands)"


def _undecided(column: int, found: Shapes, mark: str) -> BadCell:
    _, one, other = _readings(found, mark)
    what = f"is {one} or {other}, and nothing in the file decides"
    row = found.first(lambda name: mark in _digits(name))
    return BadCell(row, column, what, "Say which: --decimal . or --decimal ,")


def _doubt(found: Shapes, mark: str) -> str:
    text, one, other = _readings(found, mark)
    return (
        f"{shown(text)} is read as {one}; {other} is possible, and nothing in the file decides: "
        "--decimal . or --decimal , says which"
    )
