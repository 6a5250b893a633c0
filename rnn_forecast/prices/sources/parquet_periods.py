"""Columns of pandas' periods, which Parquet holds as bare whole numbers → the moments at which they start."""

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import shown

_UNITS = {"D": "D", "H": "h", "MIN": "m", "T": "m", "S": "s"}
_MONTHS = {"M": 1, "Q": 3, "Y": 12, "A": 12}
_LAST_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def without_periods(columns: Sequence[pa.Array], fields: Sequence[pa.Field], source: str) -> list[pa.Array]:
    """The columns, those of periods as moments. Raises DataError where nothing says how long one is."""
    return [
        _moments(one, field, source) if _is_period(field) else one
        for one, field in zip(columns, fields, strict=True)
    ]


def _is_period(field: pa.Field) -> bool:
    """Whether or not pandas is loaded, which makes it a type of its own."""
    name = getattr(field.type, "extension_name", None) or (field.metadata or {}).get(b"ARROW:extension:name")
    return name in ("pandas.period", b"pandas.period")


def _moments(column: pa.Array, field: pa.Field, source: str) -> pa.Array:
    known = isinstance(field.type, pa.BaseExtensionType)
    said = field.type.__arrow_ext_serialize__() if known else field.metadata.get(b"ARROW:extension:metadata")
    numbers = pc.fill_null(column.storage if known else column, 0).to_numpy(zero_copy_only=False)
    try:
        starts = _starts(numbers, str(json.loads(said)["freq"]).upper())
    except (KeyError, TypeError, ValueError, RecursionError):
        what = f"{source}: column {shown(field.name)} holds periods, and nothing says how long they are."
        raise DataError(what, "Write their first days instead: df.index.to_timestamp().") from None
    return pa.array(starts, mask=column.is_null().to_numpy(zero_copy_only=False))


def _starts(numbers: NDArray[np.int64], freq: str) -> NDArray[np.datetime64]:
    """pandas counts periods of each length from that of 1 January 1970; `W-WED` ends on Wednesdays, `Q-MAR`
    with March."""
    length, _, last = freq.lstrip("0123456789").partition("-")
    if length in _MONTHS:
        numbers, unit = numbers * _MONTHS[length] + (_LAST_MONTHS.index(last) - 11 if last else 0), "M"
    elif length == "W":
        numbers, unit = 7 * numbers - 10 + _LAST_DAYS.index(last), "D"
    elif length == "B":  # Monday to Friday
        numbers, unit = (numbers + 3) // 5 * 7 + (numbers + 3) % 5 - 3, "D"
    else:
        unit = _UNITS[length]
    return numbers.astype(f"datetime64[{unit}]").astype("datetime64[s]")
