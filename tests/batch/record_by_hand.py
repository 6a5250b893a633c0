"""What the record has to be, computed from the files of each night and nothing of the program's.

In: of each night its files of prices and the forecasts.csv that came of them. Plain Python, nothing of ours.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Key = tuple[str, str, int]


def prices_in(path: Path) -> dict[str, float]:
    with path.open() as file:
        return {row["date"]: float(row["price"]) for row in csv.DictReader(file)}


class Record:
    """Nights are taken in one after another."""

    def __init__(self) -> None:
        self.forecasts: dict[Key, dict[str, str]] = {}
        self.outcomes: dict[Key, tuple[str | None, float, float]] = {}  # came where moved, price, base
        self.revised: dict[Key, tuple[float, float]] = {}
        self.known: dict[str, dict[str, float]] = {}  # files of the night before

    def night(self, files: dict[str, Path], forecasts: Path) -> None:
        for ticker, path in files.items():
            prices = prices_in(path)
            if prices != self.known.get(ticker):
                self._look(ticker, prices)
                self.known[ticker] = prices
        with forecasts.open() as file:
            for row in csv.DictReader(file):
                self.forecasts.setdefault((row["ticker"], row["origin"], int(row["step"])), row)

    def _look(self, ticker: str, prices: dict[str, float]) -> None:
        recent = sorted({key[1] for key in self.outcomes if key[0] == ticker})[-31:]
        for key, row in self.forecasts.items():
            if key[0] != ticker or key[1] not in prices:
                continue
            if key not in self.outcomes:
                there = sorted(day for day in prices if day >= row["date"])
                if there:
                    came = None if there[0] == row["date"] else there[0]
                    self.outcomes[key] = came, prices[there[0]], prices[key[1]]
            elif key not in self.revised and key[1] in recent:
                came, price, base = self.outcomes[key]
                now = prices.get(came or row["date"])
                if now is not None and abs(now / prices[key[1]] / (price / base) - 1) > 1e-6:
                    self.revised[key] = now, prices[key[1]]

    def returns(self, step: int, latest: int | None) -> Iterator[tuple[dict[str, str], float]]:
        for ticker in sorted({key[0] for key in self.outcomes}):
            keys = sorted(key for key in self.outcomes if key[0] == ticker and key[2] == step)
            for key in keys if latest is None else keys[-latest:]:
                _, price, base = self.outcomes[key]
                yield self.forecasts[key], price / base - 1

    def scores(self, step: int, latest: int | None) -> dict[str, Any]:
        """RMSE in percent, that of the last value, how often the 80 % band held."""
        found = [*self.returns(step, latest)]
        errors = [actual - (float(row["forecast"]) / float(row["last"]) - 1) for row, actual in found]
        ends = [[float(row[end]) / float(row["last"]) - 1 for end in ("lo_80", "hi_80")] for row, _ in found]
        held = [low <= actual <= high for (low, high), (_, actual) in zip(ends, found, strict=True)]
        return {
            "outcomes": len(found),
            "rmse": 100 * math.sqrt(sum(e * e for e in errors) / len(errors)),
            "rmse_last_value": 100 * math.sqrt(sum(a * a for _, a in found) / len(found)),
            "held": 100 * sum(held) / len(held),
        }

    def broken_on(self) -> dict[str, tuple[int, int]]:
        """By the day that came: bands that broke, and all."""
        days: dict[str, tuple[int, int]] = {}
        for key, (came, price, base) in self.outcomes.items():
            row = self.forecasts[key]
            for level in ("80", "95"):
                low, high = (float(row[f"{end}_{level}"]) / float(row["last"]) - 1 for end in ("lo", "hi"))
                broke, bands = days.get(came or row["date"], (0, 0))
                days[came or row["date"]] = broke + (not low <= price / base - 1 <= high), bands + 1
        return days
