"""Bytes → price series: the only way in for data.

In: files, or standard input, and what a person says about them. Out: a list of `PriceSeries`, and every
decision that was taken on the way.
Imports: cells, fields, calendar, sources, text, system.

cells/           cells of text → values
fields/          the columns of a table: which is what
text/            CSV and its kin → columns of values
sources/         files, archives, workbooks and Parquet → bytes, or columns of values
calendar/        the dates to come
series.py        one ticker's prices: what everything above works on
movement.py      does a price move, or does it stand still
merging.py       rows → each ticker's prices in order; several files of one ticker → one series
file_periods.py  what a file's name says of its time
joining.py       the series of several sources → one for each ticker
assembling.py    columns of values → price series
findings.py      what a check has found, and how it is said
jumps.py         changes of one row that are far beyond the usual
checks.py        prices that are read rightly and may still be wrong
decisions.py     what was decided, and how it is said
choosing.py      what a person asks for, and what of it the sources have
source_parts.py  one source → what it holds
reader.py        sources → series, and what was decided: the way through all of these
"""

from typing import TYPE_CHECKING

from rnn_forecast.exports import lazily

if TYPE_CHECKING:
    from rnn_forecast.prices.decisions import Decisions
    from rnn_forecast.prices.fields.read_options import ReadOptions
    from rnn_forecast.prices.reader import Reading, read_prices
    from rnn_forecast.prices.series import PriceSeries, iso

__all__ = ["Decisions", "PriceSeries", "ReadOptions", "Reading", "iso", "read_prices"]
__getattr__ = lazily(
    __name__,
    {"Decisions": "decisions", "ReadOptions": "fields.read_options", "PriceSeries": "series", "iso": "series"}
    | dict.fromkeys(("Reading", "read_prices"), "reader"),
)
