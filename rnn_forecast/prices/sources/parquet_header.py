"""The columns of a Parquet file before any is chosen: names, places, and what their cells look like.

pandas keeps more than columns: which of them were the index, and names of several levels, written as tuples.
What it wrote is laid out as its `to_csv` would: the index first, two levels as names and tickers.
"""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from rnn_forecast.prices.cells.column_kinds import is_date, is_missing, is_numeral
from rnn_forecast.prices.fields.header import Header

SAMPLE = 100  # rows
_TICKER_LEVELS = {"ticker", "tickers", "symbol", "symbols"}
_FIELDS = {"open", "high", "low", "close", "adjclose", "volume", "dividends", "stocksplits"}


class Named(NamedTuple):
    """Columns in the order of a header: `places` in the file, `names`, `tickers` (() with one level)."""

    places: tuple[int, ...]
    names: tuple[str, ...]
    tickers: tuple[str, ...]


def named(schema: pa.Schema) -> Named:
    """What the columns are called, those first that were the index of a pandas frame; unnamed: ''."""
    said = _pandas(schema)
    index = [name for name in _listed(said, "index_columns") if isinstance(name, str)]  # a range is no column
    first = [i for i, name in enumerate(schema.names) if name in index]
    places = (*first, *(i for i in range(len(schema.names)) if i not in first))
    names = [schema.names[i] for i in places]
    names = ["" if name.startswith("__index_level_") and name.endswith("__") else name for name in names]
    levels = _listed(said, "column_indexes")
    pairs = [_pair(name) for name in names]
    if (levels and len(levels) != 2) or 2 * sum(pair is not None for pair in pairs) <= len(pairs):
        return Named(places, tuple(names), ())
    both = [pair or (name, "") for pair, name in zip(pairs, names, strict=True)]
    if _tickers_come_first(levels, [pair for pair in pairs if pair]):
        both = [(pair[1] or pair[0], pair[0] if pair[1] else "") for pair in both]
    return Named(places, tuple(name for name, _ in both), tuple(ticker for _, ticker in both))


def _pandas(schema: pa.Schema) -> Mapping[str, Any]:
    """What pandas wrote beside the columns; nothing where it did not, or where that is damaged."""
    try:
        said = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _listed(said: Mapping[str, Any], key: str) -> list[Any]:
    found = said.get(key)
    return found if isinstance(found, list) else []


def _pair(name: str) -> tuple[str, str] | None:
    """`('Close', 'AAPL')` as pandas spells a name of two levels."""
    if len(name) > 1000 or not (name.startswith("(") and name.endswith(")")):
        return None
    try:
        found = ast.literal_eval(name)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return (str(found[0]), str(found[1])) if isinstance(found, tuple) and len(found) == 2 else None


def _tickers_come_first(levels: Sequence[Any], pairs: Sequence[tuple[str, str]]) -> bool:
    """By the names of the levels; where they have none, by which of them holds more words for a price."""
    called = [str(one.get("name")).lower() if isinstance(one, dict) else "" for one in levels or ("", "")]
    for i in (0, 1):
        if called[i] in _TICKER_LEVELS and called[1 - i] not in _TICKER_LEVELS:
            return i == 0
    known = [sum(pair[i].replace(" ", "").lower() in _FIELDS for pair in pairs) for i in (0, 1)]
    return known[1] > known[0]


def header(first: pa.RecordBatch, found: Named) -> Header:
    """Numbers and dates by type; for columns of text by what their first cells look like."""
    kinds = [first.schema.types[i] for i in found.places]
    cells = sample_cells(first, found)
    texts = [_is_text(kind) and bool(some) for kind, some in zip(kinds, cells, strict=True)]
    numeric = [
        is_number(kind) or (text and all(map(is_numeral, some)))
        for kind, text, some in zip(kinds, texts, cells, strict=True)
    ]
    dates = [
        is_moment(kind) or (text and all(map(is_date, some)))
        for kind, text, some in zip(kinds, texts, cells, strict=True)
    ]
    return Header(found.names, tuple(numeric), tuple(dates), cells, found.tickers)


def sample_cells(first: pa.RecordBatch, found: Named) -> tuple[tuple[str, ...], ...]:
    """By column of the header, its first cells as a CSV would write them, missing ones left out."""
    return tuple(_written(first.column(i)) for i in found.places)


def _written(cells: pa.Array) -> tuple[str, ...]:
    kind = cells.type
    if is_moment(kind):
        if pa.types.is_timestamp(kind):
            cells = pc.cast(pc.local_timestamp(cells) if kind.tz else cells, pa.timestamp("s"), safe=False)
        cells = pc.cast(cells, pa.string())
    elif not (_is_text(kind) or is_number(kind) or pa.types.is_time(kind)):
        return ()
    texts = (str(cell).strip() for cell in cells.to_pylist() if cell is not None)
    return tuple(text for text in texts if not is_missing(text))


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_moment(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
