"""How old a last price is, in sessions of its own market."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.calendar.sessions import sessions_since

DAY = np.timedelta64(86_400, "s")
MONDAY = np.datetime64("2024-01-01", "s")


@given(st.integers(2, 300), st.integers(1, 90), st.integers(0, 400))
def test_rows_that_are_evenly_apart_are_counted(n: int, days: int, missed: int) -> None:
    dates = MONDAY + np.arange(n) * days * DAY
    assert sessions_since(dates, dates[-1] + missed * days * DAY) == pytest.approx(missed)


def test_a_weekend_is_less_than_two_sessions_and_a_year_of_days_is_a_year_of_them() -> None:
    dates = np.busday_offset("2020-01-01", np.arange(500), roll="forward").astype("datetime64[s]")
    friday = dates[dates.astype("datetime64[D]").astype(int) % 7 == 1][-1]  # 1970-01-01 was a Thursday
    until = dates[dates <= friday]
    assert 1 < sessions_since(until, friday + 3 * DAY) < 3
    assert sessions_since(until, friday + 364 * DAY) == pytest.approx(260, rel=0.03)


def test_a_session_of_hours_is_a_day() -> None:
    dates = MONDAY + np.arange(500) * np.timedelta64(3600, "s")
    assert sessions_since(dates, dates[-1] + np.timedelta64(5 * 3600, "s")) < 1
    assert sessions_since(dates, dates[-1] + 5 * DAY) == 5


def test_a_single_row_and_a_date_to_come() -> None:
    assert sessions_since(np.array([MONDAY]), MONDAY + 3 * DAY) == 3
    assert sessions_since(MONDAY + np.arange(9) * DAY, MONDAY) == -8
