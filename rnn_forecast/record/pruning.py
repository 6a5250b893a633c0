"""What a ledger no longer has to hold: rows that are older than a person wants, and how many there are.

A run's rows go by its end, a forecast's by when it was made. What is current, and the run that last
succeeded, stay however old they are: forecasts.csv and `status` need them.
"""

import contextlib
import math
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rnn_forecast.record.schema import LEDGER, connected, transaction, translated

_MADE = """
coalesce(forecasts.made, CASE typeof(origin) WHEN 'text' THEN CAST(strftime('%s', origin) AS INTEGER) END)
"""  # format 2 did not always say; a row's number is no time
_OLD_RUNS = """
DELETE FROM runs WHERE coalesce(ended, started) < ?
    AND run NOT IN (SELECT max(run) FROM runs UNION ALL SELECT max(run) FROM runs WHERE status = 'done')
"""
_OLD_FORECASTS = f"""
DELETE FROM forecasts WHERE {_MADE} < ? AND NOT EXISTS (
    SELECT 1 FROM current_forecasts AS c WHERE c.ticker = forecasts.ticker AND c.origin = forecasts.origin
        AND c.model = forecasts.model AND c.input = forecasts.input AND forecasts.step <= c.steps
)
"""
_ORPHANS = """
DELETE FROM {table} WHERE NOT EXISTS (
    SELECT 1 FROM forecasts AS f WHERE f.ticker = {table}.ticker AND f.origin = {table}.origin
        AND f.step = {table}.step
)
"""
_UNSEEN = """
SELECT ticker, folder, manifest_sha256 FROM models WHERE trained < ? AND ticker NOT IN (
    SELECT tickers.ticker FROM tickers JOIN runs USING (run) WHERE coalesce(ended, started) >= ?
) ORDER BY ticker
"""


NOTHING = {"runs": 0, "forecasts": 0, "models": 0}


@dataclass(frozen=True)
class OldModel:
    ticker: str
    folder: str  # as the ledger has it: not to be trusted as a name
    manifest_sha256: str


def old_models(out: Path, before: float) -> list[OldModel]:
    """Models of tickers that no run has had to do with since `before` (seconds since 1970)."""
    path = out / LEDGER
    with connected(path, "ro") as connection, translated(path):
        return [OldModel(*row) for row in connection.execute(_UNSEEN, (before, _text(before)))]


def prune(out: Path, before: float, gone: Sequence[str], seen: Collection[str] | None) -> dict[str, int]:
    """Delete what is older than `before` and the models of `gone`, in one transaction; how many rows.

    The latest run and the last that succeeded stay. `seen`: the tickers that there are, if all are known: a
    failure that is remembered of another one goes as well, once no run that is left has to do with it.
    """
    path = out / LEDGER
    with connected(path, "rw") as connection, translated(path):
        with transaction(connection) as do:
            runs = do.execute(_OLD_RUNS, (_text(before),)).rowcount
            do.execute("DELETE FROM tickers WHERE run NOT IN (SELECT run FROM runs)")
            forecasts = _forget(do, before)
            do.executemany("DELETE FROM models WHERE ticker = ?", [(ticker,) for ticker in gone])
            if seen is not None:
                _forget_failures(do, seen)
        _shrink(connection)
    return {"runs": runs, "forecasts": forecasts, "models": len(gone)}


def _forget(do: sqlite3.Connection, before: float) -> int:
    """Delete old forecasts with what came of them; how many."""
    do.execute("INSERT INTO pruning VALUES (?)", (before,))  # the triggers look for it
    forecasts = do.execute(_OLD_FORECASTS, (before,)).rowcount
    for table in ("outcomes", "revisions") if forecasts else ():
        do.execute(_ORPHANS.format(table=table))
    do.execute("DELETE FROM pruning")
    return forecasts


def _forget_failures(do: sqlite3.Connection, seen: Collection[str]) -> None:
    old = do.execute("SELECT ticker FROM failures WHERE ticker NOT IN (SELECT ticker FROM tickers)")
    forgotten = [row for row in old.fetchall() if row[0] not in seen]
    do.executemany("DELETE FROM failures WHERE ticker = ?", forgotten)


def compact(out: Path) -> None:
    """Write the ledger anew, its pages full: rows that come between others leave an eighth of them empty.

    A ledger of 400 MB needs some seconds and as much room again; without the room it stays as it is.
    """
    path = out / LEDGER
    with connected(path, "rw") as connection, translated(path):
        _rewrite(connection)


def _shrink(connection: sqlite3.Connection) -> None:
    """Give room back where more than half is free; else SQLite uses it again."""
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    if 2 * free > connection.execute("PRAGMA page_count").fetchone()[0]:
        _rewrite(connection)


def _rewrite(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.OperationalError):  # no room for the copy, or somebody reads
        connection.execute("VACUUM")


def number_of(out: Path) -> dict[str, int]:
    """How many runs and models the ledger has."""
    path = out / LEDGER
    with connected(path, "ro") as connection, translated(path):
        return {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("runs", "models")
        }


def _text(moment: float) -> str:
    """The next whole second as `now_text` writes it, so that texts compare as times; none before year 1."""
    moment = max(math.ceil(moment), -62_135_596_800)
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")[:19] + "Z"
