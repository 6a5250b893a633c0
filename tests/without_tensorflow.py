"""`rnn-forecast` as it is on a machine that only predicts: without TensorFlow and Keras."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HIDE = """
import importlib.metadata, sys

HIDDEN = ("keras", "tensorflow", "tensorflow-cpu")
of_all = importlib.metadata.version

class Hidden:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def version(name):
    if name in HIDDEN:
        raise importlib.metadata.PackageNotFoundError(name)
    return of_all(name)

sys.meta_path.insert(0, Hidden)
importlib.metadata.version = version
"""
RUN = """
import contextlib, io, json, sys
from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
ended = []
for words in json.loads(sys.argv[1]):
    told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
        code = code_of(lambda: call(words))
    ended.append([code, told.buffer.getvalue().decode()])
print(json.dumps(ended))
"""


def ended(place: Path, *commands: tuple[str, ...]) -> list[Any]:
    """Exit code and words of each command, run in turn by one Python that has no TensorFlow."""
    (place / "site").mkdir(exist_ok=True)
    (place / "site/sitecustomize.py").write_text(HIDE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(place / "site"), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)],
        cwd=place, env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout)
