"""How wide are bands, and do they hold? Ours beside plain historical ones, RiskMetrics, GARCH and others.

    pip install -e ".[bench]"
    python benchmarks/bands.py [FOLDER] [--year 2012 --year 2020 …] [--market FILE]

FOLDER holds daily files with open, high and low, one for each ticker (../shared/data/ohlc beside the
checkout). For each year, all is fitted on the rows before it and forecasts the year's days, one and five rows
ahead, at 80 and 95 %: the same days and tickers for all. Networks are not trained: on daily shares they are
not trusted, and the forecast is the last value; sizes, calibration and bands are the tool's own. Then
thirty random walks whose volatility trebles at the cut. The market is FILE, or the mean of the shares' own
changes. Written into docs/BANDS.md, docs/BANDS_TABLES.md and README.md, unless --year narrows it; what is
not installed is named and left out.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _bands_tables import (
    CLOSES,
    CROWD,
    LEVELS,
    MARKET,
    PLAIN,
    RANGES,
    SHIPPED,
    STEPS,
    Judged,
    Year,
    by_year,
    in_short,
    remarks,
    summary,
)
from _common import ROOT, machine, write_section
from _rivals import Array, installed, packages
from _untrained import untrained

from rnn_forecast.intervals.distribution import Distribution
from rnn_forecast.model.model import first_unseen, panel_of
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.scores.comparison import Comparison, compare
from rnn_forecast.verbs.beside.market import Market, beside_all
from rnn_forecast.windows.origins import origins_between
from rnn_forecast.windows.sizes import OF_CROWD, OF_MARKET, size_names
from rnn_forecast.windows.sizes import RANGES as OF_RANGES

FOLDER = ROOT.parent / "shared" / "data" / "ohlc"
YEARS = (2008, 2010, 2011, 2012, 2014, 2016, 2018, 2019, 2020)
FEWEST_BEFORE, FEWEST_WITHIN = 500, 200  # rows of a ticker that takes part in a year
WALKS, BURSTS, LOUDER, DAILY = 30, 5, 3.0, 0.01

Ends = Array  # (levels, 2, n, STEPS) as logs over the price at the origin


def ours(known: Sequence[PriceSeries], whole: Sequence[PriceSeries], sizes: Sequence[str]) -> Comparison:
    """Fitted on `known`, with these sizes beside closes, and compared on the rows after those of `whole`."""
    recipe = with_choices(Recipe(), {"horizon": STEPS, "levels": LEVELS, "train_fraction": 1.0})
    model, _ = untrained(known, recipe, sizes)
    panel, seen = panel_of(model, whole), first_unseen(model, whole)
    origins = origins_between(panel, seen, np.array([len(s) for s in whole]), recipe.window).all()
    return compare(model, whole, panel, origins, seen)


def fixed(found: Comparison) -> Ends:
    """Bands as calibrated, which nothing that came true moves."""
    bands = Distribution(found.model.intervals, found.values, found.spread)
    to_prices, last = found.model.scaling.to_prices, found.panel.prices[found.origins]
    ends = np.array([bands.ends(level) for level in LEVELS])
    return np.log(to_prices(ends)) - np.log(to_prices(last))[:, None]


def every_band(
    known: Sequence[PriceSeries], whole: Sequence[PriceSeries]
) -> tuple[Comparison, dict[str, Ends]]:
    """By name the bands of all methods, from the same origins."""
    names = size_names(known)
    some = {
        CLOSES: (),
        RANGES: tuple(name for name in names if name in OF_RANGES),
        MARKET: tuple(name for name in names if name not in OF_CROWD),
        CROWD: tuple(name for name in names if name not in OF_MARKET),
    }
    found = {name: ours(known, whole, sizes) for name, sizes in some.items()}
    shipped = found[CROWD]
    pairs = shipped.pairs()
    last = np.log(pairs.last)[:, None]
    bands = {
        PLAIN: np.log([pairs.naive_intervals[level] for level in LEVELS]) - last,
        **{name: fixed(one) for name, one in found.items()},
        SHIPPED: np.log([pairs.intervals[level] for level in LEVELS]) - last,
    }
    rows = shipped.origins - shipped.panel.offsets[pairs.ticker]
    for name, rival in installed().items():
        each = [
            rival(np.log(s.prices), len(k), rows[pairs.ticker == i])
            for i, (k, s) in enumerate(zip(known, whole, strict=True))
        ]
        bands[name] = np.concatenate(each, axis=2)
    return shipped, bands


def judged(series: Sequence[PriceSeries], year: int) -> dict[str, Judged]:
    """Of the tickers that have enough rows, by name of the bands."""
    cut, end = (np.datetime64(f"{y}-01-01", "s") for y in (year, year + 1))
    counts = [(s, *np.searchsorted(s.dates, [cut, end]).tolist()) for s in series]
    there = [(s, n, m) for s, n, m in counts if n > FEWEST_BEFORE and m - n > FEWEST_WITHIN]
    if not there:
        raise SystemExit(f"no ticker has {FEWEST_BEFORE} rows before {year} and {FEWEST_WITHIN} within it")
    shipped, bands = every_band([s.until(n) for s, n, _ in there], [s.until(m) for s, _, m in there])
    pairs = shipped.pairs()
    moves = np.log(pairs.actual) - np.log(pairs.last)[:, None]
    _, month = np.unique(pairs.ahead[:, 0].astype("datetime64[M]"), return_inverse=True)
    usual = winkler(bands[PLAIN], moves)
    return {
        name: Judged(
            winkler(ends, moves) / usual,
            held(ends, moves, pairs.ticker),
            np.bincount(pairs.ticker),
            pairs.tickers,
            (100 * held(ends, moves, month)[:, 0] / np.bincount(month)).min(axis=1),
        )
        for name, ends in bands.items()
    }


def winkler(ends: Ends, moves: Array) -> Array:
    """(levels, STEPS): width, and what lies outside of it times 2 / alpha; the mean of all windows."""
    low, high = ends[:, 0], ends[:, 1]
    beyond = np.maximum(low - moves, 0) + np.maximum(moves - high, 0)
    dear = 2 / (1 - np.array(LEVELS) / 100)
    return (high - low + dear[:, None, None] * beyond).mean(axis=1)


def held(ends: Ends, moves: Array, group: Array) -> Array:
    """(levels, STEPS, groups) how many windows of each group held."""
    inside = (ends[:, 0] <= moves) & (moves <= ends[:, 1])
    return np.stack([inside[:, group == i].sum(axis=1) for i in range(group.max() + 1)], axis=2)


def burst(seed: int) -> list[PriceSeries]:
    """Random walks of 1 % a day that from 2020 on are of 3 %."""
    dates = np.arange("2016-01-01", "2021-01-01", dtype="datetime64[D]")
    dates = dates[np.is_busday(dates)].astype("datetime64[s]")
    size = DAILY * np.where(dates < np.datetime64("2020-01-01"), 1.0, LOUDER)
    chance = np.random.default_rng(seed)
    walks = [
        PriceSeries(f"W{i:02d}", dates, 100 * np.exp(np.cumsum(size * chance.normal(size=len(dates)))))
        for i in range(WALKS)
    ]
    return beside_all(Market("index", index_of(walks)), walks, strict=True)[0]


def told(name: str, found: Year) -> Year:
    for bands, one in found.items():
        figures = (
            f"step {k + 1}: {one.winkler[0, k]:.3f} / {one.winkler[1, k]:.3f} held "
            f"{one.coverage[0, k]:.1f} / {one.coverage[1, k]:.1f}"
            for k in (0, STEPS - 1)
        )
        print(f"{name}, {len(one.tickers)} tickers, {bands}: {', '.join(figures)}", file=sys.stderr)
    return found


def index_of(series: Sequence[PriceSeries]) -> PriceSeries:
    """A market made of the shares themselves: the mean of their changes on each date, each counting alike."""
    dates, at = np.unique(np.concatenate([s.dates for s in series]), return_inverse=True)
    changes = np.concatenate([np.diff(np.log(s.prices), prepend=np.log(s.prices[0])) for s in series])
    mean = np.bincount(at, changes) / np.bincount(at)
    return PriceSeries("index", dates, 100 * np.exp(np.cumsum(mean)))


def main(folder: Path, years: Sequence[int], market: Path | None) -> None:
    read = read_prices([str(path) for path in sorted(folder.glob("*.csv"))], ReadOptions()).series
    index = index_of(read) if market is None else read_prices([str(market)], ReadOptions()).series[0]
    series, _ = beside_all(Market("index", index), read, strict=True)
    found = {year: told(str(year), judged(series, year)) for year in years}
    bursts = [told(f"burst {seed}", judged(burst(seed), 2020)) for seed in range(BURSTS)]
    signed = f"Written by `benchmarks/bands.py`, {machine()}. {packages()}"
    every = [*found.values()]
    text = "\n\n".join([summary(every, bursts), remarks(found), signed])
    print(text, by_year(found), sep="\n\n")
    if tuple(years) == YEARS:
        write_section(ROOT / "docs" / "BANDS.md", "bands", text)
        write_section(ROOT / "docs" / "BANDS_TABLES.md", "years", f"{by_year(found)}\n\n{signed}")
        write_section(ROOT / "README.md", "bands", f"{in_short(every)}\n\n{signed}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--year", action="append", type=int, help="only this; written with all")
    parser.add_argument("--market", type=Path, help="closes of the market; else the shares' own mean")
    chosen = parser.parse_args()
    main(chosen.folder, chosen.year or YEARS, chosen.market)
