"""What a fit on all rows keeps of the first one, and what it learns again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toys import DECISIONS, fit_by_hash, random_weights, small_recipe, walk

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.fitting.calibration import calibrated, calibrated_again
from rnn_forecast.fitting.fit import Fit, fit_model, refit
from rnn_forecast.intervals.distribution import Distribution
from rnn_forecast.model.model import Model, calibrated_values, floored_moves, panel_of
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.report.sentences import fits_sentence
from rnn_forecast.verbs.train import learn
from rnn_forecast.windows.dataset import Dataset, calibrating_to_the_end, make_dataset

LEVELS = (80.0, 95.0)


def nothing(_: object) -> None:
    """Of an epoch."""


def both(dataset: Dataset) -> tuple[Fit, Model]:
    first = fit_model(dataset, DECISIONS, on_epoch=nothing)
    return first, refit(first, dataset, on_epoch=nothing)


@pytest.fixture(autouse=True)
def without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "fit_members", stand_in)


def stand_in(
    draw: Any, stop: Any, recipe: Any, *, on_epoch: Any, epochs: Any = None
) -> tuple[FittedNetwork, ...]:
    """Without windows to stop on, as of a fit on all rows, too."""
    if stop is not None:
        return fit_by_hash(draw, stop, recipe, on_epoch=on_epoch)
    return (FittedNetwork(random_weights(recipe, len(draw(1, 0))), (), 1),)


@pytest.mark.parametrize("choices", [{}, {"shrink": False}, {"toward": "drift"}, {"split": "rows"}])
def test_without_a_test_part_volatility_and_bands_are_those_of_the_first_fit(choices: dict[str, Any]) -> None:
    series = [walk(300), walk(240, seed=1, ticker="B")]
    first, again = both(make_dataset(series, small_recipe(train_fraction=1.0, **choices)))
    assert again.volatility == first.model.volatility
    assert again.intervals == first.model.intervals
    assert again.source.rows_used["volatility"] == first.model.source.rows_used["volatility"]


@pytest.mark.parametrize("choices", [{}, {"shrink": False}, {"toward": "drift"}])
def test_bands_are_those_of_a_fit_that_calibrates_on_the_test_rows(
    choices: dict[str, Any],
) -> None:
    """Calibrated once with a valid part that reaches to the end, and again with a test part: alike."""
    dataset = make_dataset([walk(300), walk(240, seed=1, ticker="B")], small_recipe(**choices))
    first = fit_model(dataset, DECISIONS, on_epoch=nothing).model
    again, whole = calibrated_again(first, dataset), calibrating_to_the_end(dataset)
    once = calibrated(first, whole)
    assert again.volatility == once.volatility
    if not choices.get("shrink", True):  # else more rows say otherwise how far the network is trusted
        assert again.intervals == once.intervals
    assert not len(whole.test)
    assert whole.calibrate.stop[0] == dataset.test.stop[0]


def test_shrinkage_and_drift_stay_those_that_were_judged() -> None:
    first, again = both(make_dataset([walk(400)], small_recipe(shrink=False, toward="drift")))
    np.testing.assert_array_equal(again.shrinkage, first.model.shrinkage)
    np.testing.assert_array_equal(again.drift, first.model.drift)
    assert again.volatility != first.model.volatility
    used = again.source.rows_used
    assert [used[step]["rows"] for step in ("fit", "volatility", "calibration")] == [400] * 3
    assert used["shrinkage"] == first.model.source.rows_used["shrinkage"]


def test_bands_are_not_made_of_what_follows_the_last_row() -> None:
    """Of the same rows all comes out the same, whatever a longer file goes on with."""
    s = walk(500)
    models = []
    for changed in (1.0, 3.0):
        prices = np.r_[s.prices[:400], s.prices[400:] * changed]
        known = replace(s, prices=prices).until(400)
        models.append(both(make_dataset([known], small_recipe()))[1])
    assert models[0].intervals == models[1].intervals


def louder(seed: int) -> PriceSeries:
    """Of heavy tails, and twice as large in the last fifth of the first 1,500 rows and after them."""
    rng = np.random.default_rng(seed)
    shape = np.where(np.arange(1900) < 1200, rng.normal(size=1900), rng.standard_t(3, 1900))
    size = 0.01 * np.where(np.arange(1900) < 1200, 1.0, 2.0)
    dates = np.datetime64("2015-01-01", "s") + np.arange(1900) * np.timedelta64(86_400, "s")
    return PriceSeries("T", dates, 100 * np.exp(np.cumsum(size * shape)))


def held(model: Model, s: PriceSeries, rows: np.ndarray) -> np.ndarray:
    """(levels,) percent, of bands as calibrated, one step after `rows`."""
    panel, windows = panel_of(model, [s]), make_dataset([s], model.recipe).windows(rows)
    bands = Distribution(
        model.intervals, calibrated_values(model, windows), floored_moves(model, panel, rows)
    )
    ends = [bands.ends(level) for level in LEVELS]
    future = windows.future()
    return np.array([100 * ((a <= future) & (future <= b))[:, 0].mean() for a, b in ends])


def test_where_volatility_doubles_in_the_test_part_bands_hold_more_nearly_what_they_say() -> None:
    before, after = [], []
    for seed in range(12):
        s = louder(seed)
        first, again = both(make_dataset([s.until(1500)], small_recipe(horizon=1)))
        rows = np.arange(1499, 1898)
        before.append(held(first.model, s, rows))
        after.append(held(again, s, rows))
    off = [np.abs(np.mean(some, axis=0) - LEVELS) for some in (before, after)]
    assert off[1].sum() < off[0].sum()
    assert off[1][1] < off[0][1]


def test_both_dates_are_said() -> None:
    s = walk(300)
    dataset = make_dataset([s], small_recipe(refit=True))
    metrics = learn(dataset, DECISIONS, "toy", on_epoch=nothing).metrics
    days = s.dates.astype("M8[D]").astype(str)
    assert metrics["learnt_until"] == {"judged": days[239], "kept": days[299]}
    assert fits_sentence(metrics) == (
        f"judged: a fit that has learnt from rows until {days[239]}, on test rows from {days[240]} to "
        f"{days[299]}; kept: a fit that has learnt from all rows until {days[299]}"
    )
    once = learn(make_dataset([s], small_recipe()), DECISIONS, "toy", on_epoch=nothing).metrics
    assert "learnt_until" not in once
    assert fits_sentence(once) == ""
    whole = make_dataset([s], small_recipe(refit=True, train_fraction=1.0))
    untested = learn(whole, DECISIONS, "toy", on_epoch=nothing).metrics
    assert fits_sentence(untested) == f"kept: a fit that has learnt from all rows until {days[299]}"
