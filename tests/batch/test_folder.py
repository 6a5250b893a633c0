"""The output folder: whose it is, and what happens when somebody changes it."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from batch_fakes import Market
from batch_runs import again, batch, counts, ledger_rows, models_in, order

from rnn_forecast.batch.run import plan_batch
from rnn_forecast.batch.status import status_of
from rnn_forecast.errors import DataError, InputError, ModelError, OutputError


@pytest.mark.parametrize("file", ["weights.safetensors", "model.json", "MANIFEST.json"])
def test_a_damaged_model_is_trained_again(market: Market, out: Path, file: str) -> None:
    files = market("AAA")
    batch(files, out)
    good, path = models_in(out), out / "models" / "AAA" / file
    path.write_bytes(path.read_bytes()[:-3] + b"\x00\x00\n")
    if file == "MANIFEST.json":  # what stands there is then no longer known to be ours
        assert counts(batch(files, out)) == (0, 0, 0, 1, 0)
        shutil.rmtree(out / "models" / "AAA")
    assert counts(batch(files, out)) == (1, 0, 0, 0, 0)
    assert models_in(out) == good


def test_a_folder_of_something_else_is_refused(market: Market, out: Path) -> None:
    out.mkdir()
    (out / "thesis.tex").write_text("all of it")
    with pytest.raises(OutputError, match=r"thesis\.tex"):
        batch(market("AAA"), out)
    (out / "thesis.tex").rename(out / "ledger.sqlite")
    with pytest.raises(OutputError):
        batch(market("AAA"), out)
    assert (out / "ledger.sqlite").read_text() == "all of it"


@pytest.mark.parametrize("name", ["forecasts.csv", "summary.json"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_a_pipe_in_place_of_an_output_is_refused_and_not_waited_for(
    market: Market, out: Path, name: str, kind: str
) -> None:
    files = market("AAA")
    batch(files, out)
    (out / name).unlink()
    make = {
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
        "device": lambda path: path.symlink_to("/dev/null"),
    }
    make[kind](out / name)
    for run in (batch, lambda files, out: plan_batch(order(files, out))):
        with pytest.raises(OutputError, match=f"{name} must be a file") as caught:
            run(files, out)
        assert caught.value.exit_code == 73


def test_an_empty_folder_and_a_pattern_serve(market: Market, out: Path, tmp_path: Path) -> None:
    market("AAA", "BBB")
    out.mkdir()
    assert counts(batch([str(tmp_path / "prices" / "*.csv")], out)) == (2, 0, 0, 0, 0)
    with pytest.raises(InputError, match="no file matches"):
        batch([str(tmp_path / "nowhere" / "*.csv")], out)


def test_a_damaged_ledger_is_said_to_be(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    ledger = out / "ledger.sqlite"
    data = ledger.read_bytes()
    ledger.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(ModelError, match="damaged"):
        batch(files, out)


def test_a_folder_of_the_format_before_is_taken_over(market: Market, out: Path) -> None:
    """Nothing is trained or forecast again, nothing in the folder but the ledger changes."""
    files = market("AAA", "BBB")
    batch(files, out)
    table, models = (out / "forecasts.csv").read_bytes(), models_in(out)
    made = "SELECT ticker, origin, step, model, input, date, forecast, last, intervals FROM forecasts"
    rows = ledger_rows(out, made)
    as_format_2(out)
    before = (out / "ledger.sqlite").read_bytes()
    assert [task.action for task in plan_batch(order(files, out))] == ["keep", "keep"]
    assert status_of(out).succeeded is not None
    assert (out / "ledger.sqlite").read_bytes() == before
    (out / "forecasts.csv").unlink()
    assert counts(again(files, out)) == (0, 0, 2, 0, 0)
    assert ((out / "forecasts.csv").read_bytes(), models_in(out)) == (table, models)
    assert ledger_rows(out, made) == rows


def as_format_2(out: Path) -> None:
    """The ledger as the program before would have written it: a CSV text for each ticker."""
    header, *lines = (out / "forecasts.csv").read_text().splitlines(keepends=True)
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        keys = connection.execute("SELECT ticker, key FROM current_forecasts").fetchall()
        connection.execute("DROP TABLE forecasts")
        for table in ("current_forecasts", "outcomes", "revisions", "pruning", "alarms"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute(
            "CREATE TABLE forecasts (ticker TEXT PRIMARY KEY, key TEXT NOT NULL, rows TEXT NOT NULL)"
            " WITHOUT ROWID"
        )
        for ticker, key in keys:
            own = "".join(line for line in lines if line.startswith(ticker + ","))
            connection.execute("INSERT INTO forecasts VALUES (?, ?, ?)", (ticker, key, header + own))
        connection.execute("PRAGMA user_version = 2")


def test_names_that_differ_in_case_have_folders_of_their_own(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "both.csv"
    rows = [
        f"{t},2020-01-{d:02},{100 + d * k}"
        for t, k in (("aa", 1), ("AA", 2), ("../x", 3))
        for d in range(1, 31)
    ]
    file.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    summary = batch([str(file)], out)
    names = sorted(p.name for p in (out / "models").iterdir())
    assert (summary["trained"], len(names), len({n.casefold() for n in names})) == (3, 3, 3)


def test_ledger_says_when_a_run_was_killed(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        connection.execute("UPDATE runs SET status = 'running', ended = NULL")
    again(files, out)
    assert ledger_rows(out, "SELECT status FROM runs") == [("killed",), ("done",)]


def test_two_tickers_with_one_folder_are_refused(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_forecast.batch.plan.safe_names", lambda tickers: dict.fromkeys(tickers, "same"))
    with pytest.raises(DataError, match="'AAA' and 'BBB'"):
        batch(market("AAA", "BBB"), out)


def test_a_model_names_the_versions_that_workers_are_held_to(market: Market, out: Path) -> None:
    summary = batch(market("AAA"), out)
    assert json.loads((out / "models" / "AAA" / "model.json").read_text())["versions"] == summary["versions"]


def test_what_a_killed_run_left_of_its_tables_is_swept_by_the_next(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    left = [out / ".summary.json.0123abcd.tmp", out / ".forecasts.csv.0123abcd.tmp"]
    for path in left:
        path.write_text("half")
    batch(files, out)
    assert not any(path.exists() for path in left)
