"""A forecast table as bytes: every format names the same tickers, and none lets a name act."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.formats import significant, write_table
from rnn_forecast.prices.text.written_cells import unwritten

HOSTILE = (
    "=cmd()",
    "'=cmd()",
    "＝1",
    'a;=1,"',
    "\x1b]0;x\a",
    "a\r\n=b",
    "\x7f",
    "\x85\u202e\u2028",
    "a\0",
    "a",
    " @x",
)


def table(*tickers: str) -> ForecastTable:
    n = len(tickers)
    day, one = np.array(["2024-01-02"] * n, "datetime64[s]"), np.full(n, -1.5)
    names = np.array(tickers, dtype=object)
    return ForecastTable(names, day, np.ones(n, dtype=np.int64), day, one, one, {"80": (one, one)})


def harmless(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


def test_a_csv_has_a_line_a_row_and_gives_every_name_back() -> None:
    text = write_table(table(*HOSTILE), "csv").decode()
    assert harmless(text) and ";" not in text
    assert len(text.splitlines()) == 1 + len(HOSTILE)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(unwritten(row["ticker"]) for row in rows) == HOSTILE
    assert {row["forecast"] for row in rows} == {"-1.5"}  # a number is no name


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_escapes_as_json_does(form: str) -> None:
    text = write_table(table(*HOSTILE), form).decode()
    assert harmless(text)
    rows = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert tuple(row["ticker"] for row in rows) == HOSTILE


def test_parquet_holds_the_names_themselves() -> None:
    data = write_table(table(*HOSTILE), "parquet")
    assert tuple(parquet.read_table(pa.BufferReader(data)).column("ticker").to_pylist()) == HOSTILE


def test_a_name_that_is_no_text_is_written_as_csv_and_refused_as_parquet() -> None:
    """The stem of a file whose name is no UTF-8; it ended in a traceback."""
    assert b"\nb\\u{dcff},2024" in write_table(table("b\udcff"), "csv")
    with pytest.raises(DataError, match="is no Unicode text"):
        write_table(table("b\udcff"), "parquet")


def test_the_names_of_a_row_change_no_other_row() -> None:
    plain = table("AAPL", "BRK.B")
    both = write_table(replace(plain, ticker=np.array(["AAPL", "=x"], dtype=object)), "csv").splitlines()
    assert both[:2] == write_table(plain, "csv").splitlines()[:2]


def test_a_price_of_any_size_is_written_as_a_number() -> None:
    prices = np.array([1e-305, 5e-324, 1.1000000000000014, 1.7976931348623157e308])
    assert significant(prices).tolist() == [1e-305, 5e-324, 1.1, 1.79769313e308]
