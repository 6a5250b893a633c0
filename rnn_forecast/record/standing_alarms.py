"""What `status` asks of the ledger: alarms, the newest forecasts, when each ticker last succeeded.

The latest outcomes are looked at after each night that adds to the record: what is wrong is kept as alarms,
and the figures go into the night's summary, for `status` has no time to look at all of the record.
"""

import json
import math
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.record.alarms import APART, LIFE, Alarm, FirstSteps, alarms
from rnn_forecast.record.past_scores import Came, by_step
from rnn_forecast.record.schema import LEDGER, connected, transaction, translated
from rnn_forecast.record.stored_values import damaged, seconds_of, time_text
from rnn_forecast.record.what_came import sortable, tickers_in

YEAR_10000 = 253_402_300_800  # in seconds since 1970
ROWS = 250  # the latest of each ticker, whose figures are kept

_LATEST = """
SELECT o.origin, nth, price, base, forecast, last, intervals
FROM outcomes AS o JOIN forecasts AS f USING (ticker, origin, step)
WHERE o.ticker = ? AND o.step = 1 AND NOT late AND base > 0 AND last > 0 AND o.origin >= coalesce((
    SELECT origin FROM outcomes WHERE ticker = ? AND step = 1 ORDER BY origin DESC LIMIT 1 OFFSET ?
), o.origin) ORDER BY nth, made, model, input
"""
_NEWEST = """
SELECT max(made) FROM forecasts WHERE ticker = ?
    AND origin = (SELECT max(origin) FROM forecasts WHERE ticker = ?)
"""
# of each ticker of the last run, and of each with a forecast, the last run whose forecast was good: one look
# into the rows of a run for each, from the newest run back
_SUCCEEDED = """
SELECT ticker, (
    SELECT ended FROM runs CROSS JOIN tickers AS t USING (run)
    WHERE runs.status IN ('done', 'failed', 'stopped') AND runs.run >= (SELECT min(run) FROM tickers)
        AND t.ticker = known.ticker AND t.status IN ('trained', 'at_hand', 'unchanged')
    ORDER BY runs.run DESC LIMIT 1
) FROM (
    SELECT ticker FROM tickers WHERE run = (SELECT max(run) FROM tickers)
    UNION SELECT ticker FROM current_forecasts
) AS known ORDER BY ticker
"""
_SINCE = "SELECT min(started) FROM runs WHERE run >= (SELECT min(run) FROM tickers)"


@dataclass(frozen=True)
class Outcomes:
    """The latest outcomes of a ticker one step ahead, oldest first."""

    steps: FirstSteps
    returns: NDArray[np.float64]  # (n, 2): forecast, actual


def find_alarms(folder: Path) -> list[Alarm]:
    return look_back(folder)[0]


def look_back(folder: Path) -> tuple[list[Alarm], list[Outcomes]]:
    """Look at the latest outcomes of every ticker and keep what is wrong, in place of what was."""
    path = folder / LEDGER
    with connected(path, "rw") as do, translated(path):
        tickers = tickers_in(do, "outcomes")
        try:
            each = [_first_steps(do, ticker) for ticker in tickers]
            found = [*alarms([one.steps for one in each])]
        except (TypeError, ValueError, AttributeError, OverflowError) as error:  # SQLite holds any value
            raise damaged(f"a forecast that came true is none ({error})") from error
        with transaction(do):
            do.execute("DELETE FROM alarms")
            do.executemany(
                "INSERT INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?)",
                [tuple(vars(one).values()) for one in found],
            )
    return found, each


def record_figures(folder: Path, each: Sequence[Outcomes]) -> dict[str, Any]:
    """How many forecasts there are and came true, and how good the latest of them were."""
    path = folder / LEDGER
    with connected(path, "ro") as do, translated(path):
        forecasts, first = do.execute("SELECT count(*), min(origin) FROM forecasts").fetchone()
        (came_true,) = do.execute("SELECT count(*) FROM outcomes").fetchone()
    return {"forecasts": forecasts, "from": first, "came_true": came_true, "latest": latest_figures(each)}


def latest_figures(each: Sequence[Outcomes]) -> dict[str, Any] | None:
    """As `track-record` scores the latest rows of every ticker; None where nothing came."""
    each = [one for one in each if len(one.returns)]
    if not each:
        return None
    origins = sortable([at for one in each for at in one.steps.origin[-ROWS:]])
    names = [one.steps.ticker for one in each for _ in one.steps.origin[-ROWS:]]
    forecast, actual = np.concatenate([one.returns[-ROWS:] for one in each]).T
    levels = sorted({level for one in each for level in one.steps.missed}, key=float)
    missed = {
        level: np.concatenate(
            [one.steps.missed.get(level, np.full(len(one.returns), math.nan))[-ROWS:] for one in each]
        )
        for level in levels
    }
    (step,) = by_step(Came.of((names, origins, [1] * len(names), origins), forecast, actual, **missed))
    held = {f"{cover['level']:g}": cover["held"] for cover in step["coverage"] if cover["held"] is not None}
    return {"rows": ROWS, "held": held} | {name: step[name] for name in ("outcomes", "rmse_ratio", "verdict")}


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
        for ticker, at in made.items():
            if isinstance(at, int) and not 0 <= at < YEAR_10000:
                raise damaged(f"the newest forecast of {ticker!r} was made at {at}, which is no time")
    return {ticker: at for ticker, at in made.items() if isinstance(at, int)}


def last_successes(folder: Path, made: Mapping[str, int]) -> dict[str, str | None]:
    """Of each ticker that there is, the end of the last run that wrote its forecast or found it right.

    Where that was before the rows of runs that are kept: when its newest forecast was `made`. None for never.
    """
    path = folder / LEDGER
    with connected(path, "ro") as do, translated(path):
        found = dict(do.execute(_SUCCEEDED).fetchall())
        ((since,),) = do.execute(_SINCE).fetchall()
        end = time.time() if since is None else seconds_of("the start of a run", since)
        for ticker, at in found.items():
            if not isinstance(ticker, str):
                raise damaged(f"{ticker!r} is no ticker")
            if at is not None:
                seconds_of("the end of a run", at)
    before = {ticker: time_text(at) for ticker, at in made.items() if 0 <= at < end}
    return {ticker: at or before.get(ticker) for ticker, at in found.items()}


def _first_steps(do: sqlite3.Connection, ticker: str) -> Outcomes:
    found = do.execute(_LATEST, (ticker, ticker, LIFE + APART))
    rows = [next(same) for _, same in groupby(found, itemgetter(0))]  # of several forecasts the first
    each = [_judged(*row[2:]) for row in rows]
    levels = sorted({level for missed, _ in each for level in missed}, key=float)
    steps = FirstSteps(
        ticker, [row[0] for row in rows], np.array([row[1] for row in rows], np.int64),
        {level: np.array([missed.get(level, math.nan) for missed, _ in each]) for level in levels},
        np.array([nearer for _, nearer in each]),
    )  # fmt: skip
    returns = [(forecast / last - 1, price / base - 1) for _, _, price, base, forecast, last, _ in rows]
    return Outcomes(steps, np.array(returns, np.float64).reshape(-1, 2))


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
