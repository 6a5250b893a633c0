"""What `predict` says besides the forecast: how old prices are, and what the model's own test said."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_folders import seal
from toys import small_recipe, toy_model, walk

from rnn_forecast.errors import Notice
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import PriceSeries, ReadOptions
from rnn_forecast.report.folders.verdicts import verdict_of
from rnn_forecast.scores.evaluation import evaluation_files, evaluation_of_dataset
from rnn_forecast.scores.scores import verdict_line
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.predict import old_prices, predict
from rnn_forecast.windows.dataset import make_dataset

DAY = np.timedelta64(86_400, "s")


def until(date: str, ticker: str = "T", n: int = 100) -> PriceSeries:
    dates = np.datetime64(date, "s") - np.arange(n)[::-1] * DAY
    return PriceSeries(ticker, dates, walk(n).prices)


def said(*series: PriceSeries, now: str = "2024-03-01") -> list[Notice]:
    return [*old_prices(series, np.datetime64(now, "s"))]


def test_a_price_of_these_days_is_said_nothing_of() -> None:
    assert said(until("2024-02-25")) == []
    assert said(until("2024-06-01")) == []
    numbered = PriceSeries("T", np.arange(100), walk(100).prices)
    assert said(numbered) == []


def test_an_old_price_is_said_with_its_date() -> None:
    (one,) = said(until("2020-01-10"))
    assert (one.text, one.kind) == ("the last price is of 10 January 2020.", "notice")


def test_several_are_one_line_and_each_a_line_of_the_log() -> None:
    fresh = until("2024-02-29", "Z")
    (same,) = said(until("2020-01-10", "A"), until("2020-01-10", "B"), fresh)
    assert same.text == "the last prices of 2 of 3 tickers are of 10 January 2020."
    (one,) = said(*(until(f"2020-01-1{i}", f"T{i}") for i in range(5)), fresh)
    assert one.text == (
        "the last prices of 5 of 6 tickers are old: T0 of 10 January 2020, T1 of 11 January 2020, "
        "T2 of 12 January 2020, …."
    )
    assert one.each[4] == "T4: the last price is of 14 January 2020."
    assert len(one.each) == 5


@pytest.fixture
def model(tmp_path: Path) -> Path:
    series = walk(400)
    made = toy_model([series])
    dataset = make_dataset([series], small_recipe(shrink=False))
    save_model(made, tmp_path / "m", dict(evaluation_files(evaluation_of_dataset(made, dataset, "m"))))
    rows = zip(series.dates.astype("datetime64[D]"), series.prices, strict=True)
    (tmp_path / "T.csv").write_text("date,price\n" + "".join(f"{d},{p:.6f}\n" for d, p in rows))
    return tmp_path / "m"


def test_the_verdict_is_that_of_the_models_metrics(model: Path) -> None:
    found = predict([str(model.parent / "T.csv")], ReadOptions(), model)
    line = verdict_line(json.loads((model / "metrics.json").read_text()))
    assert found.verdict is not None
    assert line.endswith(f"RMSE: {found.verdict}")
    assert found.to_json()["verdict"] == found.verdict


@pytest.mark.parametrize(
    "skill",
    [None, {}, {"verdict": "hooray", "dm_p_value": 0.1}, {"verdict": "better", "dm_p_value": "low"}, [], 3],
)
def test_scores_that_are_none_cost_nobody_the_forecast(model: Path, skill: Any) -> None:
    (model / "metrics.json").write_text(json.dumps({"skill": skill}))
    seal(model)
    assert verdict_of(model) is None
    assert len(predict([str(model.parent / "T.csv")], ReadOptions(), model).table) == 2


def test_a_model_without_scores_has_no_verdict(tmp_path: Path) -> None:
    save_model(toy_model([walk(400)]), tmp_path / "m", {})
    assert verdict_of(tmp_path / "m") is None


def test_who_asks_for_an_age_is_told_once(model: Path) -> None:
    for max_age, words in ((None, "the last price is of"), (3.0, "days ago")):
        told: list[Notice] = []
        options = ReadOptions(max_age=max_age)
        predict([str(model.parent / "T.csv")], options, model, Run(tell=told.append))
        assert [words in one.text for one in told if "last price" in one.text] == [True]
