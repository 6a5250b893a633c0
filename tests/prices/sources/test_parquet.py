"""Parquet as pandas and others write it: the index, names of two levels, every type of a date."""

import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogue import DAYS, PRICES, parquet

from rnn_forecast.errors import DataError
from rnn_forecast.prices import PriceSeries, Reading, read_prices
from rnn_forecast.prices.fields.columns import Columns
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.sources.opening import open_source
from rnn_forecast.prices.sources.parquet import open_parquet
from rnn_forecast.prices.sources.parquet_header import named, sample_cells

TODAY = np.datetime64("2024-06-01", "s")
SECONDS = np.array(DAYS, "datetime64[s]")


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"Close": PRICES, **columns}, index=pd.DatetimeIndex(DAYS))


def read(data: bytes | pd.DataFrame, folder: Path, **options: Any) -> Reading:
    path = folder / "AAPL.parquet"
    if isinstance(data, pd.DataFrame):
        data.to_parquet(path)
    else:
        path.write_bytes(data)
    return read_prices([str(path)], ReadOptions(**options))


def same(series: PriceSeries, ticker: str = "AAPL", prices: list[float] = PRICES) -> bool:
    return (
        series.ticker == ticker
        and series.dates.tolist() == SECONDS.tolist()
        and series.prices.tolist() == prices
    )


def table(data: bytes, folder: Path, columns: Columns) -> Table:
    path = folder / "x.parquet"
    path.write_bytes(data)
    _, cells = open_parquet(open_source(str(path), 10**9), ReadOptions(), TODAY)
    return cells(columns, np.zeros(0, np.int64))[0]


COLUMNS = Columns(0, None, (1,), (), "price", "known")


@pytest.mark.parametrize("name", [None, "Date", "when"])
def test_the_index_of_pandas_is_the_date_and_newest_first_is_put_in_order(
    name: str | None, tmp_path: Path
) -> None:
    whole = frame(Open=[1.0] * 60).sort_index(ascending=False)
    whole.index.name = name
    reading = read(whole, tmp_path)
    assert same(reading.series[0])
    assert reading.decisions.sources[0].sorted
    assert reading.decisions.sources[0].columns.date == (name or "")


def test_row_numbers_of_pandas_are_no_column(tmp_path: Path) -> None:
    whole = frame().reset_index(names="Date")
    assert same(read(whole, tmp_path).series[0])
    left_out = whole[::2].copy()  # its numbers are written as a column
    left_out.index = pd.Index([3, *range(7, 36)])
    assert read(left_out, tmp_path).series[0].prices.tolist() == PRICES[::2]


@pytest.mark.parametrize("names", [["Price", "Ticker"], ["Attributes", "Symbols"], [None, None]])
@pytest.mark.parametrize("tickers_first", [False, True])
@pytest.mark.parametrize("tickers", [["AAPL"], ["AAPL", "MSFT"], ["600519", "close"]])
def test_names_of_two_levels_are_fields_and_tickers(
    names: list[str | None], tickers_first: bool, tickers: list[str], tmp_path: Path
) -> None:
    columns = pd.MultiIndex.from_product([["Close", "High", "Volume"], tickers], names=names)
    each = [[p + i, p + 9, 5.0] for i in range(len(tickers)) for p in PRICES]
    values = np.array(each).reshape(len(tickers), 60, 3).transpose(1, 2, 0).reshape(60, -1)
    whole = pd.DataFrame(values, index=pd.DatetimeIndex(DAYS, name="Date"), columns=columns)
    reading = read(whole.swaplevel(axis=1) if tickers_first else whole, tmp_path)
    assert [one.ticker for one in reading.series] == tickers
    for i, one in enumerate(reading.series):
        assert same(one, tickers[i], [p + i for p in PRICES])


def test_two_levels_after_reset_index_have_the_date_among_them(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_product([["Close"], ["AAPL"]], names=["Price", "Ticker"])
    whole = pd.DataFrame(frame().to_numpy(), index=pd.DatetimeIndex(DAYS, name="Date"), columns=columns)
    assert same(read(whole.reset_index(), tmp_path).series[0])


def test_an_index_of_tickers_and_dates(tmp_path: Path) -> None:
    index = pd.MultiIndex.from_product([["A", "B"], pd.DatetimeIndex(DAYS)], names=["symbol", "timestamp"])
    whole = pd.DataFrame({"close": [*PRICES, *(p + 1 for p in PRICES)]}, index=index)
    first, second = read(whole, tmp_path).series
    assert same(first, "A") and same(second, "B", [p + 1 for p in PRICES])


@pytest.mark.parametrize(
    "damage", [b"{", b"[]", b'{"index_columns": 3, "column_indexes": [1, 2]}', b"[" * 9999]
)
def test_damaged_words_of_pandas_cost_nothing(damage: bytes, tmp_path: Path) -> None:
    out = io.BytesIO()
    whole = pa.table({"date": DAYS, "price": PRICES}).replace_schema_metadata({b"pandas": damage})
    pq.write_table(whole, out)
    assert same(read(out.getvalue(), tmp_path).series[0])


def moments(kind: pa.DataType) -> pa.Array:
    return pa.array([datetime.datetime.combine(day, datetime.time()) for day in DAYS]).cast(kind)


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns"))]
)
def test_every_type_of_a_date(kind: pa.DataType, tmp_path: Path) -> None:
    reading = read(parquet({"price": PRICES, "date": moments(kind)}), tmp_path)
    assert same(reading.series[0])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_zone_is_the_clock_there_and_its_offsets(unit: str, tmp_path: Path) -> None:
    noon = datetime.datetime(2023, 11, 4, 16, tzinfo=datetime.UTC)
    times = pa.array([noon, noon + datetime.timedelta(days=1)], pa.timestamp(unit, "America/New_York"))
    found = table(parquet({"date": times, "price": [1.0, 2.0]}), tmp_path, COLUMNS)
    assert found.dates is not None and found.offsets is not None
    assert found.dates.astype(str).tolist() == ["2023-11-04T12:00:00", "2023-11-05T11:00:00"]
    assert found.offsets.tolist() == [-4 * 3600, -5 * 3600]
    assert found.offsets.dtype == np.int32


def test_times_without_a_zone_have_no_offsets(tmp_path: Path) -> None:
    assert table(parquet({"date": DAYS, "price": PRICES}), tmp_path, COLUMNS).offsets is None


@pytest.mark.parametrize("second", ["2020-02-05T23:59:59.999", "1969-12-31T23:59:59.001"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_what_is_finer_than_a_second_is_cut_off(second: str, zone: str | None, tmp_path: Path) -> None:
    times = pa.array(np.array([second], "datetime64[ns]")).cast(pa.timestamp("ns", zone))
    found = table(parquet({"date": times, "price": [1.0]}), tmp_path, COLUMNS)
    assert found.dates is not None
    assert str(found.dates[0]) == second[:19]


@pytest.mark.parametrize("clock", [datetime.time, lambda h, m: f"{h:02}:{m:02}:00"])
@pytest.mark.parametrize("day", [lambda day: day, lambda day: f"{day:%d.%m.%Y}"])
def test_a_clock_in_a_column_of_its_own(clock: Callable, day: Callable, tmp_path: Path) -> None:
    days, clocks = [DAYS[0], DAYS[0], DAYS[20]], [(9, 30), (16, 0), (9, 30)]
    cells = {
        "date": [day(d) for d in days],
        "price": [1.0, 2.0, 3.0],
        "time": [clock(h, m) for h, m in clocks],
    }
    found = table(parquet(cells), tmp_path, replace(COLUMNS, time=2))
    assert found.dates is not None
    expected = [f"{d}T{h:02}:{m:02}:00" for d, (h, m) in zip(days, clocks, strict=True)]
    assert found.dates.astype(str).tolist() == expected


def test_columns_beside_the_price_come_by_role(tmp_path: Path) -> None:
    volume = [1, *range(2, 60), None]
    cells = {
        "date": DAYS, "price": PRICES, "volume": volume, "high": [f"{p:.1f}" for p in PRICES],
        "low": ["x"] * 60, "open": [np.inf, *PRICES[1:]],
    }  # fmt: skip
    beside = {"volume": 2, "high": 3, "low": 4, "open": 5}
    others = table(parquet(cells), tmp_path, replace(COLUMNS, others=(beside,))).others
    assert len(others) == 1 and sorted(others[0]) == ["high", "low", "open", "volume"]
    assert np.isnan(others[0]["low"]).all()
    assert others[0]["volume"][:59].tolist() == volume[:59] and np.isnan(others[0]["volume"][59])
    assert others[0]["high"].tolist() == [round(p, 1) for p in PRICES]
    assert np.isnan(others[0]["open"][0])


def test_whole_numbers_as_dates_may_be_floats(tmp_path: Path) -> None:
    cells = {"date": [float(f"{d:%Y%m%d}") for d in DAYS], "price": PRICES}
    assert same(read(parquet(cells), tmp_path).series[0])


def test_a_sample_of_the_cells_by_column_as_a_csv_has_them() -> None:
    whole = frame(Volume=[None, *range(59)], Unix=[1577836800 + i for i in range(60)])
    whole["Word"] = ["", "nan", *["up"] * 58]
    whole.index = whole.index.tz_localize("Asia/Tokyo")
    whole["Flag"] = True
    (first, *_) = pa.Table.from_pandas(whole).to_batches()
    cells = sample_cells(first, named(first.schema))
    assert cells[0][:2] == ("2023-11-01 00:00:00", "2023-11-02 00:00:00")
    assert cells[1][0] == repr(PRICES[0])
    assert len(cells[2]) == 59 and cells[2][0] == "0.0"
    assert cells[3][0] == "1577836800"
    assert set(cells[4]) == {"up"} and cells[5] == ()


def test_a_price_that_is_no_number_names_row_and_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 2, column 'price': 'abc' is no number"):
        read(parquet({"date": DAYS[:3], "price": ["1.5", "abc", "2.5"]}), tmp_path)
