"""A forecast table → bytes: CSV, JSON, JSON lines, Parquet."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.forecast_table import ForecastTable, Rows, Style
from rnn_forecast.prices.series import iso
from rnn_forecast.prices.text.written_cells import written

MOST_PLACES = 300  # after the point: ten to it is a float, and so is a price times it
DIGITS = 9  # significant digits of a price in a text file


@dataclass(frozen=True)
class Csv:
    """Rows as the bytes of a CSV file, piece by piece: a million rows are never one text, nor a million
    Python strings, since Arrow puts dates into words. May be gone through more than once."""

    rows: Rows

    def __iter__(self) -> Iterator[bytes]:
        style = self.rows.style()
        for number, part in enumerate(self.rows.parts()):
            named = _named(part, np.asarray)
            if number == 0:
                yield (",".join(named) + "\n").encode()
            if len(part):
                yield _lines(named, style)


def columns(table: ForecastTable) -> dict[str, Any]:
    """Name → column, in the order of the contract; dates as text, prices to DIGITS significant digits."""
    return _named(table, _dates)


def _named(table: ForecastTable, dates: Callable[[NDArray[Any]], NDArray[Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {
        "ticker": table.ticker,
        "origin": dates(table.origin),
        "step": table.step,
        "date": dates(table.date),
        "forecast": significant(table.forecast),
        "last": significant(table.last),
    }
    for level, (low, high) in table.intervals.items():
        named[f"lo_{level}"] = significant(low)
        named[f"hi_{level}"] = significant(high)
    named |= {name: significant(column) for name, column in table.further.items()}
    if table.actual is not None:
        named["actual"] = significant(table.actual)
    return named


def write_table(table: ForecastTable, form: str) -> bytes:
    """The table in one of `file_names.FORMATS`; a missing number is an empty cell or null, never NaN."""
    if form == "csv":
        return b"".join(Csv(table))
    named = columns(table)
    return _parquet(named) if form == "parquet" else _json(named, lines=form == "jsonl")


def significant(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers rounded to DIGITS significant digits, so that 1.1 is not written as 1.1000000000000014."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(x)))
    places = np.where(np.isfinite(size), DIGITS - 1 - size, 0).astype(int)
    fits = places <= MOST_PLACES  # a number so near to 0 is left as it is: 1e309 is no float
    places = np.where(fits, places, 0)
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return np.where(fits, np.round(x * up / down) / up * down, x)


def _dates(dates: NDArray[Any]) -> NDArray[Any]:
    """Text where there are dates, each distinct date put into words once; row numbers as they are."""
    if dates.dtype.kind != "M":
        return dates
    distinct, place = np.unique(dates, return_inverse=True)
    return np.array(iso(distinct), dtype=str)[place]


def _arrow(column: NDArray[Any], *, timed: bool = False) -> Any:
    """A column for Arrow, NaN as missing. `pa.array` would do the same, and import pandas: half a second."""
    import pyarrow as pa

    if column.dtype.kind == "M":
        moment = column.astype("datetime64[s]" if timed else "datetime64[D]").astype("i8" if timed else "i4")
        kind = pa.timestamp("s") if timed else pa.date32()
        return pa.Array.from_buffers(kind, len(moment), [None, pa.py_buffer(moment)])
    if column.dtype.kind not in "if":
        return _strings(column.tolist())
    column = np.ascontiguousarray(column, dtype=f"{column.dtype.kind}8")
    there = np.packbits(~np.isnan(column), bitorder="little")
    kind = pa.float64() if column.dtype.kind == "f" else pa.int64()
    return pa.Array.from_buffers(kind, len(column), [pa.py_buffer(there), pa.py_buffer(column)])


def _strings(texts: list[str]) -> Any:
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def _lines(named: dict[str, Any], style: Style) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    timed = {"origin": style.timed_origin, "date": style.timed_date}
    names = named.pop("ticker").tolist()
    cells = {name: written(name) for name in set(names)}
    tickers = _strings([cells[name] for name in names])
    rest = {name: _arrow(column, timed=timed.get(name, False)) for name, column in named.items()}
    quoting = "needed" if style.quoted else "none"
    out = BytesIO()
    csv.write_csv(
        pa.table({"ticker": tickers, **rest}),
        out,
        csv.WriteOptions(include_header=False, quoting_style=quoting),
    )
    return out.getvalue()


def _parquet(named: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    out = BytesIO()
    try:
        table = pa.table({name: _arrow(column) for name, column in named.items()})
    except UnicodeEncodeError as error:  # the stem of a file whose name is no UTF-8
        raise DataError(
            f"ticker {error.object!r} is no Unicode text, and Parquet holds no other.",
            "Rename its file, or write CSV.",
        ) from error
    parquet.write_table(table, out)
    return out.getvalue()


def _json(named: Mapping[str, Any], *, lines: bool) -> bytes:
    lists = [[_null(v) for v in column.tolist()] for column in named.values()]
    rows = [json.dumps(dict(zip(named, row, strict=True))) for row in zip(*lists, strict=True)]
    text = "".join(row + "\n" for row in rows) if lines else "[" + ",\n ".join(rows) + "]\n"
    return text.encode()


def _null(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
