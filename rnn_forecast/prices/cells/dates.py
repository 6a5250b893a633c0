"""Text → dates: ONE date format for a file, that every row decides together and is held to."""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.date_formats import DIGITS, EPOCH, FORMATS, DateFormat, date_format
from rnn_forecast.prices.cells.epoch_numbers import read_epochs
from rnn_forecast.prices.cells.month_names import MONTHS

_DAY = 86_400  # seconds
Seconds = NDArray[np.datetime64]
_LEAST_DATES = 8  # fewer cannot show how far apart they usually are
_REGULAR, _IRREGULAR = 0.95, 0.8  # of the time between the first date and the last


class Parsed(NamedTuple):
    """Dates as the cells' own clock shows them."""

    values: Seconds  # (m,)
    name: str  # of the one format, as strptime has it
    offsets: NDArray[np.int32] | None = None  # (m,) seconds ahead of UTC, where cells say it


class _Reading(NamedTuple):
    """One format's reading of the distinct cells."""

    values: Seconds
    good: NDArray[np.bool_]
    offsets: NDArray[np.int32] | None
    name: str


def parse_dates(cells: pa.Array, column: int, chosen: str | None, today: np.datetime64) -> Parsed:
    """Dates of all cells (trimmed, none empty) and their one format.

    Of two formats that read every cell, and differ, that one is taken which makes the dates regular, where
    the other does not; else nothing but a person can tell 1 February from 2 January. Raises BadCell.
    """
    coded = cells.dictionary_encode()
    distinct, codes = coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)
    epoch = chosen == EPOCH or (chosen is None and not _are_spelt(distinct))
    if epoch and (moments := read_epochs(distinct)) is not None:
        return Parsed(moments[0][codes], f"{EPOCH} {moments[1]}")
    if chosen == EPOCH:
        raise _no_moment(distinct, codes, column)
    formats = [date_format(chosen)] if chosen else _candidates(distinct.slice(0, 500).to_pylist())
    fits = [read for form in formats if _fits(read := _read(distinct, form), today)]
    if not fits:
        most = max(formats, key=lambda form: _read(distinct, form).good.sum())
        raise _no_format(distinct, codes, most, column)
    different = _different(fits)
    best = different[0] if len(different) == 1 else _regular(different, codes)
    if best is None:
        raise _undecided(different, codes, column)
    return Parsed(best.values[codes], best.name, None if best.offsets is None else best.offsets[codes])


def _are_spelt(distinct: pa.Array) -> bool:
    """Whether digits are year to minute or second: 202401021530 is a moment of 1976 too, in milliseconds."""
    first = distinct[0].as_py() if len(distinct) else ""
    return DIGITS.compiled.match(first) is not None and bool(_read(distinct, DIGITS).good.all())


def _fits(read: _Reading, today: np.datetime64) -> bool:
    """Whether every cell is a date; where two digits in front are the year, none after today."""
    return bool(read.good.all() and not (read.name.startswith("%y") and (read.values > today).any()))


def _different(fits: list[_Reading]) -> list[_Reading]:
    """One reading of each kind: those that give equal dates are one."""
    found: list[_Reading] = []
    for read in fits:
        if all((read.values != other.values).any() for other in found):
            found.append(read)
    return found


def _undecided(fits: list[_Reading], codes: NDArray[np.int32], column: int) -> BadCell:
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


def _regular(fits: list[_Reading], codes: NDArray[np.int32]) -> _Reading | None:
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


def _candidates(sample: list[str]) -> list[DateFormat]:
    """Formats that read all of the sample; else those that read the most of it, to name the fault."""
    full = [form for form in FORMATS if all(map(form.compiled.match, sample))]
    if full:
        return full
    counts = [sum(form.compiled.match(cell) is not None for cell in sample) for form in FORMATS]
    return [form for form, count in zip(FORMATS, counts, strict=True) if count == max(counts)]


def _no_format(distinct: pa.Array, codes: NDArray[np.int32], form: DateFormat, column: int) -> BadCell:
    good = _read(distinct, form).good
    if good.all():  # of two digits for the year, and after today
        return BadCell(
            0, column, f"is a date after today (read as {form.name})", "Name the format: --date-format."
        )
    first = int(codes[np.flatnonzero(~good[codes])[0]])
    why = _why_no_date(distinct[first].as_py(), form, bool(good.any()))
    return BadCell(np.flatnonzero(~good[codes]), column, *why, own=True)


def _why_no_date(cell: str, form: DateFormat, others: bool) -> tuple[str, str]:
    """The reason and the remedy; `others`: some cells are dates of the form."""
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", cell):
        remedy = "Format the column as a date (YYYY-MM-DD) and export the file again."
        return "looks like a spreadsheet's serial number, not a date", remedy
    if form.compiled.match(cell):
        remedy = "Correct it, or name the format with --date-format."
        return f"is no day of the calendar (read as {form.name})", remedy
    if not others:
        return "is no date", "Write dates as YYYY-MM-DD, or name the format: --date-format."
    remedy = "Write all dates of a file in one format."
    return f"is no date as the rows before it are ({form.name})", remedy


def _read(cells: pa.Array, form: DateFormat) -> _Reading:
    """Date of each cell, whether it is one, and the offset. The clock is the cell's own: none is applied."""
    groups = pc.extract_regex(cells, pattern=form.pattern)
    good = groups.is_valid().to_numpy(zero_copy_only=False)
    names = {groups.type.field(i).name for i in range(groups.type.num_fields)}

    def part(letter: str, default: int) -> NDArray[np.int64]:
        if letter not in names:
            return np.full(len(cells), default, dtype=np.int64)
        text = pc.fill_null(groups.field(letter), "")
        text = pc.if_else(pc.equal(text, ""), str(default), text)
        return np.asarray(pc.cast(text, pa.int64()), dtype=np.int64)

    year = part("Y", 1970) if "Y" in names else _century(part("y", 70))
    month = (
        _month(groups.field("b")) if "b" in names else 3 * part("q", 1) - 2 if "q" in names else part("m", 1)
    )
    day, hour, minute, second = part("d", 1), part("H", 0), part("M", 0), part("S", 0)
    if "p" in names:
        hour, sane = _twelve_hours(hour, pc.utf8_lower(pc.fill_null(groups.field("p"), "")))
        good &= sane
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[M]").astype("datetime64[D]") - start).astype(np.int64)
    good &= day <= length
    if "w" in names:
        start, week_good = _iso_week(np.where(good, year, 1970), part("w", 1), part("u", 1))
        good &= week_good
    clock = hour * 3600 + minute * 60 + second
    dates = start.astype("datetime64[s]") + ((day - 1) * 86400 + clock).astype("timedelta64[s]")
    return _Reading(dates, good, _offsets(groups.field("z")) if "z" in names else None, form.name)


def _iso_week(
    year: NDArray[np.int64], week: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """The day of an ISO week (Monday is 1), and whether the year has it: its first holds 4 January."""

    def first(of: NDArray[np.int64]) -> NDArray[np.int64]:
        fourth = ((of - 1970) * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + 3
        return fourth - (fourth + 3) % 7

    monday = first(year) + 7 * (week - 1)
    return (monday + day - 1).astype("datetime64[D]"), (week >= 1) & (monday < first(year + 1))


def _offsets(texts: pa.Array) -> NDArray[np.int32] | None:
    """Seconds ahead of UTC; None where a cell does not say it."""
    coded = pc.fill_null(texts, "").dictionary_encode()
    said = coded.dictionary.to_pylist()
    if "" in said:
        return None
    ahead = np.array([_offset(text) for text in said], np.int32)
    return np.asarray(ahead[coded.indices.to_numpy(zero_copy_only=False)])


def _offset(text: str) -> int:
    """`Z` is 0, `-05:00` and `GMT-5` are -18000."""
    found = re.search(r"([+-])([0-9]{1,2}):?([0-9]{2})?$", text)
    if found is None:
        return 0
    return int(f"{found[1]}1") * (3600 * int(found[2]) + 60 * int(found[3] or 0))


def _century(two: NDArray[np.int64]) -> NDArray[np.int64]:
    return two + np.where(two < 69, 2000, 1900)  # as POSIX and strptime have it


def _month(names: pa.Array) -> NDArray[np.int64]:
    """1 to 12; 0 for a word that is no month in any of the languages."""
    coded = pc.utf8_lower(pc.fill_null(names, "")).dictionary_encode()
    months = np.array([MONTHS.get(word, 0) for word in coded.dictionary.to_pylist()], np.int64)
    return np.asarray(months[coded.indices.to_numpy(zero_copy_only=False)])


def _twelve_hours(hour: NDArray[np.int64], half: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    morning = pc.starts_with(half, "a").to_numpy(zero_copy_only=False)
    evening = pc.starts_with(half, "p").to_numpy(zero_copy_only=False)
    sane = ~(morning | evening) | ((hour >= 1) & (hour <= 12))
    return np.where(morning | evening, hour % 12 + 12 * evening, hour), sane
