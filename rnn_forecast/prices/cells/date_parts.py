"""Cells → moments by one format: what its pattern finds in each, and whether that is a day and a time."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.prices.cells.date_formats import DateFormat
from rnn_forecast.prices.cells.month_names import MONTHS

Seconds = NDArray[np.datetime64]


class Reading(NamedTuple):
    """One format's reading of cells, as their own clock shows them."""

    values: Seconds  # (m,)
    good: NDArray[np.bool_]  # (m,) whether the cell is a date
    name: str  # of the format
    zones: pa.Array | None  # (m,) what stands for the zone; None where the format has no place for it
    fractions: NDArray[np.int32] | None  # (m,) billionths of a second; None where all are 0


def read_as(cells: pa.Array, form: DateFormat) -> Reading:
    """What the format's pattern finds. The clock is the cell's own: no offset is applied."""
    groups = pc.extract_regex(cells, pattern=form.pattern)
    good = groups.is_valid().to_numpy(zero_copy_only=False)
    names = {groups.type.field(i).name for i in range(groups.type.num_fields)}

    def words(letter: str) -> pa.Array:
        return pc.fill_null(groups.field(letter), "")

    def part(letter: str, default: int) -> NDArray[np.int64]:
        if letter not in names:
            return np.full(len(cells), default, dtype=np.int64)
        text = words(letter)
        text = pc.if_else(pc.equal(text, ""), str(default), text)
        return np.asarray(pc.cast(text, pa.int64()), dtype=np.int64)

    year = part("Y", 1970) if "Y" in names else _century(part("y", 70))
    month = _month(words("b")) if "b" in names else 3 * part("q", 1) - 2 if "q" in names else part("m", 1)
    day, months_long = (part("j", 1), 12) if "j" in names else (part("d", 1), 1)
    hour, minute, second = part("H", 0), part("M", 0), part("S", 0)
    if "p" in names:
        hour, sane = _twelve_hours(hour, pc.utf8_lower(words("p")))
        good &= sane
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]")
    length = ((months + months_long).astype("datetime64[M]").astype("datetime64[D]") - start).astype(np.int64)
    good &= day <= length
    if "w" in names:
        start, week_good = _iso_week(np.where(good, year, 1970), part("w", 1), part("u", 1))
        good &= week_good
    clock = hour * 3600 + minute * 60 + second
    dates = start.astype("datetime64[s]") + ((day - 1) * 86400 + clock).astype("timedelta64[s]")
    fractions = _billionths(words("f")) if "f" in names else None
    zones = None
    for letter in [letter for letter in "Zz" if letter in names]:  # an offset says more than a name
        said = words(letter)
        zones = said if zones is None else pc.if_else(pc.equal(said, ""), zones, said)
    return Reading(dates, good, form.name, zones, fractions)


def _billionths(digits: pa.Array) -> NDArray[np.int32] | None:
    """Of a second: `5` is half of one. None where no cell has any."""
    if not pc.any(pc.match_substring_regex(digits, "[1-9]")).as_py():
        return None
    return np.asarray(pc.cast(pc.utf8_rpad(digits, 9, "0"), pa.int32()), dtype=np.int32)


def _iso_week(
    year: NDArray[np.int64], week: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """The day of an ISO week (Monday is 1), and whether the year has it: its first holds 4 January."""

    def first(of: NDArray[np.int64]) -> NDArray[np.int64]:
        fourth = ((of - 1970) * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + 3
        return fourth - (fourth + 3) % 7

    monday = first(year) + 7 * (week - 1)
    return (monday + day - 1).astype("datetime64[D]"), (week >= 1) & (monday < first(year + 1))


def _century(two: NDArray[np.int64]) -> NDArray[np.int64]:
    return two + np.where(two < 69, 2000, 1900)  # as POSIX and strptime have it


def _month(names: pa.Array) -> NDArray[np.int64]:
    """1 to 12; 0 for a word that is no month in any of the languages."""
    coded = pc.utf8_lower(names).dictionary_encode()
    months = np.array([MONTHS.get(word, 0) for word in coded.dictionary.to_pylist()], np.int64)
    return np.asarray(months[coded.indices.to_numpy(zero_copy_only=False)])


def _twelve_hours(hour: NDArray[np.int64], half: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    morning = pc.starts_with(half, "a").to_numpy(zero_copy_only=False)
    evening = pc.starts_with(half, "p").to_numpy(zero_copy_only=False)
    sane = ~(morning | evening) | ((hour >= 1) & (hour <= 12))
    return np.where(morning | evening, hour % 12 + 12 * evening, hour), sane
