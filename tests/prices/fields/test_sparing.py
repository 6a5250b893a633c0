"""A bad cell costs its ticker, and no other, nor how the others are read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices import Reading, ReadOptions, read_prices
from rnn_forecast.prices.cells.cell_positions import place
from rnn_forecast.prices.findings import left_out_notices

DAYS = np.arange("2021-01-01", "2021-04-11", dtype="datetime64[D]").astype(str).tolist()  # 100
PRICES = {t: [round(100 + k + i % 13 / 10, 1) for i in range(100)] for k, t in enumerate("ABCD")}
Rows = list[list[str]]


def long() -> Rows:
    return [[t, day, str(price)] for t in PRICES for day, price in zip(DAYS, PRICES[t], strict=True)]


def wide() -> Rows:
    return [[day, *(str(PRICES[t][i]) for t in PRICES)] for i, day in enumerate(DAYS)]


def text(rows: Rows, header: str = "ticker,date,price", end: str = "\n") -> bytes:
    return ("\n".join([header, *(",".join(row) for row in rows)]) + end).encode()


def read(folder: Path, data: bytes, name: str = "x.csv", **options: object) -> Reading:
    (folder / name).write_bytes(data)
    return read_prices([str(folder / name)], ReadOptions(**options))  # type: ignore[arg-type]


def found(reading: Reading) -> dict[str, list[float]]:
    return {one.ticker: one.prices.tolist() for one in reading.series}


def others(*lost: str) -> dict[str, list[float]]:
    return {ticker: prices for ticker, prices in PRICES.items() if ticker not in lost}


def at(row: int, column: int, cell: str) -> Callable[[Rows], None]:
    return lambda rows: rows[row].__setitem__(column, cell)


def holes(rows: Rows) -> None:
    for row in range(120, 130):
        rows[row][2] = ""


FAULTS = {
    "no number": (at(150, 2, "abc"), "152, column 'price': 'abc' is no number."),
    "zero": (at(150, 2, "0"), "152, column 'price': '0' is not above 0."),
    "beyond": (at(150, 2, "1e999"), "152, column 'price': '1e999' is beyond what a number can hold."),
    "twice": (
        at(151, 1, DAYS[50]), f"153, column 'price': '102.2' for {DAYS[50]}, which has '102.1' in line 152."
    ),
    "holes": (holes, "122, column 'price': 7 of 97 rows have no price, the first here; at most 5 % may"),
    "no day": (at(150, 1, "2021-02-30"), "152, column 'date': '2021-02-30' is no day of the calendar"),
    "no date": (at(150, 1, ""), "152, column 'date': '' is no date."),
    "to come": (at(150, 1, "2190-01-01"), "152, column 'date': '2190-01-01' is a date after today"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_cell_costs_its_ticker_and_is_named(tmp_path: Path, fault: str) -> None:
    spoil, words = FAULTS[fault]
    spoil(rows := long())
    reading = read(tmp_path, text(rows))
    assert found(reading) == others("B")
    (one,) = reading.decisions.left_out
    assert one["ticker"] == "B" and one["why"].startswith(f"B: {tmp_path}/x.csv, line {words}")
    (notice,) = left_out_notices(reading.decisions.left_out, 1, len(reading.series))
    assert notice.text.startswith(f"left out 1 of 4 tickers: B: {tmp_path}/x.csv, line 1")
    with pytest.raises(DataError) as caught:
        read(tmp_path, text(rows), strict=True)
    assert caught.value.message.startswith(f"{tmp_path}/x.csv, line {words}")
    alone = read_prices([str(tmp_path / "x.csv")], each_alone=True)
    assert found(alone) == others("B") and alone.refused["B"].message == one["why"]
    assert not alone.decisions.left_out and sorted(alone.tickers) == [*"ABCD"]


@pytest.mark.parametrize("cell", ["abc", "0"])
def test_in_a_wide_table_it_costs_its_column(tmp_path: Path, cell: str) -> None:
    at(50, 2, cell)(rows := wide())
    reading = read(tmp_path, text(rows, "date,A,B,C,D"), wide=True)
    assert found(reading) == others("B")
    assert "line 52, column 'B': " in reading.decisions.left_out[0]["why"]
    at(50, 0, "abc")(rows := wide())  # a date is everybody's
    with pytest.raises(DataError, match=r"line 52, column 'date': 'abc' is no date"):
        read(tmp_path, text(rows, "date,A,B,C,D"), wide=True)


@pytest.mark.parametrize("cell", ["abc", "0", "inf", ""])
def test_of_parquet(tmp_path: Path, cell: str) -> None:
    tickers, days, prices = (list(column) for column in zip(*long(), strict=True))
    if cell:
        prices[150] = cell
    values = prices if cell == "abc" else [float(price) for price in prices]
    dates = [None if not cell and i == 150 else day for i, day in enumerate(days)]
    columns = {"ticker": tickers, "date": pa.array(dates).cast(pa.date32()), "price": values}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    reading = read_prices([str(tmp_path / "x.parquet")])
    assert found(reading) == others("B")
    assert f"row 151, column '{'price' if cell else 'date'}': " in reading.decisions.left_out[0]["why"]


def test_half_of_the_tickers_may_be_bad_and_no_more(tmp_path: Path) -> None:
    rows = long()
    for row, cell in ((10, "abc"), (110, "0")):
        rows[row][2] = cell
    reading = read(tmp_path, text(rows))
    assert found(reading) == others("A", "B")
    assert [one["ticker"] for one in reading.decisions.left_out] == ["A", "B"]
    rows[210][1] = "abc"
    with pytest.raises(DataError, match=r"^\S*x.csv, line 212, column 'date': 'abc' is no date"):
        read(tmp_path, text(rows))
    with pytest.raises(DataError, match=r"^\S*x.csv, line 12, column 'price': 'abc' is no number"):
        read(tmp_path, text(long()[:10] + rows[10:100]))  # the only one


def test_what_is_the_files_stays_a_refusal(tmp_path: Path) -> None:
    at(399, 2, "abc")(rows := long())
    with pytest.raises(DataError, match="line 401, column 'price': 'abc' is no number"):
        read(tmp_path, text(rows, end=""))  # cut?
    at(150, 0, "")(rows := long())
    with pytest.raises(DataError, match="line 152, column 'ticker': '' is no ticker"):
        read(tmp_path, text(rows))
    at(150, 2, '"1,5"')(rows := long())
    with pytest.raises(DataError, match="not written as the other prices"):
        read(tmp_path, text(rows))


def test_the_rows_at_fault_alone_have_no_say_in_how_the_others_are_written(tmp_path: Path) -> None:
    def german(cell: str) -> str:
        return f'"{cell[0]}.{cell[1:3]}{cell[4]}"'  # 102.1 → "1.021", a thousand and twenty-one

    rows = [[t, f"{day[8:]}/{day[5:7]}/{day[:4]}", german(price)] for t, day, price in long()]
    rows[110][2], rows[150][2], rows[151][1] = '"1.020,5"', "abc", "01/13/2021"
    reading = read(tmp_path, text(rows))
    assert [one.ticker for one in reading.series] == [*"ACD"] and not reading.decisions.warnings
    assert all(1000 <= price < 1050 for one in reading.series for price in one.prices)
    assert reading.decisions.sources[0].date_format == "%d/%m/%Y"
    rows[110][2], rows[150][2] = '"0,00"', rows[149][2]  # all that shows the mark is what is at fault
    rows[151][1] = rows[51][1]
    with pytest.raises(DataError, match="'0,00' is not above 0"):
        read(tmp_path, text(rows))


def test_a_ticker_that_is_asked_for_or_stands_in_two_files(tmp_path: Path) -> None:
    at(150, 2, "abc")(rows := long())
    assert list(found(read(tmp_path, text(rows), tickers=("C",)))) == ["C"]
    with pytest.raises(DataError, match="'abc' is no number"):
        read(tmp_path, text(rows), tickers=("B",))
    for asked in ({"exclude": ("B",)}, {"tickers": ("A",)}):
        assert not read(tmp_path, text(rows), **asked).decisions.left_out
    (tmp_path / "y.csv").write_bytes(text([[t, f"2022{day[4:]}", price] for t, day, price in long()]))
    both = read_prices([str(tmp_path / name) for name in ("x.csv", "y.csv")])
    assert {one.ticker: len(one) for one in both.series} == dict.fromkeys("ACD", 200)


def test_where_rows_stand_among_those_that_are_gone() -> None:
    kept = np.delete(np.arange(20), gone := np.array([0, 3, 4, 9, 19]))
    assert place(gone, np.arange(len(kept))).tolist() == kept.tolist()


def test_many_tickers_with_a_bad_date_each_are_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_forecast.prices.fields.sparing._MOST", 3)
    names = [f"T{k:03}" for k in range(300)]
    rows = [[name, day, "1.5" if i % 2 else "1.6"] for name in names for i, day in enumerate(DAYS[:20])]
    for k in range(140):
        rows[20 * k + 5][1] = ("soon", "2021-02-30")[k % 2]
    reading = read(tmp_path, text(rows))
    assert [one.ticker for one in reading.series] == names[140:]
    why = {one["ticker"]: one["why"] for one in reading.decisions.left_out}
    assert "line 7, column 'date': 'soon' is no date as the rows before" in why["T000"]
    assert "line 27, column 'date': '2021-02-30' is no day of the calendar" in why["T001"]


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.struct([("a", pa.string())])])
def test_tickers_of_no_known_type_are_refused(tmp_path: Path, kind: pa.DataType) -> None:
    cell = ["A"] if pa.types.is_list(kind) else {"a": "A"}
    columns = {"ticker": pa.array([cell] * 3, kind), "date": [*DAYS[:2], None], "price": [1.0, 2.0, 3.0]}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    with pytest.raises(DataError, match="column 'ticker'"):
        read_prices([str(tmp_path / "x.parquet")], ReadOptions(ticker_column="ticker"))
