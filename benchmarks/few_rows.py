"""Do bands hold that were learnt from few rows, or are they empty?

    python benchmarks/few_rows.py [--series 200] [--processes 2]

Random walks, GARCH(1,1), series that return (AR(1) of the log price, 0.9) or run on (AR(1) of its changes,
0.3), and ones with a season of 52 rows; each drawn and fitted anew, with 60 to 500 rows to learn from. The
forecast is the last value; or a network, where the tool trusts it: a linear map of the window by least
squares, its ridge chosen by the validation part, in place of one that is trained (the same overfitting in
a thousandth of the time; the calibration is the tool's own). Bands as calibrated, which nothing that came
true moves, are held against the 100 rows after the last that was learnt from. Without TensorFlow, in some
minutes; written into docs/BANDS_TABLES.md, unless --series narrows it.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from _common import ROOT, machine, write_section
from _untrained import untrained, without_network

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.intervals.distribution import Distribution
from rnn_forecast.model.model import Model, calibrated_values, floored_moves, panel_of
from rnn_forecast.prices import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.origins import Origins
from rnn_forecast.windows.windows import windows_at

Array = np.ndarray

LEVELS, NEAR = (80.0, 95.0), (3.0, 2.0)  # points: so far a mean may be off
ROWS, NETWORK_ROWS, HORIZONS = (60, 100, 200, 500), (100, 200, 500), (1, 5, 20)
KINDS = {"random walk": "walk", "GARCH(1,1)": "garch", "AR(1)": "returns"}
NETWORK_KINDS = {"random walk": "walk", "AR(1)": "returns", "AR(1) of changes": "runs", "season": "season"}
SERIES, AFTER, WARM, SEASON = 200, 100, 300, 52
RIDGES = (0.01, 0.05, 0.2, 1.0, 5.0, 25.0)  # of the inputs' mean square
FEWEST = 20  # networks that are trusted, for a mean to be told


@dataclass(frozen=True)
class Case:
    kind: str
    rows: int
    horizon: int
    network: bool = False


@dataclass(frozen=True)
class Held:
    """Percent that bands held, of one series, (levels, 2): at step 1 and at the last; NaN where none is."""

    percent: Array
    trusted: Array  # (2,) whether anything of the network is


def logs(kind: str, n: int, chance: np.random.Generator) -> Array:
    """(n,) log prices, from a process that has been on for `WARM` rows."""
    drawn = chance.normal(size=n + WARM)
    moves, state, variance = np.empty(n + WARM), 0.0, 1e-4
    for t, one in enumerate(drawn):
        size = np.sqrt(variance) if kind == "garch" else 0.01
        kept = {"returns": 0.9, "season": 0.8, "runs": 0.3}.get(kind, 0.0)
        before, state = state, kept * state + size * one
        moves[t] = state - before if kind in ("returns", "season") else state
        variance = 2e-6 + 0.08 * moves[t] ** 2 + 0.9 * variance
    seasonal = 0.05 * np.sin(2 * np.pi * np.arange(n) / SEASON) if kind == "season" else 0.0
    return np.cumsum(moves)[WARM:] + seasonal


def fitted(known: PriceSeries, recipe: Recipe, *, network: bool) -> Model:
    if not network:
        return untrained([known], recipe)[0]
    dataset = make_dataset([known], recipe)
    model = without_network(dataset)
    weights = {**model.members[0], "head.skip": linear_map(dataset)}
    return calibrated(replace(model, members=(weights,)), dataset)


def linear_map(dataset: Dataset) -> Array:
    """(lookback, horizon) by least squares on the fitted windows, shrunk as the later ones say."""
    (x, y), (new_x, new_y) = (_pairs(dataset, part) for part in (dataset.fit, dataset.validation))
    unit = (x**2).sum(axis=1).mean() * np.eye(x.shape[1])
    maps = [np.linalg.solve(x.T @ x + ridge * unit, x.T @ y) for ridge in RIDGES]
    best = min(maps, key=lambda found: float(((new_y - new_x @ found) ** 2).sum()))
    return best.astype(np.float32)


def _pairs(dataset: Dataset, origins: Origins) -> tuple[Array, Array]:
    windows = dataset.windows(origins.all())
    return windows.x()[:, :, 0].astype(float), windows.y().astype(float)


def held(case: Case, seed: int) -> Held:
    """Of one series, from all origins of the rows that follow."""
    chance = np.random.default_rng([seed, case.rows, case.horizon, *case.kind.encode()])
    prices = 100 * np.exp(logs(case.kind, case.rows + case.horizon + AFTER, chance))
    dates = np.datetime64("2000-01-01", "s") + np.arange(len(prices)) * np.timedelta64(7, "D")
    whole = PriceSeries("T", dates, prices)
    choices = {"horizon": case.horizon, "lookback": min(60, case.rows // 3), "train_fraction": 1.0}
    model = fitted(whole.until(case.rows), with_choices(Recipe(), choices), network=case.network)
    panel, origins = panel_of(model, [whole]), np.arange(case.rows - 1, case.rows - 1 + AFTER)
    windows = windows_at(panel, origins, model.scaling, model.recipe.window)
    spread = floored_moves(model, panel, origins)
    bands = Distribution(model.intervals, calibrated_values(model, windows), spread)
    future, steps = windows.future(), [0, case.horizon - 1]
    ends = [bands.ends(level) for level in LEVELS]
    inside = np.array(
        [np.where(np.isfinite(low), (low <= future) & (future <= high), np.nan) for low, high in ends]
    )
    inside = inside[:, :, steps]
    return Held(100 * inside.mean(axis=1), model.shrinkage[steps] > 0)


def measured(case: Case, series: int, each: Callable[..., Iterator[Held]] = map) -> list[str]:
    """Of many series: what bands held on average and how often there are none, at step 1 and at the last."""
    found = [*each(partial(held, case), range(series))]
    percent = np.array([one.percent for one in found])  # (series, levels, 2)
    counts = np.array([one.trusted | (not case.network) for one in found])  # (series, 2)
    steps = [0] if case.horizon == 1 else [0, 1]
    return [_cell(percent[counts[:, step], :, step], case.network) for step in steps]


def _cell(percent: Array, network: bool) -> str:
    """Of (series, levels): means, starred where they are off; of networks, how many were trusted."""
    if len(percent) < FEWEST and network:
        return f"{len(percent)} trusted"
    means = []
    for level, off, column in zip(LEVELS, NEAR, percent.T, strict=True):
        there = column[np.isfinite(column)]
        mean = there.mean() if len(there) else np.nan
        star = "*" if abs(mean - level) > off else ""
        means.append(f"{mean:.1f}{star}" if len(there) else "none")
    return " / ".join(means) + (f" ({len(percent)})" if network else "")


def table(kinds: Mapping[str, str], rows: Sequence[int], found: Mapping[Case, list[str]]) -> str:
    lines = [f"| rows | step | {' | '.join(kinds)} |", "|" + " --- |" * (len(kinds) + 2)]
    for n in rows:
        for horizon in HORIZONS:
            cells = [of for case, of in found.items() if (case.rows, case.horizon) == (n, horizon)]
            for k, step in enumerate([1] if horizon == 1 else [1, horizon]):
                name = f"{step} of {horizon}"
                lines.append(f"| {n} | {name} | {' | '.join(of[k] for of in cells)} |")
    return "\n".join(lines)


def main(series: int, processes: int) -> None:
    parts = []
    with ProcessPoolExecutor(processes) as pool:
        each = partial(pool.map, chunksize=5)
        for kinds, counts, network in ((KINDS, ROWS, False), (NETWORK_KINDS, NETWORK_ROWS, True)):
            cases = [Case(k, n, h, network) for n in counts for h in HORIZONS for k in kinds.values()]
            found = {case: measured(case, series, each) for case in cases}
            parts.append(table(kinds, counts, found))
            print(parts[-1], flush=True)
    if series == SERIES:
        head = ("The last value:", "A network that is trusted (of so many series):")
        signed = f"Written by `benchmarks/few_rows.py`, {machine()}."
        text = "\n\n".join([head[0], parts[0], head[1], parts[1], signed])
        write_section(ROOT / "docs" / "BANDS_TABLES.md", "few_rows", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=SERIES, help="of each kind; written with all")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    main(chosen.series, chosen.processes)
