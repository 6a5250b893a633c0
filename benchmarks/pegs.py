"""Do tickers that stand still narrow the bands of those that move?

    python benchmarks/pegs.py [SEEDS]

Random walks of 1 % a day, alone and with prices beside them that do not move, or hardly: pegged, suspended,
flat until the test part, thinly traded, calm. The forecast is the last value, as it is where a network has no
skill, so that nothing is trained: volatility, calibration and scores are the tool's own. Writes a table into
docs/internals/LOG.md: what the bands of the tickers that move cover, and how wide they are beside those of a
model of the same walks without the others, or without the standstill.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from _common import ROOT, machine, write_section
from _untrained import untrained

from rnn_forecast.prices import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.scores.comparison import compare
from rnn_forecast.windows.origins import origins_between
from rnn_forecast.windows.panel import make_panel

ROWS, HORIZON, SEEDS, DAILY = 1_000, 2, 20, 0.01
TRAIN = int(0.8 * ROWS)
STILL = slice(250, 250 + ROWS // 3)  # a suspension
DATES = np.datetime64("2015-01-01", "s") + np.arange(ROWS) * np.timedelta64(86_400, "s")

Series = Sequence[PriceSeries]
Chance = np.random.Generator


def walk(
    ticker: str, chance: Chance, *, flat: slice = slice(0), size: float = DAILY, part: float = 1.0
) -> PriceSeries:
    """A walk that stands still over the rows `flat`, and moves in `part` of the others."""
    changes = chance.normal(0, size, ROWS) * (chance.random(ROWS) < part)
    changes[flat] = 0
    return PriceSeries(ticker, DATES, 100 * np.exp(np.cumsum(changes)))


def peg(ticker: str, chance: Chance) -> PriceSeries:
    """1.000, and 1.001 in eight rows."""
    prices = np.ones(ROWS)
    prices[chance.choice(ROWS, 8, replace=False)] = 1.001
    return PriceSeries(ticker, DATES, prices)


def walks(chance: Chance, count: int = 4) -> list[PriceSeries]:
    return [walk(f"W{i}", chance) for i in range(count)]


def beside(
    other: Callable[[str, Chance], PriceSeries], count: int, movers: int = 4
) -> Callable[[Chance], Series]:
    return lambda chance: [*walks(chance, movers), *(other(f"P{i}", chance) for i in range(count))]


Make = Callable[[Chance], Series]
Case = tuple[Make, Make]  # as it is, and without standstill
CASES: dict[str, Case] = {
    "four walks": (walks, walks),
    "and four pegs": (beside(peg, 4), walks),
    "and one peg": (beside(peg, 1), walks),
    "one share, suspended for a third": (
        lambda chance: [walk("W", chance, flat=STILL)],
        lambda chance: [walk("W", chance)],
    ),
    "four walks and four such shares": (
        beside(lambda ticker, chance: walk(ticker, chance, flat=STILL), 4),
        walks,
    ),
    "a share that is flat until the test part, beside four walks": (
        lambda chance: [*beside(walk, 4, 0)(chance), walk("W", chance, flat=slice(TRAIN))],
        lambda chance: [*beside(walk, 4, 0)(chance), walk("W", chance)],
    ),
    "four walks and four shares that move one day in five": (
        beside(lambda ticker, chance: walk(ticker, chance, part=0.2), 4),
        walks,
    ),
    "four walks and four that move by a fiftieth of them": (
        beside(lambda ticker, chance: walk(ticker, chance, size=DAILY / 50), 4),
        walks,
    ),
    "of those, the four calm ones": (
        lambda chance: [
            *(walk(f"W{i}", chance, size=DAILY / 50) for i in range(4)),
            *beside(walk, 4, 0)(chance),
        ],
        lambda chance: [walk(f"W{i}", chance, size=DAILY / 50) for i in range(4)],
    ),
}


@cache  # the same walks stand beside several cases
def bands(make: Make, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Coverage in percent and mean width beside the price, (levels,), of the tickers called W over the test
    part.
    """
    series = make(np.random.default_rng(seed))
    model, train = untrained(series, with_choices(Recipe(), {"horizon": HORIZON}))
    panel = make_panel(series, model.scaling)
    rows = np.array([len(s) for s in series])
    origins = origins_between(panel, train, rows, model.recipe.window).all()
    movers = np.array([s.ticker.startswith("W") for s in series])[panel.series_of(origins)]
    pairs = compare(model, series, panel, origins[movers], train).pairs()
    covered, width = [], []
    for low, high in pairs.intervals.values():
        covered.append(100 * ((low <= pairs.actual) & (pairs.actual <= high)).mean())
        width.append(((high - low) / pairs.last[:, None]).mean())
    return np.array(covered), np.array(width)


def measured(case: str, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Coverage, and width beside that without the others, (levels,); means over the seeds."""
    found, usual = ([bands(make, seed) for seed in range(seeds)] for make in CASES[case])
    width, without = (np.mean([one[1] for one in some], axis=0) for some in (found, usual))
    return np.mean([one[0] for one in found], axis=0), width / without


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    lines = ["| prices | movers covered, 80 and 95 % | widths beside those without |", "| --- | --- | --- |"]
    for case in CASES:
        covered, ratio = measured(case, seeds)
        lines.append(f"| {case} | {covered[0]:.1f}, {covered[1]:.1f} | {ratio[0]:.3f}, {ratio[1]:.3f} |")
        print(lines[-1], flush=True)
    lines += ["", f"Means of {seeds} seeds. Written by `benchmarks/pegs.py`, {machine()}."]
    write_section(ROOT / "docs" / "internals" / "LOG.md", "pegs", "\n".join(lines))


if __name__ == "__main__":
    main()
