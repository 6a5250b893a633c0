import os
from pathlib import Path

import pytest
from batch_fakes import Here, Market, write_prices

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of


@pytest.fixture
def market(tmp_path: Path) -> Market:
    """`market("AAA", "BBB", rows=120)` writes a file for each ticker and gives their paths."""
    folder = tmp_path / "prices"

    def write(*tickers: str, rows: int = 120) -> list[str]:
        folder.mkdir(exist_ok=True)
        return [
            write_prices(folder / f"{ticker}.csv", seed=sum(map(ord, ticker)), rows=rows)
            for ticker in tickers
        ]

    return write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """`rnn-forecast` in this process: exit code, standard output, standard error."""
    for name in [name for name in os.environ if name.startswith("RNN_FORECAST_")]:
        monkeypatch.delenv(name)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return (code_of(lambda: call(words)), *capsys.readouterr())

    return run
