"""The ledger as a file: what an older program wrote is taken over whole, or left as it was."""

import contextlib
import csv
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_forecast.batch.folder import is_ours
from rnn_forecast.batch.publish import one_table
from rnn_forecast.batch.status import status_of
from rnn_forecast.errors import ModelError
from rnn_forecast.record.ledger import Ledger, opened, read_only
from rnn_forecast.record.schema import FORMAT, LEDGER

# Written by the program before: four tickers (days, a formula with a comma, hours, row numbers), one of them
# trained again with other levels, HOURS forecast last by a model for all; and its forecasts.csv.
OLD = Path(__file__).with_name("ledger_format_2.sqlite")
OLD_TABLE = OLD.with_suffix(".csv")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with a ledger of format 2."""
    shutil.copy(OLD, tmp_path / LEDGER)
    return tmp_path


def table_of(ledger: Ledger) -> str:
    """forecasts.csv, the tickers in the order in which that run met them."""
    latest = ledger.forecasts()
    return one_table(latest[ticker] for ticker in ("AAA", "=B,C", "HOURS", "ROWS")).decode()


def found(path: Path, query: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def edit(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_ledger_of_format_2_is_upgraded_when_it_is_opened_to_be_written(old: Path) -> None:
    keys = found(OLD, "SELECT ticker, key FROM forecasts")
    for _ in range(2):  # the second time there is nothing to do
        with opened(old) as ledger:
            assert table_of(ledger) == OLD_TABLE.read_text()
            assert list(ledger.forecast_keys().items()) == keys
            assert sorted(ledger.models()) == ["=B,C", "AAA", "HOURS", "ROWS"]
            assert len(ledger.sources()) == 3
    assert found(old / LEDGER, "PRAGMA user_version") == [(FORMAT,)]
    assert found(old / LEDGER, "PRAGMA integrity_check") == [("ok",)]
    assert is_ours(old)


def test_an_upgraded_ledger_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for folder in (old, tmp_path / "new"):
        with opened(folder):
            pass
    tables = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    assert found(old / LEDGER, tables) == found(tmp_path / "new" / LEDGER, tables)


def test_the_rows_say_who_made_them_and_when(old: Path) -> None:
    with opened(old) as ledger:
        models, latest = ledger.models(), ledger.forecasts()
    rows = {ticker: rows[0] for ticker, rows in latest.items()}
    for ticker in ("AAA", "=B,C", "ROWS"):
        assert rows[ticker].model == models[ticker].manifest_sha256[:16]
    assert rows["HOURS"].model == ""  # by one for all tickers, of which format 2 kept only a key
    assert {row.input for row in rows.values()} == {m.input_sha256[:16] for m in models.values()}
    assert (rows["ROWS"].origin, rows["HOURS"].date) == (160, "2023-01-09 01:00:00")
    run_of = {"=B,C": 1, "AAA": 2, "HOURS": 3, "ROWS": 1}
    ended = dict(found(OLD, "SELECT run, unixepoch(ended) FROM runs"))
    assert {ticker: row.made for ticker, row in rows.items()} == {t: ended[r] for t, r in run_of.items()}


def test_when_is_unknown_where_the_run_s_rows_are_gone(old: Path) -> None:
    edit(old / LEDGER, "DELETE FROM tickers")
    with opened(old) as ledger:
        assert table_of(ledger) == OLD_TABLE.read_text()
        assert {(row.made, row.model) for rows in ledger.forecasts().values() for row in rows} == {(None, "")}


def test_a_ledger_of_format_2_is_read_and_not_touched(old: Path) -> None:
    (old / LEDGER).chmod(0o444)
    with read_only(old) as ledger:
        assert table_of(ledger) == OLD_TABLE.read_text()
        assert dict(ledger.forecast_keys()) == dict(found(OLD, "SELECT ticker, key FROM forecasts"))
    assert status_of(old).succeeded == found(OLD, "SELECT max(ended) FROM runs")[0][0]
    assert (old / LEDGER).read_bytes() == OLD.read_bytes()
    assert [path.name for path in old.iterdir()] == [LEDGER]


def test_an_old_ledger_that_a_run_has_locked_is_read(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old / LEDGER, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM forecasts")
        with read_only(old) as ledger:
            assert table_of(ledger) == OLD_TABLE.read_text()


KILLED = """
import os, signal, sys
from pathlib import Path
from rnn_forecast.record import ledger, schema, upgrades

def step(do):
    do.execute("PRAGMA cache_size = 1")  # pages go to the disk before the end
    upgrades.forecasts_are_rows(do)
    do.execute("CREATE TABLE more AS SELECT randomblob(200000) AS junk")
    os.kill(os.getpid(), signal.SIGKILL)

schema.STEPS = (step,)
with ledger.opened(Path(sys.argv[1])):
    pass
"""


def test_a_run_killed_while_it_upgrades_leaves_the_old_ledger(old: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(old)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (old / f"{LEDGER}-journal").stat().st_size > 0  # killed in the midst
    assert (old / LEDGER).read_bytes() != OLD.read_bytes()
    everything = "SELECT ticker, key, rows FROM forecasts"
    assert found(old / LEDGER, everything) == found(OLD, everything)
    assert (old / LEDGER).read_bytes() == OLD.read_bytes()
    with opened(old) as ledger:
        assert table_of(ledger) == OLD_TABLE.read_text()


@pytest.mark.parametrize("number", [0, 1, FORMAT + 1])
def test_a_format_that_is_not_known_here_is_refused(old: Path, number: int) -> None:
    edit(old / LEDGER, f"PRAGMA user_version = {number}")
    before = (old / LEDGER).read_bytes()
    for open_ in (opened, read_only):
        with pytest.raises(ModelError, match=f"has format {number}") as caught, open_(old):
            pass
        assert "--out" in caught.value.remedy
    assert (old / LEDGER).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "", "ticker,origin\n", "ticker,origin,step,date,forecast,last\nROWS,1,1,2,x,1\n",
        "ticker,origin,step,date,forecast,last\nROWS,1\n", "\x00\r\n", "a\n1,2\n",
    ],
)  # fmt: skip
def test_a_text_that_is_no_forecast_is_damage(old: Path, text: str) -> None:
    with contextlib.closing(sqlite3.connect(old / LEDGER)) as connection, connection:
        connection.execute("UPDATE forecasts SET rows = ? WHERE ticker = 'ROWS'", (text,))
    before = (old / LEDGER).read_bytes()
    for open_ in (opened, read_only):
        with pytest.raises(ModelError, match="is damaged"), open_(old):
            pass
    assert (old / LEDGER).read_bytes() == before


def test_the_texts_of_format_2_are_as_the_fixture_s_table() -> None:
    """The fixture is what it is said to be."""
    texts = dict(found(OLD, "SELECT ticker, rows FROM forecasts"))
    assert texts["=B,C"].splitlines()[1].startswith('"\'=B,C",2023-06-10,1,')
    with OLD_TABLE.open(newline="") as file:
        assert [row["ticker"] for row in csv.DictReader(file)][::2] == ["AAA", "'=B,C", "HOURS", "ROWS"]
    assert json.loads(found(OLD, "SELECT summary FROM runs WHERE run = 1")[0][0])["trained"] == 4


def test_a_ledger_of_format_3_says_which_forecasts_were_late(tmp_path: Path) -> None:
    """Written by the program of then: that of format 2, upgraded, two nights of NEW, and BACK years late."""
    shutil.copy(OLD.with_name("ledger_format_3.sqlite"), tmp_path / LEDGER)
    before = found(tmp_path / LEDGER, "SELECT ticker, origin, step, date, forecast, made FROM forecasts")
    with opened(tmp_path) as ledger:
        assert [row.model for row in ledger.forecasts()["NEW"]] == ["ab" * 8] * 2
    after = found(tmp_path / LEDGER, "SELECT ticker, origin, step, date, forecast, made FROM forecasts")
    assert after == before
    late = dict(found(tmp_path / LEDGER, "SELECT DISTINCT ticker, late FROM forecasts"))
    assert late == {"=B,C": 1, "AAA": 1, "BACK": 1, "HOURS": 1, "NEW": 0, "ROWS": 0}
    assert found(tmp_path / LEDGER, "SELECT count(*) FROM outcomes") == [(0,)]


@pytest.mark.parametrize("table", ["forecasts", "outcomes", "revisions"])
def test_the_record_is_appended_to_and_never_changed(tmp_path: Path, table: str) -> None:
    shutil.copy(OLD.with_name("ledger_format_3.sqlite"), tmp_path / LEDGER)
    with opened(tmp_path) as ledger:
        do = ledger._connection
        for noted, values in (("outcomes", "NULL, 1.5, 1.25, 0, 7"), ("revisions", "1.5, 1.25, 7")):
            do.execute(f"INSERT INTO {noted} VALUES ('NEW', '2030-01-03', 1, {values})")
    everything = found(tmp_path / LEDGER, f"SELECT * FROM {table}")
    same = f"SELECT * FROM (SELECT * FROM {table})"
    for statement in (f"UPDATE {table} SET step = 9", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            edit(tmp_path / LEDGER, statement)
    edit(tmp_path / LEDGER, f"INSERT OR REPLACE INTO {table} {same}")
    edit(tmp_path / LEDGER, f"INSERT INTO {table} {same}")
    assert found(tmp_path / LEDGER, f"SELECT * FROM {table}") == everything
