"""Frames and series, however they hold their dates and tickers, are read as the same prices in a file are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from toys import walk

import rnn_forecast as rf
from rnn_forecast.python.frames import PREFIX, sources_of, unplaced

A, B = walk(120, seed=1, ticker="A"), walk(120, seed=2, ticker="B")
INDEX = pd.DatetimeIndex(A.dates, name="Date")


def long_frame() -> pd.DataFrame:
    each = [pd.DataFrame({"ticker": s.ticker, "date": s.dates, "price": s.prices}) for s in (A, B)]
    return pd.concat(each, ignore_index=True)


def fields_and_tickers(*, tickers_first: bool) -> pd.DataFrame:
    """As yfinance has them: two lines of headings."""
    named = {
        (field, s.ticker): s.prices * factor
        for field, factor in (("Close", 1.0), ("High", 1.01), ("Low", 0.99), ("Open", 1.0))
        for s in (A, B)
    }
    frame = pd.DataFrame(named, index=INDEX)
    frame.columns = pd.MultiIndex.from_tuples([*named], names=["Price", "Ticker"])
    return frame.swaplevel(axis=1) if tickers_first else frame


class Exchanged:
    """A frame of a library that knows the DataFrame protocol alone."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __dataframe__(self, *words: Any, **named: Any) -> Any:
        return pa.Table.from_pandas(self._frame).__dataframe__(*words, **named)


BOTH: dict[str, Callable[[], Any]] = {
    "long": long_frame,
    "shuffled": lambda: long_frame().sample(frac=1, random_state=0),
    "indexed": lambda: long_frame().set_index(["ticker", "date"]),
    "unnamed date": lambda: long_frame().set_index("date").rename_axis(index=None),
    "arrow": lambda: pa.Table.from_pandas(long_frame()),
    "protocol": lambda: Exchanged(long_frame()),
    "yfinance": lambda: fields_and_tickers(tickers_first=False),
    "yfinance by ticker": lambda: fields_and_tickers(tickers_first=True),
}


@pytest.mark.parametrize("shape", BOTH)
def test_two_tickers(shape: str) -> None:
    found = rf.prepare(BOTH[shape]())
    assert [one.ticker for one in found.series] == ["A", "B"]
    for one, want in zip(found.series, (A, B), strict=True):
        assert one.prices.tolist() == want.prices.tolist()
        assert (one.dates == want.dates).all()


def test_a_column_a_ticker_is_wide() -> None:
    frame = pd.DataFrame({s.ticker: s.prices for s in (A, B)}, index=INDEX)
    found = rf.prepare(frame, wide=True)
    assert [(one.ticker, len(one)) for one in found.series] == [("A", 120), ("B", 120)]


ONE: dict[str, Callable[[], Any]] = {
    "series": lambda: pd.Series(A.prices, INDEX, name="A"),
    "its own frame": lambda: pd.DataFrame({"date": A.dates, "close": A.prices, "ticker": "A"}),
    "only of yfinance": lambda: fields_and_tickers(tickers_first=False).xs("A", axis=1, level=1),
    "days": lambda: pd.Series(A.prices, pd.PeriodIndex(INDEX, freq="D"), name="A"),
    "text": lambda: pd.DataFrame({"date": INDEX.strftime("%Y-%m-%d"), "price": A.prices}),
    "decimals": lambda: pd.DataFrame({"price": [f"{p!r}" for p in A.prices.tolist()]}, index=INDEX),
}


@pytest.mark.parametrize("shape", ONE)
def test_one_ticker(shape: str) -> None:
    (one,) = rf.prepare(ONE[shape]()).series
    assert one.ticker == ("A" if shape in ("series", "its own frame", "days") else "prices")
    assert one.prices.tolist() == A.prices.tolist()
    assert (one.dates == A.dates).all()


def test_a_ticker_that_starts_later_has_no_empty_rows() -> None:
    frame = fields_and_tickers(tickers_first=False)
    frame.loc[frame.index[:50], frame.columns.get_level_values(1) == "B"] = np.nan
    assert [len(one) for one in rf.prepare(frame).series] == [120, 70]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("tickers", [["LOW"], ["AAA", "LOW"], ["LOW", "OPEN"]])
def test_tickers_that_are_called_like_fields(tickers: list[str], named: bool) -> None:
    """Lowe's and Opendoor, tickers first, as yfinance has them with `group_by="ticker"`."""
    frame = fields_and_tickers(tickers_first=True).rename(
        columns=dict(zip("AB", tickers, strict=False)), level=0
    )
    frame = frame[tickers]
    frame.columns = frame.columns.remove_unused_levels()
    frame = frame if named else frame.rename_axis(columns=[None, None])
    found = rf.prepare(frame).series
    assert [one.ticker for one in found] == tickers
    for one, want in zip(found, (A, B), strict=False):
        assert one.prices.tolist() == want.prices.tolist()


UNREADABLE: dict[str, Callable[[], Any]] = {
    "a heading twice": lambda: pd.DataFrame(np.ones((9, 2)), INDEX[:9], columns=["close", "close"]),
    "a date beside the index": lambda: long_frame().set_index(pd.DatetimeIndex([*A.dates, *B.dates])),
    "a ticker twice": lambda: pd.concat([fields_and_tickers(tickers_first=True)] * 2, axis=1),
    "cells of several kinds": lambda: long_frame().assign(note=[1, "a"] * 120),
    "complex": lambda: long_frame().assign(price=1j),
}


@pytest.mark.parametrize("shape", UNREADABLE)
def test_a_frame_that_arrow_cannot_take_is_an_error_of_ours(shape: str) -> None:
    with pytest.raises(rf.DataError, match="a DataFrame cannot be read"):
        rf.prepare(UNREADABLE[shape]())


def test_polars() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    found = rf.prepare(polars.from_arrow(pa.Table.from_pandas(long_frame())))
    assert [one.prices.tolist() for one in found.series] == [A.prices.tolist(), B.prices.tolist()]


def test_paths_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for prices, want in ((path, [str(path)]), (str(path), [str(path)]), ([path, "y"], [str(path), "y"])):
        with sources_of(prices) as sources:
            assert sources == want


@pytest.mark.parametrize("bad", [{"a": 1}, 3, None, [], [pd.DataFrame()], np.arange(9.0)])
def test_what_is_no_prices_is_refused(bad: Any) -> None:
    with pytest.raises(rf.UsageError, match="prices must be"):
        rf.prepare(bad)


def test_errors_name_columns_and_no_place_of_ours() -> None:
    with pytest.raises(rf.DataError) as caught:
        rf.prepare(pd.DataFrame({"name": ["x", "y"], "colour": ["red", "blue"]}))
    assert caught.value.message.startswith("prices.parquet: ")
    assert "colour" in caught.value.message
    with pytest.raises(rf.UsageError, match="headings of 3 lines"):
        rf.prepare(pd.concat({"x": fields_and_tickers(tickers_first=True)}, axis=1))
    assert unplaced("a and b") == "a and b"


def test_a_report_names_no_place_of_ours() -> None:
    report = rf.prepare(long_frame().sample(frac=1, random_state=0)).report
    assert report["sources"][0]["name"] == "prices.parquet"
    assert PREFIX not in str(report)


def test_a_frame_is_not_changed() -> None:
    for make in (*BOTH.values(), *ONE.values()):
        frame = make()
        if isinstance(frame, pd.DataFrame | pd.Series):
            before = frame.copy(deep=True)
            rf.prepare(frame)
            assert frame.equals(before) and frame.index.equals(before.index)
