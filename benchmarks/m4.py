"""Series of the M4 competition, forecast by the tool's own verbs and scored as the competition does.

    python benchmarks/m4.py weekly m4_weekly_train.csv --out forecasts.csv
    python benchmarks/m4.py weekly m4_weekly_train.csv --holdout
    python benchmarks/m4.py weekly m4_weekly_train.csv --holdout --drop 13 --seeds 3
    python benchmarks/m4.py hourly m4_hourly_train.csv.gz --holdout --write

Trains with the recipe of the set, predicts its horizon and writes `ticker,step,forecast`. With `--holdout`
the last prices of each series are kept from training and forecast; sMAPE, MASE and OWA are those of the
competition (Makridakis, Spiliotis and Assimakopoulos 2020): MASE by the mean absolute change of the series'
own earlier prices over one season, OWA the mean of both relative to Naive2: for weekly series (m = 1) the
last value, for hourly ones (m = 24) that without its multiplicative season, where there is one, and the
season put back. Of the 95 % intervals: MSIS, the Winkler score over that same change, and how many prices
held; for weekly series beside the naive ones of the competition (the last value and 1.96 deviations of its
one-step errors times the root of the step). `--drop N` takes the last N prices away before that.
`--write` does it for every recipe of the set and puts the scores into the README.
"""

import argparse
import csv
import gzip
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ALPHA, NORMAL = 0.05, 1.96  # of the intervals


class Kind(NamedTuple):
    """A set of series."""

    steps: int  # to forecast
    season: int  # rows, of the scale of MASE and of Naive2
    recipes: tuple[str, ...]


KINDS = {
    "weekly": Kind(13, 1, ("m4-weekly.toml", "m4-weekly-simple.toml")),
    "hourly": Kind(48, 24, ("m4-hourly.toml",)),
}

Prices = Mapping[str, Sequence[tuple[str, float]]]  # date and price of each row, by ticker
Bands = Mapping[str, Sequence[tuple[float, float]]]  # low and high of each step, by ticker


def main() -> None:
    options = _options()
    if not options.write:
        run(options, options.recipe or ROOT / "configs" / options.kind.recipes[0])
        return
    from _common import machine, write_section

    lines = ["| recipe | sMAPE | MASE | OWA | MSIS, 95 % | held | train and predict |", "|" + " --- |" * 7]
    for name in options.kind.recipes:
        smape, mase, owa, msis, share, seconds = run(options, ROOT / "configs" / name)
        scored = f"{smape:.3f} | {mase:.3f} | {owa:.3f} | {msis:.2f} | {share:.1f} %"
        lines.append(f"| `configs/{name}` | {scored} | {seconds:.0f} s |")
    if options.kind.season == 1:
        msis, share = interval_scores(*_naive(options), options.kind)
        lines.append(f"| last value | | | 1 | {msis:.2f} | {share:.1f} % | |")
    lines += ["", f"Written by `benchmarks/m4.py`, {machine()}."]
    write_section(ROOT / "README.md", f"m4 {options.set}", "\n".join(lines))


def run(options: argparse.Namespace, recipe: Path) -> list[float]:
    """Train and forecast with one recipe; means over the seeds: five scores (or NaN), in the order of the
    README's table, and seconds.
    """
    series, known = _series(options)
    found = []
    for seed in range(options.seeds):
        started = time.perf_counter()
        forecasts, bands = forecast(
            known, recipe, 100 * seed, options.kind.steps
        )  # member i adds i: none shared
        seconds = time.perf_counter() - started
        if options.out:
            write(options.out, forecasts)
        print(f"seed {seed}: trained and forecast {len(forecasts)} series in {seconds:.0f} s")
        scored = [math.nan] * 5
        if options.holdout:
            scored = [*scores(series, forecasts, options.kind), *interval_scores(series, bands, options.kind)]
            words = zip(("sMAPE", "MASE", "OWA", "MSIS", "held"), scored, strict=True)
            print(f"seed {seed}: {'  '.join(f'{name} {value:.4g}' for name, value in words)}", flush=True)
        found.append([*scored, seconds])
    owas = [one[2] for one in found]
    if options.holdout and len(owas) > 1:
        print(f"OWA {statistics.mean(owas):.4f} ± {statistics.stdev(owas):.4f} over {len(owas)} seeds")
    return [statistics.mean(column) for column in zip(*found, strict=True)]


def _series(options: argparse.Namespace) -> tuple[Prices, Prices]:
    """All prices, and those that are known."""
    series = {ticker: rows[: len(rows) - options.drop] for ticker, rows in read(options.train).items()}
    steps = options.kind.steps
    known = {ticker: rows[:-steps] for ticker, rows in series.items()} if options.holdout else series
    return series, known


def _naive(options: argparse.Namespace) -> tuple[Prices, Bands]:
    series, known = _series(options)
    steps = options.kind.steps
    return series, {
        ticker: naive_bands([price for _, price in rows], steps) for ticker, rows in known.items()
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("set", choices=KINDS, help="which series: how many steps, which season, which recipe")
    parser.add_argument("train", type=Path, help="the training part: ticker, date, price; may be .gz")
    parser.add_argument("--out", type=Path, help="where the forecasts go, as CSV")
    parser.add_argument("--holdout", action="store_true", help="keep the last prices back, and score")
    parser.add_argument("--drop", type=int, default=0, help="take this many prices away first")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--recipe", type=Path, help="in place of the set's first")
    parser.add_argument(
        "--write", action="store_true", help="with --holdout: every recipe of the set, into the README"
    )
    options = parser.parse_args()
    if options.write and not options.holdout:
        parser.error("--write goes with --holdout")
    if not options.holdout and not options.out:
        parser.error("say --out FILE for the forecasts, or --holdout for scores")
    options.kind = KINDS[options.set]
    return options


def read(path: Path) -> Prices:
    series: dict[str, list[tuple[str, float]]] = {}
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["ticker"], []).append((row["date"], float(row["price"])))
    return series


def forecast(
    known: Prices, recipe: Path, seed: int, steps: int
) -> tuple[dict[str, list[float]], dict[str, list[tuple[float, float]]]]:
    """The next prices of every series, and their intervals: `train`, then `predict`, as a user does."""
    with tempfile.TemporaryDirectory() as folder:
        prices, model, out = (Path(folder, name) for name in ("known.csv", "model", "forecasts.csv"))
        with prices.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["ticker", "date", "price"])
            rows.writerows((ticker, *row) for ticker, all_rows in known.items() for row in all_rows)
        _tool("train", prices, "--recipe", recipe, "--seed", seed, "--model", model)
        _tool("predict", prices, "--model", model, "--steps", steps, "--out", out)
        forecasts: dict[str, list[float]] = {}
        bands: dict[str, list[tuple[float, float]]] = {}
        with out.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                forecasts.setdefault(row["ticker"], []).append(float(row["forecast"]))
                bands.setdefault(row["ticker"], []).append((float(row["lo_95"]), float(row["hi_95"])))
    return forecasts, bands


def _tool(*arguments: object) -> None:
    command = [sys.executable, "-m", "rnn_forecast", *map(str, arguments), "--quiet"]
    subprocess.run(command, check=True, cwd=ROOT)


def write(path: Path, forecasts: Mapping[str, Sequence[float]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["ticker", "step", "forecast"])
        rows.writerows(
            (ticker, step, repr(value))
            for ticker, values in forecasts.items()
            for step, value in enumerate(values, start=1)
        )


def scores(
    series: Prices, forecasts: Mapping[str, Sequence[float]], kind: Kind
) -> tuple[float, float, float]:
    """sMAPE (percent), MASE and OWA of the forecasts of each series' last prices."""
    ours, naive = [], []
    for ticker, rows in series.items():
        prices = [price for _, price in rows]
        past, actual = prices[: -kind.steps], prices[-kind.steps :]
        ours.append(_errors(past, actual, forecasts[ticker], kind.season))
        naive.append(_errors(past, actual, naive2(past, kind), kind.season))
    (smape, mase), (naive_smape, naive_mase) = (
        [statistics.fmean(column) for column in zip(*errors, strict=True)] for errors in (ours, naive)
    )
    return smape, mase, (smape / naive_smape + mase / naive_mase) / 2


def interval_scores(series: Prices, bands: Bands, kind: Kind) -> tuple[float, float]:
    """MSIS, and the percent that held, of the 95 % intervals of each series' last prices.

    Width, and the distance of a price outside times 2 / 0.05, over the mean absolute change of the past.
    """
    costs, inside = [], []
    for ticker, rows in series.items():
        prices = [price for _, price in rows]
        scale = _scale(prices[: -kind.steps], kind.season)
        for price, (low, high) in zip(prices[-kind.steps :], bands[ticker], strict=True):
            costs.append((high - low + 2 / ALPHA * (max(low - price, 0) + max(price - high, 0))) / scale)
            inside.append(low <= price <= high)
    return statistics.fmean(costs), 100 * statistics.fmean(inside)


def naive_bands(past: Sequence[float], steps: int) -> list[tuple[float, float]]:
    """The last value, and 1.96 standard deviations of a one-step error times the root of the step."""
    size = NORMAL * statistics.stdev(after - before for before, after in pairwise(past))
    return [(past[-1] - size * math.sqrt(k), past[-1] + size * math.sqrt(k)) for k in range(1, steps + 1)]


def naive2(past: Sequence[float], kind: Kind) -> list[float]:
    """The last value of a series without its season, and the season put back; the last value where none is.

    There is one where the autocorrelation of its lag is beyond 1.645 standard errors (Bartlett's, of an MA of
    lower lags); its indices are the means of the ratios to a centred moving average (Makridakis, Spiliotis
    and Assimakopoulos 2020, section 2.2).
    """
    m, prices = kind.season, np.asarray(past)
    if m == 1 or len(prices) < 3 * m or not _is_seasonal(prices, m):
        return [past[-1]] * kind.steps
    weights = np.full(m + 1, 1 / m)
    weights[[0, -1]] /= 2  # of an even season: centred
    ratios = prices[m // 2 : -(m // 2)] / np.convolve(prices, weights, "valid")
    places = np.arange(m // 2, len(prices) - m // 2) % m
    indices = np.array([ratios[places == k].mean() for k in range(m)])
    indices /= indices.mean()
    level = prices[-1] / indices[(len(prices) - 1) % m]
    return (level * indices[(len(prices) + np.arange(kind.steps)) % m]).tolist()


def _is_seasonal(prices: np.ndarray, season: int) -> bool:
    away = prices - prices.mean()
    total = float(away @ away)
    if total == 0:
        return False
    lags = np.array([away[k:] @ away[:-k] for k in range(1, season + 1)]) / total
    error = math.sqrt((1 + 2 * float(lags[:-1] @ lags[:-1])) / len(prices))
    return bool(abs(lags[-1]) > 1.645 * error)


def _scale(past: Sequence[float], season: int) -> float:
    return statistics.fmean(abs(after - before) for before, after in zip(past, past[season:]))  # noqa: B905


def _errors(
    past: Sequence[float], actual: Sequence[float], predicted: Sequence[float], season: int
) -> tuple[float, float]:
    """sMAPE and MASE of one series."""
    pairs = list(zip(actual, predicted, strict=True))
    smape = statistics.fmean(200 * abs(a - p) / (abs(a) + abs(p)) for a, p in pairs)
    return smape, statistics.fmean(abs(a - p) for a, p in pairs) / _scale(past, season)


if __name__ == "__main__":
    main()
