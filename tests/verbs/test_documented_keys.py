"""docs/FILES.md names every key of the JSON files that verbs write, and none that no such file has."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from documented import keys_of, require_the_same
from toys import DECISIONS, following_model, random_weights, small_recipe, walk

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.series import iso
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.fit_audit import FitAudit
from rnn_forecast.scores.leak_audit import audit
from rnn_forecast.scores.outcomes.skill import Verdict
from rnn_forecast.verbs.backtest import rolled
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.prepare import prepare
from rnn_forecast.verbs.recipes_compared import compare_recipes
from rnn_forecast.verbs.train import learn
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.rolling_origins import Plan, datasets_of, roll

A, B = walk(300, seed=1, ticker="A"), walk(300, seed=2, ticker="B")
C = walk(240, seed=3, ticker="C")  # ends earlier
VERBS = {
    "train",
    "evaluate",
    "backtest",
    "prepare",
    "--audit",
    "evaluate --audit",
    "--audit full",
    "metrics.json",
    "comparison.json",
}
SPLITS = {'split = "rows"', 'split = "series"'}


@pytest.fixture(autouse=True)
def without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted(draw: Any, stop: Any, recipe: Any, **_: Any) -> tuple[FittedNetwork, ...]:
        return (FittedNetwork(random_weights(recipe, 1), (Epoch(0, 1, 1.0, 1.0, 0.0, 3),), 1),)

    monkeypatch.setattr(fit_module, "fit_members", fitted)


def learnt(series: list[Any], **choices: Any) -> Any:
    dataset = make_dataset(series, small_recipe(**choices))
    return learn(dataset, DECISIONS, "toy", on_epoch=lambda _: None).metrics


def compared(folder: Path) -> Any:
    """What comparison.json holds of two recipes."""
    source = folder / "A.csv"
    rows = zip(iso(A.dates), A.prices.tolist(), strict=True)
    source.write_text("\n".join(["date,price", *(f"{day},{price!r}" for day, price in rows)]) + "\n")
    recipes = {"rnn": small_recipe(), "gru": small_recipe(cell="gru")}
    return compare_recipes([str(source)], ReadOptions(), recipes, plan=Plan(40, 1, 20)).to_json()


def test_metrics(tmp_path: Path) -> None:
    """Of one ticker and of two; with a season, a refit, no levels, no test part, an audit; backtests."""
    model = following_model([A, B], season=5)
    evaluation = evaluation_of(model, [A, B], "toy")
    recipe = small_recipe(toward="drift")
    rolling = roll([A, B], recipe, Plan(40, 1, 20))
    documents = [
        evaluation.metrics,
        {"audit": audit(model, [A, B], evaluation).to_json()},
        learnt([A]),
        learnt([A, B], refit=True, split="rows", levels=()),
        learnt([A, C], split="rows"),
        learnt([A, C], split="series"),
        {"refit": FitAudit("2020-01-01", reproduced=True).to_json()},
        learnt([A], train_fraction=1.0),
        learnt([A], normalize="zscore", toward="drift"),
        rolled([A, B], datasets_of([A, B], recipe, rolling), rolling, "toy", Run()).metrics,
        compared(tmp_path),
    ]
    assert (
        "seasonal_naive" in documents[0]["scores"] and "why" in documents[7] and "backtest" in documents[-2]
    )
    by_data = ("intervals", "coverage", "interval_tests", "risk", "risk_tests", "tickers", "recipes")
    keys = set(keys_of(json.loads(json.dumps(documents)), by_data))
    require_the_same(keys, "`metrics.json`", words={*VERBS, *SPLITS, *get_args(Verdict), "day", "row"})


def test_the_report_of_prepare(tmp_path: Path) -> None:
    """Of a source that gives each key something to say."""
    days = iso(A.dates)
    rows = [f"{day},{price!r}" for day, price in zip(days, A.prices.tolist(), strict=True)]
    rows[200:] = [
        f"{day},{price * 4!r}" for day, price in zip(days[200:], A.prices[200:].tolist(), strict=True)
    ]
    source, out = tmp_path / "A.csv", tmp_path / "prepared"
    source.write_text("\n".join(["A title", "date,price", *rows]) + "\n")
    (tmp_path / "B.csv").touch()
    sources = [str(source), str(tmp_path / "B.csv")]
    prepare(sources, ReadOptions(wide=True), small_recipe(toward="drift"), out)
    report = json.loads((out / "report.json").read_text())
    assert report["checks"] and report["warnings"]
    by_data = ("dropped", "others")
    keys = set(keys_of(report, by_data))
    require_the_same(keys, "`report.json`", words=VERBS)
    assert np.isfinite(report["rows"])
