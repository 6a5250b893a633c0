"""What a file's name says of its time."""

import numpy as np
import pytest

from rnn_forecast.prices import PriceSeries
from rnn_forecast.prices.file_periods import alike, dated, follow, in_period


@pytest.mark.parametrize(
    ("stem", "common", "period"),
    [
        ("BTCUSDT-1d-2019-01", "BTCUSDT-1d", "201901"),
        ("AAPL_2019", "AAPL", "2019"),
        ("AAPL2019", "AAPL", "2019"),
        ("AAPL 2019", "AAPL", "2019"),
        ("AAPL.2019", "AAPL", "2019"),
        ("AAPL_2019Q1", "AAPL", "2019Q1"),
        ("AAPL-2019-q1", "AAPL", "2019Q1"),
        ("AAPL_2019H2", "AAPL", "2019H2"),
        ("AAPL_2019-W05", "AAPL", "2019W05"),
        ("DAT_ASCII_EURUSD_M1_201901", "DAT_ASCII_EURUSD_M1", "201901"),
        ("BTC_2019_9", "BTC", "201909"),
        ("AAPL-2019-01-31", "AAPL", "20190131"),
        ("AAPL_20190101-20191231", "AAPL", "2019010120191231"),
        ("AAPL_2019-01-01_to_2019-12-31", "AAPL", "2019010120191231"),
        ("600519_2019", "600519", "2019"),
        ("茅台-2019", "茅台", "2019"),
    ],
)
def test_a_date_at_the_end_is_told(stem: str, common: str, period: str) -> None:
    found = dated(stem)
    assert found is not None and (found.common, found.period) == (common, period)


@pytest.mark.parametrize(
    "stem",
    [
        "600519",
        "0700.HK",
        "201901",
        "2019",
        "2019-01",
        "2019Q1",
        "SPX500",
        "A20",
        "BTC-2019-13",
        "X-1850",
        "X",
    ],
)
def test_codes_and_bare_dates_are_no_ticker_with_a_date(stem: str) -> None:
    assert dated(stem) is None


def test_files_of_one_ticker_come_in_the_order_of_time() -> None:
    assert alike(["B_2020", "A_2020", "B_2019_12", "B_2019_2", "C_2019", "600519", "600520"]) == {
        "B": ["B_2019_2", "B_2019_12", "B_2020"]
    }


def series(ticker: str, first: str, last: str) -> PriceSeries:
    dates = np.arange(first, last, dtype="datetime64[D]").astype("datetime64[s]")
    return PriceSeries(ticker, dates, np.ones(len(dates)))


def test_parts_follow_each_other_or_do_not() -> None:
    one, two = series("A_2019", "2019-01-01", "2020-01-01"), series("A_2020", "2020-01-01", "2020-06-01")
    assert follow([one, two]) and not follow([two, one]) and not follow([one, one])
    assert not follow([PriceSeries("A_2019", np.arange(1, 4), np.ones(3)), two])


@pytest.mark.parametrize(
    ("ticker", "inside"),
    [
        ("A2019", True),
        ("A201903", True),
        ("A2019Q1", True),
        ("A2018", False),
        ("A201904", False),
        ("A", False),
    ],
)
def test_rows_are_of_the_time_that_the_name_says(ticker: str, inside: bool) -> None:
    assert in_period(series(ticker, "2019-03-01", "2019-04-01")) is inside
