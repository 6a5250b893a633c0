"""Past forecasts in the ledger: what a later file says of them is added, and nothing is changed.

All of it happens inside the caller's transaction, in which the new forecasts of the same file are added too:
a run that is killed has added both or nothing.
"""

import sqlite3
import time
from collections.abc import Iterator

from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.record.resolve import Moment, Outcome, Pending, resolved, revised
from rnn_forecast.record.stored_values import damaged, require_moment

REVISED = 30  # origins back that a later file is compared with what was noted

# of several forecasts of a step from one origin the first counts
_PENDING = """
SELECT origin, step, date FROM forecasts AS f WHERE ticker = ? AND NOT late AND NOT EXISTS (
    SELECT 1 FROM outcomes AS o WHERE o.ticker = f.ticker AND o.origin = f.origin AND o.step = f.step
) ORDER BY origin, step, made, model, input
"""
_NOTED = """
SELECT o.origin, o.step, came, price, base, date
FROM outcomes AS o JOIN forecasts USING (ticker, origin, step)
WHERE o.ticker = ? AND NOT late AND o.origin >= coalesce((
    SELECT DISTINCT origin FROM outcomes WHERE ticker = ? ORDER BY origin DESC LIMIT 1 OFFSET ?
), o.origin) AND NOT EXISTS (
    SELECT 1 FROM revisions AS r WHERE r.ticker = o.ticker AND r.origin = o.origin AND r.step = o.step
) ORDER BY o.origin, o.step, made, model, input
"""


def add_outcomes(do: sqlite3.Connection, series: PriceSeries) -> None:
    """Note all that the series says of forecasts of its ticker."""
    try:
        _add(do, series)
    except (TypeError, ValueError) as error:  # SQLite holds any value in any column
        raise damaged(f"what came of {series.ticker!r} is no outcome ({error})") from error


def _add(do: sqlite3.Connection, series: PriceSeries) -> None:
    now, ticker = int(time.time()), series.ticker
    noted = dict(do.execute("SELECT step, max(nth) FROM outcomes WHERE ticker = ? GROUP BY step", (ticker,)))
    again = revised(_noted(do, ticker), series)
    do.executemany(
        "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)",
        [(ticker, one.origin, one.step, one.price, one.base, now) for one in again],
    )
    for one in resolved(_pending(do, ticker), series):
        noted[one.step] = noted.get(one.step, -1) + 1
        do.execute(
            "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (ticker, one.origin, one.step, one.came, one.price, one.base, noted[one.step], now),
        )


def newest_origin(do: sqlite3.Connection, ticker: str) -> Moment | None:
    """Of the ticker's forecasts: that price has been seen."""
    (found,) = do.execute("SELECT max(origin) FROM forecasts WHERE ticker = ?", (ticker,)).fetchone()
    return found if isinstance(found, str | int) else None


def _pending(do: sqlite3.Connection, ticker: str) -> Iterator[Pending]:
    found: dict[tuple[Moment, int], Moment] = {}
    for origin, step, date in do.execute(_PENDING, (ticker,)):
        require_moment("origin", origin)
        require_moment("date", date)
        found.setdefault((origin, step), date)
    return (Pending(origin, step, date) for (origin, step), date in found.items())


def _noted(do: sqlite3.Connection, ticker: str) -> list[tuple[Outcome, Moment]]:
    """Outcomes of late that no revision is known of, each with the row that it was found on."""
    found: dict[tuple[Moment, int], tuple[Outcome, Moment]] = {}
    for origin, step, came, price, base, date in do.execute(_NOTED, (ticker, ticker, REVISED)):
        at = date if came is None else came
        require_moment("origin", origin)
        require_moment("date", at)
        found.setdefault((origin, step), (Outcome(origin, step, came, price, base), at))
    return list(found.values())
