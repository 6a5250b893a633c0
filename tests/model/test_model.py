"""What a model forecasts: properties that hold for any weights, checked with random ones."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import toy_model, walk

from rnn_forecast.errors import DataError, ModelError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.model.model import floored_moves, network_values
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.network.forward import forward
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import with_choices
from rnn_forecast.scores.evaluation import evaluation_of, unseen_rows
from rnn_forecast.system import machine
from rnn_forecast.windows.panel import make_panel
from rnn_forecast.windows.windows import CHUNK, windows_at

SERIES = [walk(300, seed=1, ticker="A"), walk(300, seed=2, ticker="B")]


def head(s: PriceSeries, n: int) -> PriceSeries:
    return PriceSeries(s.ticker, s.dates[:n], s.prices[:n])


def test_a_forecast_is_the_formula():
    model, s = toy_model(SERIES[:1], members=2), SERIES[0]
    known = np.log(s.prices[-12:])
    spread = np.abs(np.diff(known)).mean()
    x = ((known - known[-1]) / spread).astype(np.float32)[None, :, None]
    y = np.mean([forward(w, "simple_rnn", x, np.ones((1, 12), bool))[0] for w in model.members], axis=0)
    np.testing.assert_allclose(forecast(model, [s], 2).forecast, s.prices[-1] * np.exp(spread * y), rtol=1e-5)


@pytest.mark.parametrize("normalize", ["window", "zscore", "minmax"])
@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_steps_beyond_the_horizon_take_forecasts_for_prices(cell, normalize):
    model, s = toy_model(SERIES[:1], cell=cell, normalize=normalize), SERIES[0]
    far = forecast(model, [s], 5)
    day = np.timedelta64(86_400, "s")
    longer = PriceSeries(
        s.ticker,
        np.concatenate([s.dates, s.dates[-1] + day * np.arange(1, 3)]),
        np.concatenate([s.prices, far.forecast[:2]]),
    )
    np.testing.assert_allclose(far.forecast[2:4], forecast(model, [longer], 2).forecast, rtol=1e-6)
    assert far.step.tolist() == [1, 2, 3, 4, 5]
    assert (far.date[1:] > far.date[:-1]).all()


def test_on_any_number_of_cores_the_networks_say_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows go to the networks a chunk at a time, each chunk on any core."""
    model, long = toy_model(SERIES[:1], cell="gru", members=2), walk(3 * CHUNK + 100, seed=4)
    panel = make_panel([long], model.scaling)
    windows = windows_at(panel, np.arange(20, len(long)), model.scaling, model.recipe.window)
    monkeypatch.setattr(machine, "cores", lambda: 3)
    said = []
    for count in ("1", "2", ""):
        monkeypatch.setenv("OMP_NUM_THREADS", count)
        said.append(network_values(model, windows))
    monkeypatch.setattr("rnn_forecast.windows.windows.CHUNK", 1_000)
    np.testing.assert_array_equal(said[1], said[0])
    np.testing.assert_array_equal(said[2], said[0])
    np.testing.assert_allclose(said[0], network_values(model, windows), rtol=1e-6)


def test_a_season_is_looked_up_alike_by_every_way_to_a_forecast():
    """From a panel of whole series, from the last rows alone, and from a saved model's forecasts."""
    model = toy_model(SERIES, season=30)
    table = evaluation_of(model, SERIES, "toy").table
    for n in (250, 280):
        then = forecast(model, [head(s, n) for s in SERIES], 2)
        rows = table.origin == SERIES[0].dates[n - 1]
        np.testing.assert_allclose(table.forecast[rows], then.forecast, rtol=1e-6)
    s = head(SERIES[0], 280)
    shifted = PriceSeries(s.ticker, s.dates, np.concatenate([s.prices[:-60], 2 * s.prices[-60:]]))
    plain = toy_model(SERIES)
    np.testing.assert_allclose(
        forecast(plain, [shifted], 2).forecast, 2 * forecast(plain, [s], 2).forecast, rtol=1e-6
    )  # twelve rows are seen
    assert (forecast(model, [shifted], 2).forecast != 2 * forecast(model, [s], 2).forecast).all()


def test_with_a_season_the_price_one_season_before_is_scored_too():
    """In each ticker, and the last value where it is too young."""
    series = [*SERIES, walk(255, seed=3, ticker="C")]
    young = PriceSeries("D", SERIES[0].dates[225:], walk(75, seed=4).prices)
    model = toy_model(series, season=20)
    evaluation = evaluation_of(model, [*series, young], "toy")
    table, expected = evaluation.table, []
    prices = {s.ticker: dict(zip(s.dates.tolist(), s.prices, strict=True)) for s in [*series, young]}
    day = np.timedelta64(86_400, "s")
    for ticker, date, last in zip(table.ticker, table.date, table.last, strict=True):
        expected.append(prices[ticker].get((date - 20 * day).tolist(), last))
    found = evaluation.metrics["scores"]["seasonal_naive"]["mae"]
    assert found == pytest.approx(np.mean(np.abs(table.actual - expected)))
    assert evaluation.metrics["skill"]["against_season"]["against"] == "seasonal_naive"
    plain = evaluation_of(toy_model(SERIES), SERIES, "toy").metrics
    assert "seasonal_naive" not in plain["scores"]
    assert "against_season" not in plain["skill"]


def test_a_ticker_is_forecast_alike_alone_and_among_others():
    model = toy_model(SERIES)
    both, alone = forecast(model, SERIES, 3), forecast(model, SERIES[1:], 3)
    np.testing.assert_allclose(both.forecast[3:], alone.forecast, rtol=1e-6)
    for level, (low, high) in alone.intervals.items():  # whose widths follow what came true of all
        np.testing.assert_allclose(both.intervals[level][0][3:], low, rtol=0.01)
        np.testing.assert_allclose(both.intervals[level][1][3:], high, rtol=0.01)
        assert (low < alone.forecast).all()
        assert (alone.forecast < high).all()


@settings(deadline=None, max_examples=20)
@given(st.floats(1e-3, 1e5))
def test_prices_times_a_factor_give_forecasts_times_it(factor):
    model, s = toy_model(SERIES[:1]), SERIES[0]
    scaled = forecast(model, [PriceSeries("A", s.dates, s.prices * factor)], 4)
    np.testing.assert_allclose(scaled.forecast, forecast(model, [s], 4).forecast * factor, rtol=1e-5)


def test_shrunk_to_nothing_the_forecast_is_the_last_value():
    model = replace(toy_model(SERIES), shrinkage=np.zeros(2))
    table = forecast(model, SERIES, 4)
    np.testing.assert_allclose(table.forecast, table.last, rtol=1e-12)
    metrics = evaluation_of(model, SERIES, "toy").metrics
    assert metrics["skill"]["verdict"] == "same forecast"
    assert metrics["skill"]["rmse_ratio"] == 1.0
    assert metrics["skill"]["dm_p_value"] is None
    assert metrics["skill"]["against_drift"]["verdict"] == "same forecast"


@pytest.mark.parametrize(
    ("normalize", "season"), [("window", 0), ("zscore", 0), ("minmax", 0), ("window", 30)]
)
def test_prices_after_an_origin_change_nothing_of_its_forecast(normalize, season):
    """The leak audit: every later price changed, the forecast and its interval are the same to the bit."""
    model = toy_model(SERIES, normalize=normalize, season=season)
    table = evaluation_of(model, SERIES, "toy").table
    cut = 280
    changed = [
        PriceSeries(s.ticker, s.dates, np.concatenate([s.prices[:cut], 3 * s.prices[cut:][::-1]]))
        for s in SERIES
    ]
    after = evaluation_of(model, changed, "toy").table
    known = table.origin <= SERIES[0].dates[cut - 1]
    assert known.sum() > 50
    np.testing.assert_array_equal(table.forecast[known], after.forecast[known])
    for level, (low, high) in table.intervals.items():
        np.testing.assert_array_equal(low[known], after.intervals[level][0][known])
        np.testing.assert_array_equal(high[known], after.intervals[level][1][known])
    assert not np.array_equal(table.forecast[~known], after.forecast[~known])


def test_judged_forecasts_are_those_that_predict_would_have_made():
    model = toy_model(SERIES)
    table = evaluation_of(model, SERIES, "toy").table
    for n in (250, 280):
        then = forecast(model, [head(s, n) for s in SERIES], 2)
        rows = table.origin == SERIES[0].dates[n - 1]
        np.testing.assert_allclose(table.forecast[rows], then.forecast, rtol=1e-6)
        np.testing.assert_allclose(table.intervals["80"][0][rows], then.intervals["80"][0], rtol=1e-6)
        np.testing.assert_array_equal(table.date[rows], then.date)


def test_nothing_that_training_looked_at_is_scored():
    model = toy_model(SERIES)
    unseen = walk(300, seed=3, ticker="NEW")
    since, until = unseen_rows(model, [*SERIES, unseen])
    assert since.tolist() == [240, 240, 240]  # an unseen ticker too: all shares move together
    assert until.tolist() == [300, 300, 300]
    own = toy_model(SERIES, split="rows")
    assert unseen_rows(own, [*SERIES, unseen])[0].tolist() == [240, 240, 240]
    unrelated = toy_model(SERIES, split="series")
    assert unseen_rows(unrelated, [*SERIES, unseen])[0].tolist() == [240, 240, 0]


def test_there_is_nothing_to_score_in_rows_that_were_all_seen():
    model = toy_model(SERIES)
    with pytest.raises(DataError, match="no origin is left to score"):
        evaluation_of(model, [head(s, 240) for s in SERIES], "toy")


@pytest.mark.parametrize(
    ("choices", "remedy"),
    [
        ({}, "or train with a smaller --train-fraction"),
        ({"refit": True}, "--no-refit keeps that fit"),
        ({"refit": True, "train_fraction": 1.0}, "or train with --no-refit and a smaller --train-fraction"),
    ],
)
def test_what_to_do_where_all_was_seen(choices, remedy):
    """After a refit a smaller training part would not help."""
    model = toy_model(SERIES)
    model = replace(model, recipe=with_choices(model.recipe, choices))
    with pytest.raises(DataError) as caught:
        evaluation_of(model, [head(s, 240) for s in SERIES], "toy")
    assert remedy in caught.value.remedy
    assert ("smaller" in caught.value.remedy) == ("smaller" in remedy)


def test_a_series_too_short_for_its_own_volatility_is_refused():
    with pytest.raises(DataError, match="T has 3 prices; a forecast needs 10"):
        forecast(toy_model(SERIES), [walk(3)], 1)


def test_a_share_listed_a_few_days_ago_is_forecast():
    table = forecast(toy_model(SERIES), [walk(11, ticker="NEW")], 2)
    assert np.isfinite(table.forecast).all()


def test_a_level_model_knows_its_own_tickers_only():
    with pytest.raises(ModelError, match="'NEW' was not among the tickers"):
        forecast(toy_model(SERIES, normalize="zscore"), [walk(100, ticker="NEW")], 1)


@pytest.mark.parametrize("normalize", ["window", "zscore"])
@pytest.mark.parametrize("cell", ["simple_rnn", "gru"])
def test_a_saved_model_forecasts_the_same(tmp_path, cell, normalize):
    model = toy_model(SERIES, cell=cell, layers=2, members=2, normalize=normalize, levels=[50, 80, 95])
    save_model(model, tmp_path / "m", {"metrics.json": b"{}\n"})
    loaded = load_model(tmp_path / "m")
    assert (loaded.recipe, loaded.scaling, loaded.intervals) == (model.recipe, model.scaling, model.intervals)
    assert loaded.source == model.source
    before, after = forecast(model, SERIES, 5), forecast(loaded, SERIES, 5)
    np.testing.assert_array_equal(before.forecast, after.forecast)
    np.testing.assert_array_equal(before.intervals["50"][0], after.intervals["50"][0])


@pytest.mark.parametrize("part", ["shrinkage", "drift", "volatility", "intervals"])
def test_the_recipe_s_horizon_is_that_of_every_part(part) -> None:
    model = toy_model([walk(200)], horizon=2)
    longer = toy_model([walk(200)], horizon=3)
    with pytest.raises(ValueError, match=f"expected {part} of 2 steps, found 3"):
        replace(model, **{part: getattr(longer, part)})


def test_the_least_that_is_expected_grows_with_the_root_of_the_step() -> None:
    model = toy_model([walk(300)], horizon=4)
    flat = PriceSeries("FLAT", walk(60).dates, np.full(60, 9.0))
    moves = floored_moves(model, make_panel([flat], model.scaling), np.array([50]))
    np.testing.assert_allclose(moves[0], model.scaling.floor * np.sqrt([1, 2, 3, 4]))


@pytest.mark.parametrize("choices", [{}, {"normalize": "zscore"}, {"normalize": "minmax"}])
def test_a_price_that_stands_still_is_forecast_to_stay(choices: dict[str, object]) -> None:
    """Halted since before its window began, whatever network and drift say; one row of it moves them."""
    halted = walk(300)
    prices = np.append(halted.prices[:-13], np.full(13, halted.prices[-14]))
    model = toy_model([walk(300)], **choices)
    still = PriceSeries("T", halted.dates, prices)
    moved = PriceSeries("T", halted.dates, np.append(prices[:-1], 1.01 * prices[-1]))
    drifting = replace(model, drift=np.full(2, 0.3), shrinkage=np.zeros(2))
    for one in (model, drifting):
        np.testing.assert_allclose(forecast(one, [still], 2).forecast, prices[-1], rtol=1e-12)
        assert (np.abs(forecast(one, [moved], 2).forecast / moved.prices[-1] - 1) > 1e-6).all()
