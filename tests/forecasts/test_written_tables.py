"""What was written is read back: every format, every name, every missing number."""

import gzip

import numpy as np
import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.forecasts.written_tables import is_table, read_columns

NAMES = ("=cmd()", "a;b", 'a,"b', "\u202ex", "AAPL")


def table(*names: str, dated: bool = True) -> ForecastTable:
    n = len(names)
    days = np.arange(n).astype("datetime64[D]").astype("datetime64[s]") if dated else np.arange(n)
    some, gap = np.arange(n) + 0.5, np.full(n, np.nan)
    return ForecastTable(
        np.array(names, dtype=object), days, np.ones(n, dtype=np.int64), days, some, some, {"80": (gap, some)}
    )


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_every_format_is_read_back(form: str, dated: bool) -> None:
    data = write_table(table(*NAMES, dated=dated), form)
    assert is_table(data[:64])
    found = read_columns(data, "f")
    assert tuple(found["ticker"]) == NAMES
    assert found["date"].tolist() == [f"1970-01-0{i + 1}" if dated else f"{i}" for i in range(5)]
    np.testing.assert_array_equal(found["forecast"], np.arange(5) + 0.5)
    assert np.isnan(found["lo_80"]).all()


def test_a_packed_one_and_one_without_rows() -> None:
    assert len(read_columns(gzip.compress(write_table(table(*NAMES), "csv")), "f")["step"]) == 5
    for form in ("csv", "json"):
        assert len(read_columns(write_table(table(), form), "f")["step"]) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"ticker,origin,step,date,forecast\nA,1,1,2,3\n",
        b"ticker,origin,step,date,forecast,last\nA,1,one,2,3,4\n",
        b"ticker,origin,step,date,forecast,last\nA,1\n",
        b'[{"ticker": "A"}]',
        b'{"ticker": "A"}\n{"ticker": ',
        b"PAR1 not at all",
        b"\x1f\x8bcut",
        b"",
        b"\xff\xfe",
    ],
)
def test_what_is_no_table_is_refused_in_a_line(data: bytes) -> None:
    with pytest.raises(DataError) as caught:
        read_columns(data, "f.csv")
    assert "f.csv" in caught.value.message


def test_prices_are_no_table() -> None:
    assert not is_table(b"date,price\n2024-01-02,1\n")
    assert not is_table(b"ticker,date,price\nA,2024-01-02,1\n")
