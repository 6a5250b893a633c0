"""The leak audit: it passes what does not look ahead, catches what does, and `rows_used` is the truth."""

from dataclasses import replace

import numpy as np
import pytest
from toys import (
    COLUMNS,
    following_model,
    small_recipe,
    toy_model,
    uncalibrated,
    walk,
    with_columns,
    with_ranges,
)

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.model import model as model_module
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores import comparison
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.leak_audit import LeakError, audit, changed_after
from rnn_forecast.windows import windows
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.scaling import fit_scaling

SERIES = [walk(300, seed=1, ticker="A"), walk(280, seed=2, ticker="B")]


@pytest.fixture(autouse=True)
def half_as_many_trials(monkeypatch):
    """What looks ahead is to be caught by them, too."""
    monkeypatch.setattr("rnn_forecast.scores.leak_audit.MOST_TRIALS", 20)


@pytest.mark.parametrize("normalize", ["window", "zscore", "minmax"])
@pytest.mark.parametrize("choices", [{}, {"cell": "gru"}, {"layers": 2, "cell": "lstm"}])
def test_what_does_not_look_ahead_passes(normalize, choices):
    model = toy_model(SERIES, normalize=normalize, **choices)
    found = audit(model, SERIES, evaluation_of(model, SERIES, "toy"))
    assert found.origins > 20
    assert found.compared > found.origins
    assert found.to_json()["changed"] == 0


def test_series_of_prices_that_can_be_negative_pass(monkeypatch):
    monkeypatch.undo()  # of one series, a trial holds one origin
    s = PriceSeries("A", SERIES[0].dates, SERIES[0].prices - 100)
    model = toy_model([s], log=False)
    assert audit(model, [s], evaluation_of(model, [s], "toy")).origins > 20


def test_ranges_after_an_origin_are_changed_too_and_move_nothing():
    series = [with_ranges(700, seed=1, ticker="A"), with_ranges(700, seed=2, ticker="B")]
    model = toy_model(series)
    assert model.volatility.with_sizes
    assert audit(model, series, evaluation_of(model, series, "toy")).origins > 20
    date = series[0].dates[500]
    changed = changed_after(series[0], date, np.random.default_rng(0))
    for name, column in changed.columns.items():
        same = column.values == series[0].columns[name].values
        assert same[:501].all() and not same[501:].any()


def test_an_interval_that_knows_the_next_range_is_caught(monkeypatch):
    real = comparison.floored_moves

    def peeking(model, panel, origins):
        return real(model, panel, origins) * (1 + 1e-4 * np.nan_to_num(panel.values[1, origins + 1]))[:, None]

    monkeypatch.setattr(comparison, "floored_moves", peeking)
    series = [with_ranges(700, seed=1, ticker="A")]
    model = toy_model(series)
    with pytest.raises(LeakError, match="moved when prices after their origin did"):
        audit(model, series, evaluation_of(model, series, "toy"))


WITH_COLUMNS = [with_columns(300, seed=1, ticker="A"), with_columns(280, seed=2, ticker="B")]


@pytest.mark.parametrize("make", [toy_model, following_model])
def test_columns_after_an_origin_move_nothing(make):
    model = make(WITH_COLUMNS, **COLUMNS, season=5)
    assert audit(model, WITH_COLUMNS, evaluation_of(model, WITH_COLUMNS, "toy")).origins > 20


def test_every_column_changes_one_that_is_known_ahead_from_its_reach_on():
    s = with_columns(100, seed=1, ahead=5)
    for n, reach in ((60, 3), (99, 3), (99, 0)):
        changed = changed_after(s, s.dates[n - 1], np.random.default_rng(0), reach=reach)
        for name, column in s.columns.items():
            said = np.flatnonzero(~np.isnan(column.values))
            moved = said[changed.columns[name].values[said] != column.values[said]]
            assert moved.tolist() == said[said >= n + reach * (name == "event")].tolist()
        later = changed.ahead.columns["event"] != s.ahead.columns["event"]
        assert later.tolist() == (np.arange(5) >= n + reach - 100).tolist()


@pytest.mark.parametrize(("row", "leaks"), [(0, True), (1, True), (2, False), (3, True)])
def test_an_input_that_is_one_row_early_is_caught(monkeypatch, row, leaks):
    """But for the flag of the day itself: that of the next day is known too."""
    real = model_module.with_inputs

    def early(panel, *others):
        made = real(panel, *others)
        made.inputs[row, :-1] = made.inputs[row, 1:]
        return made

    monkeypatch.setattr(model_module, "with_inputs", early)
    model = toy_model(WITH_COLUMNS, **COLUMNS)
    evaluation = evaluation_of(model, WITH_COLUMNS, "toy")
    if not leaks:
        assert audit(model, WITH_COLUMNS, evaluation).changed == 0
        return
    with pytest.raises(LeakError, match="moved when prices after their origin did"):
        audit(model, WITH_COLUMNS, evaluation)


def test_batches_are_audited_as_they_were_forecast(monkeypatch):
    monkeypatch.setattr("rnn_forecast.scores.leak_audit.CHUNK", 32)
    monkeypatch.setattr(windows.Windows.chunks, "__defaults__", (32,))
    model = toy_model(SERIES, units=50)
    assert audit(model, SERIES, evaluation_of(model, SERIES, "toy")).compared > 100


def test_a_forecast_that_knows_the_next_price_is_caught(monkeypatch):
    real = comparison.forecast_values

    def peeking(model, panel, origins, seen):
        ahead = panel.prices[origins + 1] - panel.prices[origins]
        values, trust = real(model, panel, origins, seen)
        return values + 1e-6 * ahead[:, None], trust

    monkeypatch.setattr(comparison, "forecast_values", peeking)
    model = toy_model(SERIES)
    with pytest.raises(LeakError, match=r"forecasts moved when prices after their origin did.* [AB] from 20"):
        audit(model, SERIES, evaluation_of(model, SERIES, "toy"))


def test_prices_around_zero_pass_though_batches_sum_in_another_order(monkeypatch):
    monkeypatch.setattr("rnn_forecast.scores.leak_audit.CHUNK", 32)
    monkeypatch.setattr(windows.Windows.chunks, "__defaults__", (24,))
    series = [PriceSeries(s.ticker, s.dates, s.prices - s.prices[-30:].mean()) for s in SERIES]
    model = following_model(series, log=False, units=50)
    for seed in range(5):
        assert audit(model, series, evaluation_of(model, series, "toy"), seed=seed).compared > 100


def test_what_was_judged_by_another_model_is_caught():
    model, other = toy_model(SERIES), toy_model(SERIES, units=5)
    with pytest.raises(LeakError):
        audit(model, SERIES, evaluation_of(other, SERIES, "toy"))


def test_a_band_that_knows_the_future_volatility_is_caught(monkeypatch):
    def peeking(model, panel, origins):
        return np.full((len(origins), 2), np.abs(np.diff(panel.prices)).mean())

    monkeypatch.setattr(comparison, "floored_moves", peeking)
    model = toy_model(SERIES)
    with pytest.raises(LeakError):
        audit(model, SERIES, evaluation_of(model, SERIES, "toy"))


def test_every_later_price_is_another_one_and_no_earlier_one():
    s = SERIES[0]
    changed = changed_after(s, s.dates[99], np.random.default_rng(0))
    np.testing.assert_array_equal(changed.prices[:100], s.prices[:100])
    assert (changed.prices[100:] != s.prices[100:]).all()
    assert (changed.prices > 0).all()


def shaken(date_text, *, seed=5):
    date = np.datetime64(date_text, "s")
    return [changed_after(s, date, np.random.default_rng([seed, i])) for i, s in enumerate(SERIES)]


@pytest.mark.parametrize("split", ["date", "rows"])
@pytest.mark.parametrize("normalize", ["window", "zscore", "minmax"])
def test_scaling_comes_from_the_rows_that_it_names(normalize, split):
    recipe = small_recipe(normalize=normalize, split=split)
    dataset = make_dataset(SERIES, recipe)
    named = uncalibrated(dataset).source.rows_used["scaling"]
    assert named["rows"] == dataset.split.fit.sum()
    after = make_dataset(shaken(named["to"]), recipe)
    assert after.scaling == dataset.scaling
    day = np.timedelta64(86_400, "s")
    within = make_dataset(shaken(str(np.datetime64(named["to"], "s") - 20 * day)), recipe)
    assert within.scaling != dataset.scaling  # it has teeth
    assert fit_scaling(SERIES, dataset.split.fit, recipe.scaling) == dataset.scaling


@pytest.mark.parametrize("part", ["fit", "stopping"])
def test_windows_to_fit_and_to_stop_on_lie_in_the_rows_that_are_named(part):
    dataset = make_dataset(SERIES, small_recipe())
    named = uncalibrated(dataset).source.rows_used[part]
    changed = make_dataset(shaken(named["to"]), small_recipe())
    origins = {"fit": dataset.fit, "stopping": dataset.validation}[part].all()
    assert len(origins)
    before, after = dataset.windows(origins), changed.windows(origins)
    np.testing.assert_array_equal(before.x(), after.x())
    np.testing.assert_array_equal(before.y(), after.y())


@pytest.mark.parametrize("step", ["shrinkage", "volatility", "calibration"])
def test_shrinkage_volatility_and_bands_come_from_the_rows_that_they_name(step):
    dataset = make_dataset(SERIES, small_recipe())
    model = calibrated(uncalibrated(dataset), dataset)
    named = model.source.rows_used[step]
    changed = make_dataset(shaken(named["to"]), small_recipe())
    after = calibrated(replace(model, shrinkage=np.ones(2)), changed)
    np.testing.assert_array_equal(after.shrinkage, model.shrinkage)
    assert after.volatility == model.volatility
    assert after.intervals == model.intervals
    within = calibrated(model, make_dataset(shaken(named["from"]), small_recipe()))
    assert within.intervals != model.intervals  # it has teeth
