"""The file of Keras against the forward pass, in a process that knows Keras and nothing of ours."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import COLUMNS, toy_model, walk, with_columns

from rnn_forecast.exporting.keras_model import channels, keras_model
from rnn_forecast.exporting.sheet import Origin, sheet
from rnn_forecast.model.model import panel_of
from rnn_forecast.network.forward import forward
from rnn_forecast.windows.windows import windows_at

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:.*copy keyword:DeprecationWarning"),  # TensorFlow's own, of NumPy 2
]
LOADS = Path(__file__).with_name("loads_keras.py")
CASES: dict[str, dict[str, Any]] = {
    "simple_rnn": {"cell": "simple_rnn", "members": 3, "dropout": 0.2, "loss": "huber", "clip_norm": 0},
    "lstm": {
        "cell": "lstm",
        "layers": 3,
        "dropout": 0.2,
        "season": 7,
        "loss": "mae",
        "lookback": 12,
        "patch": 4,
    },
    "gru": {"cell": "gru", "layers": 2, "members": 2, "skip": False},
    "columns": {"cell": "gru", **COLUMNS},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of each case the file, and what the program's own forward pass says of windows, padded and not."""
    folder = tmp_path_factory.mktemp("keras")
    for name, choices in CASES.items():
        series = [with_columns(300) if "market" in choices else walk(300)]
        model = toy_model(series, **choices)
        panel = panel_of(model, series)
        windows = windows_at(panel, np.arange(8, 136), model.scaling, model.recipe.window)
        x, mask = windows.x(), windows.mask()
        assert not mask.all()
        means = [forward(weights, model.recipe.network.cell, x, mask) for weights in model.members]
        arrays = {"x": x, "mask": mask, "y": windows.y(), "expected": np.mean(means, axis=0)}
        np.savez(folder / f"{name}.npz", **arrays)
        data = keras_model(model)
        (folder / f"{name}.keras").write_bytes(data)
        described = sheet(model, "keras", data, f"{name}.keras", Origin("m", "0" * 64, None))
        assert len(described["channels"]) == channels(model.recipe) == x.shape[2]
    return folder


@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
def test_it_loads_without_this_package_and_goes_on_training(folder: Path, backend: str) -> None:
    """The same outputs to 1e-5, by layers of Keras alone; then two epochs, the second one better."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f'{backend} is not installed, as in CI; pip install ".[test,backends]" has it')
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-I", str(LOADS), str(folder)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=environment, cwd=folder
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert (found["ours"], found["kinds"], found["backend"]) == ([], ["keras"], backend)
    assert found["losses"].keys() == CASES.keys()
    assert all(np.isfinite(losses).all() and losses[1] < losses[0] for losses in found["losses"].values())
