"""A working folder in which each verb has run once, and invented prices for it."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from command import run

SMALL = ["--units", "3", "--lookback", "8", "--no-shrink"]
Rows = Sequence[tuple[datetime.date, float]]


def walk(count: int = 300, seed: int = 1, start: float = 1000.0) -> Rows:
    """Weekdays with a random walk of prices in cents."""
    days = [datetime.date(2022, 1, 3) + datetime.timedelta(days=i) for i in range(2 * count)]
    days = [day for day in days if day.weekday() < 5][:count]
    steps = np.random.default_rng(seed).normal(0, 0.01, count)
    return list(zip(days, np.round(start * np.exp(np.cumsum(steps)), 2).tolist(), strict=True))


def csv_of(rows: Rows) -> bytes:
    return ("date,price\n" + "".join(f"{day},{price:.2f}\n" for day, price in rows)).encode()


def make_place(place: Path) -> Path:
    (place / "prices.csv").write_bytes(csv_of(walk()))
    for words in (
        ["train", "prices.csv", *SMALL],
        ["prepare", "prices.csv", "--lookback", "8"],
        ["predict", "prices.csv", "--steps", "3"],
        ["evaluate", "prices.csv"],
    ):
        ended = run(words, place)
        assert ended.code == 0, ended
    return place
