"""Rows → series: what stands beside the price, holes by ticker, zeros, and what is left out."""

from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices import Reading, ReadOptions, read_prices

DAYS = np.arange("2024-01-01", "2024-04-10", dtype="datetime64[D]")  # 100 days, weekends too
WEEKDAYS = DAYS[(DAYS.astype(int) + 3) % 7 < 5]


def read(folder: Path, text: str, **options: object) -> Reading:
    path = folder / "FILE.csv"
    path.write_text(text, encoding="utf-8")
    return read_prices([str(path)], ReadOptions(**options))  # type: ignore[arg-type]


def table(days: np.ndarray, price=lambda i: f"{100 + i}", name: str = "A") -> str:
    return "".join(f"{name},{day},{price(i)}\n" for i, day in enumerate(days))


@pytest.mark.parametrize("clean", [True, False])
def test_what_stands_beside_the_price_is_kept_in_the_order_of_the_dates(tmp_path: Path, clean: bool) -> None:
    rows = [f"{day},{i},{i + 2},{i - 1 if i else ''},{i + 1},{i * 100}" for i, day in enumerate(WEEKDAYS)]
    if not clean:
        rows = [row.replace("-", "/") for row in rows[::-1]]
    (one,) = read(tmp_path, "date,open,high,low,close,volume\n" + "\n".join(rows) + "\n").series
    n = np.arange(len(WEEKDAYS), dtype=float)
    assert {name: column.role for name, column in one.columns.items()} == {
        "open": "range", "high": "range", "low": "range", "volume": "past"}  # fmt: skip
    np.testing.assert_array_equal(one.prices, n + 1)
    np.testing.assert_array_equal(one.columns["volume"].values, n * 100)
    np.testing.assert_array_equal(one.columns["low"].values, np.r_[np.nan, n[1:] - 1])


def test_each_ticker_keeps_its_own(tmp_path: Path) -> None:
    text = (
        "Symbol,date,open,close\n"
        + table(WEEKDAYS, lambda i: f"{i + 1},{i + 2}")
        + table(WEEKDAYS, lambda i: f",{i + 9}", "B")
    )
    a, b = read(tmp_path, text).series
    assert a.columns["open"].values[0] == 1.0 and "open" not in b.columns


def test_holes_are_counted_between_the_first_and_the_last_price_of_a_ticker(tmp_path: Path) -> None:
    late = table(WEEKDAYS) + table(WEEKDAYS, lambda i: "" if i < 50 else f"{9 + i}", "B")
    assert [len(one) for one in read(tmp_path, "ticker,date,price\n" + late).series] == [
        len(WEEKDAYS),
        len(WEEKDAYS) - 50,
    ]
    holey = table(WEEKDAYS) + table(WEEKDAYS, lambda i: "" if 9 < i < 15 else f"{9 + i}", "B")
    with pytest.raises(
        DataError, match=rf"line {len(WEEKDAYS) + 12}, .*5 of {len(WEEKDAYS)} rows have no price"
    ):
        read(tmp_path, "ticker,date,price\n" + holey, strict=True)


def test_a_ticker_without_any_price_is_no_series(tmp_path: Path) -> None:
    found = read(tmp_path, "ticker,date,price\n" + table(WEEKDAYS) + table(WEEKDAYS, lambda i: "", "B"))
    assert [one.ticker for one in found.series] == ["A"]


def test_weekends_without_a_price_are_left_out(tmp_path: Path) -> None:
    text = "ticker,date,price\n" + table(DAYS, lambda i: "" if DAYS[i] not in WEEKDAYS else f"{100 + i}")
    found = read(tmp_path, text)
    assert len(found.series[0]) == len(WEEKDAYS)
    assert f"{len(DAYS) - len(WEEKDAYS)} rows without a price left out" in found.decisions.notices[0]


def test_minutes_without_a_trade_are_left_out_and_a_bar_without_its_close_is_a_hole(tmp_path: Path) -> None:
    minutes = np.datetime64("2024-01-02T09:30") + np.arange(100)
    said = "".join(f"{m},{i},{i + 1}\n" if i % 4 else f"{m},,\n" for i, m in enumerate(minutes, 1))
    assert len(read(tmp_path, "time,open,close\n" + said).series[0]) == 75
    with pytest.raises(DataError, match="24 of 99 rows have no price"):
        read(tmp_path, "time,open,close\n" + said.replace(",,\n", ",5,\n"))


def test_zeros_are_left_out_where_a_person_wants_it(tmp_path: Path) -> None:
    text = "ticker,date,price\n" + table(WEEKDAYS, lambda i: "0" if i == 7 else f"{100 + i}")
    with pytest.raises(DataError, match=r"line 9, .*not above 0") as caught:
        read(tmp_path, text)
    assert "--drop-nonpositive" in caught.value.remedy
    (one,) = read(tmp_path, text, drop_nonpositive=True).series
    assert len(one) == len(WEEKDAYS) - 1 and one.prices.min() == 100


def test_numbered_rows_are_a_warning_with_both_ends(tmp_path: Path) -> None:
    found = read(tmp_path, "AAPL\n5.5\n5.6\n5.7\n")
    assert found.decisions.warnings == (
        "FILE: no column holds dates, so rows are numbered as they stand: the first price is 5.5, "
        "the last 5.7.",
    )
    with pytest.raises(DataError, match="no column holds dates"):
        read(tmp_path, "AAPL\n5.5\n5.6\n5.7\n", strict=True)
