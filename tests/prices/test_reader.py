"""Columns, tickers and several sources: one list of series whatever the shape of the files."""

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from catalogue import CLEAN, DAYS, PRICES, ROWS, table

from rnn_forecast.errors import DataError, UsageError
from rnn_forecast.prices import Decisions, Reading, ReadOptions, read_prices


def read(tmp_path: Path, *texts: str | tuple[str, str], **options: object) -> Reading:
    paths = []
    for i, given in enumerate(texts):
        name, text = given if isinstance(given, tuple) else (f"s{i}.csv", given)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        paths.append(str(tmp_path / name))
    return read_prices(paths, ReadOptions(**options))  # type: ignore[arg-type]


def found(reading: Reading) -> dict[str, list[float]]:
    return {one.ticker: one.prices.tolist() for one in reading.series}


TWO = {"MSFT": PRICES, "AAPL": [round(p / 3, 2) for p in PRICES]}
LONG = "ticker,date,price\n" + "".join(
    f"{t},{d},{p}\n" for t, prices in TWO.items() for d, p in zip(DAYS, prices, strict=True)
)
BY_DATE = "date,ticker,price\n" + "".join(
    f"{d},{t},{prices[i]}\n" for i, d in enumerate(DAYS) for t, prices in TWO.items()
)
WIDE = "date," + ",".join(TWO) + "\n" + "".join(
    f"{d},{','.join(str(prices[i]) for prices in TWO.values())}\n" for i, d in enumerate(DAYS)
)  # fmt: skip
LEVELS = "Price,Close,Close,High,High\nTicker,MSFT,AAPL,MSFT,AAPL\nDate,,,,\n" + "".join(
    f"{d},{','.join(str(prices[i]) for prices in TWO.values())},9,9\n" for i, d in enumerate(DAYS)
)


def test_every_shape_gives_the_same_list(tmp_path: Path) -> None:
    files = [(f"{t}.csv", table(rows=zip(DAYS, prices, strict=True))) for t, prices in TWO.items()]
    assert found(read(tmp_path, LONG)) == found(read(tmp_path, BY_DATE)) == TWO
    assert found(read(tmp_path, WIDE, wide=True)) == found(read(tmp_path, LEVELS)) == TWO
    assert found(read(tmp_path, *files)) == TWO
    assert list(found(read(tmp_path, BY_DATE))) == ["MSFT", "AAPL"]


def test_tickers_asked_for(tmp_path: Path) -> None:
    assert list(found(read(tmp_path, LONG, tickers=("AAPL",)))) == ["AAPL"]
    with pytest.raises(DataError, match=r"'AAP'.*AAPL"):
        read(tmp_path, LONG, tickers=("AAP",))


def test_wide_columns_start_and_end_apart(tmp_path: Path) -> None:
    text = "date,A,B\n2024-01-02,1.5,\n2024-01-03,1.6,\n2024-01-04,1.7,8.5\n2024-01-05,,8.6\n"
    reading = read(tmp_path, text, wide=True)
    assert found(reading) == {"A": [1.5, 1.6, 1.7], "B": [8.5, 8.6]}
    assert reading.decisions.price_column is None


def test_wide_tickers_that_are_numbers(tmp_path: Path) -> None:
    text = "Date,600519,000001\n2024-01-02,1.5,9.1\n2024-01-03,1.6,9.2\n"
    assert found(read(tmp_path, text, wide=True)) == {"600519": [1.5, 1.6], "000001": [9.1, 9.2]}


def test_prices_alone_are_numbered(tmp_path: Path) -> None:
    reading = read(tmp_path, "price\n5.5\n5.6\n5.7\n")
    assert reading.series[0].dates.tolist() == [1, 2, 3]
    assert not reading.series[0].dated
    assert "rows are numbered" in reading.decisions.warnings[0]


def test_rows_are_numbered_by_ticker(tmp_path: Path) -> None:
    rows = "".join(f"{'AB'[i % 2]},{i + 1}.5\n" for i in range(6))
    assert [one.dates.tolist() for one in read(tmp_path, "ticker,price\n" + rows).series] == [[1, 2, 3]] * 2


def test_one_column_with_a_decimal_comma(tmp_path: Path) -> None:
    assert found(read(tmp_path, "price\n5,5\n5,6\n")) == {"s0": [5.5, 5.6]}


def test_hours_are_kept(tmp_path: Path) -> None:
    text = "time,price\n2024-01-02 09:00,1.5\n2024-01-02 10:00,1.6\n"
    dates = read(tmp_path, text).series[0].dates
    assert dates.dtype == "datetime64[s]" and np.diff(dates).astype(int).tolist() == [3600]


@pytest.mark.parametrize(
    "header", ["Close,Adj Close", "close,adj close", "CLOSE,ADJ_CLOSE", "Close,AdjClose*"]
)
def test_the_adjusted_price_comes_first(header: str, tmp_path: Path) -> None:
    reading = read(tmp_path, table(header=f"Date,{header}", row="{d},1.25,{p}"))
    assert found(reading)["s0"] == PRICES


def test_columns_that_were_named(tmp_path: Path) -> None:
    text = table(header="date,price,my price,day,who", row="{d},1.5,{p},{d},X")
    reading = read(tmp_path, text, price_column="My Price", date_column="day", ticker_column="who")
    assert found(reading) == {"X": PRICES}
    assert reading.decisions.price_column == "my price"


@pytest.mark.parametrize("other", ["date", "ticker"])
def test_a_column_is_one_thing(other: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"'day' cannot be the price and the {other} at once"):
        named = {"price_column": "day", f"{other}_column": "day"}
        read(tmp_path, "day,price\n20240102,1.5\n20240103,1.6\n", **named)


def test_files_of_one_ticker_are_joined(tmp_path: Path) -> None:
    old, new = table(rows=ROWS[:40]), table(rows=ROWS[30:])
    reading = read(tmp_path, ("a/X.csv", new), ("b/X.csv", old))
    assert found(reading) == {"X": PRICES}
    assert any("10 rows" in notice for notice in reading.decisions.notices)


def test_files_that_disagree(tmp_path: Path) -> None:
    other = CLEAN.replace(f"{PRICES[5]:.2f}", "7.25")
    with pytest.raises(DataError, match=f"X at {DAYS[5]}: .* in .*7.25 in"):
        read(tmp_path, ("a/X.csv", CLEAN), ("b/X.csv", other))


def test_files_with_other_price_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'price'.*'close'"):
        read(tmp_path, CLEAN, table(header="date,close"))


def test_dated_and_undated(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="s0 has dates and s1 has none"):
        read(tmp_path, CLEAN, "price\n1.5\n1.6\n")


@pytest.mark.parametrize("low", ["0", "-5.5"])
def test_prices_that_are_not_positive_when_they_may(low: str, tmp_path: Path) -> None:
    text = CLEAN + f"2024-02-01,{low}\n"
    assert read(tmp_path, text, allow_nonpositive=True).series[0].prices[-1] == float(low)


def test_options_that_do_not_fit() -> None:
    for wrong in ({"wide": True, "price_column": "x"}, {"max_bytes": 0}, {"max_age": float("nan")}):
        with pytest.raises(UsageError):
            ReadOptions(**wrong)  # type: ignore[arg-type]


def test_the_report_is_json(tmp_path: Path) -> None:
    report = read(tmp_path, LONG, CLEAN).decisions.to_json()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["tickers"] == 3 and report["rows"] == 180
    columns = {"date": "date", "ticker": "ticker", "price": ["price"], "others": {}, "time": None}
    assert report["sources"][0]["columns"] == columns
    assert len(report["sources"][0]["sha256"]) == 64


def test_decisions_are_read_back(tmp_path: Path) -> None:
    text = "Title\n" + CLEAN.replace(",", ";").replace(".", ",") + "2024-12-31;1,25\n"
    decisions = replace(read(tmp_path, text, allow_last_jump=True).decisions, parts={"dated": True})
    assert decisions.notices and decisions.checks and decisions.sources[0].titles
    assert Decisions.from_json(json.loads(json.dumps(decisions.to_json()))) == decisions


def test_real_files_read_without_a_doubt(shared_data: Path) -> None:
    shares = read_prices(sorted(map(str, (shared_data / "sp500").glob("*.csv"))))
    assert len(shares.series) == 100 and shares.decisions.warnings == ()
    assert shares.decisions.price_column == "adj close" and len(shares.decisions.notices) == 1
    google = read_prices([str(shared_data / "GOOG.csv")]).series[0]
    assert (google.ticker, len(google), str(google.dates[0])[:10]) == ("GOOG", 2148, "2004-08-19")
    euro = read_prices([str(shared_data / "EURUSD_hourly.csv")])
    assert len(euro.series[0]) == 5000 and euro.decisions.warnings == ()
    assert len(read_prices([str(shared_data / "m4_weekly_train.csv")]).series) == 359


def test_a_clean_file_needs_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(LONG)
    code = (
        "import sys; from rnn_forecast.prices import read_prices; "
        f"read_prices([{str(tmp_path / 'a.csv')!r}]); "
        "print([m for m in ('pandas', 'keras', 'tensorflow', 'pydantic') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


class Watched(np.ndarray):
    """Bytes that note which thread let go of them."""

    by: ClassVar[list[int]] = []

    def __del__(self) -> None:
        self.by.append(threading.get_ident())


def test_the_thread_that_reads_a_small_file_lets_go_of_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # another one takes the interpreter's lock for it, which at the end of a script comes too late: an abort
    path, buffer = tmp_path / "a.csv", pa.py_buffer
    path.write_text("date,close\n" + "".join(f"2024-01-{day:02},{day}\n" for day in range(1, 32)))
    own = lambda data: buffer(np.frombuffer(data, np.uint8).copy().view(Watched))  # noqa: E731
    monkeypatch.setattr(pa, "py_buffer", own)
    Watched.by.clear()
    for _ in range(1000):
        read_prices([str(path)])
    assert len(Watched.by) >= 1000
    assert set(Watched.by) == {threading.get_ident()}
