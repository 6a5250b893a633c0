"""Rows of prices with columns beside them, and rows that lie ahead of the last price."""

from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import DataError, ForecastError
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices

N = 40
DAYS = (np.datetime64("2024-01-01") + np.arange(N)).astype(str).tolist()
LATER = ["2099-01-04", "2099-01-02", "2099-01-03"]
PRICES = (100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, N)))).round(4).tolist()
VIX = [round(15 + 3 * np.sin(i), 3) for i in range(N)]
FLAG = [float(i % 9 == 0) for i in range(N)]
NAMED = ReadOptions(past=("vix",), known=("earnings",))


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def table(rows: list[list[object]], names: str = "date,close,vix,earnings", mark: str = ",") -> str:
    lines = [mark.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([names, *lines]) + "\n"


ROWS: list[list[object]] = [list(row) for row in zip(DAYS, PRICES, VIX, FLAG, strict=True)]
AHEAD: list[list[object]] = [[day, None, None, i % 2] for i, day in enumerate(LATER)]
WHOLE = [*ROWS, *AHEAD]


def read(*sources: str, options: ReadOptions = NAMED) -> list[PriceSeries]:
    return read_prices(sources, options).series


def refusal(*sources: str, **options: object) -> ForecastError:
    with pytest.raises(DataError) as caught:
        read(*sources, options=ReadOptions(**options))  # type: ignore[arg-type]
    assert caught.value.exit_code == 65
    return caught.value
