"""The benchmarks that reach into the program still find what they reach for."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
EPOCHS = FOLDER / "_epochs.py"


@pytest.mark.keras
def test_an_epoch_of_ours_can_be_timed() -> None:
    done = subprocess.run(
        [sys.executable, str(EPOCHS), "ours", "simple_rnn", "32"],
        check=False, input="", capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ready")


def test_what_stands_still_does_not_narrow_the_bands_of_what_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of docs/internals/LOG.md, with fewer seeds."""
    monkeypatch.syspath_prepend(str(FOLDER))
    pegs = importlib.import_module("pegs")
    for case in pegs.CASES:
        covered, width = pegs.measured(case, 12 if "share" in case else 4)
        np.testing.assert_array_less(np.abs(covered - [80, 95]), [4, 2], err_msg=case)
        np.testing.assert_array_less(np.abs(width - 1), 0.1, err_msg=case)
