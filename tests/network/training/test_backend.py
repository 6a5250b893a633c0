"""The import of TensorFlow and Keras: silent, and without what an installation does not bring."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.keras

NOT_OURS = ("sklearn", "pandas", "scipy", "PIL", "matplotlib", "IPython")  # tests and users have some of them


def test_only_what_we_install_is_needed_and_nothing_is_said() -> None:
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({NOT_OURS!r}))\n"  # as if they were not installed
        "from rnn_forecast.network.training.backend import backend\n"
        "print(backend().keras.layers.Dense.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300
    )
    assert (done.stdout, done.stderr) == ("Dense\n", "")
