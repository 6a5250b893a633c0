"""The ledger as a file: how one is made, opened and brought to the newest format.

A rollback journal, not a WAL: `status` then needs no right to write beside the ledger.
"""

import contextlib
import csv
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from rnn_forecast.errors import BusyError, ModelError, OutputError, WriteError
from rnn_forecast.record.ledger_tables import TABLES
from rnn_forecast.record.upgrades import FIRST, STEPS
from rnn_forecast.system.file_names import temporary
from rnn_forecast.system.output_paths import explained

LEDGER = "ledger.sqlite"
APPLICATION = 0x524E4E46  # "RNNF": SQLite's own place for whose file this is, in bytes 68 to 71
_HEAD = b"SQLite format 3\0"
FORMAT = FIRST + len(STEPS)  # of what this program writes
BUSY = 5.0  # seconds; another run's `status`, or a program that copies the file, needs no longer
ANEW = "Move it away: the next run makes another, and takes over the models that are there."
_DISK = ("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_NOMEM")


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
            connection.executescript(";\n".join(("BEGIN", *TABLES, "COMMIT;")))
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
