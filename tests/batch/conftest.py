import contextlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from batch_fakes import Here, Market, write_prices

from rnn_forecast.batch import run
from rnn_forecast.batch.workers.crew import Crew, local_crew
from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.system.pool import Limits, WorkerPool


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

    def called(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return (code_of(lambda: call(words)), *capsys.readouterr())

    return called


@pytest.fixture(scope="session")
def pools() -> Iterator[Callable[[int], WorkerPool]]:
    """A pool for each number of workers, of processes that stay for the next test."""
    with contextlib.ExitStack() as stack:
        yield cache(lambda workers: stack.enter_context(WorkerPool(workers, Limits(idle=30))))


@pytest.fixture(scope="module", autouse=True)
def standing_workers(pools: Callable[[int], WorkerPool]) -> Iterator[None]:
    """Batches of this process start no workers: those of the test before do."""

    @contextlib.contextmanager
    def standing(workers: int, *, timeout: float) -> Iterator[Crew]:
        yield Crew(pools(workers), workers=lambda: workers, ahead=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "local_crew", standing)
        yield


@pytest.fixture
def workers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what workers die of, or are given when they start."""
    monkeypatch.setattr(run, "local_crew", local_crew)
