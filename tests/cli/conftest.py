import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes import environ

FAKES = Path(__file__).with_name("fakes.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty working folder with one small file of prices."""
    (tmp_path / "stock_prices.csv").write_text("date,price\n2024-01-02,1\n2024-01-03,2\n")
    return tmp_path


@dataclass(frozen=True)
class Program:
    """`rnn-forecast` as a process of its own, over the fake pipeline that `plan` describes."""

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
