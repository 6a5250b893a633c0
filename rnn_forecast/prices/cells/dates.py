"""Text → dates: ONE date format for a file, that every row decides together and is held to."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.date_formats import DIGITS, EPOCH, FORMATS, DateFormat, named_format
from rnn_forecast.prices.cells.date_parts import Reading, Seconds, read_as
from rnn_forecast.prices.cells.epoch_numbers import are_cut, read_epochs
from rnn_forecast.prices.cells.zones import offsets

_DAY = 86_400  # seconds
_SOON = np.timedelta64(366 * _DAY, "s")
_LEAST_DATES = 8  # fewer cannot show how far apart they usually are
_REGULAR, _IRREGULAR = 0.95, 0.8  # of the time between the first date and the last


class Parsed(NamedTuple):
    """Dates as the cells' own clock shows them."""

    values: Seconds  # (m,)
    name: str | None  # of the one format, as strptime has it; None where a type says it
    offsets: NDArray[np.int32] | None = None  # (m,) seconds ahead of UTC, where cells say it
    fractions: NDArray[np.int32] | None = None  # (m,) billionths of a second; None where all are 0


def parse_dates(cells: pa.Array, column: int, chosen: str | None, today: np.datetime64) -> Parsed:
    """Dates of all cells (trimmed, none empty) and their one format.

    Of two formats that read every cell, and differ, that one is taken which makes the dates regular, where
    the other does not; else nothing but a person can tell 1 February from 2 January. Raises BadCell.
    """
    coded = cells.dictionary_encode()
    distinct, codes = coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)
    epoch = chosen == EPOCH or (chosen is None and not _are_spelt(distinct))
    if epoch and (moments := read_epochs(distinct)) is not None:
        if are_cut(distinct, moments):
            remedy = "Format the column as whole numbers, with all digits, and export the file again."
            raise BadCell(
                0, column, "is a moment cut to few digits: its minutes and seconds are lost", remedy
            )
        return Parsed(
            moments.values[codes], f"{EPOCH} {moments.unit}", None, _by_row(moments.fractions, codes)
        )
    if chosen == EPOCH:
        raise _no_moment(distinct, codes, column)
    formats = [named_format(chosen)] if chosen else _candidates(distinct.slice(0, 500).to_pylist())
    readings = [read_as(distinct, form) for form in formats]
    fits = [reading for reading in readings if _fits(reading, today)]
    if not fits:
        nearest = int(np.argmax([reading.good.sum() for reading in readings]))
        raise _no_format(distinct, codes, formats[nearest], readings[nearest], column)
    different = _different(fits)
    best = different[0] if len(different) == 1 else _regular(different, codes)
    if best is None:
        raise _undecided(different, codes, column)
    ahead = None if best.zones is None else offsets(best.zones, codes, column)
    return Parsed(best.values[codes], best.name, ahead, _by_row(best.fractions, codes))


def _by_row(values: NDArray[np.int32] | None, codes: NDArray[np.int32]) -> NDArray[np.int32] | None:
    return None if values is None else values[codes]


def _are_spelt(distinct: pa.Array) -> bool:
    """Whether digits are year to minute or second: 202401021530 is a moment of 1976 too, in milliseconds."""
    first = distinct[0].as_py() if len(distinct) else ""
    return DIGITS.compiled.match(first) is not None and bool(read_as(distinct, DIGITS).good.all())


def _fits(read: Reading, today: np.datetime64) -> bool:
    """Whether every cell is a date; where two digits are the year, none long after today: a date soon after
    it is a slip in any reading."""
    return bool(read.good.all() and not ("%y" in read.name and (read.values > today + _SOON).any()))


def _different(fits: list[Reading]) -> list[Reading]:
    """One reading of each kind: those that give equal dates are one."""
    found: list[Reading] = []
    for read in fits:
        if all((read.values != other.values).any() for other in found):
            found.append(read)
    return found


def _undecided(fits: list[Reading], codes: NDArray[np.int32], column: int) -> BadCell:
    differs = fits[0].values != fits[1].values
    what = f"could be {' or '.join(read.name for read in fits)}, and no row of the file decides"
    remedy = f"Say which: {' or '.join(f'--date-format {read.name}' for read in fits)}."
    return BadCell(int(np.flatnonzero(differs[codes])[0]), column, what, remedy)


def _no_moment(distinct: pa.Array, codes: NDArray[np.int32], column: int) -> BadCell:
    """About the first row that is no moment in the unit of those before it."""
    good = next((n for n in range(len(distinct), 0, -1) if read_epochs(distinct.slice(0, n)) is not None), 0)
    what = "is no moment since 1971 as the first cell is"
    row = int(np.flatnonzero(codes == good)[0])
    return BadCell(row, column, what, "Leave out --date-format epoch, or correct it.")


def _regular(fits: list[Reading], codes: NDArray[np.int32]) -> Reading | None:
    """The one reading by which dates rise or fall with the rows, or else follow each other regularly."""
    if len(fits[0].values) < _LEAST_DATES:
        return None
    in_order = [read for read in fits if _is_monotone(read.values[codes])]
    if len(in_order) == 1:
        return in_order[0]
    fits = in_order or fits
    shares = [_regularity(read.values) for read in fits]
    best, other = np.argsort(shares)[::-1][:2]
    return fits[best] if shares[best] >= _REGULAR and shares[other] < _IRREGULAR else None


def _is_monotone(values: Seconds) -> bool:
    steps = np.diff(values).view(np.int64)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _regularity(values: Seconds) -> float:
    """How much of the time between first and last lies in usual steps: within a fifth of the median one, or
    of at most four days where most are days."""
    steps = np.diff(np.unique(values)).view(np.int64)
    usual = float(np.median(steps)) if len(steps) else 0.0
    most = 4 * _DAY if usual <= 1.5 * _DAY else 1.2 * usual
    usual_steps = steps[(steps <= most) & ((steps >= 0.8 * usual) | (usual <= 1.5 * _DAY))]
    return float(usual_steps.sum() / max(steps.sum(), 1))


def _candidates(sample: list[str]) -> Sequence[DateFormat]:
    """Formats that read all of the sample; else those that read the most of it, to name the fault."""
    full = [form for form in FORMATS if all(map(form.compiled.match, sample))]
    if full:
        return full
    counts = [sum(form.compiled.match(cell) is not None for cell in sample) for form in FORMATS]
    most = max(counts)
    nearest = [form for form, count in zip(FORMATS, counts, strict=True) if count == most]
    return nearest if most else FORMATS[:1]  # each of them is tried on all cells


def _no_format(
    distinct: pa.Array, codes: NDArray[np.int32], form: DateFormat, read: Reading, column: int
) -> BadCell:
    good = read.good
    if good.all():  # of two digits for the year, and after today
        row, remedy = int(np.argmax(read.values[codes])), "Correct it, or name the format: --date-format."
        return BadCell(row, column, f"is a date after today (read as {form.name})", remedy)
    rows = np.flatnonzero(~good[codes])

    def why(row: int) -> tuple[str, str]:
        return _why_no_date(distinct[int(codes[row])].as_py(), form, bool(good.any()))

    return BadCell(rows, column, lambda row: why(row)[0], why(int(rows[0]))[1])


def _why_no_date(cell: str, form: DateFormat, others: bool) -> tuple[str, str]:
    """The reason and the remedy; `others`: some cells are dates of the form."""
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?( .*)?", cell):
        remedy = "Format the column as a date (YYYY-MM-DD) and export the file again."
        return "looks like a spreadsheet's serial number, not a date", remedy
    if form.compiled.match(cell):
        remedy = "Correct it, or name the format with --date-format."
        return f"is no day of the calendar (read as {form.name})", remedy
    if not others:
        return "is no date", "Write dates as YYYY-MM-DD, or name the format: --date-format."
    remedy = "Write all dates of a file in one format."
    return f"is no date as the rows before it are ({form.name})", remedy
