"""`predict --record` and `track-record`: what is kept, what came of it."""

import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from toys import toy_model, walk

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices.series import iso
from rnn_forecast.record import recorded
from rnn_forecast.verbs.track_record import track_record

WALK = walk(140, ticker="T")


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`night(120)` forecasts from the first 120 rows, on the evening of the last, and keeps it in `kept`."""
    monkeypatch.chdir(tmp_path)
    save_model(toy_model([WALK.until(100)]), Path("m"), {})

    def run(rows: int, *words: str, factor: float = 1.0, clock: int | None = None) -> int:
        evening = WALK.dates[(clock or rows) - 1].astype(int) + 22 * 3600
        monkeypatch.setattr(recorded, "time", SimpleNamespace(time=lambda: float(evening)))
        days, prices = iso(WALK.dates[:rows]), (factor * WALK.prices[:rows]).tolist()
        lines = [f"{day},{price!r}" for day, price in zip(days, prices, strict=True)]
        Path("T.csv").write_text("\n".join(["date,price", *lines]) + "\n")
        given = ("predict", "T.csv", "--model", "m", "-q", "--record", "kept", *words)
        return code_of(lambda: call(given))

    return run


def rows_of(query: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect("kept/ledger.sqlite")) as connection:
        return connection.execute(query).fetchall()


def test_a_forecast_comes_true_when_a_later_file_has_its_date(night: Callable[..., int]) -> None:
    assert night(120) == 0
    numbers = track_record(Path("kept")).numbers
    assert (numbers["forecasts"], numbers["came_true"], numbers["to_come"]) == (2, 0, 2)
    assert night(121) == 0
    assert night(122) == 0
    numbers = track_record(Path("kept")).numbers
    assert (numbers["forecasts"], numbers["came_true"], numbers["to_come"]) == (6, 3, 3)
    found = rows_of("SELECT price, base FROM outcomes ORDER BY origin, step")
    prices = WALK.prices[119:122].tolist()
    assert found == [(prices[1], prices[0]), (prices[2], prices[0]), (prices[2], prices[1])]


def test_what_is_made_too_late_is_told_so(
    night: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for folder, clock in (("early", 120), ("late", 130)):
        night(120, clock=clock)
        assert code_of(lambda: call(["predict", "T.csv", "--model", "m", "--record", folder])) == 0  # noqa: B023
        told.append(capsys.readouterr().err)
    assert "never scores" not in told[0]
    assert "late never scores this: all its dates had come" in told[1]


def test_the_same_night_twice_is_one_night(night: Callable[..., int]) -> None:
    for _ in range(2):
        night(120)
        night(121)
    before = rows_of("SELECT * FROM forecasts") + rows_of("SELECT * FROM outcomes")
    night(121)
    assert rows_of("SELECT * FROM forecasts") + rows_of("SELECT * FROM outcomes") == before
    assert len(before) == 5


def test_a_file_that_goes_back_makes_no_forecast_of_what_it_knows(night: Callable[..., int]) -> None:
    night(121)
    night(120, "--levels", "90", clock=121)
    assert rows_of("SELECT step, late FROM forecasts WHERE origin = (SELECT min(origin) FROM forecasts)") == [
        (1, 1), (2, 0),
    ]  # fmt: skip
    night(90, clock=121)
    assert track_record(Path("kept")).numbers["late"] == 3
    night(125)
    assert rows_of(
        "SELECT count(*) FROM outcomes JOIN forecasts USING (ticker, origin, step) WHERE late"
    ) == [(0,)]


def test_a_split_is_no_error(night: Callable[..., int]) -> None:
    night(120)
    night(122, factor=0.25)
    whole = track_record(Path("kept"))
    assert whole.numbers["rescaled"] == 2
    (one, _) = whole.scores["latest"][-1]["steps"]
    assert one["rmse_last_value"] == pytest.approx(100 * abs(WALK.prices[120] / WALK.prices[119] - 1))


def test_quantiles_are_kept_too(night: Callable[..., int]) -> None:
    night(120, "--quantiles", "0.05,0.5", "--p-up")
    (first, _) = (json.loads(text) for (text,) in rows_of("SELECT further FROM forecasts"))
    assert list(first) == ["q_05", "q_50", "p_up"]


def test_the_verb_says_it_in_lines_in_json_and_in_csv(
    night: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for rows in range(120, 135):
        night(rows)
    capsys.readouterr()
    call(["track-record", "kept"])
    said = capsys.readouterr().out
    assert said.startswith("30 forecasts of 1 ticker, origins ")
    assert "27 came true, 3 to come" in said
    call(["track-record", "kept", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["came_true"] == 27
    call(["track-record", "kept", "--csv"])
    table = [*csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert [row["outcomes"] for row in table if row["ticker"] == "T"] == ["14", "13"]
    assert float(table[-1]["held_80"]) == document["by_ticker"][0]["steps"][1]["coverage"][0]["held"]


def test_a_folder_of_something_else_is_left_alone(night: Callable[..., int]) -> None:
    Path("kept").mkdir()
    Path("kept/mine.txt").touch()
    assert night(120) == 73
    assert [path.name for path in Path("kept").iterdir()] == ["mine.txt"]
    assert code_of(lambda: call(["track-record", "m"])) == 66


DYING = """
import os, signal, sys
from rnn_forecast.record import ledger

remembered = ledger._remember

def dying(do, *rest):
    do.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), int(sys.argv[1]))
    return remembered(do, *rest)

ledger._remember = dying
from rnn_forecast.cli.main import run
run(sys.argv[2:])
"""


@pytest.mark.parametrize("instructions", [1, 30, 100])
def test_a_kill_costs_the_night_under_way_and_no_other(night: Callable[..., int], instructions: int) -> None:
    """SQLite itself is killed, after so many of its steps; then the same night again."""
    assert night(120) == night(121) == 0
    before = [*rows_of("SELECT * FROM forecasts"), *rows_of("SELECT * FROM outcomes")]
    paths = os.pathsep.join(sys.path)
    words = ["predict", "T.csv", "--model", "m", "-q", "--record", "kept"]
    Path("T.csv").write_text(Path("T.csv").read_text() + f"{iso(WALK.dates[121:122])[0]},101.5\n")
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(instructions), *words],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [*rows_of("SELECT * FROM forecasts"), *rows_of("SELECT * FROM outcomes")] == before
    assert rows_of("PRAGMA integrity_check") == [("ok",)]
    assert night(122) == 0
    twice = "SELECT count(*) FROM forecasts GROUP BY ticker, origin, step HAVING count(*) > 1"
    assert rows_of(twice) == []
    assert len(rows_of("SELECT * FROM forecasts")) == 6
