"""Holidays that a file's gaps show, in made-up markets whose holidays pandas knows."""

import datetime
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter as easter_of_dateutil
from dateutil.relativedelta import FR, MO, TH
from hypothesis import given
from hypothesis import strategies as st
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    EasterMonday,
    GoodFriday,
    Holiday,
    nearest_workday,
    next_monday,
    next_monday_or_tuesday,
    sunday_to_monday,
)

from rnn_forecast.prices.calendar.choice import Calendar
from rnn_forecast.prices.calendar.holidays import easter
from rnn_forecast.prices.calendar.learnt import next_dates

NEW_YORK = [
    Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
    Holiday("King", month=1, day=1, offset=pd.DateOffset(weekday=MO(3))),
    Holiday("Presidents", month=2, day=1, offset=pd.DateOffset(weekday=MO(3))),
    GoodFriday,
    Holiday("Memorial", month=5, day=31, offset=pd.DateOffset(weekday=MO(-1))),
    Holiday("Independence", month=7, day=4, observance=nearest_workday),
    Holiday("Labor", month=9, day=1, offset=pd.DateOffset(weekday=MO(1))),
    Holiday("Thanksgiving", month=11, day=1, offset=pd.DateOffset(weekday=TH(4))),
    Holiday("Christmas", month=12, day=25, observance=nearest_workday),
]
LONDON = [
    Holiday("New Year", month=1, day=1, observance=next_monday),
    GoodFriday,
    EasterMonday,
    Holiday("May", month=5, day=1, offset=pd.DateOffset(weekday=MO(1))),
    Holiday("Spring", month=5, day=31, offset=pd.DateOffset(weekday=MO(-1))),
    Holiday("Summer", month=8, day=31, offset=pd.DateOffset(weekday=MO(-1))),
    Holiday("Christmas", month=12, day=25, observance=next_monday),
    Holiday("Boxing", month=12, day=26, observance=next_monday_or_tuesday),
]
FRANKFURT = [
    Holiday("New Year", month=1, day=1),
    GoodFriday,
    EasterMonday,
    Holiday("Labour", month=5, day=1),
    *(Holiday(f"12-{day}", month=12, day=day) for day in (24, 25, 26, 31)),
]
CURRENCIES = [Holiday("New Year", month=1, day=1), Holiday("Christmas", month=12, day=25)]
BAZAAR = [  # of no country
    Holiday("spring", month=3, day=13),
    Holiday("second Friday of June", month=6, day=1, offset=pd.DateOffset(weekday=FR(2))),
    Holiday("the day after", month=11, day=1, offset=[pd.DateOffset(weekday=TH(4)), pd.DateOffset(days=1)]),
    Holiday("Ascension", month=1, day=1, offset=[pd.offsets.Easter(), pd.offsets.Day(39)]),
]
MARKETS = {
    "New York": NEW_YORK, "London": LONDON, "Frankfurt": FRANKFURT, "currencies": CURRENCIES,
    "a bazaar": BAZAAR, "a market without any": [],
}  # fmt: skip


def days_of_trade(
    holidays: Sequence[Holiday], first: str, last: str, weekmask: str = "1111100"
) -> np.ndarray:
    rules = AbstractHolidayCalendar(name=str(id(holidays)), rules=list(holidays))
    closed = rules.holidays(first, last).to_numpy().astype("datetime64[D]") if holidays else []
    every = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    every = every[np.is_busday(every, weekmask=weekmask)]
    return np.setdiff1d(every, closed).astype("datetime64[s]")


@given(st.integers(1583, 4099))
def test_easter_is_when_dateutil_has_it(year: int) -> None:
    assert datetime.date(1970, 1, 1) + datetime.timedelta(easter(year)) == easter_of_dateutil(year)


@pytest.mark.parametrize("holidays", MARKETS.values(), ids=MARKETS)
def test_the_days_of_trade_of_two_years_are_those_of_the_market(holidays: Sequence[Holiday]) -> None:
    """From the end of each of six years, after thirteen that are known."""
    for year in range(2016, 2022):
        known = days_of_trade(holidays, f"{year - 13}-01-01", f"{year}-12-20")
        came = days_of_trade(holidays, f"{year}-12-21", f"{year + 2}-12-20")
        np.testing.assert_array_equal(next_dates(known, len(came)), came, err_msg=str(year))


@pytest.mark.parametrize("holidays", [NEW_YORK, FRANKFURT], ids=["New York", "Frankfurt"])
def test_with_four_years_nearly_all_are_there_and_with_two_none(holidays: Sequence[Holiday]) -> None:
    came = days_of_trade(holidays, "2022-01-01", "2022-12-31")
    said = {
        years: next_dates(days_of_trade(holidays, f"{2022 - years}-01-01", "2021-12-31"), 262)
        for years in (2, 4)
    }
    closed = np.setdiff1d(days_of_trade([], "2022-01-01", "2022-12-31"), came)
    assert np.isin(closed, said[2]).all()
    assert np.isin(closed, said[4]).sum() <= 1  # one that fell on a weekend meanwhile
    assert np.isin(came, said[4]).all()


def test_none_learns_no_holiday_and_what_a_person_says_holds_beside_what_is_learnt() -> None:
    known = days_of_trade(NEW_YORK, "2010-01-01", "2023-12-22")
    weekdays = days_of_trade([], "2023-12-23", "2024-12-22")
    np.testing.assert_array_equal(next_dates(known, len(weekdays), Calendar("none")), weekdays)
    eve = int(np.datetime64("2023-12-26").astype(np.int64))
    said = next_dates(known, 2, Calendar(holidays=(eve,))).astype("datetime64[D]")
    assert list(map(str, said)) == ["2023-12-27", "2023-12-28"]
    always = next_dates(known, 5, Calendar("24/7", (eve,))).astype("datetime64[D]")
    assert list(map(str, always)) == ["2023-12-23", "2023-12-24", "2023-12-25", "2023-12-27", "2023-12-28"]


def test_a_holiday_that_is_new_is_learnt_and_one_that_is_given_up_forgotten() -> None:
    new = Holiday("new", month=6, day=19, observance=nearest_workday, start_date=pd.Timestamp("2018-01-01"))
    old = Holiday("old", month=10, day=7, observance=nearest_workday, end_date=pd.Timestamp("2018-01-01"))
    known = days_of_trade([*NEW_YORK, new, old], "2005-01-01", "2021-12-31")
    came = days_of_trade([*NEW_YORK, new], "2022-01-01", "2022-12-31")
    np.testing.assert_array_equal(next_dates(known, len(came)), came)


def test_days_that_happen_to_be_missing_are_no_holidays() -> None:
    """A file that lacks one day in ten, or a month of each of two years, or that closed once for a storm."""
    rng = np.random.default_rng(0)
    every = days_of_trade([], "2014-01-01", "2023-12-29")
    year = days_of_trade([], "2024-01-01", "2024-12-31")
    for _ in range(10):
        thin = every[rng.random(len(every)) > 0.1]
        thin = np.union1d(thin, every[-1:])
        assert np.isin(year, next_dates(thin, len(year))).mean() > 0.99
    months = every.astype("datetime64[M]")
    gaps = every[~np.isin(months, np.array(["2021-08", "2022-08"], "datetime64[M]"))]
    storm = np.setdiff1d(every, np.array(["2023-10-30", "2023-10-31"], "datetime64[s]"))
    for known in (gaps, storm):
        np.testing.assert_array_equal(next_dates(known, len(year)), year)


def test_markets_of_every_day_and_of_other_weeks_have_their_own() -> None:
    coins = days_of_trade([], "2015-01-01", "2023-12-20", "1111111")
    assert (np.diff(next_dates(coins, 400)) == np.timedelta64(1, "D")).all()
    from_sunday = days_of_trade(CURRENCIES, "2010-01-01", "2023-12-20", "1111101")
    came = days_of_trade(CURRENCIES, "2023-12-21", "2025-01-31", "1111101")
    np.testing.assert_array_equal(next_dates(from_sunday, len(came)), came)


def test_more_steps_change_none_and_rows_before_the_years_that_count_change_none() -> None:
    known = days_of_trade(NEW_YORK, "1990-01-01", "2023-06-30")
    far = next_dates(known, 600)
    np.testing.assert_array_equal(next_dates(known, 40), far[:40])
    np.testing.assert_array_equal(next_dates(known[known > np.datetime64("2006-01-01")], 600), far)
