"""Conformal intervals: their ranks, their coverage, what they refuse, and that the past alone decides."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_forecast.intervals.conformal import Intervals, calibrate
from rnn_forecast.intervals.distribution import interval_ends
from rnn_forecast.intervals.naive import naive_ends, naive_intervals

LEVELS = r"levels must be in \(0, 100\), ascending, each once$"
ASCEND = "low, 0 and high must ascend, and a higher level hold a lower one$"


def ramp(n: int) -> np.ndarray:
    return np.arange(1.0, n + 1)[:, None] - 0.5 - n // 2  # n scores around zero, one step


@pytest.mark.parametrize(
    ("n", "level", "low", "high"),
    [(9, 80, 1, 9), (19, 80, 2, 18), (39, 95, 1, 39), (99, 80, 10, 90), (199, 95, 5, 195)],
)
def test_each_tail_takes_its_conformal_rank(n, level, low, high):
    scores = ramp(n)
    intervals = calibrate(np.random.default_rng(0).permutation(scores), [level])
    assert intervals.low[0][0] == scores[low - 1, 0]
    assert intervals.high[0][0] == scores[high - 1, 0]


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
    intervals = calibrate(np.random.default_rng(seed).standard_t(3, (n, horizon)), levels)
    assert Intervals.from_json(json.loads(json.dumps(intervals.to_json(), allow_nan=False))) == intervals
    assert list(intervals.levels) == sorted(levels)
    for step in range(horizon if levels else 0):
        for wide, narrow in zip(range(1, len(levels)), range(len(levels) - 1), strict=True):
            if intervals.low[wide][step] is not None:
                assert intervals.low[wide][step] <= intervals.low[narrow][step]
                assert intervals.high[wide][step] >= intervals.high[narrow][step]


@pytest.mark.parametrize("level", [80, 95])
@pytest.mark.parametrize("n", [20, 40, 150])
def test_exchangeable_scores_are_covered_as_promised(n, level):
    """The mean coverage over calibration sets lies in [level, level + 2 / (n + 1)] for continuous scores."""
    rng = np.random.default_rng(n)
    covered = []
    for _ in range(1500):
        intervals = calibrate(rng.exponential(size=(n, 1)) - 1, [level])
        low, high = intervals.low[0][0] + 1, intervals.high[0][0] + 1
        covered.append(stats.expon.cdf(high) - stats.expon.cdf(max(low, 0)))
    slack = 4 * np.std(covered) / math.sqrt(len(covered))
    assert level / 100 - slack <= np.mean(covered) <= level / 100 + 2 / (n + 1) + slack


def test_skewed_errors_give_a_skewed_band():
    scores = np.random.default_rng(1).exponential(size=(2000, 1)) - 1
    intervals = calibrate(scores, [80])
    assert intervals.high[0][0] > 1 > -intervals.low[0][0] > 0


def test_ends_are_in_units_of_each_windows_spread_and_widen_beyond_the_horizon():
    intervals = Intervals(100, (80.0,), ((-1.0, -2.0),), ((2.0, 3.0),))
    low, high = interval_ends(intervals, np.full((2, 8), 5.0), np.array([[1.0], [10.0]]))[80.0]
    assert low[:, :2].tolist() == [[4, 3], [-5, -15]]
    assert high[:, :2].tolist() == [[7, 8], [25, 35]]
    assert high[0, 7] == pytest.approx(5 + 3 * 2)  # step 8 of horizon 2: sqrt(4) times as wide
    assert (np.diff(high - low, axis=1) > 0).all()


def test_each_step_has_a_spread_of_its_own_and_the_last_serves_beyond():
    intervals = Intervals(100, (80.0,), ((-1.0, -2.0),), ((2.0, 3.0),))
    low, high = interval_ends(intervals, np.zeros((1, 8)), np.array([[1.0, 10.0]]))[80.0]
    assert low[0, :2].tolist() == [-1, -20]
    assert high[0, :2].tolist() == [2, 30]
    assert high[0, 7] == pytest.approx(60)


def test_what_was_learnt_beyond_the_horizon_goes_before_the_root_of_time():
    intervals = Intervals(100, (80.0,), ((-1.0, -2.0),), ((2.0, 3.0),), beyond=(1.1, 1.5))
    _, high = interval_ends(intervals, np.zeros((1, 16)), np.ones((1, 1)))[80.0]
    np.testing.assert_allclose(high[0, :4], [2, 3, 3.3, 4.5])
    assert high[0, 15] == pytest.approx(4.5 * 2)  # step 16 of 4 that are known
    assert (np.diff(high[0, 3:]) > 0).all()


def test_sqrt_of_time_is_right_for_last_value_on_a_random_walk():
    walk = np.cumsum(np.random.default_rng(5).normal(size=40_000))
    origin = np.arange(20_000, 39_990)
    low, high = interval_ends(
        naive_intervals(walk[:20_000], 1, [80]), np.repeat(walk[origin][:, None], 9, 1), np.ones((19_990, 1))
    )[80.0]
    actual = np.stack([walk[origin + k] for k in range(1, 10)], axis=1)
    assert ((low <= actual) & (actual <= high)).mean(axis=0) == pytest.approx(np.full(9, 0.8), abs=0.03)


def test_no_band_is_nan_never_a_made_up_one():
    intervals = calibrate(ramp(10), [80, 95])
    ends = interval_ends(intervals, np.zeros((3, 2)), np.ones((3, 1)))
    assert np.isfinite(ends[80.0]).all()
    assert np.isnan(ends[95.0]).all()
    assert interval_ends(calibrate(ramp(10), []), np.zeros((3, 2)), np.ones((3, 1))) == {}


@pytest.mark.parametrize(
    "record",
    [
        {"low": [[0.0]], "high": []},
        {"low": [[0.0]], "high": [[1.0, 2.0]]},
        {"low": [[math.nan]], "high": [[1.0]]},
        {"low": [[0.0]], "high": [[1.0]], "beyond": [0.9]},
        {"low": [[0.0]], "high": [[1.0]], "beyond": [2.0, 1.5]},
        {"low": [[0.0]], "high": [[1.0]], "beyond": [math.nan]},
        {"low": [[0.0]], "high": [[1.0]], "beyond": [1e300]},
    ],
)
def test_a_record_that_is_no_band_is_refused(record):
    with pytest.raises(ValueError, match="interval"):
        Intervals.from_json({"windows": 1, "levels": [80], "beyond": [], **record})


def test_many_windows_take_their_own_series_history_up_to_the_cut():
    rng = np.random.default_rng(12)
    values = rng.normal(size=300).cumsum()
    own = {
        0: naive_intervals(values[:80], 2, [80]),
        1: naive_intervals(values[:0], 2, [80]),
    }  # one has no history
    own[2] = naive_intervals(values[200:260], 2, [80])
    series, last = np.array([0, 1, 1, 2, 2]), values[[90, 120, 150, 261, 270]]
    ends = naive_ends(own, series, last, 2)
    for row, which in enumerate(series.tolist()):
        want = interval_ends(own[which], np.full((1, 2), last[row]), np.ones((1, 1)))[80.0]
        np.testing.assert_array_equal([side[row] for side in ends[80.0]], [side[0] for side in want])
    assert np.isnan(ends[80.0][0][1:3]).all()


@given(st.integers(0, 30), st.integers(1, 3))
def test_plain_bands_are_the_quantiles_of_the_last_values_own_errors(rows, horizon):
    history = np.random.default_rng(rows).normal(size=rows).cumsum()
    errors = np.full((max(rows - 1, 0), horizon), math.nan)
    for k in range(1, min(horizon, rows - 1) + 1):
        errors[: rows - k, k - 1] = history[k:] - history[:-k]
    assert naive_intervals(history, horizon, [50, 80]) == calibrate(errors, [50, 80])


def test_a_forecast_lies_in_its_own_band_even_where_it_was_always_too_low():
    intervals = calibrate(np.linspace(0.5, 1.5, 100)[:, None], [80])
    assert intervals.low == ((0.0,),)
    assert intervals.high[0][0] > 1.3


@pytest.mark.parametrize("level", [50, 80, 90, 95, 99])
def test_ranks_are_those_of_exact_fractions_at_every_count(level):
    """The rounding of 1 - level / 100 moves no rank, and no count is one off where a tail gets its own."""
    alpha = Fraction(100 - level, 100)
    for n in range(230):
        scores = np.random.default_rng(n).normal(size=n)
        ordered, sizes = sorted(scores.tolist()), sorted(map(abs, scores.tolist()))
        tail, both = math.floor((n + 1) * alpha / 2), math.ceil((n + 1) * (1 - alpha))
        low = high = None
        if tail >= 1:
            low, high = (
                min(ordered[tail - 1], 0.0),
                max(ordered[math.ceil((n + 1) * (1 - alpha / 2)) - 1], 0.0),
            )
        elif n >= 1 / alpha:
            low, high = -sizes[both - 1], sizes[both - 1]
        found = calibrate(scores[:, None], [level])
        assert (found.low, found.high, found.windows) == (((low,),), ((high,),), n)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"lows": []}, ValueError, "there is no key 'lows'"),
        ({"windows": 1.0}, TypeError, "windows must be a whole number, got 1.0"),
        ({"windows": True}, TypeError, "windows must be a whole number, got True"),
        ({"low": [["-1"]]}, TypeError, "expected a number, got '-1'"),
        ({"high": [[True]]}, TypeError, "expected a number, got True"),
        ({"levels": ["80"]}, TypeError, "expected a number, got '80'"),
        ({"beyond": [None]}, TypeError, "expected a number, got None"),
        ({"windows": -1}, ValueError, "expected 0 or more calibration windows, got -1"),
        *(({"levels": [level]}, ValueError, LEVELS) for level in (0, -1, 100, 100.5)),
        ({"levels": [90, 80], "low": [[-1]] * 2, "high": [[1]] * 2}, ValueError, LEVELS),
        ({"levels": [80, 80], "low": [[-1]] * 2, "high": [[1]] * 2}, ValueError, LEVELS),
        *(({name: [[0.0], [0.0]]}, ValueError, "intervals need one low and one") for name in ("low", "high")),
        ({"high": [[math.inf]]}, ValueError, "an interval's quantiles must be finite"),
        ({"low": [[0.5]]}, ValueError, ASCEND),
        ({"high": [[-0.5]]}, ValueError, ASCEND),
        ({"low": [[None]]}, ValueError, ASCEND),
        ({"levels": [80, 90], "low": [[-1]] * 2, "high": [[2], [1]]}, ValueError, ASCEND),
        ({"levels": [80, 90], "low": [[-2], [-1]], "high": [[1]] * 2}, ValueError, ASCEND),
        ({"beyond": [4.0 * 2**1.5 * 1.001]}, ValueError, "intervals beyond the horizon must not be wider"),
        ({"beyond": [0.999]}, ValueError, "intervals beyond the horizon must not get narrower"),
    ],
)
def test_a_record_says_what_is_wrong_with_it(changes, error, message):
    record = {"windows": 1, "levels": [80], "low": [[-1.0]], "high": [[1.0]], "beyond": []}
    assert Intervals.from_json({**record, "windows": 0, "beyond": [1, 4 * 3**1.5]}).beyond[0] == 1.0
    assert Intervals.from_json({**record, "levels": [0.5]}).levels == (0.5,)
    assert Intervals.from_json({**record, "low": [[0]], "high": [[0]]}).high == ((0.0,),)
    with pytest.raises(error, match=f"^{message}"):
        Intervals.from_json({**record, **changes})


@pytest.mark.parametrize("series", [[1], [1, 1], [2, 2, 1], [1, 2, 2, 1], [1, 0, 1]])
def test_windows_of_any_series_are_in_their_places_whichever_is_first(series):
    rng = np.random.default_rng(3)
    own = {which: naive_intervals(rng.normal(size=60).cumsum(), 2, [50, 80]) for which in range(3)}
    last = rng.normal(size=len(series))
    ends = naive_ends(own, np.array(series), last, 2)
    assert list(ends) == [50, 80]
    for row, which in enumerate(series):
        for level in (50, 80):
            want = interval_ends(own[which], np.full((1, 2), last[row]), np.ones((1, 1)))[level]
            np.testing.assert_array_equal([side[row] for side in ends[level]], [side[0] for side in want])
