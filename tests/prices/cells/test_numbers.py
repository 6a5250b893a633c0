"""Cells to numbers: what is a value, what is none, and what the lenient reading makes of further columns."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.column_kinds import is_missing, is_numeral
from rnn_forecast.prices.cells.numbers import (
    PLAIN,
    NumberFormat,
    is_event,
    missing,
    read_amounts,
    shapes,
    trim,
)

NOTHING = (
    *(
        "",
        "null",
        "NULL",
        "N/A",
        "n/a",
        "n.a.",
        "N.A.",
        "NaN",
        "None",
        "nil",
        "missing",
        "-",
        "--",
        "---",
        "—",
    ),
    *("–", "−", "…", "...", ".", "#N/A", "#N/A N/A", "#N/A Requesting Data...", "#N/A Field Not Applicable"),
    *("#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NV", "halted", "Halted", "SUSPENDED", "no trade", "b.d."),
    *("停牌", "休市", "k.A.", "н/д"),
)
EVENTS = (
    *("0.77 Dividend", "4:1 Stock Splits", "4:1 Stock Split", "Stock Split 4:1", "Dividend: 0.82"),
    *("Capital gain", "0.5 Capital Gain", "0,82 Dividende", "1/10 Split", "Special dividend 1.5", "配当"),
)
VALUES = ("5", "-5.5", "1,234.5", "x", "AAPL", "5 EUR", "splitter", "10#", "# a note", "nah")


def test_words_for_nothing_dividends_and_splits_are_no_value() -> None:
    cells = pa.array([*NOTHING, *EVENTS, *VALUES])
    assert missing(cells).to_pylist() == [True] * len(NOTHING + EVENTS) + [False] * len(VALUES)
    assert is_event(cells).to_pylist() == [cell in EVENTS for cell in cells.to_pylist()]
    assert (shapes(cells).codes >= 0).tolist() == [False] * len(NOTHING + EVENTS) + [True] * len(VALUES)
    assert all(map(is_missing, NOTHING)) and not any(map(is_missing, VALUES))


def test_names_of_columns_are_no_values() -> None:
    names = (
        *("Dividends", "Stock Splits", "Capital Gains", "1. open", "4. close", "close (USD)", "PX_LAST"),
        *("SMA20", "RSI14", "R1", "S1", "p1", "TL1", "# Source: example", "Vol.", "Change %", "2. lei"),
    )
    assert [name for name in names if is_missing(name)] == []
    assert [name for name in names[:-1] if is_numeral(name)] == []


SEEN = """
R$|1.234,56 US$12.5 -C$5.00 Rs.5 Rs.|1,234.50 ₹1,23,456.70 1.234,50|zł 12|Ft CHF|1'234.50 kr.|5,5 5,5|kr. 12p
12|GBX 12|USDT 0.5|BTC −5.5 $−5.5 -$5 5% 190.28M 1,2|Mio. 1.2亿 10万 12元 TRY5.5 12.5B|USD 3.4K 1e5 .5 (5.00)
"""


@pytest.mark.parametrize("cell", SEEN.split())
def test_numbers_are_seen_whatever_stands_around_them(cell: str) -> None:
    assert is_numeral(cell.replace("|", " ")) and is_numeral(cell.replace("|", "\u00a0"))


def test_a_long_cell_takes_no_time() -> None:
    for cell in (
        "9" + " " * 20_000 + "§§",
        "USD" + " " * 20_000 + "x",
        "9," * 20_000 + "x",
        "9" * 50_000 + "x",
    ):
        assert not is_numeral(cell)
        assert math.isnan(read_amounts(pa.array([cell]), PLAIN)[0])


AMOUNTS = {
    ("190.28M", "."): 190.28e6,
    ("3.4K", "."): 3400,
    ("12.5B", "."): 12.5e9,
    ("$1.5M", "."): 1.5e6,
    ("12.5B USD", "."): 12.5e9,
    ("12.5 BUSD", "."): 12.5,
    ("1,234,567", "."): 1234567,
    ("1.2亿", "."): 1.2e8,
    ("10万", "."): 1e5,
    ("1.2亿元", "."): 1.2e8,
    ("1,2 Mio.", ","): 1.2e6,
    ("12,5 Mrd. €", ","): 12.5e9,
    ("1.234.567", ","): 1234567,
    ("R$ 1.234,56", ","): 1234.56,
    ("−0,5", ","): -0.5,
    ("1 234,5", ","): 1234.5,
    ("12 000", "."): 12000,
    ("4:1", "."): 4,
    ("1:10", "."): 0.1,
    ("4/1", "."): 4,
    ("3 : 2", "."): 1.5,
    ("4-for-1", "."): 4,
    ("1,5:1", ","): 1.5,
    ("5e3", "."): 5000,
    ("+7", "."): 7,
}
NONE = [
    "5%",
    "x",
    "",
    "n/a",
    "1e400",
    "12abc",
    "0x10",
    "(5.00)",
    "1_000",
    "١٢",
    "0.77 Dividend",
    "1:0",
    "1.2.3",
    "--5",
]


@pytest.mark.parametrize(("cell", "decimal"), AMOUNTS)
def test_amounts(cell: str, decimal: str) -> None:
    assert read_amounts(pa.array([f" {cell} "]), NumberFormat(decimal))[0] == pytest.approx(
        AMOUNTS[cell, decimal]
    )


def test_what_is_no_amount_is_nan_and_costs_no_other() -> None:
    read = read_amounts(pa.array(["190.28M", *NONE, None, "1.2亿", "4:1"]), PLAIN)
    assert np.isnan(read[1:-2]).all()
    assert read[[0, -2, -1]] == pytest.approx([190.28e6, 1.2e8, 4])
    assert read_amounts(pa.array([], pa.string()), PLAIN).tolist() == []
    assert np.isnan(read_amounts(pa.array([None, None], pa.string()), PLAIN)).all()


def test_a_column_in_the_other_mark_is_read_with_it_only_as_a_whole() -> None:
    assert read_amounts(pa.array(["122,5", "7", "1.234,5"]), PLAIN).tolist() == [122.5, 7, 1234.5]
    assert np.isnan(read_amounts(pa.array(["122,5", "7.25"]), PLAIN)).tolist() == [True, False]


@given(st.lists(st.text("0129.,'%:/-+ −eEMKBp€$亿xRs" + "\u00a0", max_size=9)), st.sampled_from(".,"))
def test_the_lenient_reading_never_raises(cells: list[str], decimal: str) -> None:
    for kind in (pa.string(), pa.large_string()):
        read = read_amounts(pa.array(cells, kind), NumberFormat(decimal))
        assert read.shape == (len(cells),) and not np.isinf(read).any()
    shapes(trim(pa.array(cells, pa.string())))
