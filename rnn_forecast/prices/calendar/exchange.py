"""The sessions of an exchange, from the package exchange_calendars, which is loaded when one is asked for."""

import datetime
import difflib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_forecast.errors import UsageError
from rnn_forecast.prices.calendar.choice import ALWAYS, LEARN, NONE, Calendar
from rnn_forecast.prices.calendar.periods import DAY, Days, Seconds

PACKAGE = "exchange_calendars"
INSTALL = 'pip install "rnn-forecast[calendars]"'
FIRST, YEARS_AHEAD = 1990, 3


@dataclass(frozen=True, eq=False)
class Sessions:
    """Of one exchange, in order: all that are known."""

    days: Days  # (n,) since 1970
    opens: Seconds  # (n,) UTC, since 1970
    closes: Seconds  # (n,)
    zone: datetime.tzinfo  # the exchange's own clock


def calendar_named(name: str | None, holidays: Sequence[str] = ()) -> Calendar:
    """The calendar of that name, and further days (ISO 8601) without trade. Raises as `code_of`."""
    days = np.array(holidays, "datetime64[D]").astype(np.int64)
    return Calendar(code_of(name or LEARN), tuple(days.tolist()))


def described(calendar: Calendar) -> str | None:
    """What a model remembers of an exchange's: `XNYS, exchange_calendars 4.13.2`."""
    if not calendar.is_exchange:
        return None
    from importlib import metadata

    return f"{calendar.name}, {PACKAGE} {metadata.version(PACKAGE)}"


@lru_cache(16)
def code_of(name: str) -> str:
    """The name as the package has it: `nyse` → `XNYS`; `learn`, `none` and `24/7` need no package.

    Raises UsageError for a name that is unknown, with the nearest ones, and where the package is missing.
    """
    for own in (LEARN, NONE, ALWAYS):
        if name.lower() == own:
            return own
    package = _package(name)
    known = {one.casefold(): one for one in package.get_calendar_names(include_aliases=True)}
    if (found := known.get(name.casefold())) is not None:
        return str(package.resolve_alias(found))
    near = difflib.get_close_matches(name.casefold(), [*known, LEARN, NONE], n=3, cutoff=0.5)
    named = ", ".join(str(known.get(one, one)) for one in near)
    those = f"Nearest: {named}." if near else "Such as XNYS or XETR."
    raise UsageError(f"--calendar: there is no calendar {name[:60]!r}.", those)


@lru_cache(4)
def sessions(code: str) -> Sessions:
    """All from FIRST to some years from now, or as far as the package knows the exchange.

    Raises UsageError where the package is missing.
    """
    package = _package(code)
    start, end = f"{FIRST}-01-01", f"{datetime.date.today().year + YEARS_AHEAD}-12-31"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the package
        try:
            found = package.get_calendar(code, start=start, end=end)
        except ValueError:  # some are known for fewer years, and say for how many only here
            known = type(package.get_calendar(code))
            first, last = known.bound_min(), known.bound_max()  # None where there is no bound
            start = start if first is None else max(start, str(first.date()))
            end = end if last is None else min(end, str(last.date()))
            found = package.get_calendar(code, start=start, end=end)
        days = found.sessions.to_numpy().astype("datetime64[D]").astype(np.int64)
        opens, closes = (nanos // 10**9 for nanos in (found.opens_nanos, found.closes_nanos))
    return Sessions(days, opens, closes, found.tz)


def last_session(calendar: Calendar) -> np.datetime64:
    """The last second of the last day that an exchange's calendar knows."""
    return np.datetime64((int(sessions(calendar.name).days[-1]) + 1) * DAY - 1, "s")


def _package(name: str) -> Any:
    try:
        import exchange_calendars
    except ImportError:
        what = f"--calendar {name[:60]}: the calendars of exchanges are not installed."
        raise UsageError(what, f"Install them: {INSTALL}; or say --calendar learn.") from None
    return exchange_calendars
