"""Make the two sample files: invented prices, the same bytes on every machine.

    python sample_data/make_samples.py [FOLDER]

`stock_prices.csv` has something to find: each day the price is pulled a little towards a mean that moves
slowly. `random_walk.csv` has nothing to find: its changes do not depend on what came before, only their size
does. In both, calm and nervous times come in clusters (a GARCH(1, 1) process, Bollerslev 1986).

Why the numbers never change: only the raw bits of PCG64 are used (NumPy guarantees that stream; its normal
distribution may change with a version), and only + - * / and square roots of Python floats, which IEEE 754
defines to the last bit (`exp` and `log` differ between machines).
"""

import datetime
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DAYS = 2_500
LAST_DAY = datetime.date(2025, 6, 30)
BURN_IN = 250  # days before the first row, so that it starts in the middle of things


@dataclass(frozen=True)
class Market:
    """What a series is made of. Changes are relative: 0.01 is one percent."""

    seed: int
    start: float  # the price before the burn-in
    volatility: float  # standard deviation of a day's change, in the long run
    growth: float = 0.0  # mean change of a day
    pull: float = 0.0  # share of the distance to the moving mean that a day takes back; 0 is a random walk
    wander: float = 0.0  # how far the mean itself moves in a day, beside a day's surprise
    shock: float = 0.09  # how far one day's surprise raises the next days' variance
    persistence: float = 0.88  # how much of the variance above its long-run level is left a day later


STOCK = Market(seed=22, start=60.0, volatility=0.012, growth=0.0003, pull=0.2, wander=0.25)
RANDOM_WALK = Market(seed=16, start=80.0, volatility=0.012)


def prices(market: Market) -> Iterator[float]:
    """The market's prices, one for each day, without end."""
    surprises = bell(np.random.PCG64(market.seed))
    long_run = market.volatility**2
    variance = long_run
    price = mean = market.start
    while True:
        surprise = math.sqrt(variance) * next(surprises)
        distance = price / mean - 1
        mean *= 1 + market.growth + market.wander * market.volatility * next(surprises)
        price *= 1 + market.growth - market.pull * distance + surprise
        base = long_run * (1 - market.shock - market.persistence)
        variance = base + market.shock * surprise * surprise + market.persistence * variance
        yield price


def bell(bits: np.random.PCG64) -> Iterator[float]:
    """Numbers with mean 0 and variance 1, nearly normal: twelve uniform ones added up, less six."""
    while True:
        whole = sum(int(word) >> 11 for word in bits.random_raw(12))  # integers: exact in any order
        yield whole / 2**53 - 6


def trading_days(count: int, last: datetime.date) -> list[datetime.date]:
    """`count` weekdays, oldest first, up to `last`; there are no holidays in this market."""
    days: list[datetime.date] = []
    day = last
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= datetime.timedelta(days=1)
    return days[::-1]


def table(market: Market) -> bytes:
    """The file: `date,price`, two decimals, one line feed at each line's end."""
    source = prices(market)
    for _ in range(BURN_IN):
        next(source)
    rows = [f"{day.isoformat()},{next(source):.2f}" for day in trading_days(DAYS, LAST_DAY)]
    return "\n".join(["date,price", *rows, ""]).encode("ascii")


FILES = {"stock_prices.csv": STOCK, "random_walk.csv": RANDOM_WALK}


def main(folder: Path) -> None:
    for name, market in FILES.items():
        (folder / name).write_bytes(table(market))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
