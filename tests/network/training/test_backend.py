"""The import of TensorFlow and Keras: without what they load idly, and with it where they need it."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.keras

LOADED = "import sys; from rnn_forecast.network.training import backend; {before}; backend.backend(); {after}"


def said(before: str, after: str) -> str:
    program = LOADED.format(before=before, after=after)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.strip()


def test_idle_modules_stay_out_and_can_be_imported_afterwards() -> None:
    loaded = (
        "print(sorted(n for n in backend.IDLE if n in sys.modules)); import pandas; print(pandas.__name__)"
    )
    assert said("pass", loaded).splitlines() == ["[]", "pandas"]


def test_one_that_is_loaded_already_stays() -> None:
    assert said("import pandas", "print('pandas' in sys.modules)") == "True"


@pytest.mark.parametrize("name", ["rich", "optree"])
def test_one_that_keras_cannot_do_without_is_imported_after_all(name: str) -> None:
    """Keras imports the one at once, and notes for later that the other is missing."""
    assert (
        said(f"backend.IDLE = ('{name}',)", "print(backend.backend().keras.layers.Dense.__name__)") == "Dense"
    )
