"""Forecast tables → rows that are kept → forecasts.csv, to the byte what the tables say themselves."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_folders import small_model
from toys import following_model, toy_model, walk

from rnn_forecast.batch.publish import fingerprint, header, in_place, one_table
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.forecasts.wanted import Wanted
from rnn_forecast.record.ledger import ForecastRow
from rnn_forecast.record.recorded import forecast_rows

DAYS = np.datetime64("2024-02-27", "s") + np.arange(40) * np.timedelta64(86_400, "s")
ABOVE_0 = st.floats(1e-12, 1e15)
PRICES = ABOVE_0 | ABOVE_0.map(lambda price: -price) | st.just(0.0)
MISSING = PRICES | st.just(float("nan"))
LEVELS = st.lists(st.sampled_from(["80", "95", "99.5"]), unique=True)
FURTHER = st.lists(st.sampled_from(["q_05", "q_97.5", "var_99", "es_99"]), unique=True)
TICKERS = st.sampled_from(["AAA", "B,C", 'say "D"', "=E", "two\nlines", "é", "", "'"])


@st.composite
def tables(draw: st.DrawFn) -> ForecastTable:
    """Of one ticker and origin: with days, times of day, or numbers of rows."""
    n, kind = draw(st.integers(1, 4)), draw(st.sampled_from(["day", "time", "row"]))
    dates = np.arange(40) if kind == "row" else DAYS + np.timedelta64(3600 * (kind == "time"), "s")

    def column(prices: st.SearchStrategy[float]) -> np.ndarray:
        return np.array(draw(st.lists(prices, min_size=n, max_size=n)))

    origin = draw(st.integers(0, 30))
    return ForecastTable(
        np.array([draw(TICKERS)] * n), np.array([dates[origin]] * n), np.arange(1, n + 1),
        dates[origin + 1 : origin + 1 + n], column(PRICES), column(PRICES),
        {level: (column(MISSING), column(MISSING)) for level in draw(LEVELS)},
        {name: column(MISSING) for name in draw(FURTHER)},
    )  # fmt: skip


def kept(table: ForecastTable) -> list[ForecastRow]:
    return forecast_rows(table, "ab" * 32, "cd" * 32)


def with_columns(table: ForecastTable, levels: list[str], further: list[str]) -> ForecastTable:
    empty = np.full(len(table), np.nan)
    intervals = {one: table.intervals.get(one, (empty, empty)) for one in levels}
    return replace(
        table, intervals=intervals, further={one: table.further.get(one, empty) for one in further}
    )


@given(tables())
def test_one_ticker_s_rows_are_its_table(table: ForecastTable) -> None:
    assert one_table([kept(table)]) == write_table(table, "csv")


@given(st.lists(tables(), max_size=4))
def test_tables_below_each_other(parts: list[ForecastTable]) -> None:
    """Under one header; a level or number that one of them lacks is empty there."""
    levels = list(dict.fromkeys(level for table in parts for level in table.intervals))
    further = list(dict.fromkeys(name for table in parts for name in table.further))
    texts = [write_table(with_columns(table, levels, further), "csv") for table in parts]
    header = texts[0].partition(b"\n")[0] + b"\n" if texts else b""
    assert one_table(map(kept, parts)) == header + b"".join(text.partition(b"\n")[2] for text in texts)


def test_a_level_that_a_ticker_lacks_is_empty_there() -> None:
    one = ForecastRow("a", "2024-01-01", 1, "", "", "2024-01-02", 1.5, 1.0, {"80": (1.25, None)}, None)
    other = replace(one, ticker='x,"y', intervals={"95": (0.5, 2.0)})
    assert one_table([[one], [other]]).decode().splitlines() == [
        "ticker,origin,step,date,forecast,last,lo_80,hi_80,lo_95,hi_95",
        "a,2024-01-01,1,2024-01-02,1.5,1,1.25,,,",
        '"x,""y",2024-01-01,1,2024-01-02,1.5,1,,,0.5,2',
    ]
    assert one_table([]) == b""
    names = b"ticker,origin,step,date,forecast,last,lo_80,hi_80,lo_99.5,hi_99.5"
    assert header(Wanted((80, 99.5))) == names + b"\n"
    assert header(Wanted((80, 99.5), (0.05,), (99,))) == names + b",q_05,var_99,es_99\n"


def test_the_names_of_a_header_are_those_of_forecasts() -> None:
    wanted = Wanted((80, 95), (0.025, 0.5), (97.5, 99))
    series = [walk(300)]
    table = forecast(toy_model(series), series, 2, wanted)
    assert one_table([kept(table)]).startswith(header(wanted))


def test_a_ticker_stands_where_it_stood(tmp_path: Path) -> None:
    table = tmp_path / "forecasts.csv"
    assert in_place(["A"], ["X"], table) == ["A", "X"]
    table.write_text("ticker,step\n" + "".join(f"{t},1\n{t},2\n" for t in ("X", "A", "Y", "'=Z", "B")))
    assert in_place(["A", "B"], ["=Z", "NEW", "X", "Y"], table) == ["X", "A", "Y", "=Z", "B", "NEW"]
    assert in_place(["B", "A"], ["Y"], table) == ["B", "A", "Y"]
    table.write_bytes(b"\xff\xff")
    assert in_place(["A"], ["X"], table) == ["A", "X"]


@pytest.mark.parametrize("make", [toy_model, following_model])
def test_more_steps_do_not_change_the_first(make) -> None:  # type: ignore[no-untyped-def]
    """Why a row that is there may be left as it is when more steps are asked for."""
    series = [walk(200)]
    model = make(series)
    two, six = (kept(forecast(model, series, steps)) for steps in (2, 6))
    assert [replace(row, made=None) for row in six[:2]] == [replace(row, made=None) for row in two]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("name", ["MANIFEST.json", "model.json"])
def test_a_fingerprint_waits_for_nothing(tmp_path: Path, make: Any, name: str) -> None:
    folder = small_model(tmp_path / "m")
    assert fingerprint(folder) is not None
    (folder / name).unlink()
    make(folder / name)
    assert fingerprint(folder) is None


@pytest.mark.parametrize("data", [b'{"files": []}', b"[" * 100_000, b"{}", b'{"files": {"../x": {}}}'])
def test_a_fingerprint_of_a_foreign_manifest_is_none(tmp_path: Path, data: bytes) -> None:
    folder = small_model(tmp_path / "m")
    (folder / "MANIFEST.json").write_bytes(data)
    assert fingerprint(folder) is None
