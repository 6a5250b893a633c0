"""Killed anywhere, a batch goes on where it was, and ends as if nothing had happened."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_fakes import Market, run_fake
from batch_runs import counts, models_in

from rnn_forecast.batch.folder import held
from rnn_forecast.batch.status import status_of
from rnn_forecast.errors import BusyError

SCRIPT = Path(__file__).with_name("batch_fakes.py")


@contextlib.contextmanager
def running(out: Path, files: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """A batch in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SCRIPT.parents[1:3]))}
    command = [sys.executable, str(SCRIPT), str(out), "2", *files]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def trained(out: Path) -> int:
    models = out / "models"
    return sum(not p.name.startswith(".") for p in models.iterdir()) if models.is_dir() else 0


def in_ledger(out: Path) -> int:
    """Models that a run has noted. A run notes those that end together in one transaction."""
    with contextlib.closing(sqlite3.connect(out / "ledger.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM models").fetchone()[0])


def wait_for(out: Path, process: "subprocess.Popen[str]", models: int) -> None:
    while trained(out) < models and process.poll() is None:
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_batch_goes_on_where_it_was(market: Market, tmp_path: Path, number: signal.Signals) -> None:
    files = market(*(f"SLOW{n}" for n in range(10)))
    run_fake(files, tmp_path / "whole")
    out, kills = tmp_path / "out", random.Random(number)
    for models in (2, 5):
        with running(out, files) as process:
            wait_for(out, process, models)
            time.sleep(kills.random() / 10)
            process.send_signal(number)
            process.communicate(timeout=60)
    assert not (out / "forecasts.csv").exists() or trained(out) == 10
    noted, together = in_ledger(out), 3  # two workers and a job ahead: so many may end at once
    there = trained(out)
    assert there - 2 * together <= noted <= there
    summary = run_fake(files, out)
    assert summary["unchanged"] + summary["at_hand"] == there  # none is trained again, noted or not
    assert summary["failed"] == summary["left"] == 0
    assert models_in(out) == models_in(tmp_path / "whole")
    assert (out / "forecasts.csv").read_bytes() == (tmp_path / "whole" / "forecasts.csv").read_bytes()
    assert sorted(p.name for p in out.iterdir() if p.name.startswith(".")) == []
    assert [p.name for p in (out / "models").iterdir() if p.name.startswith(".")] == []
    assert counts(run_fake(files, out)) == (0, 0, 10, 0, 0)


HIT = """
import os, runpy, sys
from pathlib import Path
replace, sent = Path.replace, int(sys.argv.pop(1))
def replace_and_hit(self, target):
    replace(self, target)
    if target.name == "forecasts.csv":
        os.kill(os.getpid(), sent)
Path.replace = replace_and_hit
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_once_the_forecasts_are_written_comes_too_late(
    market: Market, out: Path, sent: signal.Signals
) -> None:
    program = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler){HIT}"
    words = [str(int(sent)), str(SCRIPT), str(out), "1", *market("AAA")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SCRIPT.parents[:3]))}
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], env=environment, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert status_of(out).succeeded is not None


def test_status_while_a_run_is_under_way(market: Market, tmp_path: Path) -> None:
    files, out = market(*(f"SLOW{n}" for n in range(10))), tmp_path / "out"
    with running(out, files) as process:
        wait_for(out, process, 2)
        status = status_of(out)
        assert status.running is not None
        assert status.succeeded is None
        with pytest.raises(BusyError, match=str(process.pid)), held(out, wait=0):
            raise AssertionError("two runs at once")


def test_what_a_killed_run_left_is_swept(market: Market, tmp_path: Path) -> None:
    files, out = market("AAA"), tmp_path / "out"
    run_fake(files, out)
    good = models_in(out)
    (out / "models" / "AAA").rename(out / "models" / ".AAA.0123abcd.old")
    (out / "models" / ".AAA.89abcdef.tmp").mkdir()
    assert counts(run_fake(files, out)) == (0, 0, 1, 0, 0)
    assert models_in(out) == good
