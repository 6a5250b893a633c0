"""What is forecast, a line a ticker: for a mail, a log, a shell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.report.forecast_lines import MOST_LINES, forecast_lines

NAN = float("nan")


def table(tickers: int, steps: int) -> ForecastTable:
    n = tickers * steps
    step = np.tile(np.arange(1, steps + 1), tickers)
    prices = 100.0 + np.arange(n)
    bands = {"80": (prices - 1, prices + 1), "95": (prices - 2, prices + 2)}
    date = np.datetime64("2025-07-01", "s") + (step - 1) * np.timedelta64(86_400, "s")
    ticker = np.repeat(np.array([f"T{i}" for i in range(tickers)], dtype=object), steps)
    return ForecastTable(ticker, date - 1, step, date, prices, prices, bands)


@given(st.integers(1, 30), st.integers(1, 5))
def test_a_line_a_ticker_and_how_many_there_are_more(tickers: int, steps: int) -> None:
    lines = forecast_lines(table(tickers, steps))
    assert len(lines) == min(tickers, MOST_LINES + 1)
    for i, line in enumerate(lines[:MOST_LINES]):
        assert line.startswith(f"T{i} 2025-07-01: {100 + i * steps}.000 (80 % between ")
        assert line.count("2025-07-0") == min(steps, 2)
    if tickers > MOST_LINES:
        more = tickers - MOST_LINES
        assert lines[-1] == f"and {more} more ticker{'' if more == 1 else 's'}"


def test_the_last_step_has_its_own_band() -> None:
    assert forecast_lines(table(1, 3)) == [
        "T0 2025-07-01: 100.000 (80 % between 99.0000 and 101.000); "
        "2025-07-03: 102.000 (80 % between 101.000 and 103.000)"
    ]


def test_the_next_level_stands_where_the_first_is_empty() -> None:
    found = table(1, 1)
    found.intervals["80"][0][:] = NAN
    assert forecast_lines(found) == ["T0 2025-07-01: 100.000 (95 % between 98.0000 and 102.000)"]
    found.intervals["95"][1][:] = NAN
    assert forecast_lines(found) == ["T0 2025-07-01: 100.000"]
