"""Text → dates: ONE date format for a file, that every row decides together and is held to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.errors import UsageError
from rnn_forecast.prices.fields.cell_positions import BadCell

Seconds = NDArray[np.datetime64]

_ISO_TIME = (
    r"(?:[T ](?P<H>[0-9]{2})(?::(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)?"
    r" ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)
_TIME = (
    r"(?:,?[T ](?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?"
    r" ?(?P<p>[AaPp][Mm])? ?(?:Z|UTC|GMT|[A-Z]{2,4}|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)
_PARTS = {  # strptime's directives
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "B": r"(?P<b>[A-Za-z]{3,9})\.?",
    "a": r"[A-Za-z]{2,9}\.?",
    "A": r"[A-Za-z]{2,9}\.?",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<H>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "p": r"(?P<p>[AaPp][Mm])",
    "f": r"(?P<f>[0-9]{1,9})",
    "z": r"(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "Z": r"[A-Z]{1,5}",
    "%": "%",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = "january february march april june july august september october november december sept"


@dataclass(frozen=True)
class DateFormat:
    """`name` as strptime has it, `pattern` for the whole cell."""

    name: str
    pattern: str

    @property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


def date_format(name: str) -> DateFormat:
    """The format that a person named. Raises UsageError where it is none."""
    parts = re.findall(r"%(.)|([^%]+)", name, flags=re.DOTALL)
    letters = [letter for letter, _ in parts if letter]
    known = sorted(set(_PARTS) - {"%"})
    if unknown := [letter for letter in letters if letter not in _PARTS]:
        raise UsageError(
            f"--date-format: %{unknown[0]} is not known; known are {' '.join('%' + k for k in known)}.",
            "Write it as for strptime, such as %d.%m.%Y.",
        )
    texts = "".join(text for _, text in parts)
    if len({"Y", "y"} & set(letters)) != 1 or len(set(letters)) != len(letters) or "%" in texts:
        remedy = "Such as %d.%m.%Y or %m/%d/%y."
        raise UsageError(f"--date-format {name!r} needs a year, and each part once.", remedy)
    pattern = "".join(_PARTS[letter] if letter else re.escape(text) for letter, text in parts)
    if letters and "".join(sorted(letters)) in {"Ydm", "mdY"} and not texts:
        pattern = re.sub(r"\{1,2\}", "{2}", pattern)  # %Y%m%d: two digits each
    return DateFormat(name, f"^{pattern}$")


def _formats() -> Iterable[DateFormat]:
    yield DateFormat("%Y-%m-%d", rf"^{_PARTS['Y']}-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}}){_ISO_TIME}$")
    yield DateFormat(
        "%Y%m%d",
        r"^(?P<Y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
        r"(?:[T ](?P<H>[0-9]{2}):?(?P<M>[0-9]{2})(?::?(?P<S>[0-9]{2}))?)?$",
    )
    orders = "%d/%m/%Y %m/%d/%Y %d/%m/%y %m/%d/%y %y/%m/%d %d/%b/%Y %d/%b/%y %Y/%b/%d"
    spelt = "%d %b %Y|%d. %b %Y|%b %d, %Y|%b %d %Y|%a, %d %b %Y|%a, %b %d, %Y|%a %d %b %Y|%a %b %d %Y|%d%b%Y"
    names = ["%Y-%m", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y"]
    names += [*orders.split(), *orders.replace("/", "-").split()]
    names += [*spelt.split("|"), "%d %b %y", "%b %d, %y", "%b %Y", "%b-%Y"]
    for name in names:
        yield DateFormat(name, date_format(name).pattern[:-1] + _TIME + "$")


FORMATS = tuple(_formats())


def join_clock(dates: pa.Array, clocks: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(dates, clocks, " ")


class Parsed(NamedTuple):
    """Dates as the cells' own clock shows them."""

    values: Seconds  # (m,)
    name: str  # of the one format, as strptime has it
    offsets: NDArray[np.int32] | None = None  # (m,) seconds ahead of UTC, where cells say it


def parse_dates(cells: pa.Array, column: int, chosen: str | None, today: np.datetime64) -> Parsed:
    """Dates of all cells (trimmed, none empty) and their one format.

    Two formats that read every cell, and differ, are one too many: nothing but a person can tell 1 February
    from 2 January. Raises BadCell.
    """
    coded = cells.dictionary_encode()
    distinct, codes = coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)
    formats = [date_format(chosen)] if chosen else _candidates(distinct.slice(0, 500).to_pylist())
    fits = []
    for form in formats:
        values, good = _read(distinct, form)
        if good.all() and not (form.name in ("%y/%m/%d", "%y-%m-%d") and (values > today).any()):
            fits.append((values, form.name))
    if not fits:
        raise _no_format(distinct, codes, formats[0], column)
    values, name = fits[0]
    if odd := next(((n, differs) for others, n in fits[1:] if (differs := others != values).any()), None):
        other, differs = odd
        what = f"could be {name} or {other}, and no row of the file decides"
        remedy = f"Say which: --date-format {name} or --date-format {other}."
        raise BadCell(int(np.flatnonzero(differs[codes])[0]), column, what, remedy)
    return Parsed(values[codes], name)


def _candidates(sample: list[str]) -> list[DateFormat]:
    """Formats that read all of the sample; else the one that reads the most of it, to name the fault."""
    counts = [sum(form.compiled.match(cell) is not None for cell in sample) for form in FORMATS]
    full = [form for form, count in zip(FORMATS, counts, strict=True) if count == len(sample)]
    return full or [FORMATS[counts.index(max(counts))]]


def _no_format(distinct: pa.Array, codes: NDArray[np.int32], form: DateFormat, column: int) -> BadCell:
    _, good = _read(distinct, form)
    row = int(np.flatnonzero(~good[codes])[0])
    return BadCell(row, column, *_why_no_date(distinct[int(codes[row])].as_py(), form, bool(good.any())))


def _why_no_date(cell: str, form: DateFormat, others: bool) -> tuple[str, str]:
    """The reason and the remedy; `others`: some cells are dates of the form."""
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", cell):
        remedy = "Format the column as a date (YYYY-MM-DD) and export the file again."
        return "looks like a spreadsheet's serial number, not a date", remedy
    if re.fullmatch(r"[0-9]{9,19}(\.[0-9]+)?", cell):
        remedy = "Write dates as YYYY-MM-DD, with HH:MM:SS where there are several a day."
        return "looks like seconds since 1970, not a date", remedy
    found = form.compiled.match(cell)
    if found and (found.groupdict().get("f") or "").strip("0"):
        return "is finer than a second", "Round the times to seconds."
    if found:
        remedy = "Correct it, or name the format with --date-format."
        return f"is no day of the calendar (read as {form.name})", remedy
    if not others:
        return "is no date", "Write dates as YYYY-MM-DD, or name the format: --date-format."
    remedy = "Write all dates of a file in one format."
    return f"is no date as the rows before it are ({form.name})", remedy


def _read(cells: pa.Array, form: DateFormat) -> tuple[Seconds, NDArray[np.bool_]]:
    """Date of each cell, and whether it is one. The clock is the cell's own: an offset is not applied."""
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
    month = _month(groups.field("b")) if "b" in names else part("m", 1)
    day, hour, minute, second = part("d", 1), part("H", 0), part("M", 0), part("S", 0)
    if "p" in names:
        hour, sane = _twelve_hours(hour, pc.utf8_lower(pc.fill_null(groups.field("p"), "")))
        good &= sane
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (part("f", 0) == 0)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[M]").astype("datetime64[D]") - start).astype(np.int64)
    good &= day <= length
    clock = hour * 3600 + minute * 60 + second
    return start.astype("datetime64[s]") + ((day - 1) * 86400 + clock).astype("timedelta64[s]"), good


def _century(two: NDArray[np.int64]) -> NDArray[np.int64]:
    return two + np.where(two < 69, 2000, 1900)  # as POSIX and strptime have it


def _month(names: pa.Array) -> NDArray[np.int64]:
    lower = pc.utf8_lower(pc.fill_null(names, ""))
    known = pc.is_in(lower, value_set=pa.array([*_MONTHS, *_LONG_MONTHS.split()])).to_numpy(
        zero_copy_only=False
    )
    place = pc.index_in(pc.utf8_slice_codeunits(lower, 0, 3), value_set=pa.array(_MONTHS))
    return np.where(known, pc.fill_null(place, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1, 0)


def _twelve_hours(hour: NDArray[np.int64], half: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    morning = pc.equal(half, "am").to_numpy(zero_copy_only=False)
    evening = pc.equal(half, "pm").to_numpy(zero_copy_only=False)
    sane = ~(morning | evening) | ((hour >= 1) & (hour <= 12))
    return np.where(morning | evening, hour % 12 + 12 * evening, hour), sane
