"""A ledger that somebody else has written into, emptied, held or lost: in words, never another forecast."""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_fakes import Market
from batch_runs import again, batch, counts, ledger_rows, models_in, order

from rnn_forecast.batch.run import plan_batch
from rnn_forecast.batch.status import status_of
from rnn_forecast.errors import BusyError, ModelError, OutputError
from rnn_forecast.record.schema import ANEW, LEDGER

VALUES = [None, "text", b"\x00\xff", 9223372036854775807, "{}"]
MORE = ["", 1e308, -1, "nan", "2999-01-01", "[]"]
RIGHT = [
    ("intervals", "{}"),
    ("date", "2999-01-01"),
    ("last", 1e308),
    ("last", -1),
    ("last", 9223372036854775807),
]  # of the kind
TABLES = ("runs", "tickers", "models", "failures", "sources", "forecasts", "current_forecasts")


@pytest.fixture
def night(market: Market, out: Path) -> list[str]:
    """Two tickers with forecasts, and one that failed; a second run that found nothing new."""
    files = market("AAA", "BBB", "BAD1")
    batch(files, out)
    again(files, out)
    return files


@pytest.mark.parametrize("table", TABLES)
def test_a_value_of_another_kind_is_damage_or_changes_nothing(
    table: str, night: list[str], out: Path, tmp_path: Path
) -> None:
    forecasts, whole = (out / "forecasts.csv").read_bytes(), tmp_path / "whole"
    shutil.copytree(out, whole)
    columns = [row[1] for row in ledger_rows(out, f"PRAGMA table_info({table})")]
    tried = 0
    for column in columns:
        for value in {"forecasts": VALUES + MORE, "tickers": VALUES[:1]}.get(table, VALUES):
            shutil.copy(whole / LEDGER, out / LEDGER)
            if (column, value) in RIGHT or not _set(out, table, column, value):
                continue
            tried += 1
            for do in (lambda: status_of(out), lambda: batch(night, out, workers=1)):
                try:
                    do()
                except ModelError as error:
                    assert "damaged" in error.message and error.remedy == ANEW, (column, value)
            assert (out / "forecasts.csv").read_bytes() == forecasts, (column, value)
    assert tried


def _set(out: Path, table: str, column: str, value: object) -> bool:
    with sqlite3.connect(out / LEDGER) as connection:
        try:
            connection.execute(f"DROP TRIGGER IF EXISTS {table}_stay")
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        except sqlite3.Error:  # of two rows with one key, or of none where one must be
            return False
    return True


def test_a_ledger_that_is_lost_takes_no_model_with_it(night: list[str], out: Path) -> None:
    """Nothing was known of the models, and all of them were trained again."""
    models, forecasts = models_in(out), (out / "forecasts.csv").read_bytes()
    (out / LEDGER).rename(out / f"{LEDGER}.away")
    assert [task.action for task in plan_batch(order(night, out))][:2] == ["forecast", "forecast"]
    assert counts(batch(night, out))[:2] == (0, 2)
    assert (models_in(out), (out / "forecasts.csv").read_bytes()) == (models, forecasts)
    assert counts(again(night, out))[2] == 2


def test_a_model_of_other_prices_is_not_taken_over(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    (out / LEDGER).unlink()
    path = Path(files[0])
    path.write_text(re.sub(r"(?m)^(2\d{3}-\d\d-\d\d),(\d+)", r"\1,9\2", path.read_text(), count=1))
    assert [task.action for task in plan_batch(order(files, out))] == ["train", "forecast"]


def test_a_training_of_a_time_to_come_is_not_fresh(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    with sqlite3.connect(out / LEDGER) as connection:
        connection.execute("UPDATE models SET trained = ?", (time.time() + 86_400,))
    (task,) = plan_batch(order(files, out))
    assert (task.action, task.why) == ("train", "its model is of a time to come")


PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe": (os.mkfifo, "is no file"),
    "a folder": (Path.mkdir, "is no file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is no file"),
    "nothing in it": (Path.touch, "is empty or cut"),
    "a piece": (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\0" * 20), "is empty or cut"),
}


@pytest.mark.parametrize("what", PLACES)
def test_what_is_no_ledger_is_said_alike_by_every_verb(what: str, market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    (out / LEDGER).unlink()
    PLACES[what][0](out / LEDGER)
    for do in (lambda: plan_batch(order(files, out)), lambda: status_of(out), lambda: batch(files, out)):
        with pytest.raises(ModelError, match=PLACES[what][1]):
            do()


def test_a_database_of_another_program_is_left_alone(market: Market, out: Path) -> None:
    out.mkdir()
    with sqlite3.connect(out / LEDGER) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = (out / LEDGER).read_bytes()
    for do in (lambda: status_of(out), lambda: batch(market("AAA"), out)):
        with pytest.raises(OutputError, match="of another program"):
            do()
    assert (out / LEDGER).read_bytes() == before


def test_a_ledger_that_another_program_holds(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was 33 seconds of silence, and then the disk."""
    monkeypatch.setattr("rnn_forecast.record.schema.BUSY", 0.2)
    files = market("AAA")
    batch(files, out)
    holder = sqlite3.connect(out / LEDGER, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    for do in (lambda: batch(files, out), lambda: status_of(out), lambda: plan_batch(order(files, out))):
        with pytest.raises(BusyError, match="in use by another program"):
            do()
    assert time.monotonic() - began < 10
    holder.close()
    assert counts(again(files, out)) == (0, 0, 1, 0, 0)
