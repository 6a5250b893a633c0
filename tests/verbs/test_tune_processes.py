"""A search as a process that is killed, and one that has processes of its own."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from learner import echoing, written
from toys import small_recipe, walk

from rnn_forecast.recipe import with_choices
from rnn_forecast.tuning import halving
from rnn_forecast.tuning.before_test import for_all, grounds
from rnn_forecast.tuning.halving import Search, run
from rnn_forecast.tuning.kept_trials import place_of

TESTS = Path(__file__).resolve().parents[1]
TUNER = Path(__file__).with_name("tuner.py")
PATIENCE = 60.0  # seconds


def begin(folder: Path, out: str, pace: str) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    words = [sys.executable, str(TUNER), out, pace]
    return subprocess.Popen(words, cwd=folder, env={**os.environ, "PYTHONPATH": path})


def scores_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "trials.csv").open() as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def test_a_search_that_was_killed_ends_as_one_that_was_not(tmp_path: Path) -> None:
    written(tmp_path / "prices.csv", echoing(600, 8))
    assert begin(tmp_path, "whole", "0").wait(PATIENCE) == 0
    killed = begin(tmp_path, "killed", "0.1")
    kept, end = place_of(tmp_path / "killed"), time.monotonic() + PATIENCE
    while not kept.exists():
        assert killed.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(PATIENCE) == -signal.SIGKILL
    assert not (tmp_path / "killed").exists()
    assert begin(tmp_path, "killed", "0").wait(PATIENCE) == 0
    assert scores_in(tmp_path / "killed") == scores_in(tmp_path / "whole")
    recipes = [(tmp_path / name / "recipe.toml").read_bytes() for name in ("killed", "whole")]
    assert recipes[0] == recipes[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "prices.csv", "whole"]


@pytest.mark.keras
def test_with_keras_two_processes_give_the_scores_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = small_recipe(horizon=1, units=3, epochs=1, lookback=5)
    recipes = [recipe, with_choices(recipe, {"epochs": 2})]  # one program, compiled once in each process
    search = Search(for_all(grounds([walk(150)], recipe, 5), recipes), recipes)
    found: dict[int, Any] = {}
    pids = set[int]()
    pool = halving.WorkerPool

    class Watched(pool):  # type: ignore[misc, valid-type]
        def close(self) -> None:
            pids.update(self.processes())
            super().close()

    monkeypatch.setattr(halving, "WorkerPool", Watched)
    for count in (1, 2):
        monkeypatch.setattr(halving.machine, "workers", lambda count=count: count)
        found[count] = {i: one.scores for i, one in run(search).items()}
    assert found[1] == found[2]
    assert len(pids) == 2
