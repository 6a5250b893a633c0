"""Columns that a person names come with the prices: whatever the shape of the file, row by row."""

import io
import random
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from beside_rows import (
    AHEAD,
    DAYS,
    FLAG,
    LATER,
    NAMED,
    PRICES,
    ROWS,
    VIX,
    WHOLE,
    N,
    read,
    refusal,
    table,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.errors import DataError
from rnn_forecast.prices import PriceSeries, Reading, ReadOptions, read_prices


def require_whole(one: PriceSeries) -> None:
    assert one.prices.tolist() == PRICES
    assert {name: column.role for name, column in one.columns.items()} == {"vix": "past", "earnings": "known"}
    assert one.columns["vix"].values.tolist() == VIX
    assert one.columns["earnings"].values.tolist() == FLAG
    assert one.ahead is not None
    assert one.ahead.dates.astype("M8[D]").astype(str).tolist() == sorted(LATER)
    assert one.ahead.columns["earnings"].tolist() == [1.0, 0.0, 0.0]


def as_parquet(rows: list[list[object]]) -> bytes:
    out, columns = io.BytesIO(), list(zip(*rows, strict=True))
    names = {"date": 0, "close": 1, "VIX": 2, "earnings": 3}
    pq.write_table(pa.table({name: pa.array(columns[i]) for name, i in names.items()}), out)
    return out.getvalue()


def with_bools(rows: list[list[object]]) -> bytes:
    rows = [[*row[:3], bool(row[3])] for row in rows]
    return as_parquet(rows)


def with_commas(rows: list[list[object]]) -> str:
    cells = [[row[0], *(None if c is None else str(c).replace(".", ",") for c in row[1:])] for row in rows]
    return table(cells, "date;close;vix;earnings", ";")


def price_last(rows: list[list[object]]) -> str:
    return table([[row[0], *row[2:], row[1]] for row in rows], "date,vix,earnings,close")


def zipped(data: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("A.csv", data)
    return out.getvalue()


SHAPES: dict[str, tuple[str, bytes]] = {
    "plain": ("A.csv", table(WHOLE).encode()),
    "other case and blanks": ("A.csv", table(WHOLE, "Date,Close, VIX ,Earnings").encode()),
    "words for flags": (
        "A.csv",
        table([[*row[:3], "yes" if row[3] else "no"] for row in WHOLE]).encode(),
    ),
    "decimal comma": ("A.csv", with_commas(WHOLE).encode()),
    "newest first": ("A.csv", table(WHOLE[::-1]).encode()),
    "some rows twice": ("A.csv", table([*WHOLE, *ROWS[3:9], *AHEAD[:1]]).encode()),
    "no newline at the end": ("A.csv", table(WHOLE).rstrip("\n").encode()),
    "price last": ("A.csv", price_last(WHOLE).encode()),
    "price last, no newline": ("A.csv", price_last(WHOLE).rstrip("\n").encode()),
    "parquet": ("A.parquet", as_parquet(WHOLE)),
    "parquet of flags": ("A.parquet", with_bools(WHOLE)),
    "zip": ("A.zip", zipped(table(WHOLE))),
    "a row without a price": ("A.csv", table([["2023-01-09", None, 3, 1], *WHOLE]).encode()),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_named_column_comes_whatever_the_file(shape: str, tmp_path: Path) -> None:
    name, data = SHAPES[shape]
    (tmp_path / name).write_bytes(data)
    (one,) = read(str(tmp_path / name))
    require_whole(one)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        buffer = io.BytesIO(table(WHOLE).encode())

    monkeypatch.setattr(sys, "stdin", Piped())
    require_whole(read("-")[0])


def test_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for row in [["date", "close", "vix", "earnings"], *WHOLE]:
        book.active.append(row)
    book.save(tmp_path / "A.xlsx")
    require_whole(read(str(tmp_path / "A.xlsx"))[0])


@settings(deadline=None, max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(0, N))
def test_columns_follow_their_rows_through_any_order_and_files(rng: random.Random, cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        rows = WHOLE[:]
        rng.shuffle(rows)
        parts = [some for some in (rows[:cut], rows[cut:]) if any(row[1] for row in some)]
        if len(parts) == 1:
            parts = [rows]
        sources = []
        for i, part in enumerate(parts):
            (Path(folder) / str(i)).mkdir()
            sources.append(write(Path(folder) / str(i) / "A.csv", table(part)))
        try:
            (one,) = read(
                *sources, options=ReadOptions(past=("vix",), known=("earnings",), date_format="%Y-%m-%d")
            )
        except DataError as error:  # a part of very few rows may be no table, or one with an empty column
            assert min(map(len, parts)) < 5, error
            return
        require_whole(one)


def test_a_wide_table_s_column_stands_beside_every_ticker(tmp_path: Path) -> None:
    rows = [[d, p, p * 2, v, f] for d, p, v, f in zip(DAYS, PRICES, VIX, FLAG, strict=True)]
    rows += [[day, None, None, None, 1] for day in LATER]
    path = write(tmp_path / "w.csv", table(rows, "date,AAA,BBB,vix,earnings"))
    found = read(path, options=ReadOptions(wide=True, past=("vix",), known=("earnings",)))
    assert [one.ticker for one in found] == ["AAA", "BBB"]
    for one in found:
        assert one.columns["vix"].values.tolist() == VIX
        assert one.ahead is not None and len(one.ahead.dates) == 3


def test_a_header_of_two_lines(tmp_path: Path) -> None:
    fields = ("Close", "High", "Low", "Volume", "vix")
    rows = [[d, *[p] * 6, 5, 5, v, v + 1] for d, p, v in zip(DAYS, PRICES, VIX, strict=True)]
    names = ",".join(f"{field},{field}" for field in fields)
    header = f"Price,{names}\nTicker{',AAA,BBB' * 5}\n"
    path = write(tmp_path / "x.csv", header + table(rows, "Date" + "," * 10))
    one, other = read(path, options=ReadOptions(past=("vix",)))
    assert one.columns["vix"].values.tolist() == VIX
    assert other.columns["vix"].values.tolist() == [v + 1 for v in VIX]
    header = f"Price,{names.removesuffix(',vix')}\nTicker{',AAA,BBB' * 4},AAA\n"
    bare = write(tmp_path / "y.csv", header + table([row[:-1] for row in rows], "Date" + "," * 9))
    assert "no column 'vix' of BBB" in refusal(bare, past=("vix",)).message


def test_a_column_of_no_ticker_stands_beside_all(tmp_path: Path) -> None:
    rows = [[d, p, p + 1, v] for d, p, v in zip(DAYS, PRICES, VIX, strict=True)]
    path = write(tmp_path / "x.csv", table(rows, "Date,Close_AAA,Close_BBB,vix"))
    for one in read(path, options=ReadOptions(past=("vix",))):
        assert one.columns["vix"].values.tolist() == VIX


def test_a_ticker_column(tmp_path: Path) -> None:
    rows = [[t, d, p, v] for t in ("A", "B") for d, p, v in zip(DAYS, PRICES, VIX, strict=True)]
    random.Random(0).shuffle(rows)
    for one in read(
        write(tmp_path / "x.csv", table(rows, "ticker,date,close,vix")), options=ReadOptions(past=("vix",))
    ):
        assert one.columns["vix"].values.tolist() == VIX


def test_what_is_kept_anyway_gets_the_role_that_is_named(tmp_path: Path) -> None:
    rows = [[d, p, int(v * 1000), p, p] for d, p, v in zip(DAYS, PRICES, VIX, strict=True)]
    path = write(tmp_path / "x.csv", table(rows, "date,close,Vol.,high,low"))
    (one,) = read(path, options=ReadOptions(past=("volume", "high")))
    assert {name: column.role for name, column in one.columns.items()} == {
        "volume": "past", "high": "past", "low": "range",
    }  # fmt: skip
    (same,) = read(path, options=ReadOptions())
    assert same.columns["volume"].values.tolist() == one.columns["volume"].values.tolist()


BAD: Mapping[str, tuple[object, dict[str, object], str]] = {
    "missing": (None, {"past": ("nix",)}, "no column 'nix', which --past or the recipe names. Nearest: vix."),
    "far from any": (None, {"known": ("qqqq",)}, "There are: date, close, vix, earnings."),
    "not numeric": ("abc", {"past": ("vix",)}, "line 7, column 'vix': 'abc' is no number"),
    "infinite": ("inf", {"past": ("vix",)}, "column 'vix': 'inf' is"),
    "the price": (None, {"past": ("close",)}, "column 'close' is the price"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_column_that_will_not_do_is_refused(kind: str, tmp_path: Path) -> None:
    cell, options, words = BAD[kind]
    rows = [[*row] for row in ROWS]
    rows[5][2] = cell or rows[5][2]
    assert words in str(refusal(write(tmp_path / "A.csv", table(rows)), **options))


def test_an_empty_column_costs_its_ticker_and_names_it(tmp_path: Path) -> None:
    rows = [[t, *row[:2], row[2] if t != "C" else None] for t in "ABC" for row in ROWS]
    path = write(tmp_path / "x.csv", table(rows, "ticker,date,close,vix"))
    reading = read_prices([path], ReadOptions(past=("vix",)))
    assert [one.ticker for one in reading.series] == ["A", "B"]
    assert reading.decisions.left_out[0]["ticker"] == "C"
    for options in ({"strict": True}, {"tickers": ("C",)}):
        assert "C: column 'vix' is empty in all 40 rows." in refusal(path, past=("vix",), **options).message


def test_a_source_without_the_column_is_left_out_of_several(tmp_path: Path) -> None:
    whole = write(tmp_path / "A.csv", table(ROWS))
    bare = write(tmp_path / "B.csv", table([row[:2] for row in ROWS], "date,close"))
    reading: Reading = read_prices([whole, bare], ReadOptions(past=("vix",)))
    assert [one.ticker for one in reading.series] == ["A"]
    assert "B.csv: no column 'vix'" in reading.decisions.left_out[0]["why"]
    refusal(whole, bare, past=("vix",), strict=True)


def test_a_constant_column_is_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", table([[*row[:2], 5, row[3]] for row in ROWS]))
    (warning,) = read_prices([path], ReadOptions(past=("vix",))).decisions.warnings
    assert "column 'vix' never changes, 5 in all 40 rows" in warning


def test_a_flag_without_its_zeros_is_warned_of(tmp_path: Path) -> None:
    rows = [[*row[:3], 1 if row[3] else None] for row in ROWS]
    reading = read_prices([write(tmp_path / "A.csv", table(rows))], NAMED)
    (warning,) = [one.what for one in reading.decisions.checks]
    assert warning.endswith("1 in all 5 rows that have it; write 0 where there is none")
    rows = [rows[0], *([*row[:3], None] for row in rows[1:])]
    reading = read_prices([write(tmp_path / "A.csv", table(rows))], NAMED)
    assert "1 in all 1 row that has it; write" in reading.decisions.checks[0].what


def test_a_bad_cell_of_one_ticker_costs_that_ticker(tmp_path: Path) -> None:
    rows = [[t, *row[:3]] for t in "ABC" for row in ROWS]
    rows[45][3] = "oops"
    reading = read_prices(
        [write(tmp_path / "x.csv", table(rows, "ticker,date,close,vix"))], ReadOptions(past=("vix",))
    )
    assert [one.ticker for one in reading.series] == ["A", "C"]


FEWER = [[row[0], row[1], None] for row in ROWS]  # without vix
WITH = [row[:3] for row in ROWS]


@pytest.mark.parametrize("files", [False, True])
@pytest.mark.parametrize("order", [(FEWER, WITH), (WITH, FEWER), (WITH[:20], FEWER, WITH[20:])])
def test_of_rows_that_stand_twice_all_counts_that_either_says(
    files: bool, order: tuple[list[list[object]], ...], tmp_path: Path
) -> None:
    """Of a file, or of several files of one ticker."""
    options = ReadOptions(past=("vix",), as_ticker="A")
    texts = [table(rows, "date,close,vix,open") for rows in ([[*r, r[2]] for r in some] for some in order)]
    if not files:
        texts = [texts[0] + "".join(text.partition("\n")[2] for text in texts[1:])]
    sources = [write(tmp_path / f"{n}.csv", text) for n, text in enumerate(texts)]
    (one,) = read(*sources, options=options)
    for name in ("vix", "open"):
        np.testing.assert_array_equal(one.columns[name].values, [row[2] for row in ROWS])


def test_rows_of_one_date_that_differ_in_a_named_column_are_refused(tmp_path: Path) -> None:
    other = [*ROWS[7][:2], 99.5, *ROWS[7][3:]]
    text = table([*ROWS, [*other[:2], None, *other[3:]], other])
    found = refusal(write(tmp_path / "A.csv", text), past=("vix",))
    assert f"for {ROWS[7][0]}, which has" in found.message and "99.5" in found.message
    one, two = write(tmp_path / "A.csv", table(ROWS)), write(tmp_path / "B.csv", table([*ROWS[:7], other]))
    found = refusal(one, two, as_ticker="A", past=("vix",))
    assert "A, column 'vix' at" in found.message and f"99.5 in {two}" in found.message
    (told,) = read(
        write(tmp_path / "C.csv", table([*ROWS, other], "date,close,open,e")), options=ReadOptions()
    )
    assert told.columns["open"].values[7] == ROWS[7][2]  # nobody named it


def test_a_list_of_columns_that_is_cut_says_how_many_there_are_more(tmp_path: Path) -> None:
    letters = "ghijklmnopqrst"  # beside date and close
    rows = [[*row[:2], *range(14)] for row in ROWS]
    found = refusal(write(tmp_path / "A.csv", table(rows, "date,close," + ",".join(letters))), past=("xxxx",))
    assert found.remedy == "There are: date, close, g, h, i, j, k, l, m, n, o, p and 4 more."


@pytest.mark.parametrize("named", [{"past": ("VIX", "vix")}, {"past": ("vix",), "known": ("Vix",)}])
def test_two_names_of_one_column_are_refused(named: dict[str, object], tmp_path: Path) -> None:
    found = refusal(write(tmp_path / "A.csv", table(ROWS)), **named)
    assert "both named beside the price, are one column" in found.message


def test_nothing_else_changes_where_no_column_is_named(tmp_path: Path) -> None:
    (one,) = read(write(tmp_path / "A.csv", table(ROWS)), options=ReadOptions(price_column="close"))
    assert (one.columns, one.ahead, one.prices.tolist()) == ({}, None, PRICES)
