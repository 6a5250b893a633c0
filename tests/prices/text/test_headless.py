"""Tables without a header: known ones are read and said, others refused with a remedy that works."""

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noisy_tables import OF, RIGHT, bars, joined, lines, read, rows

from rnn_forecast.errors import DataError
from rnn_forecast.prices.text.headless import known_layout, suggested


@pytest.mark.parametrize(("row", "names"), [
    ("{d:%Y.%m.%d},00:00,{o},{h},{l},{c},{v}", "date, time, open, high, low, close, volume"),
    ("{d:%Y%m%d} 000000;{o};{h};{l};{c};0", "date, open, high, low, close, volume"),
    ("{d:%Y-%m-%d},{o},{h},{l},{c}", "date, open, high, low, close"),
    ("{d:%Y-%m-%d},{o},{c},{h},{l},{v}", "date, open, close, high, low, volume"),
    ("{d:%Y-%m-%d},{o},{h},{l},{c},{v},", "date, open, high, low, close, volume"),
])  # fmt: skip
def test_known_layouts_are_read_and_said(row: str, names: str) -> None:
    reading = read(joined(lines(row)))
    assert rows(reading) == RIGHT
    assert any(f"no header; the columns are read as {names} (" in one for one in reading.decisions.warnings)


def test_a_ticker_may_stand_first() -> None:
    (one,) = read(joined(lines("BHP,{d:%Y%m%d},{o},{h},{l},{c},{v}"))).series
    assert (one.ticker, one.prices.tolist()) == ("BHP", [price for _, price in RIGHT])


def test_a_bar_without_prices_hides_no_layout() -> None:
    body = lines()
    body[4] = f"{OF[4][0]:%Y-%m-%d},,,,,"
    assert rows(read(joined(body))) == RIGHT[:4] + RIGHT[5:]


def test_a_title_may_stand_above() -> None:
    assert rows(read(joined("Prices of Example Inc.", lines()))) == RIGHT


@pytest.mark.parametrize("row", [
    "{d:%Y-%m-%d},{c},{o},{h},{l},{v}",  # the close first: the range does not tell it from the open
    "{d:%Y-%m-%d},{h},{l},{o},{c}",
    "{d:%Y-%m-%d},{c}",
    "{d:%Y-%m-%d},{o},{c}",
    "{c},{o}",
])  # fmt: skip
@pytest.mark.parametrize("newest_first", [False, True])
def test_others_are_refused_and_the_remedy_fits(row: str, newest_first: bool) -> None:
    text = joined(lines(row)[:: -1 if newest_first else 1])
    with pytest.raises(DataError, match="line 1") as caught:
        read(text)
    said = re.search(r"--columns (\S+)", caught.value.remedy)
    assert said and len(said[1].split(",")) == row.count(",") + 1
    assert len(set(said[1].split(","))) == row.count(",") + 1


SHAPES = ["BHP", "{d:%Y-%m-%d}", "{d:%H:%M}", "{o}", "{h}", "{l}", "{c}", "{v}"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=8, unique=True), st.sampled_from(",;\t"))
def test_what_a_refusal_says_to_write_then_works(cells: list[str], mark: str) -> None:
    """Columns in any order: with the names given back every row is read, at its date."""
    priced, clocked, dated = set(SHAPES[3:7]) & set(cells), SHAPES[2] in cells, SHAPES[1] in cells
    if not priced or (clocked and not dated):
        return
    text = joined(lines(mark.join(cells)))
    try:
        reading = read(text)
    except DataError as refusal:
        said = re.search(r"--columns (\S+)", refusal.remedy)
        assert said, refusal
        reading = read(text, columns=tuple(said[1].split(",")))
    (one,) = reading.series
    assert len(one.prices) == len(OF)
    if dated:
        assert one.dates.tolist() == [when for when, _ in RIGHT]


@settings(max_examples=300)
@given(
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"]),
    st.sampled_from(["{v},{bar}", "{bar},{v}", "{bar}"]),
    st.permutations(["open", "high", "low", "close"]),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_the_columns_of_a_bar_are_named_as_the_numbers_tell(
    form: str, volume: str, order: list[str], seed: int, newest_first: bool
) -> None:
    of = bars(random.Random(seed), 60)
    named = [dict(zip(("open", "high", "low", "close"), map(str, bar[1:5]), strict=True)) for bar in of]
    rows = [
        [f"{bar[0]:{form}}", *volume.format(bar=",".join(cells[name] for name in order), v=10**6).split(",")]
        for bar, cells in zip(of, named, strict=True)
    ]
    names = ["date", *volume.format(bar=",".join(order), v="volume").split(",")]
    rows = rows[::-1] if newest_first else rows
    assert suggested(rows) == ",".join(names)
    assert known_layout(rows) in (tuple(names), None)


def test_four_tickers_side_by_side_are_no_bar() -> None:
    chance = random.Random(3)
    rows = [
        [f"{a[0]:%Y-%m-%d}", *(f"{100 * n + chance.uniform(0, 2):.2f}" for n in (2, 9, 1, 4))] for a in OF
    ]
    assert known_layout(rows) is None
    assert suggested(rows) == "date,price,other3,other4,other5"


def test_a_damaged_bar_hides_no_order() -> None:
    body = lines("{d:%Y-%m-%d},{h},{l},{o},{c}")
    of = [line.split(",") for line in body]
    of[2][1] = "0.01"
    assert suggested(of * 3).startswith("date,high,low,open,close")


@given(st.integers(0, 10**6), st.booleans())
def test_open_and_close_are_told_apart_by_the_day_before(seed: int, newest_first: bool) -> None:
    of = bars(random.Random(seed), 30)

    def cells(order: Sequence[int]) -> list[list[str]]:
        table = [[f"{bar[0]:%Y-%m-%d}", *(str(bar[i]) for i in order)] for bar in of]
        return table[::-1] if newest_first else table

    assert known_layout(cells((1, 4, 2, 3))) in (("date", "open", "close", "high", "low"), None)
    assert known_layout(cells((4, 1, 2, 3))) is None
    assert known_layout(cells((1, 2, 3, 4))) == ("date", "open", "high", "low", "close")


def test_what_a_person_says_is_taken() -> None:
    reading = read(joined(lines("{d:%Y-%m-%d},{c}")), columns=("date", "price"))
    assert rows(reading) == RIGHT
    assert not any("header" in one for one in reading.decisions.warnings)


def test_names_that_do_not_fit_are_refused_with_both_counts() -> None:
    with pytest.raises(DataError, match=r"line 1: 6 fields, and --columns names 2"):
        read(joined(lines()), columns=("date", "price"))


def test_names_for_a_file_that_has_some_are_refused() -> None:
    with pytest.raises(DataError, match="line 1: there are names already") as caught:
        read(joined("Date,Close", lines("{d:%Y-%m-%d},{c}")), columns=("date", "price"))
    assert "Leave out --columns" in caught.value.remedy


EITHER = " (open and close may be the other way round)"


@pytest.mark.parametrize(("cells", "said"), [
    ([["2020-01-02", "1.5"]], "date,price"),
    ([["AAPL", "2020-01-02", "1.5"]], "ticker,date,price"),
    ([["2020-01-02", "09:30", "2", "4", "1", "3", "50"]], "date,time,open,high,low,close,volume"),
    ([["2020-01-02", "2", "3", "4", "1"]], f"date,close,open,high,low{EITHER}"),
    ([["2020-01-02", "4", "1", "2", "3"]], f"date,high,low,open,close{EITHER}"),
    ([["2020-01-02", "2500", "2", "4", "1", "3"]], "date,volume,open,high,low,close"),
    ([["2020-01-02", "2", "4", "1", "3", "2.5", "7000"]], "date,open,high,low,close,other6,volume"),
    ([["2020-01-02", "2500", "2.5"]], "date,other2,price"),
    ([], "date,price"),
])  # fmt: skip
def test_names_are_suggested_by_the_cells(cells: list[list[str]], said: str) -> None:
    assert suggested(cells * 3) == said


@pytest.mark.parametrize("clock", ["000000", "093000", "0930"])
def test_a_clock_of_digits_stands_behind_the_date(clock: str) -> None:
    bars = [(100.0 + i, 103.0 + i, 98.0 + i, 101.0 + i) for i in range(9)]
    rows = [
        ["SBER", "D", f"2020010{i + 1}", clock, *(f"{x:.2f}" for x in bar), "12"]
        for i, bar in enumerate(bars)
    ]
    names = ("ticker", "", "date", "time", "open", "high", "low", "close", "volume")
    assert known_layout(rows) == names
    assert suggested([row[2:4] + row[7:8] for row in rows]) == "date,time,price"
