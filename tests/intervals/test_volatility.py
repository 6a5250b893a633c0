"""How far prices may move: terms by hand, weights that find the truth, and that the past alone decides."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.intervals import volatility_terms as terms
from rnn_forecast.intervals.conformal import calibrate
from rnn_forecast.intervals.distribution import interval_ends
from rnn_forecast.intervals.naive import naive_intervals
from rnn_forecast.intervals.seasonality import Cycle, ratios
from rnn_forecast.intervals.volatility import (
    GUESS,
    Volatility,
    expected_moves,
    guessed,
)
from rnn_forecast.intervals.volatility_fit import NO_CYCLE, STRENGTH, fit_volatility
from rnn_forecast.intervals.volatility_regression import fit_weights
from rnn_forecast.intervals.volatility_terms import (
    HIGH,
    LATELY,
    NAMES,
    ONE_STEP,
    SPANS,
    moves,
    one_step,
    stretches,
)
from rnn_forecast.metrics.quantile_scores import winkler
from rnn_forecast.windows.panel import Panel

CYCLES = (Cycle((6, 12, 18), 1), Cycle((40, 80), 0))


def panel_of(*series: np.ndarray) -> Panel:
    offsets = np.cumsum([0, *map(len, series)])
    return Panel(tuple(str(i) for i in range(len(series))), np.concatenate(series)[None], offsets)


def some_volatility(horizon: int, seed: int = 0) -> Volatility:
    weights = np.random.default_rng(seed).random((horizon, len(NAMES)))
    return Volatility(CYCLES, (0.4, 0.3), tuple(tuple(row) for row in weights.tolist()))


def slow(values: np.ndarray, at: int, step: int) -> dict[str, float]:
    """Every measure at one row, from its definition and by loops."""
    change = [values[i] - values[i - 1] for i in range(1, at + 1)]
    lately = [[c != 0 for c in change[max(i - 21, 0) : i + 1]] for i in range(at)]
    counts = [now[-1] or 2 * sum(now) >= len(now) for now in lately]  # the rows at which it moved
    found = {"depth": (max(values[max(at - HIGH + 1, 0) : at + 1]) - values[at]) / math.sqrt(HIGH)}
    for span in SPANS:
        last = change[-span:]
        found[f"falls_{span}"] = sum(-c for c in last if c < 0) / max(sum(counts[-span:]), 1)
        found[f"rises_{span}"] = sum(c for c in last if c > 0) / max(sum(counts[-span:]), 1)
    found["changes"] = sum(map(abs, change)) / max(sum(counts), 1)
    moved = [abs(values[i] - values[i - step]) for i in range(step, at + 1)]
    walk = math.sqrt(step) * found["changes"]
    going = [any(counts[i - step : i]) for i in range(step, at + 1)]  # those that moved on their way
    found["moves"] = sum(moved) / sum(going) if any(going) else walk
    found["moves_lately"] = sum(moved[-LATELY:]) / max(sum(going[-LATELY:]), 1) if any(going) else walk
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(1, 6), st.integers(0, 99), st.sampled_from([300, 10**6]))
def test_measures_are_what_their_names_say(rows, step, seed, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "STRETCH", size)
        change = np.random.default_rng(seed).normal(size=rows)
        change[rows // 3 : rows // 3 + seed] = 0  # a standstill, in most
        values = change.cumsum().round(1)
        want = slow(values, rows - 1, step)
        *_, last = stretches(values, 6, SPANS[-1])
        at = np.array([rows - 1 - last.first])
        assert at[0] >= last.usable
        found = [*one_step(last, np.ones(len(last.values)), at), *moves(last, at, step)]
        for name, value in zip((*ONE_STEP, *NAMES[-2:]), found, strict=True):
            assert value[0] == pytest.approx(want[name], abs=1e-9), name


@pytest.mark.parametrize("gap", [3, 10])
def test_a_share_that_seldom_trades_does_not_seem_to_run_away(gap: int) -> None:
    """A change that stands in five moves of five steps was summed five times, and counted once."""
    change = np.random.default_rng(0).normal(size=6000) * (np.arange(6000) % gap == 0)
    (some,) = stretches(change.cumsum(), 5, SPANS[-1])
    at = np.arange(1000, 6000)
    usual, (every, lately) = np.abs(change[change != 0]).mean(), moves(some, at, 5)
    for mean in (every, lately):  # of moves in which it traded once, or for gap 3 once or twice
        assert usual * 0.9 < mean.mean() < usual * 1.45


def test_every_row_is_usable_in_one_stretch_and_comes_out_the_same(monkeypatch):
    rng = np.random.default_rng(1)
    panel = panel_of(rng.normal(size=2500).cumsum(), rng.normal(size=40).cumsum())
    at = np.arange(2540)
    want = expected_moves(some_volatility(3), panel, at)
    monkeypatch.setattr(terms, "STRETCH", 1)
    rows = [(s.first + s.usable, s.first + len(s.values)) for s in stretches(panel.prices[:2500], 3, 66)]
    assert len(rows) > 2
    assert [first for first, _ in rows] == [0, *(stop for _, stop in rows[:-1])]
    np.testing.assert_allclose(expected_moves(some_volatility(3), panel, at), want, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 299), st.integers(1, 5), st.integers(0, 99))
def test_nothing_after_an_origin_and_no_other_series_changes_a_bit(origin, horizon, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=300).cumsum(), rng.normal(size=90).cumsum()
    later = np.concatenate([a[: origin + 1], rng.normal(size=400).cumsum()])
    volatility = some_volatility(horizon, seed)
    alone = expected_moves(volatility, panel_of(a[: origin + 1]), np.array([origin]))
    among = expected_moves(volatility, panel_of(b, later, b), np.array([95 + origin, 90 + origin, 7]))
    np.testing.assert_array_equal(among[1], alone[0])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 120), st.integers(1, 5), st.floats(1e-6, 1e6))
def test_sizes_scale_with_prices_and_are_finite_whatever_is_flat(rows, horizon, times):
    rng = np.random.default_rng(rows)
    values = (rng.normal(size=rows) * (rng.random(rows) < 0.3)).cumsum()
    at = np.arange(rows)
    small = expected_moves(some_volatility(horizon), panel_of(values), at)
    assert np.isfinite(small).all()
    assert (small >= 0).all()
    large = expected_moves(some_volatility(horizon), panel_of(values * times), at)
    np.testing.assert_allclose(large, small * times, rtol=1e-6, atol=1e-9 * times)
    assert (expected_moves(some_volatility(horizon), panel_of(np.ones(rows)), at) == 0).all()


@pytest.mark.parametrize("times", [1e-6, 1000.0])
def test_weights_do_not_depend_on_the_unit_of_prices(times):
    values = np.random.default_rng(4).standard_t(4, size=500).cumsum()
    at = np.arange(30, 490)
    one, other = (fit_volatility(panel_of(v), at, 3, CYCLES) for v in (values, values * times))
    np.testing.assert_allclose(other.weights, one.weights, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(other.shares, one.shares, rtol=1e-5, atol=1e-8)


def test_wild_times_calm_down_as_fast_as_they_did():
    """Scale follows the last change only: the fit says so, and a walk of even steps gets sqrt of time."""
    rng = np.random.default_rng(5)
    change = np.zeros(20_000)
    for i in range(1, len(change)):
        change[i] = rng.normal() * (0.2 + 0.7 * abs(change[i - 1]))
    fitted = fit_volatility(panel_of(change.cumsum()), np.arange(100, 19_990), 2)
    first = dict(zip(NAMES, fitted.weights[0], strict=True))
    assert first["falls_1"] + first["rises_1"] > 0.8  # 2 * 0.7 * sqrt(2 / pi) = 1.12 of a half each
    walk = rng.normal(size=20_000).cumsum()
    even = fit_volatility(panel_of(walk), np.arange(100, 19_990), 4)
    sizes = expected_moves(even, panel_of(walk), np.arange(500, 19_900))
    want = math.sqrt(2 / math.pi) * np.sqrt([1, 2, 3, 4])
    assert sizes.mean(axis=0) == pytest.approx(want, rel=0.05)
    assert (sizes.std(axis=0) < 0.15 * want).all()


def test_a_busy_hour_is_known_before_it_comes():
    rng = np.random.default_rng(6)
    busy = np.where(np.arange(6000) % 24 == 8, 5.0, 1.0)
    values = (busy * rng.normal(size=6000)).cumsum()
    days = Cycle(tuple(range(24, 480, 24)), 0)
    fitted = fit_volatility(panel_of(values), np.arange(200, 4000), 2, (days,))
    assert fitted.shares[0] > 0.6  # terms of the last day and week hold a part of the same
    sizes = expected_moves(fitted, panel_of(values), np.arange(4000, 5900))
    before, others = sizes[(np.arange(4001, 5901) % 24) == 8, 0], sizes[(np.arange(4001, 5901) % 24) == 20, 0]
    assert before.mean() > 3 * others.mean()


def test_with_nothing_to_learn_from_the_guess_stands():
    assert fit_volatility(panel_of(np.ones(3)), np.empty(0, int), 2) == guessed(2)
    few = fit_volatility(panel_of(np.array([0.0, 1, 0, 1])), np.array([2]), 1)
    assert np.abs(np.array(few.weights) - guessed(1).weights).max() < 0.2
    flat = fit_volatility(panel_of(np.ones(50)), np.arange(10, 40), 2, CYCLES)
    assert np.isfinite(flat.weights).all()
    assert np.isfinite(flat.shares).all()


def test_bands_beat_plain_ones_where_volatility_clusters(shared_data):
    """The design's aim on one real share; the figures of all of them stand in docs/internals/LOG.md."""
    rows = np.genfromtxt(shared_data / "GOOG.csv", delimiter=",", skip_header=1, usecols=4)
    panel = panel_of(np.log(rows[: int(0.8 * len(rows))]))  # the rest is for scoring models
    values, cut = panel.prices, int(0.6 * len(panel.prices))
    learnt, scored = np.arange(59, cut - 1), np.arange(cut, len(values) - 1)
    fitted = fit_volatility(panel, learnt, 1)
    scores = (values[learnt + 1] - values[learnt])[:, None] / expected_moves(fitted, panel, learnt)
    last, actual = values[scored][:, None], values[scored + 1][:, None]
    ours = interval_ends(calibrate(scores, [80]), last, expected_moves(fitted, panel, scored))[80.0]
    plain = interval_ends(naive_intervals(values[:cut], 1, [80]), last, np.ones((len(scored), 1)))[80.0]
    assert winkler(actual, *ours, 80) < 0.96 * winkler(actual, *plain, 80)


@pytest.mark.parametrize("horizon", [3, 5])
def test_months_in_which_nothing_moves_are_learnt_from(horizon):
    rng = np.random.default_rng(1)
    panel = panel_of(np.concatenate([np.cumsum(rng.normal(size=100)) / 100, np.ones(800)]))
    origins = np.arange(len(panel.prices) - horizon)
    sizes = expected_moves(fit_volatility(panel, origins, horizon), panel, origins)
    assert np.isfinite(sizes).all() and (sizes >= 0).all()


def test_a_row_comes_out_the_same_to_the_bit_whichever_others_are_asked_for():
    rng = np.random.default_rng(5)
    panel = panel_of(np.cumsum(rng.standard_t(3, size=900)))
    learnt = some_volatility(2)
    cycles = (Cycle((24, 48, 72), 0), Cycle((120, 240), 1))
    learnt = Volatility(cycles, (0.5, 0.2), learnt.weights)
    origins = np.arange(200, 898)
    every = expected_moves(learnt, panel, origins)
    for i in range(0, len(origins), 7):
        np.testing.assert_array_equal(expected_moves(learnt, panel, origins[i : i + 1])[0], every[i])


@pytest.mark.parametrize("jump", [0.01, 13.8])
def test_a_move_after_nothing_but_rounding_leaves_weights_that_a_model_may_have(jump):
    flat = np.log([50.0] * 20 + [np.nextafter(50.0, 51.0)] * 500)
    panel = panel_of(np.concatenate([flat, flat[0] + jump + np.cumsum(np.resize([0.01, -0.01], 400))]))
    learnt = fit_volatility(panel, np.arange(len(panel.prices) - 30), 30)
    assert np.max(learnt.weights) < 1e4


def test_shares_are_what_each_cycle_has_of_all_that_explains_a_change():
    """Weights of the mean change so far and of that times each cycle's ratio; 0 where none is learnt."""
    flat = fit_volatility(panel_of(np.ones(50)), np.arange(10, 40), 2, CYCLES)
    assert flat.shares == (0.0, 0.0)
    busy = np.where((np.arange(900) % 6 == 2) & (np.arange(900) < 400), 4.0, 1.0)  # no more of late
    values, cycle = (busy * np.random.default_rng(8).normal(size=900)).cumsum(), Cycle((6, 12, 18), 0)
    panel, at = panel_of(values), np.arange(100, 890)
    some = next(stretches(values, 2, max(cycle.rows) + SPANS[-1]))
    (ratio,) = ratios(some, (cycle,), 2)
    mean = np.array([np.abs(np.diff(values[: row + 1])).mean() for row in at])
    followed = np.abs(values[at + 1] - values[at])
    terms_of = np.stack([mean, mean * ratio[at + 1]], axis=1)
    level, of_cycle = fit_weights(
        terms_of / followed.mean(), followed / followed.mean(), np.array([1.0, 0.0]), NO_CYCLE
    )
    (share,) = fit_volatility(panel, at, 2, (cycle,)).shares
    assert share == pytest.approx(of_cycle / (level + of_cycle), rel=1e-6)
    assert 0.1 < share < 0.95
    shape = 1 - share + share * ratio  # the rows ahead of an origin are as wild as their mean place is
    learnt = fit_volatility(panel, at, 2, (cycle,)).weights
    for k in (1, 2):
        ahead = np.array([np.mean([shape[row + i] for i in range(1, k + 1)]) for row in at])
        known = np.stack([*one_step(some, shape, at), *moves(some, at, k)], axis=1) * ahead[:, None]
        far = np.abs(values[at + k] - values[at])
        want = fit_weights(
            known / far.mean(), far / far.mean(), np.array(guessed(2).weights[k - 1]), STRENGTH
        )
        np.testing.assert_allclose(learnt[k - 1], want, rtol=1e-6, atol=1e-9)


def test_the_guess_grows_with_the_root_of_the_step_and_knows_no_cycle():
    assert (guessed(3).cycles, guessed(3).shares, guessed(3).horizon) == ((), (), 3)
    for k, row in enumerate(guessed(3).weights, start=1):
        for name, weight in zip(NAMES, row, strict=True):
            assert weight == pytest.approx(math.sqrt(k) * GUESS.get(name, 0.0))
    assert set(GUESS) < set(NAMES)


def test_a_series_without_origins_and_stretches_without_any_are_passed_over(monkeypatch):
    monkeypatch.setattr(terms, "STRETCH", 1)
    rng, volatility = np.random.default_rng(2), some_volatility(2)
    a, b, c = (rng.normal(size=n).cumsum() for n in (2500, 60, 1500))
    found = expected_moves(volatility, panel_of(a, b, c), np.array([2400, 2560 + 1400]))
    np.testing.assert_array_equal(found[0], expected_moves(volatility, panel_of(a), np.array([2400]))[0])
    np.testing.assert_array_equal(found[1], expected_moves(volatility, panel_of(c), np.array([1400]))[0])


def test_changes_are_taken_over_the_profile_of_their_own_row():
    values = np.random.default_rng(7).normal(size=40).cumsum()
    shape = np.random.default_rng(8).uniform(0.5, 3, 43)
    (some,) = stretches(values, 3, SPANS[-1])
    change = [(values[i] - values[i - 1]) / shape[i] for i in range(1, 40)]
    found = dict(zip(ONE_STEP, one_step(some, shape, np.array([39])), strict=True))
    for span in SPANS:
        last, rows = change[-span:], min(span, 39)
        assert found[f"falls_{span}"][0] == pytest.approx(sum(max(-c, 0) for c in last) / rows)
        assert found[f"rises_{span}"][0] == pytest.approx(sum(max(c, 0) for c in last) / rows)
