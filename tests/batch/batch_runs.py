"""A batch over workers that train nothing, and what it left behind."""

import csv
import sqlite3
from pathlib import Path
from typing import Any

from batch_fakes import fake_job, refuse_job
from toys import small_recipe

from rnn_forecast.batch.choices import Choices, Means
from rnn_forecast.batch.run import Order, run_batch
from rnn_forecast.prices import ReadOptions

RECIPE = small_recipe(shrink=False)


def order(files: list[str], out: Path, **choices: Any) -> Order:
    return Order(files, ReadOptions(), RECIPE, out, Choices(**choices))


def batch(files: list[str], out: Path, *, workers: int = 2, timeout: float = 60, **choices: Any) -> dict:
    return run_batch(order(files, out, **choices), Means(workers, timeout), work=fake_job).summary


def again(files: list[str], out: Path, **choices: Any) -> dict:
    """A run that may not train."""
    return run_batch(order(files, out, **choices), Means(1), work=refuse_job).summary


def counts(summary: dict) -> tuple[int, int, int, int, int]:
    return tuple(summary[name] for name in ("trained", "at_hand", "unchanged", "failed", "left"))  # type: ignore[return-value]


def tickers_in(out: Path) -> list[str]:
    with (out / "forecasts.csv").open(newline="") as file:
        return list(dict.fromkeys(row["ticker"] for row in csv.DictReader(file)))


def models_in(out: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(out)): p.read_bytes() for p in sorted((out / "models").rglob("*")) if p.is_file()
    }


def ledger_rows(out: Path, what: str) -> list[tuple]:
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        return connection.execute(what).fetchall()
