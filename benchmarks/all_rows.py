"""Fit again on all rows after the verdict: what does it win in the year that follows, and what does it cost?

    python benchmarks/all_rows.py --ohlc FOLDER --weekly FILE [--year 2013 …] [--step 5] [--write]

Four models forecast each year that no fit has seen, from all of its days: the first fit as it is (its own
test part adapts its weight and its widths), the same with weights fitted again on all rows, and that with
volatility and bands from all rows too (`refit = true`), and that with shrinkage and drift as well. The
shares of FOLDER are one panel, cut at the start of each year, one step ahead by the default recipe and five
by `configs/shares.toml`. Series with skill: those of `sample_data/make_samples.py` with other seeds, and
the longest weekly ones of FILE (ticker, date, price), where the first fit's verdict is "better"; their last
year is the one that follows. `--write` puts the tables into docs/PERFORMANCE.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from _common import PERFORMANCE, ROOT, machine, write_section

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.fitting.fit import fit_model, refit
from rnn_forecast.model.model import Model, first_unseen, panel_of
from rnn_forecast.prices import Decisions, PriceSeries, ReadOptions, read_prices
from rnn_forecast.recipe import Recipe, load_recipe, with_choices
from rnn_forecast.scores.comparison import compare, span_of
from rnn_forecast.scores.evaluation import evaluation_of_dataset
from rnn_forecast.scores.outcomes.metrics_document import Metrics
from rnn_forecast.scores.outcomes.skill import chance
from rnn_forecast.scores.scores import score
from rnn_forecast.windows.dataset import Dataset, calibrating_to_the_end, make_dataset
from rnn_forecast.windows.origins import origins_between

YEARS = (2013, 2014, 2015, 2016, 2017, 2018, 2019, 2020)
FEWEST_BEFORE, FEWEST_WITHIN = 500, 200  # rows of a share that takes part in a year
EACH, TRIED = 5, 40  # series with skill of either kind, of so many tried
DAYS, WEEKS, LONG = 252, 52, 1_500  # rows of the year that follows, and the fewest of a weekly series
FIRST, WEIGHTS, BANDS, TRUST = "first fit", "weights again", "bands too", "trust and drift too"
STEPS = {1: "the default recipe", 5: "configs/shares.toml"}
HEAD = ("forecast over last value's RMSE (p)", "80 % bands held", "95 % bands held", "Winkler over first's")


@dataclass(frozen=True)
class Case:
    name: str
    known: Sequence[PriceSeries]
    whole: Sequence[PriceSeries]  # the same with the year that follows


@dataclass(frozen=True)
class Found:
    name: str
    verdict: str  # of the first fit on its own test part
    scored: dict[str, Metrics]  # by model, of the year that follows
    seconds: tuple[float, float]  # of the first fit, and of the one on all rows
    trusted: float  # of the network, the mean over steps


def found_of(case: Case, recipe: Recipe, *, only_better: bool = False) -> Found | None:
    """Trained as `train` does; None where the test part is to say "better" and does not."""
    dataset, start = make_dataset(case.known, recipe), time.perf_counter()
    fit = fit_model(dataset, Decisions(price_column="price"), on_epoch=lambda epoch: None)
    first = time.perf_counter() - start
    skill = evaluation_of_dataset(fit.model, dataset, case.name).metrics["skill"]
    verdict = "not tested" if skill is None else skill["verdict"]
    if only_better and verdict != "better":
        return None
    start = time.perf_counter()
    again = refit(fit, dataset, on_epoch=lambda epoch: None)
    seconds = (first, time.perf_counter() - start)
    weights = replace(again, volatility=fit.model.volatility, intervals=fit.model.intervals)
    trust = replace(calibrated(fit.model, on_all_rows(dataset)), members=again.members, source=again.source)
    models = {FIRST: fit.model, WEIGHTS: weights, BANDS: again, TRUST: trust}
    scored = {name: after(model, case) for name, model in models.items()}
    return told(Found(case.name, verdict, scored, seconds, float(fit.model.shrinkage.mean())))


def on_all_rows(dataset: Dataset) -> Dataset:
    """For what a model has besides its weights: its drift too is that of all rows."""
    rows = dataset.split.rows
    fit = origins_between(dataset.panel, 0 * rows, rows, dataset.recipe.window)
    return replace(calibrating_to_the_end(dataset), fit=fit)


def after(model: Model, case: Case) -> Metrics:
    """Scores of the rows that follow those known, from all of their origins."""
    panel = panel_of(model, case.whole)
    ends = [np.array([len(s) for s in some]) for some in (case.known, case.whole)]
    origins = origins_between(panel, ends[0], ends[1], model.recipe.window).all()
    found = compare(model, case.whole, panel, origins, first_unseen(model, case.whole))
    return score(found, model=case.name, span=span_of(found.dates_ahead(part) for part in found.slices()))


def of_shares(series: Sequence[PriceSeries], years: Sequence[int]) -> Iterator[Case]:
    for year in years:
        cut, end = (np.datetime64(f"{y}-01-01", "s") for y in (year, year + 1))
        counts = [(s, *np.searchsorted(s.dates, [cut, end]).tolist()) for s in series]
        there = [(s, n, m) for s, n, m in counts if n > FEWEST_BEFORE and m - n > FEWEST_WITHIN]
        yield Case(str(year), [s.until(n) for s, n, _ in there], [s.until(m) for s, _, m in there])


def of_samples() -> Iterator[Case]:
    sys.path.insert(0, str(ROOT / "sample_data"))
    import make_samples

    for seed in range(101, 101 + TRIED):
        source = make_samples.prices(replace(make_samples.STOCK, seed=seed))
        drawn = [next(source) for _ in range(make_samples.BURN_IN + make_samples.DAYS)]
        dates = np.array(make_samples.trading_days(make_samples.DAYS, make_samples.LAST_DAY), "M8[s]")
        whole = PriceSeries(f"S{seed}", dates, np.array(drawn[make_samples.BURN_IN :]))
        yield Case(f"sample, seed {seed}", [whole.until(len(whole) - DAYS)], [whole])


def of_weekly(file: Path) -> Iterator[Case]:
    """The longest first."""
    series = read_prices([str(file)], ReadOptions()).series
    for whole in sorted(series, key=len, reverse=True):
        if len(whole) >= LONG:
            yield Case(f"M4 {whole.ticker}", [whole.until(len(whole) - WEEKS)], [whole])


def with_skill(file: Path) -> list[Found]:
    better: list[Found] = []
    for cases in (of_samples(), islice(of_weekly(file), TRIED)):
        found = (found_of(case, Recipe(), only_better=True) for case in cases)
        better += islice(filter(None, found), EACH)
    return better


def told(found: Found) -> Found:
    print("\n".join(rows([found])), file=sys.stderr, flush=True)
    return found


def rows(every: Sequence[Found]) -> list[str]:
    lines = []
    for found in every:
        usual = {level: of["winkler"] for level, of in found.scored[FIRST]["intervals"].items()}
        for name, metrics in found.scored.items():
            skill, bands = metrics["skill"], metrics["intervals"]
            assert skill is not None  # the year has rows
            p_value = "-" if skill["dm_p_value"] is None else chance(skill["dm_p_value"])
            held = " | ".join(f"{100 * (of['coverage'] or np.nan):.1f}" for of in bands.values())
            costs = ((of["winkler"] or np.nan) / (usual[level] or np.nan) for level, of in bands.items())
            cost = " / ".join(f"{some:.3f}" for some in costs)
            seconds = found.seconds[name != FIRST]
            lines.append(
                f"| {found.name} | {name} | {skill['rmse_ratio'] or np.nan:.4f} ({p_value}) | {held} "
                f"| {cost} | {found.trusted:.2f} | {seconds:.1f} |"
            )
    return lines


def means(every: Sequence[Found]) -> list[str]:
    """Over all: the geometric mean of ratios, and of how often bands held the mean distance to the level."""
    lines = []
    for name in (FIRST, WEIGHTS, BANDS, TRUST):
        scored = [found.scored[name] for found in every]
        ratio = np.exp(np.mean([np.log(one["skill"]["rmse_ratio"]) for one in scored]))  # type: ignore[index]
        off, cost = [], []
        for level in scored[0]["intervals"]:
            of = [one["intervals"][level] for one in scored]
            first = [found.scored[FIRST]["intervals"][level]["winkler"] for found in every]
            off.append(np.mean([abs(100 * (one["coverage"] or np.nan) - float(level)) for one in of]))
            pairs = zip(of, first, strict=True)
            cost.append(np.exp(np.mean([np.log(one["winkler"] / usual) for one, usual in pairs])))  # type: ignore[operator]
        seconds = np.mean([found.seconds[name != FIRST] for found in every])
        lines.append(
            f"| all | {name} | {ratio:.4f} | off by {off[0]:.1f} | off by {off[1]:.1f} "
            f"| {cost[0]:.3f} / {cost[1]:.3f} | | {seconds:.1f} |"
        )
    return lines


def table(title: str, every: Sequence[Found]) -> str:
    head = f"| of | model | {' | '.join(HEAD)} (80 / 95 %) | trust | fit, s |\n|{' --- |' * 8}"
    return "\n".join([f"{title}:", "", head, *rows(every), *means(every)])


def recipes() -> dict[int, Recipe]:
    """By steps ahead; the default in batches as large as those of the other, so that it is quick."""
    drift = load_recipe(ROOT / "configs" / "shares.toml")
    quick = {name: getattr(drift.training, name) for name in ("batch_size", "max_windows_per_epoch")}
    return {1: with_choices(Recipe(), quick), 5: drift}


def main(options: argparse.Namespace) -> None:
    signed = f"Written by `benchmarks/all_rows.py`, {machine()}."
    sections = {}
    if options.weekly is not None:
        sections["all rows"] = table("Series with skill, the default recipe", with_skill(options.weekly))
    if options.ohlc is not None:
        files = sorted(options.ohlc.glob("*.csv"))[: options.shares]
        shares = read_prices([str(path) for path in files], ReadOptions()).series
        for step, recipe in recipes().items():
            if options.step in (None, step):
                years = [found_of(case, recipe) for case in of_shares(shares, options.year or YEARS)]
                title = f"{len(shares)} shares, steps ahead: {recipe.window.horizon}"
                sections[f"shares by year, {STEPS[step]}"] = table(title, [*filter(None, years)])
    for name, found in sections.items():
        text = "\n\n".join([f"## {name[0].upper()}{name[1:]}", found, signed])
        print(text, flush=True)
        if options.write:
            write_section(PERFORMANCE, name, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ohlc", type=Path, help="a folder of daily shares, a file each")
    parser.add_argument("--weekly", type=Path, help="weekly series: ticker, date, price")
    parser.add_argument("--year", action="append", type=int, help="only this")
    parser.add_argument("--step", type=int, choices=STEPS, help="only the recipe of so many steps ahead")
    parser.add_argument("--shares", type=int, help="only the first so many")
    parser.add_argument("--write", action="store_true", help="into docs/PERFORMANCE.md")
    main(parser.parse_args())
