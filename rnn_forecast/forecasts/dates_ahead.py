"""The dates that forecasts are for: of the file's rows ahead where columns are known there, else learned.

A column that is known ahead has to be: a network that reads it at the steps that it forecasts must not be
given a guess in silence.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Dates
from rnn_forecast.errors import DataError, Notice
from rnn_forecast.prices.calendar.exchange import last_session
from rnn_forecast.prices.calendar.learnt import next_dates
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.windows.column_inputs import rows_ahead

LAST_DATE = np.datetime64("9999-12-31")
MOST_NAMED = 5  # dates in a message


def dates_ahead(
    series: Sequence[PriceSeries], steps: int, known: Sequence[str] = (), horizon: int = 1
) -> NDArray[Any]:
    """The dates (s, steps) that follow each series; series with the same dates share the work.

    Raises DataError for a year of five digits, which no reader takes for a date; and where one of the columns
    `known` is not known at a step, with the dates that it is needed for: of whole horizons, as a network that
    forecasts fewer steps has seen all of them.
    """
    shared: dict[Any, tuple[NDArray[Any], NDArray[Any]]] = {}

    def ahead(s: PriceSeries) -> NDArray[Any]:
        key = (len(s), s.dates[0], s.dates[-1], s.calendar)
        if key not in shared or not np.array_equal(shared[key][0], s.dates):
            shared[key] = s.dates, next_dates(s.dates, steps, s.calendar)
        return shared[key][1]

    seen = -(-steps // horizon) * horizon
    following = np.stack([_stated(s, seen, known)[:steps] if known else ahead(s) for s in series])
    if following.dtype.kind == "M" and (late := following[:, -1] > LAST_DATE).any():
        s = series[int(np.argmax(late))]
        count = "1 step" if steps == 1 else f"{steps:,} steps"
        raise DataError(
            f"{s.ticker}: {count} after {iso(s.dates[-1:])[0]} would end after {LAST_DATE}, "
            "the last date that a table can hold.",
            "Lower --steps." if steps > 1 else "Leave out the last rows.",
        )
    return following


def calendar_end(s: PriceSeries, dates: Dates) -> Iterator[Notice]:
    """From which of the `dates` to come on the calendar that a person named says nothing, if any."""
    if s.dated and s.calendar.is_exchange and (late := dates > (end := last_session(s.calendar))).any():
        since = iso(dates[late].min()[None].astype("datetime64[D]").astype(dates.dtype))[0]
        name, until = s.calendar.name, str(end.astype("datetime64[D]"))
        yield Notice(f"the calendar {name} ends on {until}: dates from {since} on are learnt from the file.")


def _stated(s: PriceSeries, steps: int, known: Sequence[str]) -> Dates:
    """The dates of the next rows of the file, in which all that is `known` ahead is said."""
    ahead = rows_ahead(s)
    rows = ahead.dates[: _in_line(s, ahead.dates[:steps])]
    columns = [ahead.columns.get(name, np.full(len(ahead.dates), np.nan)) for name in known]
    said = np.isfinite([column[: len(rows)] for column in columns]).all(axis=0)
    further = next_dates(np.concatenate([s.dates, rows]), steps - len(rows), s.calendar)
    missing = iso(np.concatenate([rows[~said], further]))
    if missing:
        more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
        every = "the row" if steps == 1 else f"all {steps:,} rows"
        dates = "this date" if len(missing) == 1 else "these dates"
        raise DataError(
            f"{s.ticker}: {', '.join(known)} must be known for {every} that the network sees, and "
            f"is not for {', '.join(missing[:MOST_NAMED])}{more}.",
            f"Add rows with {dates} and no price.",
        )
    return rows


def _in_line(s: PriceSeries, dates: Dates) -> int:
    """How many of the dates ahead follow one another as rows do: with no gap larger than any before.

    A calendar that lists the days of events alone is no list of the next days.
    """
    jumps = np.diff(dates, prepend=s.dates[-1:]) > np.diff(s.dates).max(initial=s.dates[-1] - s.dates[-1])
    return int(np.argmax(jumps)) if jumps.any() else len(dates)
