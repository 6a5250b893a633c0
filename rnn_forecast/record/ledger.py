"""What was done: a row for each ticker and run, a row for each forecast price, and what is fresh now.

A ticker's rows are written in one transaction, perhaps with those of others, after its model has been
published, so that a run that is killed between the two trains that ticker again, with the same result, and
never takes a model for one that it is not. Rows of forecasts are added and never changed.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnn_forecast.errors import InputError
from rnn_forecast.record.schema import LEDGER, connected, create, transaction, translated

KEPT_RUNS = 400  # rows of older runs go: a year of nights


@dataclass(frozen=True)
class Row:
    """What a run did about one ticker."""

    ticker: str
    status: str  # trained | at_hand | unchanged | failed
    why: str = ""
    input_sha256: str | None = None
    recipe_sha256: str | None = None
    versions: str | None = None
    seed: int | None = None
    seconds: float | None = None
    epochs: int | None = None
    megabytes: float | None = None
    exit_code: int | None = None
    error: str | None = None
    remedy: str | None = None
    details: str | None = None
    rmse_ratio: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class KnownModel:
    """The model that stands in a ticker's folder."""

    ticker: str
    folder: str
    run: int
    trained: float  # seconds since 1970
    recipe_sha256: str
    format: int
    rows: int  # the first rows of the series, which training looked at
    rows_sha256: str  # of them
    input_sha256: str  # of the whole series
    manifest_sha256: str
    rmse_ratio: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class ForecastRow:
    """One price that was forecast. Dates are texts, or numbers of rows where a series has no dates."""

    ticker: str
    origin: str | int  # of the last price used
    step: int  # 1, 2, 3…
    model: str  # the sha256 of its folder's manifest; "" where format 2 does not say
    input: str  # the first 16 digits of the sha256 of the prices
    date: str | int
    forecast: float | None
    last: float | None
    intervals: Mapping[str, Sequence[float | None]]  # level → low, high
    made: int | None  # seconds since 1970


@dataclass(frozen=True)
class Entry:
    """A ticker's row, and what is kept for later runs."""

    row: Row
    forecast: tuple[str, Sequence[ForecastRow]] | None = None  # its key, and its steps from 1
    model: KnownModel | None = None  # where that is new
    failure_key: str | None = None  # under which the failure is remembered, so as not to find it again


class Ledger:
    """An open ledger. Every method is one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self.path = connection, path

    def begin(self, recipe_sha256: str, seed: int, versions: Mapping[str, str]) -> int:
        """Note that a run has begun; its number. A run that says no end was killed."""
        with self._transaction() as do:
            do.execute("UPDATE runs SET status = 'killed' WHERE status = 'running'")
            made = do.execute(
                "INSERT INTO runs (status, started, recipe_sha256, seed, versions)"
                " VALUES ('running', ?, ?, ?, ?)",
                (now_text(), recipe_sha256, seed, json.dumps(versions)),
            )
            run = int(made.lastrowid or 0)
            do.execute("DELETE FROM tickers WHERE run <= ?", (run - KEPT_RUNS,))
        return run

    def end(self, run: int, status: str, summary: Mapping[str, Any]) -> None:
        with self._transaction() as do:
            do.execute(
                "UPDATE runs SET ended = ?, status = ?, summary = ? WHERE run = ?",
                (now_text(), status, json.dumps(summary), run),
            )

    def enter(self, run: int, entries: Sequence[Entry]) -> None:
        """Rows of tickers, and what is to be kept with them, all of it or nothing."""
        made = [(*e.forecast, e.row.ticker) for e in entries if e.forecast is not None]
        failed = [e for e in entries if e.failure_key is not None]
        with self._transaction() as do:
            _put(do, "tickers", [{"run": run, **vars(e.row)} for e in entries])
            _put(do, "models", [vars(e.model) for e in entries if e.model is not None])
            _put(do, "forecasts", [_stored(row) for _, rows, _ in made for row in rows], keep=True)
            _put(do, "current_forecasts", [_current(key, rows) for key, rows, _ in made])
            do.executemany("DELETE FROM failures WHERE ticker = ?", [(ticker,) for _, _, ticker in made])
            _put(do, "failures", [_failure(e) for e in failed])

    def remember_sources(self, found: Mapping[str, Any]) -> None:
        """Keep what was found in files of these keys, and forget the others."""
        with self._transaction() as do:
            do.execute("DELETE FROM sources")
            _put(do, "sources", [{"key": key, "found": json.dumps(what)} for key, what in found.items()])

    def sources(self) -> dict[str, Any]:
        return {key: json.loads(found) for key, found in self._rows("SELECT key, found FROM sources")}

    def models(self) -> dict[str, KnownModel]:
        names = ", ".join(f.name for f in fields(KnownModel))
        return {row[0]: KnownModel(*row) for row in self._rows(f"SELECT {names} FROM models")}

    def forecast_keys(self) -> dict[str, str]:
        return dict(self._rows("SELECT ticker, key FROM current_forecasts"))

    def forecasts(self) -> dict[str, list[ForecastRow]]:
        """The current forecast of every ticker, step by step."""
        names = ", ".join(f.name for f in fields(ForecastRow))
        current: dict[str, list[ForecastRow]] = {}
        for row in self._rows(
            f"SELECT {names} FROM current_forecasts JOIN forecasts USING (ticker, origin, model, input) "
            "WHERE step <= steps ORDER BY ticker, step"
        ):
            current.setdefault(row[0], []).append(_read(row))
        return current

    def forget_forecasts(self, tickers: Iterable[str]) -> None:
        """They are no longer current; that they were made stays."""
        with self._transaction() as do:
            do.executemany("DELETE FROM current_forecasts WHERE ticker = ?", [(name,) for name in tickers])

    def failures(self) -> dict[str, tuple[str, tuple[int, str, str, str]]]:
        found = self._rows("SELECT ticker, key, failure FROM failures")
        return {ticker: (key, tuple(json.loads(failure))) for ticker, key, failure in found}

    def latest_run(self, condition: str) -> dict[str, Any] | None:
        """The latest run that fulfils a condition on (run, started, ended, status)."""
        names = ("run", "started", "ended", "status", "summary")
        found = self._rows(f"SELECT {', '.join(names)} FROM runs WHERE {condition} ORDER BY run DESC LIMIT 1")
        return dict(zip(names, found[0], strict=True)) if found else None

    def _rows(self, query: str) -> list[Any]:
        with translated(self.path):
            return self._connection.execute(query).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path), transaction(self._connection) as do:
            yield do


@contextlib.contextmanager
def opened(out: Path) -> Iterator[Ledger]:
    """The ledger of a folder that the caller holds, made where there is none yet."""
    path = out / LEDGER
    if not path.exists():
        create(path)
    with connected(path, "rw") as connection:
        yield Ledger(connection, path)


@contextlib.contextmanager
def read_only(out: Path) -> Iterator[Ledger]:
    """The ledger of a folder that a run may write to meanwhile. Raises InputError where there is none."""
    path = out / LEDGER
    if not path.is_file():
        raise InputError(f"{out} is no folder of a batch: it has no {LEDGER}.", "Name the --out of a batch.")
    with connected(path, "ro") as connection:
        yield Ledger(connection, path)


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put(
    do: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]], *, keep: bool = False
) -> None:
    """Insert rows; one that is there under the same primary key is replaced, or with `keep` left as it is."""
    for row in rows:
        columns, values = ", ".join(row), ", ".join("?" * len(row))
        how = "INSERT OR IGNORE" if keep else "INSERT OR REPLACE"
        do.execute(f"{how} INTO {table} ({columns}) VALUES ({values})", tuple(row.values()))


def _failure(entry: Entry) -> dict[str, Any]:
    row = entry.row
    failure = json.dumps([row.exit_code, row.error, row.remedy, row.details or ""])
    return {"ticker": row.ticker, "key": entry.failure_key, "failure": failure}


def _current(key: str, rows: Sequence[ForecastRow]) -> dict[str, Any]:
    first = _stored(rows[0])
    return {"key": key, "steps": len(rows)} | {n: first[n] for n in ("ticker", "origin", "model", "input")}


def _stored(row: ForecastRow) -> dict[str, Any]:
    """A row for SQLite: hashes as bytes, intervals as JSON."""
    return {
        **vars(row),
        "model": bytes.fromhex(row.model),
        "input": bytes.fromhex(row.input),
        "intervals": json.dumps(row.intervals, separators=(",", ":")),
    }


def _read(row: Sequence[Any]) -> ForecastRow:
    """What `_stored` was made of."""
    ticker, origin, step, model, prices, date, forecast, last, intervals, made = row
    return ForecastRow(
        ticker, origin, step, model.hex(), prices.hex(), date, forecast, last, json.loads(intervals), made
    )
