import re
from dataclasses import replace

import numpy as np
import pytest
from toys import small_recipe, toy_model, uncalibrated, walk

from rnn_forecast.fitting import calibration
from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.intervals.seasonality import find_cycles
from rnn_forecast.model.model import floored_moves, network_values, target_values
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Window
from rnn_forecast.windows.dataset import make_dataset, shortcomings
from rnn_forecast.windows.windows import Windows


def test_no_band_from_too_few_training_windows():
    model = toy_model([walk(40)], valid_fraction=0.15, levels=[50, 80, 95])
    table = model.intervals
    assert table.windows == 32 - 12 - 2 + 1  # one fewer than 95 % needs
    found = {level: side[0] is None for level, side in zip(table.levels, table.low, strict=True)}
    assert [found[level] for level in (50.0, 80.0, 95.0)] == [False, False, True]


def test_where_the_forecast_is_the_last_value_all_training_rows_calibrate():
    dataset = make_dataset([walk(300)], small_recipe())
    model = uncalibrated(dataset)
    untrained = {name: 0 * weight for name, weight in model.members[0].items()}
    model = calibrated(replace(model, members=(untrained,)), dataset)
    assert not model.shrinkage.any()
    assert model.intervals.windows == 240 - 12 - 2 + 1
    assert model.source.rows_used["calibration"]["rows"] == 240
    assert model.source.rows_used["shrinkage"]["rows"] == 12


def test_without_calibration_windows_nothing_of_the_network_is_trusted():
    dataset = make_dataset([walk(300)], small_recipe(valid_fraction=0.0))
    model = calibrated(uncalibrated(dataset), dataset)
    assert not model.shrinkage.any()
    assert model.intervals.low[model.intervals.levels.index(95)][0] is not None
    kept = make_dataset([walk(300)], small_recipe(valid_fraction=0.0, shrink=False))
    assert calibrated(uncalibrated(kept), kept).shrinkage.all()
    assert "the forecast is the last value" in shortcomings(dataset)[0].text
    assert "without the last 4" in shortcomings(kept)[0].text


def rising(n: int, *, ticker: str = "UP", rate: float = 0.002, seed: int = 3) -> PriceSeries:
    s = walk(n, ticker=ticker, seed=seed)
    return PriceSeries(ticker, s.dates, s.prices * np.exp(rate * np.arange(n)))


def test_towards_the_drift_what_is_left_without_a_network_is_the_mean_move_of_the_fitted_windows() -> None:
    series = [rising(300), rising(300, ticker="B", seed=4)]
    dataset = make_dataset(series, small_recipe(valid_fraction=0.0, toward="drift"))
    model = calibrated(uncalibrated(dataset), dataset)
    assert not model.shrinkage.any()
    expected: list[list[float]] = [[], []]  # the textbook loop, in prices
    for s in series:
        for origin in range(11, 240 - 2):
            known = s.prices[origin - 11 : origin + 1]
            spread = np.abs(np.diff(np.log(known))).mean()
            for k in (1, 2):
                expected[k - 1].append((s.prices[origin + k] / known[-1] - 1) / spread)
    np.testing.assert_allclose(model.drift, np.mean(expected, axis=1), rtol=1e-9)
    table = forecast(model, series[:1], 2)
    spread = np.abs(np.diff(np.log(series[0].prices[-12:]))).mean()
    np.testing.assert_allclose(table.forecast, series[0].prices[-1] * (1 + spread * model.drift), rtol=1e-9)
    assert (table.forecast > table.last).all()
    assert "the last value and the drift" in shortcomings(dataset)[0].text


def test_the_drift_knows_the_fitted_rows_alone() -> None:
    dataset = make_dataset([rising(300)], small_recipe(toward="drift"))
    model = calibrated(uncalibrated(dataset), dataset)
    assert model.source.rows_used["drift"] == model.source.rows_used["fit"]
    crash = PriceSeries(
        "UP", dataset.series[0].dates, np.append(dataset.series[0].prices[:216], np.full(84, 1.0))
    )
    after = make_dataset([crash], small_recipe(toward="drift"))
    np.testing.assert_array_equal(calibrated(uncalibrated(after), after).drift, model.drift)
    plain = make_dataset([rising(300)], small_recipe())
    assert not calibrated(uncalibrated(plain), plain).drift.any()


def test_a_drift_in_prices_is_one_of_prices() -> None:
    """Without logs, of a series below zero: the mean change itself, in spreads."""
    s = PriceSeries("T", walk(300).dates, np.arange(300) - 500.0 + np.tile([0.0, 0.5], 150))
    dataset = make_dataset([s], small_recipe(valid_fraction=0.0, toward="drift", log=False, lookback=13))
    model = calibrated(uncalibrated(dataset), dataset)
    assert model.drift[1] == pytest.approx(2.0, rel=1e-6)  # both steps are 0.5 or 1.5, their mean size 1
    assert forecast(model, [s], 2).forecast[1] == pytest.approx(s.prices[-1] + 2, abs=0.1)


def test_choices_that_cannot_have_an_effect_are_told() -> None:
    for season, told in ((100, 0), (213, 0), (214, 1), (5000, 1)):  # 216 rows to fit, horizon 2
        lines = shortcomings(make_dataset([walk(300)], small_recipe(season=season)))
        assert sum("no window sees the season" in line.text for line in lines) == told
    for every, told in ((0, ""), (5, ""), (24, "only 9 of 203 windows"), (5000, "no effect")):
        lines = shortcomings(make_dataset([walk(300)], small_recipe(origin_every=every)))
        said = [line.text for line in lines if re.search("origin.every", line.text)]
        assert len(said) == bool(told) and told in "".join(said)
    for shrink, told in ((True, 0), (False, 1)):
        lines = shortcomings(make_dataset([walk(300)], small_recipe(toward="drift", shrink=shrink)))
        assert sum("nothing pulls the network" in line.text for line in lines) == told


def test_each_step_is_calibrated_by_what_it_forecasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is trusted at one step only: the other's intervals are those of the last value."""
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *_: np.array([0.5, 0.0]))
    dataset = make_dataset([walk(300)], small_recipe())
    found = calibrated(uncalibrated(dataset), dataset)
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *_: np.zeros(2))
    plain = calibrated(uncalibrated(dataset), dataset)
    assert [row[1] for row in found.intervals.low] == [row[1] for row in plain.intervals.low]
    assert [row[0] for row in found.intervals.low] != [row[0] for row in plain.intervals.low]


def errors(values: np.ndarray, part: float, origins: np.ndarray) -> calibration.Errors:
    """A forecast whose errors are `part` of the last value's."""
    one = np.ones(len(origins))
    windows = Windows(
        values[None], origins, one.astype(np.int32), values[origins], one, Window(lookback=2, horizon=1)
    )
    last = windows.last()[:, None]
    return calibration.Errors(windows, last + (1 - part) * (windows.future() - last), np.ones((len(one), 1)))


def test_what_a_network_learnt_by_heart_does_not_make_its_bands_narrow():
    """Later windows are wild, for the last value too: only what the network is beside it counts."""
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=500), 4 * rng.normal(size=99)]).cumsum()
    seen, unseen = errors(values, 0.4, np.arange(499)), errors(values, 0.8, np.arange(500, 590))
    assert calibration._optimism(seen, [unseen], np.ones(1)) == pytest.approx(0.5)
    assert calibration._optimism(seen, [unseen], np.zeros(1)).tolist() == [1.0]
    assert np.isnan(calibration._optimism(seen, [errors(values, 1.0, np.arange(0))], np.ones(1))).all()
    flat = errors(np.zeros(600), 0.8, np.arange(590))
    assert (
        calibration._optimism(seen, [flat], np.ones(1))
        == calibration._optimism(flat, [seen], np.ones(1))
        == 1
    )


@pytest.mark.parametrize("choices", [{}, {"log": False}, {"normalize": "zscore"}])
def test_bands_are_in_the_unit_of_prices(choices):
    """In another currency unit all comes out times the same, the cycles of the calendar too."""
    one = [walk(400, seed=seed, ticker=str(seed)) for seed in range(3)]
    dear = [PriceSeries(s.ticker, s.dates, 1000 * s.prices) for s in one]
    ours, theirs = (forecast(toy_model(series, **choices), series, 5).intervals for series in (one, dear))
    for level in ours:
        np.testing.assert_allclose(theirs[level], 1000 * np.array(ours[level]), rtol=1e-6)


def test_a_ticker_that_training_never_saw_has_bands_of_its_own_size_alone_or_among_others():
    model = toy_model([walk(400, seed=seed, ticker=str(seed)) for seed in range(3)])
    calm = walk(400, seed=7, ticker="NEW")
    wild = PriceSeries("WILD", calm.dates, calm.prices[0] * (calm.prices / calm.prices[0]) ** 5)
    young = PriceSeries("YOUNG", calm.dates[-12:], calm.prices[-12:])
    flat = PriceSeries("FLAT", calm.dates, np.full(400, 9.0))
    together = forecast(model, [calm, wild, young, flat], 4)
    low, high = (side.reshape(4, 4) for side in together.intervals["80"])
    width = (high - low) / together.last.reshape(4, 4)
    assert np.isfinite(width).all()
    assert (width > 0).all()
    assert (width[1] > 3 * width[0]).all()
    assert (width[3] < 0.5 * width[0]).all()  # not a guess of the training series' size
    for i, s in enumerate([calm, wild, young, flat]):
        alone = forecast(model, [s], 4).intervals["80"][0]
        np.testing.assert_allclose(alone, low[i], rtol=0.02)  # widths follow what came true of all at hand
    assert (np.diff(np.log(high[0] / low[0])) > -1e-12).all()


def test_bands_are_wider_by_what_the_network_is_too_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *_: np.full(2, 0.5))
    dataset = make_dataset([walk(300)], small_recipe())
    low = {}
    for optimism in (0.9, 0.45):
        monkeypatch.setattr(calibration, "_optimism", lambda *_, part=optimism: np.full(2, part))
        low[optimism] = np.array(calibrated(uncalibrated(dataset), dataset).intervals.low, float)
    np.testing.assert_allclose(low[0.45], 2 * low[0.9])


def test_the_calendar_is_learnt_from_training_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    find = calibration.find_cycles
    monkeypatch.setattr(calibration, "find_cycles", lambda dates, h: seen.append(dates) or find(dates, h))
    dataset = make_dataset([walk(300), walk(200, ticker="B")], small_recipe())
    calibrated(uncalibrated(dataset), dataset)
    np.testing.assert_array_equal(seen, [dataset.series[0].dates[:240]])


@pytest.mark.parametrize("shrink", [True, False])
def test_what_stands_still_changes_nothing_of_what_moves(shrink: bool) -> None:
    """A halted, a pegged and an unmoved ticker beside two walks: the same numbers as without them."""
    walks = [walk(300, seed=seed, ticker=str(seed)) for seed in (1, 2)]
    dates = walks[0].dates
    peg = np.ones(300)
    peg[[40, 90, 91]] = 1.001
    still = [PriceSeries("P", dates, peg), PriceSeries("Q", dates, np.full(300, 7.0))]
    recipe = small_recipe(shrink=shrink)
    alone, among = (make_dataset(some, recipe) for some in (walks, [*still, *walks]))
    ours, theirs = (calibrated(uncalibrated(dataset), dataset) for dataset in (among, alone))
    assert ours.volatility == theirs.volatility
    np.testing.assert_array_equal(ours.shrinkage, theirs.shrinkage)
    for side in ("low", "high"):
        ends = (np.array(getattr(one.intervals, side), float) for one in (ours, theirs))
        np.testing.assert_allclose(*ends, rtol=1e-6)
    assert ours.scaling.floor == theirs.scaling.floor
    table = forecast(ours, still, 4)
    np.testing.assert_allclose(table.forecast[4:], 7.0, rtol=1e-12)
    low, high = table.intervals["80"]
    assert (low < table.last).all()
    assert (high > table.last).all()


@pytest.mark.parametrize("toward", ["last_value", "drift"])
def test_shrinkage_is_fitted_to_moves_from_the_target_in_expected_sizes(
    toward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *args: given.append(args) or np.full(2, 0.5))
    dataset = make_dataset([walk(300), walk(280, seed=1, ticker="B")], small_recipe(toward=toward))
    model = calibrated(uncalibrated(dataset), dataset)
    prices, rows = dataset.panel.prices, dataset.calibrate.all()
    expected: list[list[np.ndarray]] = [[], []]
    for row in rows:
        at = np.array([row])
        windows, size = dataset.windows(at), floored_moves(model, dataset.panel, at)[0]
        target = target_values(model, windows)[0]
        expected[0].append((network_values(model, windows)[0] - target) / size)
        expected[1].append((prices[[row + 1, row + 2]] - target) / size)
    ((predicted, actual, dates),) = given
    np.testing.assert_allclose(predicted, expected[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(actual, expected[1], rtol=1e-9)
    assert dates.tolist() == [np.concatenate([s.dates for s in dataset.series])[row] for row in rows]


def test_the_calendar_of_the_longest_series_is_that_of_its_volatility() -> None:
    hours = np.datetime64("2024-01-01", "s") + np.arange(700) * np.timedelta64(3600, "s")
    series = [PriceSeries("A", hours[:500], walk(500).prices), PriceSeries("B", hours, walk(700).prices)]
    dataset = make_dataset(series, small_recipe())
    model = calibrated(uncalibrated(dataset), dataset)
    expected = find_cycles(hours[: dataset.split.train[1]], 2)
    assert model.volatility.cycles == expected
    assert expected[0].rows[0] == 24
    assert expected != find_cycles(hours[: dataset.split.train[0]], 2)


@pytest.mark.parametrize(
    ("choices", "steps"),
    [
        ({}, 24),  # the least
        ({"horizon": 8}, 32),  # four horizons
        ({"season": 40}, 42),  # a horizon and a season
        ({"season": 70}, 60),  # a quarter of 240 rows
    ],
)
def test_intervals_are_learnt_so_many_steps_ahead(
    choices: dict[str, int], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        calibration, "growth", lambda model, panel, origins, n: asked.append((origins.max(), n)) or (1.0,)
    )
    dataset = make_dataset([walk(300)], small_recipe(shrink=False, **choices))
    model = calibrated(uncalibrated(dataset), dataset)
    assert model.intervals.beyond == (1.0,)
    assert asked == [(240 - steps - 1, steps)]  # the last origin whose targets are training rows


def test_without_later_windows_what_is_trusted_is_unknown_and_the_rest_is_one() -> None:
    values = np.random.default_rng(0).normal(size=100).cumsum()
    seen, none = errors(values, 0.4, np.arange(90)), errors(values, 0.4, np.arange(0))
    found = calibration._optimism(seen, [none], np.array([0.0, 0.3, 0.0]))
    np.testing.assert_array_equal(found, [1.0, np.nan, 1.0])
