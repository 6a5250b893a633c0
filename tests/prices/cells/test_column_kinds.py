"""What a cell looks like: cells as exporters write them, and the same values drawn at random."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.column_kinds import is_clock, is_date, is_missing, is_numeral, is_typed

DATES = [
    "2024-01-02",
    "2024/1/2",
    "2024.01.02 00:00",
    "20240102",
    "20240102 093000",
    "20240102 09:30",
    "02.01.2024",
    "2.1.24",
    "01/02/2024",
    "1/2/24",
    "02-Jan-2024",
    "02.Jan.2024",
    "02 Jan, 2024",
    "Jan-02-24",
    "Jan/02/2024",
    "2024 Jan 02",
    "202401021530",
    "20240102153000",
    "02JAN2024",
    "Jan 02, 2024",
    "Tue, 02 Jan 2024",
    "Tue Jan 02 16:00:00 EST 2024",
    "2024-01-02T16:00:00Z",
    "2024-01-02T16:00:00.000-05:00",
    "2024-01-02 16:00:00 US/Eastern",
    "1/2/2024 4:00:00 PM",
    "Tue Jan 02 2024 00:00:00 GMT+0100 (CET)",
    "2024-01-02(화)",
    "2024年1月2日",
    "2024年1月2日(火)",
    "2024년 01월 02일",
    "2024Q1",
    "Q1 2024",
    "1Q24",
    "2024-W02",
    "2024-W02-3",
    "2024M01",
    "2024-01",
    "Jan 2024",
    "02. März 2024",
    "2 de enero de 2024",
    "2 stycznia 2024",
    "02 янв 2024",
]
NUMBERS = [
    "12.2020",
    "01.2020",
    "1.5",
    "20201",
    "2024",
    "202401",
    "1,234.50",
    "1.234,50",
    "12,2020",
    "1 234,50",
    "1'234.50",
    "-1.5",
    "+3",
    ".5",
    "1.5e3",
    "1E-05",
    "$1,234.50",
    "US$ 12.50",
    "R$ 12,50",
    "12,50 €",
    "₹1,23,456.00",
    "Rs. 12.50",
    "12.5K",
    "190.28M",
    "1,5 Mio.",
    "0.49%",
    "45292",
]
WORDS = [
    "",
    "-",
    "AAPL",
    "T001",
    "7203.T",
    "6488.TWO",
    "0700.HK",
    "600519.SS",
    "1COV.DE",
    "SMA20",
    "BRK.B",
    "3M Company",
    "S&P 500",
    "Q",
    "May",
    "Date",
    "close",
    "1. open",
]
ROWS = [
    "2024-01-02,100.5",
    "02.01.2024,100.5",
    "20240102;100.5",
    "20240102\t100.5",
    "02.01.2024 09:30,100.5,7",
]
CLOCKS = [
    "9:30",
    "09:30",
    "23:59:59",
    "09:30:00.123",
    "09:30:00,123456",
    "9:30 AM",
    "09:30:00 p.m.",
    "09:30 EST",
    "16:00:00 +01:00",
]
MOMENTS = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2099, 12, 31)).map(
    lambda t: t.replace(microsecond=0)
)
CENTS = st.integers(1, 10**10)
FORMS: list[Callable[[int], str]] = [
    lambda c: f"{c / 100:.2f}",
    lambda c: f"{c / 100:.2f}".replace(".", ","),
    lambda c: f"{c / 100:,.2f}",
    lambda c: f"{c / 100:,.2f}".translate(str.maketrans(",.", ".,")),
    lambda c: f"{c / 100:,.2f}".replace(",", " "),
    lambda c: f"{c / 100:.4f}",
    lambda c: f"{c / 100!r}",
    lambda c: f"{c / 100:e}",
    lambda c: f"${c / 100:,.2f}",
    lambda c: f"{c / 100:.2f} USD",
    lambda c: f"-{c / 100:.2f}",
]


@pytest.mark.parametrize("cell", DATES)
def test_dates_as_exporters_write_them(cell: str) -> None:
    assert is_date(cell) and is_date(f"  {cell} ") and is_typed(cell)
    assert not is_clock(cell) and not is_missing(cell)


@pytest.mark.parametrize(
    "date", ["2024-01-02", "01/02/2024", "02.01.2024", "2-Jan-24", "20240102", "Jan 2, 2024"]
)
@pytest.mark.parametrize(
    "behind", ["AM", "PM", "p.m.", "am", "EST", "EDT", "GMT", "BST", "CET", "CEST", "IST", "PKT", "Z"]
)
def test_what_stands_behind_a_clock_is_no_unit(date: str, behind: str) -> None:
    """`M` and `T` are millions and trillions behind digits alone."""
    assert is_date(f"{date} 04:00:00 {behind}") and is_date(f"{date} 4:00 {behind}")


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_number_is_no_date(cell: str) -> None:
    """`12.2020` is 12 and a fifth before it is December; eight digits that are a day are both."""
    assert is_numeral(cell) and is_typed(cell)
    assert not is_date(cell) and not is_clock(cell) and not is_missing(cell)


@pytest.mark.parametrize("cell", WORDS)
def test_a_word_is_no_value(cell: str) -> None:
    assert not is_typed(cell) and not is_clock(cell)


@pytest.mark.parametrize("cell", ROWS)
def test_a_whole_row_is_no_date(cell: str) -> None:
    """Read with the wrong delimiter, it begins as a date does."""
    assert not is_date(cell)


@pytest.mark.parametrize("cell", CLOCKS)
def test_a_time_of_day_is_a_clock_alone(cell: str) -> None:
    assert is_clock(cell) and not is_date(cell) and not is_numeral(cell)


@pytest.mark.parametrize(
    "cell", ["", "9", "930", "09:3", "2024-01-02 09:30", "1.5", "09:30:0", "a:bc", "9:30 to 10"]
)
def test_what_is_no_clock(cell: str) -> None:
    assert not is_clock(cell)


@given(
    MOMENTS, st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%y", "%B %d, %Y", "%c"])
)
def test_any_day_is_a_date(moment: dt.datetime, form: str) -> None:
    assert is_date(moment.strftime(form))


@given(MOMENTS, st.sampled_from(["%H:%M", "%H:%M:%S", "%I:%M %p", "%H:%M:%S.%f"]))
def test_any_time_is_a_clock(moment: dt.datetime, form: str) -> None:
    assert is_clock(moment.strftime(form)) and not is_date(moment.strftime(form))


@given(CENTS, st.sampled_from(FORMS))
def test_any_price_is_a_number_and_no_date(cents: int, form: Callable[[int], str]) -> None:
    assert is_numeral(form(cents)) and not is_date(form(cents)) and not is_clock(form(cents))


@given(st.integers(0, 99_999_999))
def test_eight_digits_are_a_date_where_the_calendar_has_such_a_month_and_day(number: int) -> None:
    cell = f"{number:08}"
    try:
        day = dt.datetime.strptime(cell, "%Y%m%d") if number >= 10_101 else None
    except ValueError:
        day = None
    assert is_numeral(cell)
    if day is not None and 1600 <= day.year < 2100:
        assert is_date(cell)
    if is_date(cell):
        assert 1 <= int(cell[4:6]) <= 12 and 1 <= int(cell[6:]) <= 31


@given(st.text(max_size=30))
def test_no_text_is_a_clock_and_a_date_or_a_number(text: str) -> None:
    assert not (is_clock(text) and is_typed(text))
    assert is_date(text) == is_date(f" {text}\t") or not text.strip()
