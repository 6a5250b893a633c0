from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Data, ScalingChoice, Window
from rnn_forecast.seeds import generator
from rnn_forecast.windows.origins import origins_between, sample
from rnn_forecast.windows.panel import make_panel
from rnn_forecast.windows.scaling import fit_scaling
from rnn_forecast.windows.splits import split_series
from rnn_forecast.windows.windows import MIN_PRICES, windows_at

WINDOW = Window(lookback=20, horizon=3)
LOOKBACK, HORIZON = WINDOW.lookback, WINDOW.horizon


def walk(n: int, *, seed: int = 0, ticker: str = "T", start: int = 0) -> PriceSeries:
    prices = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, n)))
    dates = np.datetime64("2020-01-01", "s") + (start + np.arange(n)) * np.timedelta64(86_400, "s")
    return PriceSeries(ticker, dates, prices)


def cut(series, normalize="window", log=True, until=None):
    rows = np.array([len(s) for s in series])
    scaling = fit_scaling(series, rows, ScalingChoice(normalize=normalize, log=log))
    panel = make_panel(series, scaling)
    origins = origins_between(panel, 0 * rows, rows, WINDOW)
    return scaling, panel, windows_at(panel, origins.all(), scaling, WINDOW)


def test_windows_are_the_textbook_loop():
    s = walk(50)
    scaling, _, windows = cut([s], "zscore")
    (center, spread) = scaling.by_ticker["T"]
    assert (center, spread) == pytest.approx((np.mean(s.prices), np.std(s.prices)))
    z = (s.prices - np.mean(s.prices)) / np.std(s.prices)
    starts = range(50 - LOOKBACK - HORIZON + 1)
    np.testing.assert_allclose(
        windows.x()[..., 0], [z[i : i + LOOKBACK] for i in starts], rtol=1e-5, atol=1e-6
    )
    ahead = [z[i + LOOKBACK : i + LOOKBACK + HORIZON] for i in starts]
    np.testing.assert_allclose(windows.y(), ahead, rtol=1e-5, atol=1e-6)


def test_a_window_is_scaled_by_its_own_last_price_and_volatility():
    s = walk(50)
    _, _, windows = cut([s])
    first = np.log(s.prices[:LOOKBACK])
    spread = np.abs(np.diff(first)).mean()
    np.testing.assert_allclose(windows.x()[0, :, 0], (first - first[-1]) / spread, rtol=1e-4, atol=1e-5)
    assert windows.y()[0, 0] == pytest.approx((np.log(s.prices[LOOKBACK]) - first[-1]) / spread, rel=1e-4)


def test_a_short_series_gives_windows_padded_on_the_left():
    s = walk(16)
    _, _, windows = cut([s])
    assert len(windows) == 16 - MIN_PRICES - HORIZON + 1
    assert list(windows.length) == list(range(MIN_PRICES, 16 - HORIZON + 1))
    assert not windows.mask()[0, : LOOKBACK - MIN_PRICES].any()
    assert windows.mask()[0, LOOKBACK - MIN_PRICES :].all()
    assert not windows.x()[0, : LOOKBACK - MIN_PRICES].any()


def test_padding_tells_nothing_of_the_series_before():
    alone, behind = cut([walk(16, seed=1)])[2], cut([walk(70), walk(16, seed=1, ticker="U")])[2]
    np.testing.assert_array_equal(alone.known()[alone.mask()], behind.known()[-len(alone) :][alone.mask()])


@pytest.mark.parametrize(
    ("season", "horizon", "lags"),
    [(12, 3, [9, 12, 21]), (12, 12, [12]), (5, 7, [3, 5, 8]), (40, 1, [39, 40, 79]), (1, 3, [1])],
)
def test_a_season_shows_the_rows_one_and_two_seasons_before_the_targets(season, horizon, lags):
    s, window = walk(150), Window(lookback=10, horizon=horizon, season=season)
    scaling = fit_scaling([s], np.array([150]), ScalingChoice(normalize="zscore"))
    windows = windows_at(make_panel([s], scaling), np.array([129]), scaling, window)
    z = (s.prices - windows.center) / windows.spread
    for step in range(10):  # of the window, 0 the origin
        expected = [z[129 - step - lag] for lag in [0, *lags]]
        np.testing.assert_allclose(windows.x()[0, -1 - step], expected, rtol=1e-5)
    assert all((horizon + lag) % season == 0 or lag == season for lag in lags)


@given(st.integers(1, 200), st.integers(1, 100))
def test_no_lag_looks_ahead_of_the_origin(season, horizon):
    window = Window(horizon=horizon, season=season)
    assert min(window.lags) >= 0
    assert window.reach == window.lookback + max(window.lags)


def test_a_season_before_the_first_price_is_zero_and_tells_nothing_of_the_series_before():
    window = Window(lookback=8, horizon=2, season=10)
    both = [walk(70), walk(25, seed=1, ticker="U")]
    scaling = fit_scaling(both, np.array([70, 25]), ScalingChoice())
    behind = windows_at(make_panel(both, scaling), np.array([94]), scaling, window)
    alone = windows_at(make_panel(both[1:], scaling), np.array([24]), scaling, window)
    np.testing.assert_array_equal(behind.x(), alone.x())
    lag = window.lags[-1]
    known = np.arange(-7, 1) + 24 - lag >= 0
    assert not known.all()
    assert (alone.x()[0, :, 3] != 0).tolist() == known.tolist()


@given(
    n=st.lists(st.integers(5, 90), min_size=1, max_size=4),
    split=st.sampled_from(["date", "rows"]),
    stopping=st.booleans(),
    fractions=st.tuples(st.floats(0.3, 1.0), st.floats(0, 0.6)),
)
def test_no_target_lies_on_both_sides_of_a_cut(n, split, stopping, fractions):
    series = [walk(k, seed=i, ticker=str(i), start=3 * i) for i, k in enumerate(n)]
    data = Data(train_fraction=fractions[0], valid_fraction=fractions[1], split=split)
    parts = split_series(series, data, stopping=stopping)
    scaling = fit_scaling(series, parts.rows, ScalingChoice())
    panel = make_panel(series, scaling)
    bounds = [0 * parts.fit, parts.fit, parts.validation, parts.train, parts.rows]
    for since, until in pairwise(bounds):
        assert (since <= until).all()
        origins = origins_between(panel, since, until, WINDOW)
        positions = origins.all()
        which = panel.series_of(positions)
        row = positions - panel.offsets[which]
        assert (row + 1 >= since[which]).all()
        assert (row + HORIZON < until[which]).all()
        assert len(positions) == len(origins)


def test_one_cut_date_for_all_tickers():
    series = [walk(100, ticker="A"), walk(50, ticker="B", start=50), walk(30, ticker="C", start=0)]
    split = split_series(series, Data(), stopping=True)
    assert split.cuts is not None
    stop, calibrate, test = split.cuts
    for i, s in enumerate(series):
        assert (s.dates[: split.fit[i]] < stop).all()
        assert (s.dates[split.fit[i] : split.validation[i]] < calibrate).all()
        assert (s.dates[split.train[i] :] >= test).all()
        assert (s.dates[: split.train[i]] < test).all()


def test_without_stopping_all_of_the_valid_part_calibrates():
    split = split_series([walk(1000)], Data(), stopping=False)
    assert (split.fit[0], split.validation[0], split.train[0]) == (720, 720, 800)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=5), st.integers(1, 30), st.integers(0, 3))
def test_a_sample_is_even_and_the_same_each_time(n, most, epoch):
    from rnn_forecast.windows.origins import Origins

    first = np.cumsum([0, *n[:-1]]) + 7
    origins = Origins(first, first + np.array(n))
    drawn = sample(origins, most, generator(3, "windows", epoch=epoch))
    again = sample(origins, most, generator(3, "windows", epoch=epoch))
    np.testing.assert_array_equal(drawn, again)
    assert len(drawn) == min(most, sum(n))
    assert len(set(drawn.tolist())) == len(drawn)
    assert set(drawn.tolist()) <= set(origins.all().tolist())
    if len(origins) > most:
        index = np.searchsorted(origins.all(), drawn)
        assert (np.diff(index) <= 2 * -(-len(origins) // most)).all()


def test_prices_a_thousand_times_larger_give_the_same_inputs():
    s = walk(80)
    large = PriceSeries("T", s.dates, s.prices * 1000)
    np.testing.assert_allclose(cut([s])[2].x(), cut([large])[2].x(), rtol=1e-4, atol=1e-5)


def test_statistics_come_from_training_rows_only():
    s = walk(80)
    other = PriceSeries("T", s.dates, np.concatenate([s.prices[:60], s.prices[60:] * 3]))
    for normalize in ("window", "zscore", "minmax"):
        choice = ScalingChoice(normalize=normalize)
        assert fit_scaling([s], np.array([60]), choice) == fit_scaling([other], np.array([60]), choice)


@given(st.sampled_from(["window", "zscore", "minmax"]), st.booleans())
def test_back_to_prices_is_the_way_back(normalize, log):
    s = walk(60)
    scaling, _, windows = cut([s], normalize, log)
    back = scaling.to_prices(windows.center[:, None] + windows.spread[:, None] * windows.y())
    np.testing.assert_allclose(back, scaling.to_prices(windows.future()), rtol=1e-5)


def test_more_rows_never_give_fewer_windows():
    scaling = fit_scaling([walk(100)], np.array([100]), ScalingChoice())
    panel = make_panel([walk(100)], scaling)
    counts = [len(origins_between(panel, np.array([0]), np.array([rows]), WINDOW)) for rows in range(1, 101)]
    assert counts == sorted(counts)
    assert counts[-1] == 100 - LOOKBACK - HORIZON + 1
