"""Which column is what: by cells first, then by names; undecided is refused with both named."""

import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.columns import choose_columns
from rnn_forecast.prices.fields.header import Columns, sample_header
from rnn_forecast.prices.fields.read_options import ReadOptions

DAYS = [f"2024-01-{day:02}" for day in range(1, 21)]
EPOCHS = [str(1_704_067_200 + 86_400 * i) for i in range(20)]
COMPACT = [day.replace("-", "") for day in DAYS]
PRICES = [f"{100 + i * 1.25:.2f}" for i in range(20)]
OTHER = [f"{7 + i * 0.25:.2f}" for i in range(20)]
BIG = [str(17_000_101 + (i * 7_919_993) % 3_000_000) for i in range(20)]  # volumes, some like 20240102


def choose(columns: dict[str, list[str]], **options: object) -> Columns:
    header = sample_header(list(columns), list(zip(*columns.values(), strict=True)))
    return choose_columns(header, ReadOptions(**options), "x.csv")  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", [DAYS, DAYS[::-1], EPOCHS, EPOCHS[::-1], COMPACT[::-1]])
@pytest.mark.parametrize("name", ["trade_date", "Datum", "when", "", "unix", "日期", "foo"])
def test_a_column_of_dates_is_the_date_whatever_its_name_and_place(name: str, cells: list[str]) -> None:
    for columns in ({"close": PRICES, name: cells}, {"volume": BIG, name: cells, "close": PRICES}):
        found = choose(columns)
        assert found.date == 1
        assert found.prices == (list(columns).index("close"),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trade_date", "ann_date"),
        ("Date", "Expiry"),
        ("open_time", "close_time"),
        ("date", "unix"),
        ("Date", "Period"),
    ],
)
def test_of_two_dates_the_surer_name_is_it(one: str, other: str) -> None:
    for columns in ({one: DAYS, other: DAYS}, {other: DAYS, one: DAYS}):
        found = choose({**columns, "close": PRICES})
        assert list(columns)[found.date or 0] == one


def test_of_two_dates_without_names_that_decide_the_one_that_moves_is_it():
    found = choose({"listed": ["2020-01-01"] * 20, "traded": DAYS, "close": PRICES})
    assert found.date == 1


def test_two_dates_that_nothing_tells_apart_are_refused_and_named():
    with pytest.raises(DataError, match="'start' and 'finish' could be") as caught:
        choose({"start": DAYS, "finish": [*DAYS[1:], "2024-01-21"], "close": PRICES})
    assert "--date-column" in caught.value.remedy
    assert choose({"start": DAYS, "finish": DAYS, "close": PRICES}, date_column="finish").date == 1


def test_numbers_that_look_like_dates_are_none_by_themselves():
    found = choose({"close": PRICES, "volume": BIG})
    assert found.date is None
    assert choose({"AAPL": PRICES, "shares": BIG, "date": DAYS}, price_column="AAPL").date == 2


@pytest.mark.parametrize("clock", [[f"{i % 24:02}:00" for i in range(20)], ["000000", "93000"] * 10])
def test_the_clock_may_stand_apart(clock: list[str]) -> None:
    found = choose({"<DATE>": DAYS, "<TIME>": clock, "<CLOSE>": PRICES})
    assert (found.date, found.time, found.prices) == (0, 1, (2,))
    dated = choose({"Date": [f"{day} 09:30" for day in DAYS], "Time": clock, "Close": PRICES})
    assert dated.time is None


def test_times_of_day_alone_are_no_dates():
    with pytest.raises(DataError, match="no column holds dates"):
        choose({"Time": [f"{i % 24:02}:00" for i in range(20)], "Close": PRICES})


@pytest.mark.parametrize("name", ["Value", "Turnover", "Amount", "成交额"])
def test_turnover_beside_open_high_and_low_is_not_the_price(name: str) -> None:
    found = choose({"Date": DAYS, name: BIG, "Open": OTHER, "High": OTHER, "Low": OTHER, "Last": PRICES})
    assert found.prices == (5,)
    assert found.others == ({"open": 2, "high": 3, "low": 4},)


def test_a_value_alone_is_the_price():
    assert choose({"DATE": DAYS, "VALUE": PRICES}).prices == (1,)


@pytest.mark.parametrize(
    ("names", "price"),
    [
        ("Open High Low Settle Last", "Settle"),
        ("Open High Low Last VWAP", "Last"),
        ("Close Adj_Close Open", "Adj_Close"),
        ("price close", "price"),
        ("Open High Low Gold_close", "Gold_close"),
        ("AAPL Volume", "AAPL"),
    ],
)
def test_the_price(names: str, price: str) -> None:
    header = {"date": DAYS, **dict.fromkeys(names.split(), PRICES)}
    assert list(header)[choose(header).prices[0]] == price


def test_what_stands_beside_the_price_is_kept_by_its_role():
    names = {
        "Date": DAYS,
        "Adj Close": PRICES,
        "Close": PRICES,
        "Volume": BIG,
        "Dividends": OTHER,
        "Prev Close": OTHER,
    }
    assert choose(names).others == ({"close": 2, "volume": 3, "dividend": 4},)


def test_codes_are_tickers_and_amounts_are_none():
    codes = ["000001"] * 10 + ["600519"] * 10
    assert choose({"date": DAYS, "股票代码": codes, "收盘": PRICES}).ticker == 1
    assert choose({"date": DAYS, "stock": PRICES}).ticker is None
    assert choose({"date": DAYS, "stock": PRICES}).prices == (1,)


def test_text_that_nobody_named_is_a_label():
    words = ["A"] * 10 + ["B"] * 10
    assert choose({"date": DAYS, "leg": words, "close": PRICES}).labels == (1,)
    assert choose({"date": DAYS, "leg": words, "close": PRICES}, as_ticker="X").labels == ()
    for one, other in (("7203.T", "9984.T"), ("6488.TWO", "5483.TWO")):  # no trillions, and no currency
        codes = [one] * 10 + [other] * 10
        assert choose({"date": DAYS, "leg": codes, "close": PRICES}).labels == (1,)
    prose = [f"news {i}" for i in range(20)]
    assert choose({"date": DAYS, "headline": prose, "close": PRICES}).labels == ()


def test_a_column_in_which_nothing_stands_is_not_the_price():
    found = choose({"date": DAYS, "Close": PRICES, "Adj Close": [""] * 20})
    assert found.prices == (1,)


def test_numbers_of_a_spreadsheet_s_days_are_refused_as_such_and_not_passed_over():
    serials = [str(43_467 + i) for i in range(20)]
    assert choose({"close": PRICES, "Day": serials}).date == 1  # whose first cell is then refused by name
    assert choose({"close": PRICES, "Day": [str(i) for i in range(20)]}).date is None


@pytest.mark.parametrize(
    ("names", "price"),
    [
        ("OPEN HIGH LOW CLOSE BASE_PRICE", "CLOSE"), ("STRIKE_PRICE CLOSE", "CLOSE"),
        ("UNIT_PRICE CLOSE", "CLOSE"), ("OPEN HIGH LOW LAST_VOLUME NAV", "NAV"),
        ("Open High Low Close Price", "Close"), ("TRADE_VALUE INDEX CLOSE", "CLOSE"),
    ],
)  # fmt: skip
def test_a_plain_name_is_surer_than_a_word_in_a_longer_one(names: str, price: str) -> None:
    header = {"DATE": DAYS, **dict.fromkeys(names.split(), PRICES)}
    assert list(header)[choose(header).prices[0]] == price


def test_a_date_in_three_columns_is_refused():
    with pytest.raises(DataError, match="several columns, 'Year', 'Month', 'Day'"):
        choose(
            {
                "Year": ["2019"] * 20,
                "Month": ["5"] * 20,
                "Day": [str(i + 1) for i in range(20)],
                "Close": PRICES,
            }
        )


@pytest.mark.parametrize("name", ["t", "f7", "time"])
def test_one_damaged_moment_among_others_does_not_make_rows_numbered(name: str) -> None:
    cells = [*EPOCHS[::-1][:9], "15488x64000", *EPOCHS[::-1][10:]]
    assert choose({"close": PRICES, name: cells}).date == 1
