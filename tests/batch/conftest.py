from pathlib import Path

import pytest
from batch_fakes import Market, write_prices


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
