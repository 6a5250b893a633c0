"""Forecasts of forecasts: the drift goes on, and intervals widen as the errors do."""

from dataclasses import replace

import numpy as np
import pytest
from toys import COLUMNS, small_recipe, toy_model, uncalibrated, walk, with_columns

from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.recursion import growth, recursed
from rnn_forecast.model.model import panel_of, target_values
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.panel import make_panel
from rnn_forecast.windows.windows import windows_at

SERIES = walk(500, seed=1)


def linear(model, weights: np.ndarray):
    """The model with one member that is the skip alone: `weights` (lookback · inputs, horizon)."""
    member = {name: 0 * weight for name, weight in model.members[0].items()}
    return replace(model, members=({**member, "head.skip": weights.astype(np.float32)},))


def repeating(n: int, season: int, noise: float) -> PriceSeries:
    rng = np.random.default_rng(0)
    level = 0.05 * np.sin(2 * np.pi * np.arange(n) / season) + noise * rng.normal(size=n)
    return PriceSeries("S", walk(n).dates, 100 * np.exp(level))


def season_before(model) -> np.ndarray:
    """Of step 1 the price one season before it: the last step of the input with lag season - 1."""
    window = model.recipe.window
    inputs = 1 + len(window.lags)
    weights = np.zeros((window.lookback * inputs, 1))
    weights[(window.lookback - 1) * inputs + 1 + window.lags.index(window.season - 1)] = 1
    return weights


def test_the_drift_of_far_steps_is_that_of_the_first() -> None:
    dataset = make_dataset([SERIES], small_recipe(horizon=1, toward="drift", valid_fraction=0.0))
    model = replace(calibrated(uncalibrated(dataset), dataset), drift=np.array([0.3]))
    moves = np.diff(np.log(forecast(model, [SERIES], 200).forecast))
    np.testing.assert_allclose(moves, moves[0], rtol=1e-6)
    assert moves[0] > 0


def test_a_network_that_knows_the_season_errs_no_more_a_season_later() -> None:
    s = repeating(600, 20, 0.002)
    model = toy_model([s], horizon=1, season=20)
    model = linear(model, season_before(model))
    origins = np.arange(100, 500)
    found = growth(model, make_panel([s], model.scaling), origins, 40)
    assert len(found) == 39
    assert found[18] < 1.1
    assert found[-1] < 1.6  # from the second season on the noise of two seasons before adds up


def test_the_errors_of_the_last_value_on_a_random_walk_grow_with_the_root_of_the_step() -> None:
    s = walk(6000, seed=5)
    model = replace(toy_model([s], horizon=2), shrinkage=np.zeros(2))
    found = growth(model, make_panel([s], model.scaling), np.arange(100, 5900), 18)
    assert found[-1] == pytest.approx(3, rel=0.12)  # sqrt(18 / 2)
    assert list(found) == sorted(found)


def test_bands_far_ahead_cover_what_they_promise_where_a_season_is_known() -> None:
    """The root of time would make them four and a half times as wide."""
    s = repeating(900, 20, 0.002)
    dataset = make_dataset([s], small_recipe(horizon=1, season=20, shrink=False))
    model = uncalibrated(dataset)
    model = calibrated(linear(model, season_before(model)), dataset)
    held, wider, far = [], [], 20
    for n in range(740, 870):
        table = forecast(model, [PriceSeries("S", s.dates[:n], s.prices[:n])], far)
        low, high = table.intervals["80"]
        held.append(low[-1] <= s.prices[n + far - 1] <= high[-1])
        wider.append(np.log(high[-1] / low[-1]) / np.log(high[0] / low[0]))
    assert np.mean(held) > 0.75
    assert 1 <= np.mean(wider) < 1.3


def test_where_nothing_of_the_network_is_left_nothing_is_learnt() -> None:
    dataset = make_dataset([SERIES], small_recipe(valid_fraction=0.0))
    assert calibrated(uncalibrated(dataset), dataset).intervals.beyond == ()


def test_a_network_that_feeds_on_itself_grows_no_faster_than_a_model_may_say() -> None:
    model = toy_model([SERIES], horizon=1)
    weights = np.zeros((model.recipe.window.lookback, 1))
    weights[-2:, 0] = -30, 30  # thirty times the last move
    runaway = linear(model, weights)
    found = growth(runaway, make_panel([SERIES], model.scaling), np.arange(100, 400), 24)
    assert replace(model.intervals, beyond=found).beyond == found
    assert found[-1] == pytest.approx(4 * 24**1.5)


def test_each_horizon_starts_where_the_one_before_ended() -> None:
    model = toy_model([SERIES, walk(40, seed=2, ticker="B")])
    panel = make_panel([SERIES, walk(40, seed=2, ticker="B")], model.scaling)
    origins = np.array([100, 499, 539])
    unweighted = replace(model, shrinkage=np.zeros(2))
    windows = windows_at(panel, origins, model.scaling, model.recipe.window)
    far = recursed(unweighted, panel, origins, 7, unweighted.shrinkage)
    np.testing.assert_array_equal(far[:, :2], target_values(unweighted, windows))
    np.testing.assert_array_equal(far, np.repeat(windows.last()[:, None], 7, axis=1))


@pytest.mark.parametrize(("horizon", "row"), [(1, 4), (1, 3), (2, 4)])
def test_far_steps_follow_what_is_known_ahead(horizon, row) -> None:
    """A network that moves by the flag of its last step's day, or of the day before it (input 3)."""
    s = with_columns(300, seed=1, ahead=9)
    model = toy_model([s], **COLUMNS, horizon=horizon)
    lookback, inputs = model.recipe.window.lookback, 5
    weights = np.zeros((lookback * inputs, horizon))
    for step in range(horizon):  # step k + 1 adds the flag of its own day to the ones before
        for day in range(step + 1):
            weights[(lookback - horizon + day) * inputs + row, step] = 1
    moves = np.diff(np.log(forecast(linear(model, weights), [s], 8).forecast), prepend=np.log(s.prices[-1]))
    flags = np.concatenate([s.columns["event"].values[-1:], s.ahead.columns["event"]])
    np.testing.assert_array_equal(moves > 0, flags[row == 4 :][:8] == 1)
    assert 0 < (moves > 0).sum() < 8


def test_far_steps_take_the_past_for_its_last_value_and_the_market_to_rest() -> None:
    s = with_columns(300, seed=1, ahead=9)
    model = toy_model([s], **COLUMNS, horizon=1)
    inputs, last = panel_of(model, [s]).inputs, (model.recipe.window.lookback - 1) * 5
    for row, expected in ((1, np.full(7, inputs[0, -1])), (2, np.r_[inputs[1, -1], np.zeros(6)])):
        weights = np.zeros((model.recipe.window.lookback * 5, 1))
        weights[last + row] = 1
        table = forecast(linear(model, weights), [s], 7)
        moves = np.diff(np.log(table.forecast), prepend=np.log(s.prices[-1]))
        np.testing.assert_array_equal(np.sign(moves.round(12)), np.sign(expected))


def test_a_horizon_goes_on_as_if_the_columns_were_there_already() -> None:
    """In the middle of a series the flags of the file's own rows are the ones known ahead."""
    s = with_columns(300, seed=1, ahead=9)
    model = toy_model([s], **COLUMNS)
    at = np.array([250])
    inner = recursed(model, panel_of(model, [s]), at, 7, model.shrinkage)
    cut = s.until(251)
    ended = recursed(model, panel_of(model, [cut]), at, 7, model.shrinkage)
    np.testing.assert_array_equal(inner, ended)
