"""All forecasts that came true, as columns; and how many there are that did not, or may not be scored.

A ticker's rows are read together: its bands are then one text of JSON, and nothing is kept but columns.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.errors import InputError
from rnn_forecast.record.past_scores import Came
from rnn_forecast.record.resolve import SAME
from rnn_forecast.record.schema import LEDGER, connected, translated
from rnn_forecast.record.stored_values import damaged

# Outcomes outside, so that rows come in the order of both keys; of several forecasts the first.
_CAME = """
SELECT o.origin, o.step, coalesce(came, date), came IS NOT NULL, price, base, forecast, last, intervals
FROM outcomes AS o CROSS JOIN forecasts AS f USING (ticker, origin, step)
WHERE o.ticker = :ticker AND o.step <= :steps AND NOT late AND o.origin >= coalesce((
    SELECT origin FROM outcomes WHERE ticker = :ticker AND step = 1
    ORDER BY origin DESC LIMIT 1 OFFSET :latest - 1
), o.origin) AND NOT EXISTS (
    SELECT 1 FROM forecasts AS e WHERE e.ticker = o.ticker AND e.origin = o.origin AND e.step = o.step
        AND NOT e.late AND (e.made, e.model, e.input) < (f.made, f.model, f.input)
) ORDER BY o.origin, o.step
"""
# each ticker once, by one look into the index for each
_TICKERS = """
WITH RECURSIVE t(ticker) AS (
    SELECT min(ticker) FROM {table}
    UNION ALL
    SELECT (SELECT min(ticker) FROM {table} WHERE ticker > t.ticker) FROM t WHERE t.ticker IS NOT NULL
) SELECT ticker FROM t WHERE ticker IS NOT NULL
"""
_NUMBERS = """
SELECT count(*), min(origin), max(origin), coalesce(sum(late), 0), max(made),
    (SELECT count(*) FROM outcomes), (SELECT count(*) FROM revisions),
    (SELECT count(*) FROM (SELECT DISTINCT ticker, origin, step FROM forecasts WHERE NOT late))
FROM forecasts
"""


@dataclass(frozen=True)
class Asked:
    """Which outcomes: all of them, but for what is said."""

    steps: int = 1 << 53  # of each forecast, the first ones
    ticker: str | None = None
    latest: int = 1 << 53  # origins of each ticker


def history(folder: Path, asked: Asked = Asked()) -> tuple[Came, dict[str, Any]]:
    """What came, and the numbers of the record. Raises InputError where there is none.

    The numbers are of all rows, but `moved`, `rescaled` and `unscored` of those that were asked for.
    """
    path = folder / LEDGER
    if not path.exists():
        raise InputError(
            f"{folder} has no record: it has no {LEDGER}.", "Name a --record, or a batch's --out."
        )
    with connected(path, "ro") as do, translated(path):
        names = [name for name in tickers_in(do, "outcomes") if asked.ticker in {None, name}]
        parts = {name: _part(do.execute(_CAME, vars(asked) | {"ticker": name}).fetchall()) for name in names}
        tickers = len(tickers_in(do, "forecasts"))
        count, first, last, late, made, outcomes, revisions, distinct = do.execute(_NUMBERS).fetchone()
    # rescaled: the origin's price is another in the later file, by a split, an adjustment or a correction
    moved, rescaled, unscored = (sum(part.odd[i] for part in parts.values()) for i in range(3))
    return _joined(parts), {
        "forecasts": count, "tickers": tickers, "from": first, "to": last, "made": made,
        "came_true": outcomes, "to_come": distinct - outcomes, "late": late,
        "repeated": count - late - distinct, "moved": moved, "rescaled": rescaled,
        "revised": revisions, "unscored": unscored,
    }  # fmt: skip


def tickers_in(do: sqlite3.Connection, table: Literal["outcomes", "forecasts"]) -> list[str]:
    return [ticker for (ticker,) in do.execute(_TICKERS.format(table=table))]


@dataclass(frozen=True)
class _Part:
    """What came of one ticker's forecasts, by origin and step."""

    moments: tuple[Sequence[str], Sequence[int], Sequence[str]]  # origins, steps, dates that came, each (n,)
    forecast: Array  # (n,) returns
    actual: Array
    missed: Mapping[str, Array]
    odd: tuple[int, int, int]  # rows that moved, that were rescaled, that have no return


def _part(rows: list[Any]) -> _Part:
    """Of rows of the ledger. A price that is not above 0 has no return."""
    try:
        numbers = np.array([row[4:8] for row in rows], float).reshape(-1, 4)
        _, base, _, last = numbers.T
        there, rescaled = (base > 0) & (last > 0), np.abs(base - last) > SAME * np.abs(last)
        good = [rows[i] for i in np.flatnonzero(there).tolist()]
        price, base, forecast, last = numbers[there].T
        actual, ends = price / base - 1, _ends([row[8] for row in good])
        missed = {level: _missed(both / last[:, None] - 1, actual) for level, both in ends.items()}
        origins, came = (sortable([row[i] for row in good]) for i in (0, 2))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise damaged(f"a forecast in it is none ({error})") from error
    moments = origins, [row[1] for row in good], came
    odd = (sum(row[3] for row in rows), int(rescaled.sum()), len(rows) - len(good))
    return _Part(moments, forecast / last - 1, actual, missed, odd)


def _ends(texts: Sequence[str]) -> dict[str, Array]:
    """By level both ends (n, 2), NaN where there is none."""
    rows = json.loads(f"[{','.join(texts)}]")
    if len(rows) != len(texts):
        raise ValueError("its intervals are no objects of JSON")
    levels = sorted({*chain.from_iterable(rows)}, key=float)
    none = (None, None)
    return {level: np.array([row.get(level, none) for row in rows], float) for level in levels}


def _missed(ends: Array, actual: Array) -> Array:
    """1 outside the band, 0 within, NaN where there is none."""
    low, high = ends.T
    return np.where(np.isnan(low + high), np.nan, ~((low <= actual) & (actual <= high)))


def _joined(parts: Mapping[str, _Part]) -> Came:
    """The rows of all tickers; who lacks a level has no band there."""
    each = [*parts.values()]
    names = [*chain.from_iterable([name] * len(part.actual) for name, part in parts.items())]
    origins, steps, came = (
        ([*chain.from_iterable(column)] for column in zip(*(part.moments for part in each), strict=True))
        if each
        else ([], [], [])
    )
    nothing = np.empty(0)
    forecast, actual = (
        np.concatenate([nothing, *(getattr(part, name) for part in each)]) for name in ("forecast", "actual")
    )
    levels = sorted({level for part in each for level in part.missed}, key=float)
    missed = {
        level: np.concatenate([part.missed.get(level, np.full(len(part.actual), np.nan)) for part in each])
        for level in levels
    }
    return Came.of((names, origins, steps, came), forecast, actual, **missed)


def sortable(moments: Sequence[str | int]) -> list[str]:
    """A date as it is, the number of a row with blanks before it, so that texts sort as numbers do."""
    return [moment if type(moment) is str else f"{moment:>16}" for moment in moments]
