"""Where a table is in a text: whatever stands around and among its rows, its prices come to the number."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noisy_tables import OF, RIGHT, joined, lines, noisy, read, rows

from rnn_forecast.errors import DataError, ForecastError

SLOW = settings(deadline=None, max_examples=60)
NAMES = "Date,Open,High,Low,Close,Volume"


@SLOW
@given(st.randoms(use_true_random=False), st.booleans())
def test_what_stands_around_the_rows_changes_no_price(chance: random.Random, header: bool) -> None:
    table = noisy(chance, header=header)
    reading = read(table.text)
    assert rows(reading) == table.rows
    assert any("no header" in one for one in reading.decisions.warnings) is not header


@SLOW
@given(st.randoms(use_true_random=False), st.booleans())
def test_a_cut_file_loses_no_row_and_no_digit_in_silence(chance: random.Random, header: bool) -> None:
    table = noisy(chance, header=header)
    data = table.text.encode()
    cut = data[: chance.randrange(len(data) // 3, len(data))]
    try:
        found = rows(read(cut))
    except ForecastError as error:
        assert error.exit_code == 65
        return
    assert found == table.rows[: len(found)]
    whole = set(cut.decode(errors="replace").splitlines()[:-1])
    assert len(found) >= sum(line in whole for line in table.lines)


def test_a_header_that_is_repeated_above_a_last_row_that_is_cut_is_no_new_table() -> None:
    rows_ = [f'"Mar {day:02}, 2018",5{day % 7}.{day:02},,' for day in range(1, 20)]
    data = "\n".join(
        ["Prices of Example Inc.", "datum,schlusskurs", *rows_, "datum,schlusskurs", '"Mar 20, 2018",5']
    )
    with pytest.raises(ForecastError):
        read(data)


@pytest.mark.parametrize("header", [
    "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
    "\n\n<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
    '"<DATE>","<OPEN>","<HIGH>","<LOW>","<CLOSE>","<VOL>"',
    "<DATE>, <OPEN>, <HIGH>, <LOW>, <CLOSE>, <VOL>",
    "<ДАТА>,<ОТКР>,<МАКС>,<МИН>,<ЗАКР>,<ОБЪЕМ>",
    "<DTYYYYMMDD>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
])  # fmt: skip
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_names_in_angle_brackets_are_a_header(header: str, mark: str) -> None:
    assert rows(read(joined(header, lines()).replace(",", mark))) == RIGHT


def test_one_name_in_angle_brackets_is_a_header() -> None:
    (one,) = read(joined("<CLOSE>", lines("{c}"))).series
    assert one.prices.tolist() == [price for _, price in RIGHT]


@pytest.mark.parametrize("page", [
    "<!DOCTYPE html>\n<html><body>Sign in, please</body></html>",
    "\n\n  <html lang=en>\n<p>1,2\n",
    "<!-- prices, daily -->\n<table>\n<tr><td>2020-01-02</td></tr>",
    "<?xml version='1.0'?>\n<prices>\n1\n</prices>",
    "<div>, hello</div>\n1,2\n",
    "<prices>\n<row>2020-01-02,1</row>\n",
    "<table>\n2020-01-02,1\n",
    "Prices of Example\n\n<html>\n<body>1,2</body></html>",
    "<b>,x\n1,2\n",
    "\ufeff<html></html>",
])  # fmt: skip
def test_a_web_page_is_none(page: str) -> None:
    with pytest.raises(DataError, match="web page"):
        read(page)


@pytest.mark.parametrize(
    "text", ['{ "Note": "Thank you, 5 calls" }', '\n{\n "Information": "1,2"\n}\n', "[[1,2]]"]
)
def test_an_answer_of_a_service_is_no_table(text: str) -> None:
    with pytest.raises(DataError, match="JSON"):
        read(text)


@pytest.mark.parametrize(("above", "said"), [
    ("Symbol,AAPL\nCurrency,USD\nStart,2020-01-01\nShares,1000", "Symbol, AAPL"),
    ("Start Date,1/2/2019\nEnd Date,5/7/2019", "Start Date"),
    ("2020-07-14", "2020-07-14"),
    ("Prices as of 2020-07-14,,,,,\n,,,,,", "Prices as of"),
    ('"A note, of\ntwo lines."', "A note"),
    ("# a, b\n# 2020-01-01, 5", "# a, b"),
    ("Prices of Example, Inc., in dollars", "Example, Inc."),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["all", "close", "with commas behind"])
def test_lines_above_the_table_are_left_out_and_said(above: str, said: str, kind: str) -> None:
    names, row = (
        (NAMES, "{d:%Y-%m-%d},{o},{h},{l},{c},{v}") if kind == "all" else ("Date,Close", "{d:%Y-%m-%d},{c}")
    )
    reading = read(joined(above, names, lines(row + ",," * (kind == "with commas behind"))))
    assert rows(reading) == RIGHT
    assert said in reading.decisions.notices[0]


def test_rows_above_a_header_are_never_taken_for_titles() -> None:
    """Two files joined, the first without its header: its rows are not lost in silence."""
    body = lines()
    with pytest.raises(DataError):
        read(joined(body[:5], NAMES, body[5:]))


@pytest.mark.parametrize(("below", "said"), [
    ("Total,,,,,", "Total"),
    ("END", "END"),
    ("\nSource: A B\n\nThe data, are delayed.\nMore (c) 2020", "Source: A B"),
    ('"The data, from 2020,\nare ""as is""."', "The data, from 2020"),
    ("* adjusted\n** for splits\n† and dividends", "* adjusted"),
    ("Source: Yahoo, 2020", "Source: Yahoo, 2020"),
    ("-----\n# 40 rows", "-----"),
])  # fmt: skip
@pytest.mark.parametrize("names", [NAMES, ""])
def test_lines_below_the_table_are_left_out_and_said(below: str, said: str, names: str) -> None:
    reading = read(joined([names] if names else [], lines(), below))
    assert rows(reading) == RIGHT
    assert said in reading.decisions.notices[0]


@pytest.mark.parametrize("last", ["Total,90", "Average,1.5", "soon,5", "2023-11-27", "Fe"])
def test_a_line_that_may_be_a_row_is_no_footer(last: str) -> None:
    with pytest.raises(DataError, match="line 42"):
        read(joined("Date,Close", lines("{d:%Y-%m-%d},{c}"), last).removesuffix("\n" * (last == "Fe")))


def test_a_row_cut_inside_its_date_is_no_footer() -> None:
    """`Apr 0` of `Apr 09, 2018` has words, and is no prose."""
    text = joined("Date\tClose", lines("{d:%b %d, %Y}\t{c}"))
    for cut in (5, 7, 12):
        with pytest.raises(DataError, match="ends inside its last row"):
            read(text + "May 09, 2018"[:cut])


@pytest.mark.parametrize("times", [1, 2, 3])
def test_empty_fields_at_the_ends_of_rows_are_left_out_and_said(times: int) -> None:
    for text in (
        joined(NAMES, [line + "," * times for line in lines()]),
        joined(NAMES + "," * times, lines()),
        joined([line + "," * times for line in lines()]),
    ):
        assert rows(read(text)) == RIGHT
    reading = read(joined(NAMES, [line + "," * times for line in lines()]))
    assert "an empty field at the end of each row" in reading.decisions.notices[0]


def test_one_row_with_a_field_too_many_is_refused() -> None:
    body = lines()
    with pytest.raises(DataError, match="line 9: 7 fields"):
        read(joined(NAMES, body[:7], body[7] + ",", body[8:]))


def test_a_header_in_the_midst_is_left_out_and_counted_and_places_are_right() -> None:
    body = lines()
    reading = read(joined(NAMES, body[:9], NAMES, body[9:20], NAMES, body[20:]))
    assert rows(reading) == RIGHT
    assert "2 rows of the header again" in reading.decisions.notices[0]
    assert reading.decisions.sources[0].dropped["header again"] == 2
    bad = "2018-09-01,1,1,1,abc,1"
    with pytest.raises(DataError, match=r"line 14, column 'Close': 'abc'"):
        read(joined(NAMES, body[:9], NAMES, body[9:11], bad, body[11:]))


def test_lines_of_dividends_and_splits_are_left_out_and_counted_and_places_are_right() -> None:
    body = lines()
    events = ['"Aug 31, 2018","4:1 Stock Splits"', "2018-03-09,0.77 Dividend", "Feb 07, 2018,0.77 Dividend"]
    reading = read(joined(NAMES, body[:9], events, body[9:]))
    assert rows(reading) == RIGHT
    assert "3 rows of dividends and splits" in reading.decisions.notices[0]
    assert "without a price" not in reading.decisions.notices[0]
    with pytest.raises(DataError, match=r"line 16, column 'Close': 'abc'"):
        read(joined(NAMES, body[:9], events, body[9:11], "2018-09-01,1,1,1,abc,1", body[11:]))


@pytest.mark.parametrize("line", ["2018-03-09,101.5,dividend", "2018-03-09,1,1,1", "dividend"])
def test_a_row_that_lacks_cells_is_no_line_of_a_dividend(line: str) -> None:
    body = lines()
    with pytest.raises(DataError, match="line 11"):
        read(joined(NAMES, body[:9], line, body[9:]))


@pytest.mark.parametrize("header", [
    ",AAPL,,MSFT,\nDate,Open,Close,Open,Close",
    ",Open,Close,Open,Close\n,AAPL,AAPL,MSFT,MSFT\nDate,,,,",
    "Ticker,AAPL,AAPL,MSFT,MSFT\nPrice,Open,Close,Open,Close\nDate,,,,",
    "Attributes,Open,Close,Open,Close\nSymbols,AAPL,AAPL,MSFT,MSFT",
    "Date,AAPL Open,AAPL Close,MSFT Open,MSFT Close",
])  # fmt: skip
def test_fields_and_tickers_in_two_lines_or_in_one(header: str) -> None:
    found = read(joined(header, lines("{d:%Y-%m-%d},{o},{c},{l},{h}"))).series
    assert {one.ticker: one.prices.tolist() for one in found} == {
        "AAPL": [b[4] for b in OF], "MSFT": [b[2] for b in OF],
    }  # fmt: skip


def test_groups_of_columns_are_no_tickers() -> None:
    reading = read(joined(",Prices,,,,Other", NAMES, lines()))
    assert rows(reading) == RIGHT


@pytest.mark.parametrize("row", ["{d:%Y%m%d}\t{o}\t{h}\t{l}\t{c}\t{v}", "{d:%d.%m.%Y},{o},{h},{l},{c},{v}"])
def test_a_row_of_numbers_is_not_one_number(row: str) -> None:
    """`02.01.2018,100.5` has no mark that a number cannot have."""
    body, mark = lines(row), "\t" if "\t" in row else ","
    event = mark.join(['"Mar 09, 2018"', '"0.77 Dividend"'])
    assert rows(read(joined(NAMES.replace(",", mark), body[:9], event, body[9:]))) == RIGHT
