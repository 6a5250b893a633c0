"""All forecasts that came true, as columns; and how many there are that did not, or may not be scored."""

import json
import math
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from rnn_forecast.errors import InputError
from rnn_forecast.record.past_scores import Came
from rnn_forecast.record.resolve import SAME
from rnn_forecast.record.schema import LEDGER, connected, translated

_CAME = """
SELECT o.ticker, o.origin, o.step, coalesce(came, date), came IS NOT NULL, price, base, forecast, last,
    intervals
FROM outcomes AS o JOIN forecasts AS f USING (ticker, origin, step)
WHERE NOT late ORDER BY o.ticker, o.origin, o.step, made, model, input
"""
_NUMBERS = """
SELECT count(*), count(DISTINCT ticker), min(origin), max(origin), coalesce(sum(late), 0), max(made),
    (SELECT count(*) FROM outcomes), (SELECT count(*) FROM revisions),
    (SELECT count(*) FROM (SELECT DISTINCT ticker, origin, step FROM forecasts WHERE NOT late))
FROM forecasts
"""


def history(folder: Path) -> tuple[Came, dict[str, Any]]:
    """What came, and the numbers of the record. Raises InputError where there is none."""
    path = folder / LEDGER
    if not path.exists():
        raise InputError(
            f"{folder} has no record: it has no {LEDGER}.", "Name a --record, or a batch's --out."
        )
    with connected(path, "ro") as do, translated(path):
        rows = [next(same) for _, same in groupby(do.execute(_CAME), itemgetter(0, 1, 2))]
        found = do.execute(_NUMBERS).fetchone()
        came, unscored = _came(rows)
    count, tickers, first, last, late, made, outcomes, revisions, distinct = found
    numbers = {
        "forecasts": count, "tickers": tickers, "from": first, "to": last, "made": made,
        "came_true": outcomes, "to_come": distinct - outcomes, "late": late,
        "repeated": count - late - distinct,
        "moved": sum(row[4] for row in rows), "rescaled": sum(_rescaled(row) for row in rows),
        "revised": revisions, "unscored": unscored,
    }  # fmt: skip
    return came, numbers


def _came(rows: list[Any]) -> tuple[Came, int]:
    """Columns of returns; and how many have none, for a price that is not above 0 has no return."""
    good = [row for row in rows if row[6] > 0 and row[8] is not None and row[8] > 0]
    try:
        ends = [json.loads(row[9]) for row in good]
        levels = sorted({level for one in ends for level in one}, key=float)
        price, base, forecast, last = np.array([row[5:9] for row in good], float).reshape(-1, 4).T
        actual = price / base - 1
        missed = {level: np.array([*_missed(level, ends, last, actual)]) for level in levels}
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise sqlite3.DatabaseError(f"a forecast in it is none ({error})") from error
    moments = [(row[0], sortable(row[1]), row[2], sortable(row[3])) for row in good]
    return Came.of(moments, forecast / last - 1, actual, **missed), len(rows) - len(good)


def _missed(level: str, ends: list[Any], last: Any, actual: Any) -> Iterator[float]:
    """1 outside the band, 0 within, NaN where there is none."""
    for one, was, now in zip(ends, last.tolist(), actual.tolist(), strict=True):
        low, high = one.get(level, (None, None))
        nothing = low is None or high is None
        yield math.nan if nothing else float(not low / was - 1 <= now <= high / was - 1)


def sortable(moment: str | int) -> str:
    """A date as it is, the number of a row with blanks before it, so that texts sort as numbers do."""
    return moment if isinstance(moment, str) else f"{moment:>16}"


def _rescaled(row: Any) -> bool:
    """Whether the origin's price is another in the later file: a split, an adjustment, a correction."""
    return row[8] is not None and abs(row[6] - row[8]) > SAME * abs(row[8])
