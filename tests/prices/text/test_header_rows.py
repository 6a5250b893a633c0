"""Which rows are the header: headers made of their parts, which are what is right."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.text.header_rows import HeaderRows, find_header

FIELDS = ["Adj Close", "Close", "High", "Low", "Open", "Volume"]
TICKERS = [
    "AAPL",
    "MSFT",
    "BRK-B",
    "7203.T",
    "6488.TWO",
    "^GSPC",
    "EURUSD=X",
]  # a point is no decimal mark in two
CHANCE = st.randoms(use_true_random=False)


def days(width: int, count: int = 5) -> list[list[str]]:
    """Rows of a date and prices."""
    return [
        [f"2024-01-{i + 2:02}", *(f"{100 + i + k / 4:.2f}" for k in range(width - 1))] for i in range(count)
    ]


@given(
    CHANCE,
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from(TICKERS), min_size=1, max_size=6, unique=True),
    st.sampled_from([("Price", "Ticker"), ("", ""), ("Attributes", "Symbols")]),
)
def test_two_levels_in_either_order_with_or_without_a_third(chance, fields, tickers, corners):
    """yfinance writes fields first, or tickers first where it groups by them."""
    pairs = list(itertools.product(fields, tickers))
    chance.shuffle(pairs)
    levels = [[corners[0], *(field for field, _ in pairs)], [corners[1], *(ticker for _, ticker in pairs)]]
    if chance.random() < 0.5:
        levels.reverse()
    third = [["Date", *[""] * len(pairs)]] * chance.choice((0, 1))
    above = [["Prices of Example"]] * chance.choice((0, 0, 1))
    found = find_header([*above, *levels, *third, *days(len(pairs) + 1)])
    assert found is not None
    assert (found.first, found.last) == (len(above), len(above) + len(third) + 1)
    assert list(zip(found.names, found.tickers, strict=True)) == [("Date", ""), *pairs]


@given(
    st.lists(
        st.sampled_from(["Open", "High", "Low", "Close", "Volume"]), min_size=1, max_size=5, unique=True
    ),
    st.lists(st.sampled_from(["AAPL", "MSFT", "NVDA", "SPY"]), min_size=2, max_size=4, unique=True),
    st.sampled_from(["{f}_{t}", "{t}_{f}", "{t}.{f}", "{f} {t}", "{t} {f}"]),
)
def test_two_levels_in_one_line_of_names(fields, tickers, form):
    """`Close_AAPL`, `AAPL.Close`: levels that were flattened."""
    pairs = list(itertools.product(fields, tickers))
    names = ["Date", *(form.format(f=field, t=ticker) for field, ticker in pairs)]
    found = find_header([names, *days(len(names))])
    assert found is not None and (found.first, found.last) == (0, 0)
    want = [("date", ""), *((field.lower(), ticker) for field, ticker in pairs)]
    assert [(name.lower(), ticker) for name, ticker in zip(found.names, found.tickers, strict=True)] == want


@pytest.mark.parametrize("names", [["Close_AAPL", "Volume_AAPL"], ["AAPL", "MSFT"], ["Close", "Adj Close"]])
def test_one_line_of_names_that_is_one_level(names: list[str]) -> None:
    """A field of one ticker alone, tickers alone, fields alone."""
    assert find_header([["Date", *names], *days(3)]) == HeaderRows(0, 0, ("Date", *names))


@given(CHANCE, st.integers(0, 4), st.booleans())
def test_titles_stand_above_with_values_or_without(chance: random.Random, count: int, padded: bool) -> None:
    said = [
        ["Symbol", "AAPL"],
        ["Start", "2024-01-01"],
        ["Shares", "1000"],
        ["Monthly prices of Example"],
        ["2024-01-31"],
        ["Currency", "USD"],
    ]
    names = ["Date", "Open", "High", "Low", "Close", "Volume"]
    above = [row + [""] * (6 - len(row)) * padded for row in chance.sample(said, count)]
    found = find_header([*above, names, *days(6, count=12)])
    assert found == HeaderRows(count, count, tuple(names))


@pytest.mark.parametrize(
    "names", [["date", "price"], ["Datum", "Schlusskurs"], ["日期", "收盘价"], ["foo", "bar"], ["", "x"]]
)
@pytest.mark.parametrize("behind", [0, 1])
def test_a_comma_at_the_end_of_names_or_rows(names: list[str], behind: int) -> None:
    body = days(2)
    for rows in ([names, *(row + [""] * behind for row in body)], [names + [""] * behind, *body]):
        found = find_header(rows)
        assert found is not None and (found.first, found.last) == (0, 0)
        assert found.names[:2] == tuple(names)


def test_names_are_trimmed():
    assert find_header([[" Date", "Close "], *days(2)]) == HeaderRows(0, 0, ("Date", "Close"))


@pytest.mark.parametrize("tickers", [["7203", "9984"], ["600519", "000001"], ["0005", "2318"]])
def test_tickers_may_be_numbers_below_a_date(tickers: list[str]) -> None:
    assert find_header([["Date", *tickers], *days(3)]) == HeaderRows(0, 0, ("Date", *tickers))


@given(st.integers(1, 7), st.integers(1, 9), st.integers(0, 2))
def test_rows_alone_have_no_header(width: int, count: int, titles: int) -> None:
    above = [["Prices of Example"]] * titles if width > 2 else []
    found = find_header([*above, *days(width, count=count)])
    assert found == HeaderRows(len(above), len(above) - 1, ())


def test_a_row_without_values_is_no_header():
    """`-` and `null` are what a row of no trade holds."""
    assert find_header([["2024-01-01", "-"], *days(2)]) == HeaderRows(0, -1, ())
    assert find_header([["null", "null"], *days(2)]) == HeaderRows(0, -1, ())


def test_nothing_is_no_table():
    assert find_header([]) is None
    assert find_header([["Sign in, please"]]) is None
    assert find_header([["Date", "Close"], ["soon", "later"]]) == HeaderRows(0, 0, ("Date", "Close"))


def test_lines_of_two_widths_are_no_levels_of_one_header():
    rows = [
        ["ticker", "date", "price"],
        ["", "NA", "2023-11-01", "1153.00"],
        *[["NA", "2023-11-02", "9.5"]] * 3,
    ]
    found = find_header(rows)
    assert found is not None and found.names == ("ticker", "date", "price")
