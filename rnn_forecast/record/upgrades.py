"""Ledgers of older formats: a step from each to the next, so that what was kept is taken over whole."""

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from rnn_forecast.record.ledger_tables import CURRENT, FORECASTS, RECORD

FIRST = 2  # the oldest format that is still read
_FORECASTS_OF_3 = """
CREATE TABLE forecasts (
    ticker TEXT NOT NULL, origin NOT NULL, step INTEGER NOT NULL, model BLOB NOT NULL, input BLOB NOT NULL,
    date NOT NULL, forecast REAL, last REAL, intervals TEXT NOT NULL, made INTEGER,
    PRIMARY KEY (ticker, origin, step, model, input)
) WITHOUT ROWID
"""


def forecasts_are_rows(do: sqlite3.Connection) -> None:
    """2 → 3: the forecast of a ticker was one CSV text, with the key that decided it; steps become rows.

    It was made by the last run that noted a new one for the ticker; by none known where that row is gone.
    """
    do.execute("ALTER TABLE forecasts RENAME TO texts")
    do.execute(_FORECASTS_OF_3)
    do.execute(CURRENT)
    kept = do.execute("""
        SELECT texts.ticker, texts.key, texts.rows, coalesce(noted.input_sha256, ''), manifest_sha256,
            CAST(strftime('%s', coalesce(runs.ended, runs.started)) AS INTEGER)
        FROM texts LEFT JOIN models USING (ticker) LEFT JOIN (
            SELECT ticker, input_sha256, max(run) AS run FROM tickers
            WHERE status IN ('trained', 'at_hand') GROUP BY ticker
        ) AS noted USING (ticker) LEFT JOIN runs ON runs.run = noted.run
    """)
    for ticker, key, text, input_sha256, manifest, made in kept.fetchall():
        cells = list(csv.DictReader(io.StringIO(text, newline="")))
        # not the ticker's own model where another one, given for all tickers, has made the forecast
        own = key in (_key_of_format_2(input_sha256, manifest, steps) for steps in (None, len(cells)))
        model, prices = bytes.fromhex(manifest if own else ""), bytes.fromhex(input_sha256[:16])
        do.executemany(
            "INSERT INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(ticker, _date(c["origin"]), int(c["step"]), model, prices, *_values(c), made) for c in cells],
        )
        current = (ticker, key, _date(cells[0]["origin"]), model, prices, len(cells))
        do.execute("INSERT INTO current_forecasts VALUES (?, ?, ?, ?, ?, ?)", current)
    do.execute("DROP TABLE texts")


def _key_of_format_2(input_sha256: str, manifest: str | None, steps: int | None) -> str:
    return hashlib.sha256(json.dumps([input_sha256, manifest, steps]).encode()).hexdigest()


def _values(cells: dict[str, str]) -> tuple[Any, ...]:
    """date, forecast, last, intervals."""
    levels = [name.removeprefix("lo_") for name in cells if name.startswith("lo_")]
    ends = {level: [_number(cells[f"lo_{level}"]), _number(cells[f"hi_{level}"])] for level in levels}
    dumped = json.dumps(ends, separators=(",", ":"))
    return _date(cells["date"]), _number(cells["forecast"]), _number(cells["last"]), dumped


def _date(cell: str) -> str | int:
    return int(cell) if cell.isdecimal() else cell


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def forecasts_have_outcomes(do: sqlite3.Connection) -> None:
    """3 → 4: what came of forecasts stands beside them; they say whether they were late, and their quantiles.

    One whose time is unknown counts as late. Hashes are cut to eight bytes, which tell models apart as well.
    """
    do.execute("ALTER TABLE forecasts RENAME TO forecasts_of_3")
    do.execute(FORECASTS)
    do.execute("""
        INSERT INTO forecasts
        SELECT ticker, origin, step, coalesce(substr(model, 1, 8), x''), input, date, forecast, last,
            intervals, NULL, made, made IS NULL OR (typeof(date) = 'text' AND made >=
                CAST(strftime('%s', date) AS INTEGER) + CASE length(date) WHEN 10 THEN 86400 ELSE 43200 END)
        FROM forecasts_of_3
    """)
    do.execute("DROP TABLE forecasts_of_3")
    do.execute("UPDATE current_forecasts SET model = coalesce(substr(model, 1, 8), x'')")
    for statement in RECORD:
        do.execute(statement)


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (forecasts_are_rows, forecasts_have_outcomes)
