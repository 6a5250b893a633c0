"""Prices in memory → a file that the readers take: what they decide of a file they decide of a frame.

Nothing here imports pandas or polars: who gives such a frame has it.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from rnn_forecast.errors import DataError, ForecastError, UsageError

PREFIX, FILE = "rnn-forecast-", "prices.parquet"
FIELDS = frozenset({"open", "high", "low", "close", "adj close", "price", "volume"})
_PLACE = re.compile(rf"{re.escape(gettempdir() + os.sep)}{PREFIX}[^/\\]+[/\\]")


class Arrow(Protocol):
    """What hands its columns to Arrow: a frame of polars, a table of Arrow, of DuckDB."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class Indexed(Protocol):
    """A frame or series of pandas, whose index may hold the dates."""

    @property
    def index(self) -> Any: ...


Path_ = str | os.PathLike[str]
Prices = Path_ | Sequence[Path_] | Arrow | Indexed


@contextmanager
def sources_of(prices: Prices) -> Iterator[list[str]]:
    """Paths as they are; what is in memory as a file for the time of the block. Raises UsageError."""
    if isinstance(prices, str | os.PathLike):
        yield [os.fspath(prices)]
    elif isinstance(prices, list | tuple):
        if not prices or not all(isinstance(one, str | os.PathLike) for one in prices):
            raise UsageError(
                f"several prices must be paths, got {_called(prices)}.",
                "Put frames into one, with a column of tickers.",
            )
        yield [os.fspath(one) for one in prices]
    else:
        table = _arrow_of(prices)
        with TemporaryDirectory(prefix=PREFIX) as folder:
            path = Path(folder) / FILE
            parquet.write_table(table, path)
            try:
                yield [str(path)]
            except ForecastError as error:
                raise type(error)(unplaced(error.message), unplaced(error.remedy)) from error


def unplaced(text: str) -> str:
    """Words about a file that nobody has named, without the folder that it is in."""
    return _PLACE.sub("", text)


def _arrow_of(prices: Any) -> pa.Table:
    """The columns; the name of a series is its ticker."""
    if hasattr(prices, "index") and hasattr(prices, "to_frame") and not hasattr(prices, "columns"):
        ticker = {} if prices.name is None else {"ticker": str(prices.name)}
        prices = prices.to_frame("price").assign(**ticker)
    if hasattr(prices, "index") and hasattr(prices, "reset_index"):
        return _table_of(prices)
    if hasattr(prices, "__arrow_c_stream__"):
        return pa.table(prices)
    if hasattr(prices, "__dataframe__"):
        from pyarrow import interchange

        return interchange.from_dataframe(prices)
    raise UsageError(
        f"prices must be a path, a frame or a series, got {_called(prices)}.",
        "Give a DataFrame with a column of dates, or the name of a file.",
    )


def _table_of(frame: Any) -> pa.Table:
    """For Arrow. Raises DataError for headings that are there twice, and for cells of several kinds."""
    try:
        return pa.Table.from_pandas(_flat(frame), preserve_index=False)
    except (ValueError, TypeError, NotImplementedError) as error:  # those of Arrow are of these kinds, too
        raise DataError(
            f"{_called(frame)} cannot be read: {'; '.join(map(str, error.args))}.",
            "Give each heading once, the index among them, and each column values of one kind.",
        ) from error


def _flat(frame: Any) -> Any:
    """A frame of pandas without labels in its index, and with one line of headings."""
    if getattr(frame.columns, "nlevels", 1) > 1:
        frame = _long(frame)
    index = frame.index
    if index.name is None and getattr(index.dtype, "kind", "") in "iu" and index.nlevels == 1:
        frame = frame.reset_index(drop=True)  # rows by number
    else:
        if type(index).__name__ == "PeriodIndex":
            frame = frame.set_axis(index.astype(str).rename(index.name), axis=0)
        if index.nlevels == 1 and index.name is None:
            frame = frame.rename_axis(index="date")
        frame = frame.reset_index()
    frame.columns = [str(name) for name in frame.columns]
    return frame


def _long(frame: Any) -> Any:
    """`("Close", "AAPL")` and the like, in either order: a row a ticker and date."""
    likely = [_likely_fields(level) for level in frame.columns.levels]
    if frame.columns.nlevels != 2 or not any(count for _, count, _ in likely):
        raise UsageError(
            f"headings of {frame.columns.nlevels} lines must be of fields and tickers, got {_called(frame)}.",
            "Such as Close and AAPL, as yfinance has them; or give one line of headings.",
        )
    ticker = 1 - likely.index(max(likely))
    named = frame.rename_axis(columns=["ticker" if i == ticker else None for i in range(2)])
    if named.index.name is None:
        named = named.rename_axis(index="date")
    return named.stack(level=ticker, future_stack=True).dropna(how="all").reset_index()


def _likely_fields(level: Any) -> tuple[bool, int, float]:
    """How likely a line of headings is that of fields, by name and by what it holds: LOW is a ticker, too."""
    known = [str(name).lower() in FIELDS for name in level]
    return str(level.name).lower() != "ticker", sum(known), sum(known) / max(len(known), 1)


def _called(thing: Any) -> str:
    return f"a {type(thing).__name__}"
