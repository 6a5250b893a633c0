"""A row is unseen only after all that was learnt from of any ticker; the full audit catches the rest."""

from dataclasses import replace

import numpy as np
import pytest
from toys import COLUMNS, small_recipe, toy_model, uncalibrated, walk, with_columns

from rnn_forecast.errors import DataError
from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.model.model import own_cuts
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.scores import evaluation as evaluation_module
from rnn_forecast.scores.evaluation import evaluation_of, evaluation_of_dataset, left_out_notice
from rnn_forecast.scores.fit_audit import audit_fit
from rnn_forecast.scores.leak_audit import LeakError, audit, changed_after
from rnn_forecast.scores.scores import verdict_line
from rnn_forecast.windows import dataset as dataset_module
from rnn_forecast.windows.dataset import make_dataset

LONG, SHORT = walk(300, seed=1, ticker="LONG"), walk(200, seed=2, ticker="SHORT")
MIDDLE = walk(290, seed=3, ticker="MIDDLE")
PANEL = [LONG, MIDDLE, SHORT]
NUMBERED = [PriceSeries(s.ticker, np.arange(1, len(s) + 1), s.prices) for s in PANEL]
CONDITION = "if these series have nothing to do with each other"


def fit(dataset):
    return calibrated(uncalibrated(dataset), dataset)


@pytest.mark.parametrize("series", [PANEL, NUMBERED], ids=["dated", "numbered"])
def test_each_ones_own_last_rows_are_scored_only_after_what_any_was_learnt_from(series):
    evaluation = evaluation_of(toy_model(series, split="rows"), series, "toy")
    assert evaluation.table.date.min() > series[0].dates[239]  # the last training row of LONG
    assert set(evaluation.table.ticker) == {"LONG", "MIDDLE"}
    found = evaluation.metrics["left_out"]
    assert (found["rows"], found["tickers"]) == (48, {"MIDDLE": 8, "SHORT": 40})
    said = left_out_notice(evaluation.metrics).text
    assert said.startswith(
        f"48 rows of 2 tickers (MIDDLE, SHORT) lie before {found['before']}, the first day"
    )
    assert "condition" not in evaluation.metrics["skill"]


def test_where_nothing_is_left_there_is_no_verdict_and_a_reason():
    ended = [PriceSeries("LONG", LONG.dates, LONG.prices), SHORT]
    dataset = make_dataset([ended[0].until(241), SHORT], small_recipe(split="rows", train_fraction=0.996))
    metrics = evaluation_of_dataset(fit(dataset), dataset, "toy").metrics
    assert metrics["skill"] is None
    assert metrics["why"].startswith("the test rows from 2020-08-2")
    assert metrics["left_out"]["tickers"] == {"SHORT": 1}


def test_what_stops_and_calibrates_is_later_than_what_was_fitted_of_any():
    dataset = make_dataset(PANEL, small_recipe(split="rows"))
    last_fitted = LONG.dates[dataset.split.fit[0] - 1]
    last_stopped = LONG.dates[dataset.split.validation[0] - 1]
    dates = np.concatenate([s.dates for s in PANEL])
    assert (dates[dataset.validation.all() + 1] > last_fitted).all()
    assert (dates[dataset.calibrate.all() + 1] > last_stopped).all()
    assert len(dataset.calibrate) and len(dataset.validation)


@pytest.mark.parametrize("split", ["date", "rows"])
@pytest.mark.parametrize("normalize", ["window", "zscore"])
def test_a_change_after_the_end_of_one_moves_none_of_its_scored_forecasts(split, normalize):
    model = toy_model(PANEL, split=split, normalize=normalize)
    scored = evaluation_of(model, PANEL, "toy").table
    for end in (SHORT.dates[-1], MIDDLE.dates[-1]):
        rng = np.random.default_rng(3)
        changed = [changed_after(s, end, rng) for s in PANEL]
        again = evaluation_of(toy_model(changed, split=split, normalize=normalize), changed, "toy").table
        held = [s.ticker for s in PANEL if s.dates[-1] <= end]
        rows = np.isin(scored.ticker, held)
        np.testing.assert_array_equal(scored.forecast[rows], again.forecast[rows])
        np.testing.assert_array_equal(scored.intervals["80"][0][rows], again.intervals["80"][0][rows])


@pytest.mark.parametrize("split", ["date", "rows"])
@pytest.mark.parametrize("normalize", ["window", "zscore"])
@pytest.mark.parametrize("series", [PANEL, NUMBERED], ids=["dated", "numbered"])
def test_fitted_again_on_another_future_the_model_is_the_same(split, normalize, series):
    model = toy_model(series, split=split, normalize=normalize)
    found = audit_fit(model, series, evaluation_of(model, series, "toy"), fit)
    assert found.reproduced
    assert found.since == model.source.test_from


WITH_COLUMNS = [with_columns(300, seed=1, ticker="A"), with_columns(280, seed=2, ticker="B")]


@pytest.mark.parametrize("shrink", [False, True])
def test_fitted_again_on_other_columns_to_come_the_model_is_the_same(shrink):
    model = fit(make_dataset(WITH_COLUMNS, small_recipe(**COLUMNS, shrink=shrink)))
    assert audit_fit(model, WITH_COLUMNS, evaluation_of(model, WITH_COLUMNS, "toy"), fit).reproduced


def test_a_scale_of_columns_that_knows_the_test_part_is_caught(monkeypatch):
    real = dataset_module.fit_columns

    def peeking(series, fit_rows, data):
        return real(series, np.array([len(s) for s in series]), data)

    monkeypatch.setattr(dataset_module, "fit_columns", peeking)
    model = toy_model(WITH_COLUMNS, **COLUMNS)
    with pytest.raises(LeakError, match="its scaling"):
        audit_fit(model, WITH_COLUMNS, evaluation_of(model, WITH_COLUMNS, "toy"), fit)


def test_series_that_share_a_calendar_are_caught_and_the_old_audit_passes_them():
    model = toy_model(PANEL, split="series")
    evaluation = evaluation_of(model, PANEL, "toy")
    assert "SHORT" in evaluation.table.ticker
    assert evaluation.metrics["skill"]["condition"] == CONDITION
    assert verdict_line(evaluation.metrics).endswith(CONDITION)
    assert audit(model, PANEL, evaluation).changed == 0
    with pytest.raises(
        DataError, match=r"leak if the series .* the first of MIDDLE, are for days before 2020"
    ):
        audit_fit(model, PANEL, evaluation, fit)


def test_the_faulty_rule_is_caught(monkeypatch):
    monkeypatch.setattr(evaluation_module, "first_unseen", own_cuts)
    model = toy_model(PANEL, split="rows")
    with pytest.raises(LeakError, match=r"fitted on what it is scored on: its .*intervals change with"):
        audit_fit(model, PANEL, evaluation_of(model, PANEL, "toy"), fit)


def test_a_fit_that_knows_the_test_part_is_caught():
    def peeking(dataset):
        model = fit(dataset)
        return replace(model, drift=np.full(2, float(np.mean(dataset.panel.prices))))

    model = peeking(make_dataset([LONG], small_recipe(shrink=False)))
    with pytest.raises(LeakError, match="its drift change"):
        audit_fit(model, [LONG], evaluation_of(model, [LONG], "toy"), peeking)


def test_more_rows_since_training_do_not_move_the_cuts_and_other_prices_are_refused():
    model = toy_model([LONG.until(280)])
    assert audit_fit(model, [LONG], evaluation_of(model, [LONG], "toy"), fit).reproduced
    other = LONG.with_prices(LONG.prices * 2)
    with pytest.raises(DataError, match="LONG has other prices in its first 224 rows"):
        audit_fit(model, [other], evaluation_of(model, [other], "toy"), fit)


def sharing_walks() -> list[PriceSeries]:
    """Eight random walks of 1,000 rows that share a factor (correlation 0.99); six end at 600."""
    rng = np.random.default_rng(1)
    factor, series = rng.normal(0, 0.01, 1000), []
    for i in range(8):
        moves = np.sqrt(0.99) * factor + np.sqrt(0.01) * rng.normal(0, 0.01, 1000)
        s = walk(1000, ticker=f"W{i}").with_prices(100 * np.exp(np.cumsum(moves)))
        series.append(s if i < 2 else s.until(600))
    return series


@pytest.mark.keras
def test_walks_that_share_a_factor_show_no_skill():
    """0.77 of last value, "better" (p < 0.001), where short ones were tested on days that others taught."""
    from rnn_forecast.fitting.parallel_fits import fit_known

    series = sharing_walks()
    dataset = make_dataset(series, with_choices(Recipe(), {"split": "rows"}))
    model = fit_known(dataset, lambda epoch: None).model
    metrics = evaluation_of_dataset(model, dataset, "walks").metrics
    assert metrics["skill"]["verdict"] in ("no better", "same forecast")
    assert set(metrics["left_out"]["tickers"]) == {f"W{i}" for i in range(2, 8)}
