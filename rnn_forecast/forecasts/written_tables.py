"""Bytes of a forecast table → its columns again: what `formats.write_table` wrote."""

import gzip
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.text.written_cells import unwritten
from rnn_forecast.system import strict_json

TEXTS = ("ticker", "origin", "date")
NEEDED = ("ticker", "origin", "step", "date", "forecast", "last")
LARGE = 2**20  # bytes, from which on threads pay
Columns = Mapping[str, NDArray[Any]]  # by name, each (n,): texts, or numbers with NaN for none


def is_table(head: bytes) -> bool:
    """Whether a file that begins so may be one of ours: CSV, JSON or JSON lines with our columns, Parquet."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"[ \r\n")
    return first.startswith((b"ticker,origin,step,date,forecast,last", b'{"ticker": ')) or _is_parquet(head)


def read_columns(data: bytes, name: str) -> Columns:
    """The columns of a forecast table in any of its formats; `name` is that of its file, for messages.

    Raises DataError where a needed column is missing or a cell is not what it should be.
    """
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        return _typed(_listed(data))
    except (ValueError, LookupError, TypeError, OSError, EOFError, zlib.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{name} is no table of forecasts: {reason}.", "Write it again with predict."
        ) from error


def _listed(data: bytes) -> Mapping[str, Any]:
    import pyarrow as pa
    from pyarrow import csv, parquet

    if _is_parquet(data):
        found = parquet.read_table(pa.BufferReader(data))
        return {name: found[name].to_numpy() for name in found.column_names}
    if data.lstrip()[:1] in (b"[", b"{"):
        rows = _json_rows(data)
        return {name: [row[name] for row in rows] for name in (rows[0] if rows else NEEDED)}
    head = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode().strip().split(",")
    types = {name: pa.string() if name in TEXTS else pa.float64() for name in head}
    alone = csv.ReadOptions(use_threads=len(data) > LARGE)
    found = csv.read_csv(BytesIO(data), alone, convert_options=csv.ConvertOptions(column_types=types))
    named = {name: found[name].to_numpy() for name in found.column_names}
    if "ticker" in named:
        cells = {cell: unwritten(cell) for cell in set(named["ticker"].tolist())}
        named["ticker"] = [cells[cell] for cell in named["ticker"].tolist()]
    return named


def _json_rows(data: bytes) -> Sequence[Mapping[str, Any]]:
    if data.lstrip()[:1] == b"[":
        return list(strict_json.loads(data))
    return [strict_json.loads(line) for line in data.splitlines() if line.strip()]


def _typed(named: Mapping[str, Any]) -> Columns:
    if missing := [name for name in NEEDED if name not in named]:
        raise ValueError(f"it has no column {missing[0]!r}")
    typed: dict[str, NDArray[Any]] = {}
    for name, column in named.items():
        if name in TEXTS:
            typed[name] = np.array([str(cell) for cell in column], dtype=object)
        else:
            numbers = [np.nan if cell is None else cell for cell in column]
            typed[name] = np.asarray(numbers, dtype=np.float64)
    if not np.isfinite(typed["step"]).all():
        raise ValueError("a step is no number")
    return typed


def _is_parquet(data: bytes) -> bool:
    return data.startswith(b"PAR1")
