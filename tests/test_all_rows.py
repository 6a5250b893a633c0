"""The benchmark of fits on all rows: which rows it knows, which it scores, and its means."""

import importlib
import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from learner import fit_straight
from toys import small_recipe, walk

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.dataset import make_dataset

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
RECIPE = small_recipe(horizon=2)


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """With networks that are straight lines."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(fit_module, "fit_members", fit_straight)
    return importlib.import_module("all_rows")


def case_of(benchmark: ModuleType, rows: int = 400, year: int = 60) -> Any:
    whole = walk(rows)
    return benchmark.Case("A", [whole.until(rows - year)], [whole])


def test_only_the_year_that_follows_is_scored_and_all_of_it(benchmark: ModuleType) -> None:
    case = case_of(benchmark)
    found = benchmark.found_of(case, RECIPE)
    assert [*found.scored] == [benchmark.FIRST, benchmark.WEIGHTS, benchmark.BANDS, benchmark.TRUST]
    days = np.datetime_as_string(case.whole[0].dates, "D")
    for metrics in found.scored.values():
        assert metrics["windows"] == 60 - 1  # origins from the last known row on, two steps each
        assert (metrics["from"], metrics["to"]) == (days[340], days[-1])


def test_prices_of_the_year_change_nothing_of_what_was_fitted(benchmark: ModuleType) -> None:
    """Only what is scored: the verdict and the trust are of rows before it."""
    case = case_of(benchmark)
    prices = np.r_[case.known[0].prices, 3 * case.whole[0].prices[340:]]
    other = replace(case, whole=[PriceSeries("T", case.whole[0].dates, prices)])
    one, two = (benchmark.found_of(some, RECIPE) for some in (case, other))
    assert (one.verdict, one.trusted) == (two.verdict, two.trusted)
    assert one.scored[benchmark.FIRST] != two.scored[benchmark.FIRST]


def test_a_series_whose_test_does_not_say_better_is_left_out(benchmark: ModuleType) -> None:
    assert benchmark.found_of(case_of(benchmark), RECIPE, only_better=True) is None


def test_with_all_rows_drift_is_of_all_rows_too(benchmark: ModuleType) -> None:
    dataset = make_dataset([walk(300)], RECIPE)
    every = benchmark.on_all_rows(dataset)
    parts = (dataset.fit, dataset.validation, dataset.calibrate, dataset.test)
    assert {*np.concatenate([part.all() for part in parts])} <= {*every.fit.all()}
    assert not len(every.test)


def test_a_share_takes_part_in_years_that_it_has_rows_for(benchmark: ModuleType) -> None:
    long, short = walk(1_500, start="2010-01-01"), walk(1_000, start="2011-10-01", ticker="SHORT")
    cases = {case.name: case for case in benchmark.of_shares([long, short], (2012, 2013, 2014))}
    assert [[s.ticker for s in case.known] for case in cases.values()] == [["T"], ["T"], []]
    for year in (2012, 2013):
        (known,), (whole,) = cases[str(year)].known, cases[str(year)].whole
        assert known.dates[-1] < np.datetime64(f"{year}-01-01") <= whole.dates[len(known)]
        assert whole.dates[-1] == np.datetime64(f"{year}-12-31")


def test_means_are_geometric_and_of_bands_the_distance_to_the_level(benchmark: ModuleType) -> None:
    def metrics(ratio: float, coverage: float, winkler: float) -> dict[str, Any]:
        bands = {level: {"coverage": coverage, "winkler": winkler} for level in ("80", "95")}
        return {"skill": {"rmse_ratio": ratio, "dm_p_value": None}, "intervals": bands}

    names = (benchmark.FIRST, benchmark.WEIGHTS, benchmark.BANDS, benchmark.TRUST)
    one = benchmark.Found("A", "better", dict.fromkeys(names, metrics(0.5, 0.78, 1.0)), (1.0, 2.0), 0.5)
    two = benchmark.Found("B", "better", dict.fromkeys(names, metrics(0.8, 0.84, 3.0)), (3.0, 4.0), 0.5)
    two.scored[benchmark.BANDS] = metrics(0.8, 0.84, 6.0)
    lines = benchmark.means([one, two])
    ratio = f"{math.sqrt(0.5 * 0.8):.4f}"
    assert lines[0] == f"| all | first fit | {ratio} | off by 3.0 | off by 14.0 | 1.000 / 1.000 | | 2.0 |"
    cost = f"{math.sqrt(2):.3f}"
    assert lines[2] == f"| all | bands too | {ratio} | off by 3.0 | off by 14.0 | {cost} / {cost} | | 3.0 |"
    table = benchmark.table("Two", [one, two]).splitlines()
    assert len({line.count("|") for line in table[2:]}) == 1
    assert "| B | bands too | 0.8000 (-) | 84.0 | 84.0 | 2.000 / 2.000 | 0.50 | 4.0 |" in table
