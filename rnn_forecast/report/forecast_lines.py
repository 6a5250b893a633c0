"""What is forecast in lines for a mail or a log: one a ticker."""

import math
from typing import TYPE_CHECKING

import numpy as np

from rnn_forecast.prices.series import iso
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.forecasts.forecast_table import ForecastTable

MOST_LINES = 20
DIGITS = 6


def forecast_lines(table: "ForecastTable") -> list[str]:
    """`AAA 2025-07-01: 125.656 (80 % between 122.137 and 129.169)`, of several steps also the last one.

    The first MOST_LINES tickers, and how many there are more.
    """
    starts = np.flatnonzero(table.step == 1)
    ends = np.append(starts[1:], len(table)) - 1
    lines = [_line(table, *two) for two in zip(starts[:MOST_LINES].tolist(), ends.tolist(), strict=False)]
    more = len(starts) - MOST_LINES
    return [*lines, f"and {counted(more, 'more ticker')}"] if more > 0 else lines


def _line(table: "ForecastTable", first: int, last: int) -> str:
    rows = sorted({first, last})
    each = (_said(table, row, date) for row, date in zip(rows, iso(table.date[rows]), strict=True))
    return f"{table.ticker[first]} {'; '.join(each)}"


def _said(table: "ForecastTable", row: int, date: str) -> str:
    said = f"{date}: {figure(float(table.forecast[row]), DIGITS)}"
    for level, (low, high) in table.intervals.items():
        if math.isfinite(low[row]) and math.isfinite(high[row]):
            ends = (figure(float(end[row]), DIGITS) for end in (low, high))
            return f"{said} ({level} % between {' and '.join(ends)})"
    return said
