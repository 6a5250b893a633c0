"""The ledger as a file: its tables, and how one is made, opened and brought to the newest format.

A rollback journal, not a WAL: `status` then needs no right to write beside the ledger.
"""

import contextlib
import csv
import hashlib
import io
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from rnn_forecast.errors import BusyError, ModelError, OutputError, WriteError
from rnn_forecast.system.file_names import temporary
from rnn_forecast.system.output_paths import explained

LEDGER = "ledger.sqlite"
APPLICATION = 0x524E4E46  # "RNNF": SQLite's own place for whose file this is, in bytes 68 to 71
_HEAD = b"SQLite format 3\0"
FIRST = 2  # the oldest format that is still read
BUSY = 5.0  # seconds; another run's `status`, or a program that copies the file, needs no longer
ANEW = "Move it away: the next run makes another, and takes over the models that are there."
_DISK = ("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_NOMEM")

# A night of 500 tickers, 5 steps and two levels adds 0.45 MB: hashes are bytes, not digits. `origin` and
# `date` are texts, or numbers of rows. `input` is the start of the sha256 of the prices: a last price that is
# corrected gives another forecast from the same origin by the same model, and both are kept.
_FORECASTS = """
CREATE TABLE forecasts (
    ticker TEXT NOT NULL, origin NOT NULL, step INTEGER NOT NULL, model BLOB NOT NULL, input BLOB NOT NULL,
    date NOT NULL, forecast REAL, last REAL, intervals TEXT NOT NULL, made INTEGER,
    PRIMARY KEY (ticker, origin, step, model, input)
) WITHOUT ROWID
"""
_CURRENT = """
CREATE TABLE current_forecasts (
    ticker TEXT PRIMARY KEY, key TEXT NOT NULL, origin NOT NULL, model BLOB NOT NULL, input BLOB NOT NULL,
    steps INTEGER NOT NULL
) WITHOUT ROWID
"""
_SCHEMA = f"""
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
CREATE TABLE failures (ticker TEXT PRIMARY KEY, key TEXT NOT NULL, failure TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (key TEXT PRIMARY KEY, found TEXT NOT NULL) WITHOUT ROWID;
{_FORECASTS};
{_CURRENT};
"""


def create(path: Path) -> None:
    """A new ledger under another name, then renamed: there never is half a one.

    A journal that was left of one before would be taken for this one's, and played back into it.
    """
    draft = temporary(path)
    try:
        with explained(path):
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        with translated(path), contextlib.closing(sqlite3.connect(draft)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.executescript(_SCHEMA)
        with explained(path):
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def connected(path: Path, mode: Literal["ro", "rw"], *, wait: float = 0.0) -> Iterator[sqlite3.Connection]:
    """A ledger that is there, in the newest format; `rw` assumes that no other run writes to it.

    An older one is upgraded in its place, or, where it is only read, a copy of it in memory. Raises
    ModelError for one that is damaged or has a format that is not known here, BusyError where another
    program holds it for longer than `wait` seconds.
    """
    require_ledger(path)
    # a run that was killed in a transaction has left a journal, which a reader has to play back first
    how = "rw" if path.with_name(f"{path.name}-journal").exists() and os.access(path, os.W_OK) else mode
    address = f"file:{quote(os.path.abspath(path))}?mode={how}"  # noqa: PTH100  links stay
    with contextlib.ExitStack() as stack:
        with translated(path):
            connection = stack.enter_context(_connect(address, max(wait, BUSY)))
            if mode == "ro" and _format_of(connection, path) < FORMAT:
                copy = stack.enter_context(_connect(":memory:", BUSY))
                connection.backup(copy)
                connection = copy
            if _format_of(connection, path) < FORMAT:
                _upgrade(connection)
        yield connection


def require_ledger(path: Path) -> None:
    """Raise ModelError where the file at `path` is none or cut, OutputError where it is not ours.

    Nothing is opened that could be waited for.
    """
    with explained(path):
        head = None
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(72)
    if head is None or (_HEAD.startswith(head[: len(_HEAD)]) and len(head) < 72):
        what = "is no file" if head is None else "is empty or cut"
        raise ModelError(f"{path} {what}, and was the ledger of a batch.", ANEW)
    if not head.startswith(_HEAD) or head[68:72] != APPLICATION.to_bytes(4, "big"):
        raise OutputError(f"{path} is of another program, and no ledger of a batch.", "Name another folder.")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of the body, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn an error of SQLite's into our own."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise BusyError(
                f"{path} is in use by another program.", "Wait for it to end, here with --wait, or end it."
            ) from error
        if name.startswith(_DISK):
            raise WriteError(
                f"{path} cannot be used: {error}.", "Look at the disk and the permissions, try again."
            ) from error
        raise ModelError(f"{path} is damaged: {error}.", ANEW) from error


def _connect(address: str, wait: float) -> "contextlib.closing[sqlite3.Connection]":
    return contextlib.closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait))


def _format_of(connection: sqlite3.Connection, path: Path) -> int:
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if not FIRST <= found <= FORMAT:
        raise ModelError(
            f"{path} has format {found}, this program writes {FORMAT}.",
            "Use the rnn-forecast that wrote it, or name a new folder with --out.",
        )
    return found


def _upgrade(connection: sqlite3.Connection) -> None:
    """A named step for each older format, in one transaction: a run that is killed leaves the old ledger."""
    with transaction(connection) as do:
        found = do.execute("PRAGMA user_version").fetchone()[0]
        for step in STEPS[found - FIRST :]:
            try:
                step(do)
            except (ValueError, LookupError, TypeError, AttributeError, OverflowError, csv.Error) as error:
                raise sqlite3.DatabaseError(f"its format {found} cannot be upgraded ({error!r})") from error
        do.execute(f"PRAGMA user_version = {FORMAT}")


def forecasts_are_rows(do: sqlite3.Connection) -> None:
    """2 → 3: the forecast of a ticker was one CSV text, with the key that decided it; steps become rows.

    It was made by the last run that noted a new one for the ticker; by none known where that row is gone.
    """
    do.execute("ALTER TABLE forecasts RENAME TO texts")
    do.execute(_FORECASTS)
    do.execute(_CURRENT)
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


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (forecasts_are_rows,)
FORMAT = FIRST + len(STEPS)  # of what this program writes
