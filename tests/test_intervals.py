"""Conformal bands: their ranks, their coverage, what they refuse, and that the past alone decides them."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rnn_forecast.intervals import (
    Bands,
    bands_at,
    calibrate,
    plain_bands,
    plain_ends,
    recent_volatility,
    spread_at,
    steady_volatility,
)


def ramp(n: int) -> np.ndarray:
    return np.arange(1.0, n + 1)[:, None] - 0.5 - n // 2  # n scores around zero, one step


@pytest.mark.parametrize(
    ("n", "level", "low", "high"),
    [(9, 80, 1, 9), (19, 80, 2, 18), (39, 95, 1, 39), (99, 80, 10, 90), (199, 95, 5, 195)],
)
def test_each_tail_takes_its_conformal_rank(n, level, low, high):
    scores = ramp(n)
    bands = calibrate(np.random.default_rng(0).permutation(scores), [level])
    assert bands.low[0][0] == scores[low - 1, 0]
    assert bands.high[0][0] == scores[high - 1, 0]


def test_few_windows_give_a_symmetric_band_and_fewer_none():
    assert calibrate(ramp(4), [80]).high == ((None,),)
    few = calibrate(ramp(5), [80])  # ceil(1 / alpha): the largest |score| on both sides
    assert few.high[0][0] == -few.low[0][0] == np.abs(ramp(5)).max()
    assert calibrate(ramp(19), [95]).high == ((None,),)
    assert calibrate(ramp(20), [95]).high[0][0] is not None
    assert calibrate(np.empty((0, 2)), [80, 95]).low == ((None, None), (None, None))


@given(
    st.integers(0, 120),
    st.integers(1, 3),
    st.lists(st.sampled_from([50, 80, 90, 95, 97.5, 99]), unique=True),
    st.integers(0, 99),
)
def test_bands_survive_json_and_higher_levels_hold_lower_ones(n, horizon, levels, seed):
    bands = calibrate(np.random.default_rng(seed).standard_t(3, (n, horizon)), levels)
    assert Bands.from_record(json.loads(json.dumps(bands.record(), allow_nan=False))) == bands
    assert list(bands.levels) == sorted(levels)
    for step in range(horizon if levels else 0):
        for wide, narrow in zip(range(1, len(levels)), range(len(levels) - 1), strict=True):
            if bands.low[wide][step] is not None:
                assert bands.low[wide][step] <= bands.low[narrow][step]
                assert bands.high[wide][step] >= bands.high[narrow][step]


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("n", [20, 40, 150])
def test_exchangeable_scores_are_covered_as_promised(n, level):
    """The mean coverage over calibration sets lies in [level, level + 2 / (n + 1)] for continuous scores."""
    rng = np.random.default_rng(n)
    covered = []
    for _ in range(1500):
        bands = calibrate(rng.exponential(size=(n, 1)) - 1, [level])
        low, high = bands.low[0][0] + 1, bands.high[0][0] + 1
        covered.append(stats.expon.cdf(high) - stats.expon.cdf(max(low, 0)))
    slack = 4 * np.std(covered) / math.sqrt(len(covered))
    assert level / 100 - slack <= np.mean(covered) <= level / 100 + 2 / (n + 1) + slack


def test_skewed_errors_give_a_skewed_band():
    scores = np.random.default_rng(1).exponential(size=(2000, 1)) - 1
    bands = calibrate(scores, [80])
    assert bands.high[0][0] > 1 > -bands.low[0][0] > 0


def test_ends_are_in_units_of_each_windows_spread_and_widen_beyond_the_horizon():
    bands = Bands(100, (80.0,), ((-1.0, -2.0),), ((2.0, 3.0),))
    low, high = bands_at(bands, np.full((2, 8), 5.0), np.array([1.0, 10.0]))[80.0]
    assert low[:, :2].tolist() == [[4, 3], [-5, -15]]
    assert high[:, :2].tolist() == [[7, 8], [25, 35]]
    assert high[0, 7] == pytest.approx(5 + 3 * 2)  # step 8 of horizon 2: sqrt(4) times as wide
    assert (np.diff(high - low, axis=1) > 0).all()


def test_sqrt_of_time_is_right_for_last_value_on_a_random_walk():
    walk = np.cumsum(np.random.default_rng(5).normal(size=40_000))
    origin = np.arange(20_000, 39_990)
    low, high = bands_at(
        plain_bands(walk[:20_000], 1, [80]), np.repeat(walk[origin][:, None], 9, 1), np.ones(19_990)
    )[80.0]
    actual = np.stack([walk[origin + k] for k in range(1, 10)], axis=1)
    assert ((low <= actual) & (actual <= high)).mean(axis=0) == pytest.approx(np.full(9, 0.8), abs=0.03)


def test_no_band_is_nan_never_a_made_up_one():
    bands = calibrate(ramp(10), [80, 95])
    ends = bands_at(bands, np.zeros((3, 2)), np.ones(3))
    assert np.isfinite(ends[80.0]).all()
    assert np.isnan(ends[95.0]).all()
    assert bands_at(calibrate(ramp(10), []), np.zeros((3, 2)), np.ones(3)) == {}


@pytest.mark.parametrize(
    "record",
    [
        {"windows": 1, "levels": [80], "low": [[0.0]], "high": []},
        {"windows": 1, "levels": [80], "low": [[0.0]], "high": [[1.0, 2.0]]},
        {"windows": 1, "levels": [80], "low": [[math.nan]], "high": [[1.0]]},
    ],
)
def test_a_record_that_is_no_band_is_refused(record):
    with pytest.raises(ValueError, match="band"):
        Bands.from_record(record)


def test_many_windows_take_their_own_series_history_up_to_the_cut():
    rng = np.random.default_rng(12)
    values = rng.normal(size=300).cumsum()
    own = {0: plain_bands(values[:80], 2, [80]), 1: plain_bands(values[:0], 2, [80])}  # one has no history
    own[2] = plain_bands(values[200:260], 2, [80])
    series, last = np.array([0, 1, 1, 2, 2]), values[[90, 120, 150, 261, 270]]
    ends = plain_ends(own, series, last, 2)
    for row, which in enumerate(series.tolist()):
        want = bands_at(own[which], np.full((1, 2), last[row]), np.ones(1))[80.0]
        np.testing.assert_array_equal([side[row] for side in ends[80.0]], [side[0] for side in want])
    assert np.isnan(ends[80.0][0][1:3]).all()


@given(st.integers(0, 30), st.integers(1, 3))
def test_plain_bands_are_the_quantiles_of_the_last_values_own_errors(rows, horizon):
    history = np.random.default_rng(rows).normal(size=rows).cumsum()
    errors = np.full((max(rows - 1, 0), horizon), math.nan)
    for k in range(1, min(horizon, rows - 1) + 1):
        errors[: rows - k, k - 1] = history[k:] - history[:-k]
    assert plain_bands(history, horizon, [50, 80]) == calibrate(errors, [50, 80])


def test_recent_volatility_is_the_weighted_mean_of_the_windows_changes():
    values = np.array([0.0, 1.0, 3.0, 2.0, 2.0])
    got = recent_volatility(values, np.array([3, 4, 0, 3]), np.array([4, 3, 1, 2]), decay=0.5)
    want = [(1 + 0.5 * 2 + 0.25 * 1) / 1.75, (0 + 0.5 * 1) / 1.5, 0.0, 1.0]
    assert got == pytest.approx(want)
    steady = steady_volatility(values, np.array([0, 0, 1]), np.array([3, 0, 4]))
    assert steady == pytest.approx([4 / 3, 0.0, 3 / 3])


def test_steady_volatility_is_the_same_to_the_bit_in_whatever_blocks(monkeypatch):
    rng = np.random.default_rng(3)
    values = rng.normal(size=500).cumsum()
    starts = np.repeat([0, 120, 121, 400], 30)
    origin = starts + np.concatenate([rng.integers(0, 79, 30), np.zeros(30, int), rng.integers(0, 99, 60)])
    want = [np.cumsum(np.abs(np.diff(values[a : b + 1]))) for a, b in zip(starts, origin, strict=True)]
    mean = [float(s[-1]) / len(s) if len(s) else 0.0 for s in want]
    for block in (1, 7, 120, 65_536):
        monkeypatch.setattr("rnn_forecast.intervals.BLOCK", block)
        assert steady_volatility(values, starts, origin).tolist() == mean


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(2, 30), st.floats(-5, 5))
def test_spread_of_a_window_knows_nothing_after_its_origin_nor_of_other_series(origin, lookback, shift):
    rng = np.random.default_rng(0)
    values = rng.normal(size=80).cumsum()
    changed = values.copy()
    changed[:20] += rng.normal(size=20)  # another series, before this one in the panel
    changed[20 + origin + 1 :] += shift  # the future
    start, at, length = np.array([20]), np.array([20 + origin]), np.array([min(lookback, origin + 1)])
    assert spread_at(values, start, at, length) == pytest.approx(
        spread_at(changed, start, at, length), abs=1e-12
    )


def test_the_spread_scales_with_the_values_and_follows_when_volatility_moves():
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(size=300), 5 * rng.normal(size=60)]).cumsum()
    start, origin, length = np.zeros(2, int), np.array([299, 359]), np.array([60, 60])
    calm, wild = spread_at(values, start, origin, length)
    assert wild > 2.5 * calm
    assert spread_at(values * 10, start, origin, length) == pytest.approx([10 * calm, 10 * wild])


def test_scaled_bands_beat_plain_ones_where_volatility_clusters(shared_data):
    """The design's aim on one real share; the figures of all of them stand in the docstring of spread_at."""
    from rnn_forecast.metrics import winkler

    rows = np.genfromtxt(shared_data / "GOOG.csv", delimiter=",", skip_header=1, usecols=4)
    values = np.log(rows[: int(0.8 * len(rows))])  # the rest is for judging models
    cut = int(0.6 * len(values))
    calibration, judged = np.arange(200, cut - 1), np.arange(cut, len(values) - 1)

    def spread(origin: np.ndarray) -> np.ndarray:
        return spread_at(values, np.zeros_like(origin), origin, np.full_like(origin, 60))

    scores = (values[calibration + 1] - values[calibration]) / spread(calibration)
    last, actual = values[judged][:, None], values[judged + 1][:, None]
    ours = bands_at(calibrate(scores[:, None], [80]), last, spread(judged))[80.0]
    plain = bands_at(plain_bands(values[:cut], 1, [80]), last, np.ones(len(judged)))[80.0]
    assert winkler(actual, *ours, 80) < 0.97 * winkler(actual, *plain, 80)


def test_a_forecast_lies_in_its_own_band_even_where_it_was_always_too_low():
    bands = calibrate(np.linspace(0.5, 1.5, 100)[:, None], [80])
    assert bands.low == ((0.0,),)
    assert bands.high[0][0] > 1.3
