"""Which calendar says the dates to come, and whether the rows so far keep to it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from rnn_forecast.prices.calendar.choice import ALWAYS, LEARN, Calendar
from rnn_forecast.prices.calendar.exchange import code_of, sessions, version
from rnn_forecast.prices.calendar.periods import DAY, Days, seconds_of
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.findings import Finding
from rnn_forecast.prices.series import PriceSeries, iso

_DAILY = ("minutes", "hourly", "daily")
_WRONG = "a file of another market?"


def calendar_of(options: ReadOptions) -> Calendar:
    """Raises UsageError for a calendar that is unknown, or needs what is not installed."""
    holidays = np.array(options.holidays, "datetime64[D]").astype(np.int64).tolist()
    return Calendar(_code(options.calendar or LEARN), tuple(holidays))


@lru_cache(16)
def _code(name: str) -> str:
    return code_of(name)


def described(calendar: Calendar) -> str | None:
    """What a model remembers of an exchange's calendar: `XNYS, exchange_calendars 4.13.2`."""
    return f"{calendar.name}, {version()}" if calendar.is_exchange else None


def dated_by(series: Iterable[PriceSeries], calendar: Calendar) -> list[PriceSeries]:
    return [replace(one, calendar=calendar) for one in series]


def calendar_findings(one: PriceSeries) -> Iterator[Finding]:
    """Sessions that the rows lack, and rows on days without one. Of days, and of bars within them."""
    calendar = one.calendar
    if not one.dated or one.frequency not in _DAILY:
        return
    days = np.unique(seconds_of(one.dates) // DAY)
    closed = np.intersect1d(days, np.array(calendar.holidays, np.int64))
    which = "--holidays"
    if calendar.is_exchange or calendar.name == ALWAYS:
        which = f"--calendar {calendar.name}"
        expected, may = _expected(calendar, int(days[0]), int(days[-1]))
        expected = np.setdiff1d(expected, np.array(calendar.holidays, np.int64))
        if len(lacking := np.setdiff1d(expected, days)):
            count = "1 session" if len(lacking) == 1 else f"{len(lacking):,} sessions, the first"
            what = f"lacks {count} of {which}, {_date(lacking)}"
            yield Finding(one.ticker, "lacking sessions", _date(lacking), what)
        closed = np.union1d(closed, np.setdiff1d(days[days >= may[0]], may) if len(may) else days)
    if len(closed):
        count = "1 day has a row" if len(closed) == 1 else f"{len(closed):,} days have rows"
        first = "" if len(closed) == 1 else ", the first"
        what = f"{count} and no session by {which}{first} {_date(closed)} ({_WRONG})"
        yield Finding(one.ticker, "no session", _date(closed), what)


def _expected(calendar: Calendar, first: int, last: int) -> tuple[Days, Days]:
    """The sessions from `first` to `last`, and every day that a bar of one may be dated: some open the evening
    before, and a file's clock may be UTC."""
    if calendar.name == ALWAYS:
        every = np.arange(first, last + 1)
        return every, every
    found = sessions(calendar.name)
    may = np.unique(np.concatenate([found.days, found.opens // DAY, found.closes // DAY]))
    return found.days[(found.days >= first) & (found.days <= last)], may


def _date(days: Days) -> str:
    return iso(days[:1].astype("datetime64[D]").astype("datetime64[s]"))[0]
