"""Numbers → moments: seconds since 1970, or thousandths, millionths or billionths of one, told by size."""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_CELL = re.compile(r"[0-9]{8,20}(?:\.[0-9]*)?|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_FEW_DIGITS = r"^[0-9]\.?(?P<digits>[0-9]*)[eE]\+?(?P<power>[0-9]+)$"
_UNITS = (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9))
_FIRST = 31_536_000  # 1971: below, eight digits are a date such as 20240102
_LAST = 4_102_444_800  # 2100


class Moments(NamedTuple):
    """What numbers are, in the one unit of all."""

    values: NDArray[np.datetime64]  # (m,) cut to the second
    unit: str
    fractions: NDArray[np.int32] | None  # (m,) billionths of a second; None where all are 0


def is_epoch(cell: str) -> bool:
    """Whether the cell is a number as large as a moment since 1971 is in one of the units."""
    text = cell.strip()
    return _CELL.fullmatch(text) is not None and unit_of(float(text)) is not None


def unit_of(value: float) -> str | None:
    """The only unit in which the number is a moment from 1971 to 2100; None where it is none in any."""
    return next((name for name, parts in _UNITS if _FIRST * parts <= value < _LAST * parts), None)


def read_epochs(cells: pa.Array) -> Moments | None:
    """The moments; None where a cell is none in the unit of the first."""
    if not pc.all(pc.match_substring_regex(cells, f"^(?:{_CELL.pattern})$")).as_py():
        return None
    bare = pc.replace_substring_regex(cells, pattern=r"\.0*$", replacement="")
    try:
        values = pc.cast(bare, pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        values = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
    unit = unit_of(float(values[0])) if len(values) else None
    if unit is None:
        return None
    parts = dict(_UNITS)[unit]
    if values.dtype.kind == "f":  # a billionth of a second is below what a float can hold
        exact = values / parts
        whole = np.floor(exact + 1e-6).astype(np.int64)
        rest = (1_000_000 * np.maximum(exact - whole, 0)).astype(np.int32) * 1000
    else:
        whole, rest = values // parts, (values % parts * (10**9 // parts)).astype(np.int32)
    if ((whole < _FIRST) | (whole >= _LAST)).any():
        return None
    return Moments(whole.astype("datetime64[s]"), unit, rest if rest.any() else None)


def are_cut(cells: pa.Array, moments: Moments) -> bool:
    """Whether cells are powers of ten with fewer digits than seconds need, `1.70407E+12`: a spreadsheet shows
    so and writes what it shows. Whole minutes may have been written in full."""
    parts = pc.extract_regex(cells, pattern=_FEW_DIGITS)
    if parts.null_count:
        return False
    digits = pc.max(pc.utf8_length(parts.field("digits"))).as_py()
    power = pc.max(pc.cast(parts.field("power"), pa.int64())).as_py()
    finest = 10.0 ** (power - digits) / dict(_UNITS)[moments.unit]  # seconds
    odd = moments.values.astype(np.int64) % 60 != 0
    return finest > 1 and (finest >= 1000 or bool(odd.any()))
