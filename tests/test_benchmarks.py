"""The benchmarks that reach into the program still find what they reach for."""

import subprocess
import sys
from pathlib import Path

import pytest

EPOCHS = Path(__file__).resolve().parents[1] / "benchmarks" / "_epochs.py"


@pytest.mark.keras
def test_an_epoch_of_ours_can_be_timed() -> None:
    done = subprocess.run(
        [sys.executable, str(EPOCHS), "ours", "simple_rnn", "32"],
        check=False, input="", capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ready")
