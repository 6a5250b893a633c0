"""Several recipes from the same origins: each as its own backtest, whatever each of them needs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import fit_by_hash, small_recipe, walk

from rnn_forecast.errors import DataError, Notice, UsageError
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.prices import ReadOptions
from rnn_forecast.recipe import Recipe
from rnn_forecast.verbs.backtest import backtest
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.recipes_compared import compare_recipes
from rnn_forecast.windows.rolling_origins import Plan

PLAN = Plan(30, 1, 10)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Prices of A and, for the last 60 days, of YOUNG; Keras does not come into it."""
    monkeypatch.setattr(fit_module, "fit_members", fit_by_hash)
    monkeypatch.chdir(tmp_path)
    long = walk(300, seed=1)
    rows = [f"A,{d},{p:.6f}" for d, p in zip(long.dates.astype("datetime64[D]"), long.prices, strict=True)]
    rows += [row.replace("A,", "YOUNG,", 1) for row in rows[240:]]
    (tmp_path / "both.csv").write_text("ticker,date,price\n" + "\n".join(rows) + "\n")
    (tmp_path / "one.csv").write_text("ticker,date,price\n" + "\n".join(rows[:300]) + "\n")
    return tmp_path


def recipes(**choices: dict[str, Any]) -> dict[str, Recipe]:
    return {name: small_recipe(**{"shrink": False, **chosen}) for name, chosen in choices.items()}


def test_each_is_as_its_own_backtest() -> None:
    asked = recipes(lstm={"cell": "lstm"}, gru={"cell": "gru"}, plain={})
    found = compare_recipes(["one.csv"], ReadOptions(), asked, plan=PLAN)
    assert {*found.by_recipe} == {*asked}
    for name, recipe in asked.items():
        alone = backtest(["one.csv"], ReadOptions(), recipe, plan=PLAN)
        assert found.by_recipe[name].metrics == {**alone.metrics, "model": name}
        assert found.by_recipe[name].table.forecast.tolist() == alone.table.forecast.tolist()
    errors = [one.metrics["scores"]["forecast"]["rmse"] or 0 for one in found.by_recipe.values()]
    assert errors == sorted(errors)
    assert len(found.between) == 3


def test_a_short_lookback_waits_for_a_long_one() -> None:
    """YOUNG has enough rows for lookback 4 from its fourth day on, for lookback 40 later."""
    asked = recipes(short={"lookback": 4}, long={"lookback": 40})
    plan = Plan(70, 1, 0)
    found = compare_recipes(["both.csv"], ReadOptions(), asked, plan=plan)
    tables = {name: one.table for name, one in found.by_recipe.items()}
    origins = [list(zip(t.ticker, t.origin, t.step, strict=True)) for t in tables.values()]
    assert origins[0] == origins[1]
    alone = backtest(["both.csv"], ReadOptions(), asked["short"], plan=plan)
    assert len(alone.table) > len(tables["short"])


def test_the_folder_has_the_comparison_and_the_forecasts_of_each(here: Path) -> None:
    asked = recipes(**{"a b": {}, "gru": {"cell": "gru"}})
    found = compare_recipes(["one.csv"], ReadOptions(), asked, plan=PLAN, out=here / "out")
    assert json.loads((here / "out" / "comparison.json").read_text()) == found.to_json()
    names = {path.name for path in (here / "out").iterdir()}
    assert names == {"MANIFEST.json", "comparison.json", "predictions_a%20b.csv", "predictions_gru.csv"}
    for name, stem in (("a b", "a%20b"), ("gru", "gru")):
        lines = (here / "out" / f"predictions_{stem}.csv").read_text().splitlines()
        assert len(lines) - 1 == len(found.by_recipe[name].table) == 60


@pytest.mark.parametrize(("key", "value"), [("horizon", 3), ("split", "rows")])
def test_forecasts_for_other_days_are_not_compared(key: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"recipes of one {key} are compared: a has .*, b has {value}"):
        compare_recipes(["one.csv"], ReadOptions(), recipes(a={}, b={key: value}), plan=PLAN)


def with_columns(here: Path, *, whole: bool) -> None:
    lines = (here / "both.csv").read_text().splitlines()
    rng = np.random.default_rng(3)
    rows = [f"{line},{'' if 'YOUNG' in line and not whole else rng.uniform():}" for line in lines[1:]]
    (here / "both.csv").write_text("\n".join([f"{lines[0]},vix", *rows]) + "\n")


def test_a_recipe_may_see_a_column_that_another_does_not(here: Path) -> None:
    with_columns(here, whole=True)
    told: list[Notice] = []
    asked = recipes(bare={}, vix={"past": ["vix"]})
    found = compare_recipes(["both.csv"], ReadOptions(), asked, Run(tell=told.append), plan=PLAN)
    assert [*zip(*(one.table.actual for one in found.by_recipe.values()), strict=True)]
    assert len(told) == len({*told})


def test_standard_input_is_not_read_twice(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    with_columns(here, whole=True)
    with (here / "both.csv").open() as file, pytest.raises(UsageError, match="standard input is read once"):
        monkeypatch.setattr("sys.stdin", file)
        compare_recipes(["-"], ReadOptions(), recipes(bare={}, vix={"past": ["vix"]}), plan=PLAN)


def test_recipes_that_read_other_prices_are_not_compared(here: Path) -> None:
    with_columns(here, whole=False)
    with pytest.raises(DataError, match="recipes bare and vix read different prices"):
        compare_recipes(["both.csv"], ReadOptions(), recipes(bare={}, vix={"past": ["vix"]}), plan=PLAN)


def test_standard_input_serves_recipes_that_differ_in_their_cuts(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    with (here / "one.csv").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        found = compare_recipes(["-"], ReadOptions(), recipes(a={}, b={"valid_fraction": 0.2}), plan=PLAN)
    assert {*found.by_recipe} == {"a", "b"}
