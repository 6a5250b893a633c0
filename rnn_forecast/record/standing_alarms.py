"""Alarms in the ledger: found after each night that adds to the record, and read by `status --check`."""

import json
import math
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal

import numpy as np

from rnn_forecast.record.alarms import APART, LIFE, Alarm, FirstSteps, alarms
from rnn_forecast.record.schema import LEDGER, connected, transaction, translated
from rnn_forecast.record.stored_values import damaged

_LATEST = """
SELECT o.origin, nth, price, base, forecast, last, intervals
FROM outcomes AS o JOIN forecasts AS f USING (ticker, origin, step)
WHERE o.ticker = ? AND o.step = 1 AND NOT late AND base > 0 AND last > 0 AND o.origin >= coalesce((
    SELECT origin FROM outcomes WHERE ticker = ? AND step = 1 ORDER BY origin DESC LIMIT 1 OFFSET ?
), o.origin) ORDER BY nth, made, model, input
"""
# each ticker once, by one look into the index for each
_TICKERS = """
WITH RECURSIVE t(ticker) AS (
    SELECT min(ticker) FROM {table}
    UNION ALL
    SELECT (SELECT min(ticker) FROM {table} WHERE ticker > t.ticker) FROM t WHERE t.ticker IS NOT NULL
) SELECT ticker FROM t WHERE ticker IS NOT NULL
"""
_NEWEST = """
SELECT max(made) FROM forecasts WHERE ticker = ?
    AND origin = (SELECT max(origin) FROM forecasts WHERE ticker = ?)
"""


def find_alarms(folder: Path) -> list[Alarm]:
    """Look at the latest outcomes of every ticker and keep what is wrong, in place of what was."""
    path = folder / LEDGER
    with connected(path, "rw") as do, translated(path):
        tickers = tickers_in(do, "outcomes")
        try:
            found = [*alarms([_first_steps(do, ticker) for ticker in tickers])]
        except (TypeError, ValueError, AttributeError) as error:  # SQLite holds any value in any column
            raise damaged(f"a forecast that came true is none ({error})") from error
        with transaction(do):
            do.execute("DELETE FROM alarms")
            do.executemany(
                "INSERT INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?)",
                [tuple(vars(one).values()) for one in found],
            )
    return found


def standing_alarms(folder: Path) -> list[Alarm]:
    """What was found last."""
    path = folder / LEDGER
    with connected(path, "ro") as do, translated(path):
        return [Alarm(*row) for row in do.execute("SELECT * FROM alarms ORDER BY ticker, kind, level")]


def newest_forecasts(folder: Path) -> dict[str, int]:
    """When each ticker's newest forecast was made, in seconds since 1970."""
    path = folder / LEDGER
    with connected(path, "ro") as do, translated(path):
        tickers = tickers_in(do, "forecasts")
        made = {ticker: do.execute(_NEWEST, (ticker, ticker)).fetchone()[0] for ticker in tickers}
    return {ticker: at for ticker, at in made.items() if isinstance(at, int)}


def tickers_in(do: sqlite3.Connection, table: Literal["outcomes", "forecasts"]) -> list[str]:
    return [ticker for (ticker,) in do.execute(_TICKERS.format(table=table))]


def _first_steps(do: sqlite3.Connection, ticker: str) -> FirstSteps:
    found = do.execute(_LATEST, (ticker, ticker, LIFE + APART))
    rows = [next(same) for _, same in groupby(found, itemgetter(0))]  # of several forecasts the first
    each = [_judged(*row[2:]) for row in rows]
    levels = sorted({level for missed, _ in each for level in missed}, key=float)
    return FirstSteps(
        ticker, [row[0] for row in rows], np.array([row[1] for row in rows], np.int64),
        {level: np.array([missed.get(level, math.nan) for missed, _ in each]) for level in levels},
        np.array([nearer for _, nearer in each]),
    )  # fmt: skip


def _judged(
    price: float, base: float, forecast: float, last: float, intervals: str
) -> tuple[dict[str, float], float]:
    """By level whether the band missed, and whether the last value was nearer (NaN: neither)."""
    actual, said = price / base - 1, forecast / last - 1
    off, moved = abs(actual - said), abs(actual)
    return dict(_missed(intervals, last, actual)), math.nan if off == moved else float(off > moved)


def _missed(intervals: str, last: float, actual: float) -> Iterator[tuple[str, float]]:
    for level, (low, high) in json.loads(intervals).items():
        if low is not None and high is not None:
            yield level, float(not low / last - 1 <= actual <= high / last - 1)
