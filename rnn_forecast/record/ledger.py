"""What was done, in SQLite: one row for each ticker and run, and for each ticker what is fresh now.

A ticker's rows are written in one transaction, perhaps with those of others, after its model has been
published, so that a run that is killed between the two trains that ticker again, with the same result, and
never takes a model for one that it is not.
A rollback journal, not a WAL: `status` then needs no right to write beside the ledger.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnn_forecast.errors import InputError, ModelError, WriteError
from rnn_forecast.system.file_names import temporary
from rnn_forecast.system.output_paths import explained

LEDGER = "ledger.sqlite"
APPLICATION = 0x524E4E46  # "RNNF": SQLite's own place for whose file this is, in bytes 68 to 71
FORMAT = 2  # of this file
KEPT_RUNS = 400  # rows of older runs go: a year of nights

_SCHEMA = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, status TEXT NOT NULL,
    recipe_sha256 TEXT, seed INTEGER, versions TEXT, summary TEXT
);
CREATE TABLE tickers (
    run INTEGER NOT NULL, ticker TEXT NOT NULL, status TEXT NOT NULL, why TEXT,
    input_sha256 TEXT, recipe_sha256 TEXT, versions TEXT, seed INTEGER, seconds REAL, epochs INTEGER,
    megabytes REAL, exit_code INTEGER, error TEXT, remedy TEXT, details TEXT, rmse_ratio REAL, verdict TEXT,
    PRIMARY KEY (run, ticker)
) WITHOUT ROWID;
CREATE TABLE models (
    ticker TEXT PRIMARY KEY, folder TEXT NOT NULL, run INTEGER NOT NULL, trained REAL NOT NULL,
    recipe_sha256 TEXT NOT NULL, format INTEGER NOT NULL, rows INTEGER NOT NULL, rows_sha256 TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, rmse_ratio REAL, verdict TEXT
) WITHOUT ROWID;
CREATE TABLE forecasts (ticker TEXT PRIMARY KEY, key TEXT NOT NULL, rows TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE failures (ticker TEXT PRIMARY KEY, key TEXT NOT NULL, failure TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (key TEXT PRIMARY KEY, found TEXT NOT NULL) WITHOUT ROWID;
"""


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
class Entry:
    """A ticker's row, and what is kept for later runs."""

    row: Row
    forecast: tuple[str, str] | None = None  # its key, and its rows as CSV
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
            values = (now_text(), "running", recipe_sha256, seed, json.dumps(versions))
            made = do.execute(
                "INSERT INTO runs (started, status, recipe_sha256, seed, versions) VALUES (?, ?, ?, ?, ?)",
                values,
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
        rows = [entry.row for entry in entries]
        forecasts = [(e.row.ticker, *e.forecast) for e in entries if e.forecast is not None]
        failures = [
            (e.row.ticker, e.failure_key, _failure(e.row)) for e in entries if e.failure_key is not None
        ]
        with self._transaction() as do:
            _insert(do, run, rows)
            do.executemany("INSERT OR REPLACE INTO forecasts VALUES (?, ?, ?)", forecasts)
            do.executemany("DELETE FROM failures WHERE ticker = ?", [(row[0],) for row in forecasts])
            do.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", failures)
            for entry in entries:
                if entry.model is not None:
                    put(do, "models", entry.model)

    def remember_sources(self, found: Mapping[str, Any]) -> None:
        """Keep what was found in files of these keys, and forget the others."""
        with self._transaction() as do:
            do.execute("DELETE FROM sources")
            do.executemany(
                "INSERT INTO sources VALUES (?, ?)", [(key, json.dumps(f)) for key, f in found.items()]
            )

    def sources(self) -> dict[str, Any]:
        return {key: json.loads(found) for key, found in self._rows("SELECT key, found FROM sources")}

    def models(self) -> dict[str, KnownModel]:
        names = ", ".join(f.name for f in fields(KnownModel))
        return {row[0]: KnownModel(*row) for row in self._rows(f"SELECT {names} FROM models")}

    def forecast_keys(self) -> dict[str, str]:
        return dict(self._rows("SELECT ticker, key FROM forecasts"))

    def forecasts(self) -> dict[str, str]:
        """The kept rows of every ticker, as CSV with a header."""
        return dict(self._rows("SELECT ticker, rows FROM forecasts"))

    def forget_forecasts(self, tickers: Iterable[str]) -> None:
        with self._transaction() as do:
            do.executemany("DELETE FROM forecasts WHERE ticker = ?", [(ticker,) for ticker in tickers])

    def failures(self) -> dict[str, tuple[str, tuple[int, str, str, str]]]:
        found = self._rows("SELECT ticker, key, failure FROM failures")
        return {ticker: (key, tuple(json.loads(failure))) for ticker, key, failure in found}

    def runs(self, condition: str = "1", most: int = 1) -> list[dict[str, Any]]:
        """The latest runs that fulfil a condition on (run, started, ended, status)."""
        names = ("run", "started", "ended", "status", "summary")
        found = self._rows(
            f"SELECT {', '.join(names)} FROM runs WHERE {condition} ORDER BY run DESC LIMIT {most}"
        )
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        self._connection.close()

    def _rows(self, query: str) -> list[Any]:
        with _explained(self.path):
            return self._connection.execute(query).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()


@contextlib.contextmanager
def opened(out: Path) -> Iterator[Ledger]:
    """The ledger of a folder that the caller holds, made where there is none yet."""
    path = out / LEDGER
    with _explained(path):
        if not path.exists():
            _make(path)
        connection = _connect(path, "rw")
    with contextlib.closing(Ledger(connection, path)) as ledger:
        _require_format(ledger, connection)
        yield ledger


@contextlib.contextmanager
def read_only(out: Path) -> Iterator[Ledger]:
    """The ledger of a folder that a run may write to meanwhile. Raises InputError where there is none."""
    path = out / LEDGER
    if not path.is_file():
        raise InputError(f"{out} is no folder of a batch: it has no {LEDGER}.", "Name the --out of a batch.")
    with _explained(path):
        connection = _connect(path, "ro")
    with contextlib.closing(Ledger(connection, path)) as ledger:
        _require_format(ledger, connection)
        yield ledger


def put(do: sqlite3.Connection, table: str, value: Any) -> None:
    columns = asdict(value)
    places = ", ".join("?" * len(columns))
    do.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({places})", tuple(columns.values())
    )


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _failure(row: Row) -> str:
    return json.dumps([row.exit_code, row.error, row.remedy, row.details or ""])


def _insert(do: sqlite3.Connection, run: int, rows: Sequence[Row]) -> None:
    names = [f.name for f in fields(Row)]
    do.executemany(
        f"INSERT OR REPLACE INTO tickers (run, {', '.join(names)}) VALUES (?{', ?' * len(names)})",
        [(run, *(getattr(row, name) for name in names)) for row in rows],
    )


def _make(path: Path) -> None:
    """A new ledger under another name, then renamed: there never is half a one."""
    draft = temporary(path)
    try:
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.executescript(_SCHEMA)
        with explained(path):
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    from urllib.parse import quote

    address = f"file:{quote(os.path.abspath(path))}?mode={mode}"  # noqa: PTH100  links stay
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)


def _require_format(ledger: Ledger, connection: sqlite3.Connection) -> None:
    with _explained(ledger.path):
        found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != FORMAT:
        raise ModelError(
            f"{ledger.path} has format {found}, this program writes {FORMAT}.",
            "Use the rnn-forecast that wrote it, or name a new folder with --out.",
        )


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise WriteError(
                f"{path} cannot be used: {error}.", "Look at the disk and the permissions, try again."
            ) from error
        raise ModelError(
            f"{path} is damaged: {error}.", "Move it and the models away; the next run makes all of it anew."
        ) from error
