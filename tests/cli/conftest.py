import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeVerbs, environ

import rnn_forecast.verbs
from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of

FAKES = Path(__file__).with_name("fakes.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with one small file of prices, and what may pass for its model."""
    (tmp_path / "models/stock_prices").mkdir(parents=True)
    (tmp_path / "stock_prices.csv").write_text("date,price\n2024-01-02,1\n2024-01-03,2\n")
    return tmp_path


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch, folder: Path) -> FakeVerbs:
    """Verbs called in this process, in an empty folder, keep what they were called with."""
    for name in [name for name in os.environ if name not in environ()]:
        monkeypatch.delenv(name)
    fake = FakeVerbs()
    for name, module in fake.modules().items():
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(rnn_forecast.verbs, name, module, raising=False)  # another test has imported it
    monkeypatch.chdir(folder)
    return fake


@pytest.fixture
def here(verbs: FakeVerbs, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`rnn-forecast` in this process, which is quicker: exit code, standard output, standard error."""

    def run(*words: str, plan: dict[str, Any] | None = None) -> tuple[int, str, str]:
        verbs.plan = plan or {}
        return (code_of(lambda: call(words)), *capsys.readouterr())

    return run


@dataclass(frozen=True)
class Program:
    """`rnn-forecast` as a process of its own, over the fake verbs that `plan` describes."""

    folder: Path

    def __call__(
        self,
        *words: str,
        plan: dict[str, Any] | None = None,
        env: dict[str, str] | None = None,
        **options: Any,
    ) -> subprocess.CompletedProcess[bytes]:
        options = {"capture_output": True, "stdin": subprocess.DEVNULL, "timeout": 60, **options}
        environment = {**environ(), "FAKE": json.dumps(plan or {}), **(env or {})}
        return subprocess.run(
            [sys.executable, str(FAKES), *words], cwd=self.folder, env=environment, check=False, **options
        )


@pytest.fixture
def rnn(folder: Path) -> Program:
    return Program(folder)
