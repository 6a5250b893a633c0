"""Widths that follow outcomes: as a plain loop has them, from nothing later, and what they are worth."""

import numpy as np
import pytest
from scipy.stats import norm

from rnn_forecast.intervals import adaptive
from rnn_forecast.intervals.adaptive import (
    ENOUGH,
    FARTHEST,
    GAIN,
    KEPT,
    LATER,
    OWN,
    SIZE_GAIN,
    SPAN,
    Outcomes,
    widening,
)
from rnn_forecast.intervals.conformal import Intervals, calibrate, stored_levels
from rnn_forecast.intervals.distribution import KNOTS, Distribution, scores_at

NORMAL = calibrate(np.random.default_rng(7).normal(size=(20_000, 2)), stored_levels((80, 95)))


def outcomes(scores: np.ndarray) -> Outcomes:
    """Of some tickers with a row each day: scores (days, tickers, horizon), known as many days later."""
    days, tickers, horizon = scores.shape
    made = np.repeat(np.arange(days), tickers)
    known = made[:, None] + np.arange(1, horizon + 1)
    known[known >= days] = -1
    return Outcomes(np.tile(np.arange(tickers), days), made, known, scores.reshape(-1, horizon))


def plainly(intervals: Intervals, some: Outcomes, day: int) -> np.ndarray:
    """(tickers, horizon, knots) for the forecasts made at `day`, one outcome at a time."""
    horizon, tickers = some.known.shape[1], int(some.ticker.max()) + 1
    ends = np.array([scores_at(intervals, (100 - knot) / 200) for knot in KNOTS])
    common, own, size = np.zeros((horizon, 4)), np.zeros((tickers, horizon, 4)), 0.0
    alpha = 1 - np.array(KNOTS) / 100
    z = norm.isf(alpha / 2)
    slope = 2 * z * norm.pdf(z)  # of the share outside, by log width
    sure = slope**2 / alpha / (1 - alpha)
    used: dict[int, np.ndarray] = {}
    for now in range(max(day // SPAN - 1, 0) * SPAN, day + 1):
        for step in range(horizon):
            rows = [r for r in used if some.known[r, step] == now]
            if not rows:
                continue
            wide = np.exp([used[r][step] for r in rows])
            score = some.scores[rows, step][:, None]
            missed = (score < ends[:, 0, step] * wide) | (score > ends[:, 1, step] * wide)
            share = missed.mean(axis=0)
            counts = len(rows) / (len(rows) + ENOUGH)
            common[step] += GAIN / (step + 1) ** LATER * counts * (share - alpha)
            if step == 0:
                wrong = np.average((share - alpha) / slope, weights=sure)
                size = KEPT * size + SIZE_GAIN * counts * min(max(wrong, -FARTHEST), FARTHEST)
            for r, one in zip(rows, missed, strict=True):
                own[some.ticker[r], step] += OWN / (step + 1) * (one - share)
        for r in np.flatnonzero(some.made == now):
            logs = common + size + own[some.ticker[r]]
            for knot in range(1, 4):
                inner, outer = np.abs(ends[knot - 1]), np.abs(ends[knot])  # (2, horizon)
                slack = 0.5 * np.log(outer / inner).min(axis=0)
                logs[:, knot] = np.maximum(logs[:, knot], logs[:, knot - 1] - slack)
            used[int(r)] = logs
    return np.array([used[int(r)] for r in np.flatnonzero(some.made == day)])


@pytest.mark.parametrize("tickers", [1, 5])
@pytest.mark.parametrize("day", [0, 1, 40, SPAN - 1, SPAN, 2 * SPAN + 7, 3 * SPAN + 100])
def test_all_at_once_is_as_a_plain_loop(tickers: int, day: int) -> None:
    rng = np.random.default_rng(tickers)
    scores = rng.normal(size=(3 * SPAN + 120, tickers, 2)) * rng.uniform(0.5, 2.5, (1, tickers, 1))
    some = outcomes(scores)
    found = widening(NORMAL, some, np.arange(len(some.made)))
    np.testing.assert_allclose(found[some.made == day], plainly(NORMAL, some, day), atol=1e-9)


def test_what_is_asked_beside_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    some = outcomes(np.random.default_rng(3).normal(size=(900, 4, 2)) * 1.5)
    every = widening(NORMAL, some, np.arange(len(some.made)))
    for asked in ([3599], [0, 17, 2000, 2001, 3500], range(1200, 2600)):
        np.testing.assert_allclose(widening(NORMAL, some, np.array(asked)), every[list(asked)], atol=1e-12)
    monkeypatch.setattr(adaptive, "CELLS", 3000)
    np.testing.assert_allclose(widening(NORMAL, some, np.arange(len(some.made))), every, atol=1e-12)


def test_a_wild_day_tells_of_all_steps_before_their_own_outcomes_do() -> None:
    scores = np.random.default_rng(10).normal(size=(60, 20, 2))
    wild = scores.copy()
    wild[40, :, 0] = 5.0  # known on day 41, when no outcome of step 2 differs yet
    calm, after = (
        widening(NORMAL, some, np.flatnonzero(some.made == 41)) for some in map(outcomes, (scores, wild))
    )
    more = after - calm
    assert (more[:, 1] > 0.02).all()
    assert (more[:, 0] > more[:, 1]).all()  # its own step has the misses besides


def test_nothing_that_came_later_has_a_say() -> None:
    scores = np.random.default_rng(4).normal(size=(700, 3, 2))
    some = outcomes(scores)
    spoilt = scores.copy()
    spoilt[[[480, 481]], :, 0] *= 50  # known at 481 and 482
    spoilt[479:, :, 1] *= 50  # known from 481 on
    other = outcomes(spoilt)
    before, asked = np.flatnonzero(some.made <= 480), np.arange(len(some.made))
    one, two = (widening(NORMAL, each, asked) for each in (some, other))
    assert np.array_equal(one[before], two[before])
    assert (one[some.made == 482] != two[some.made == 482]).any()


@pytest.mark.parametrize(("tickers", "least"), [(30, 0.785), (1, 0.70)])
def test_coverage_comes_back_after_a_burst(tickers: int, least: float) -> None:
    """Errors twice as large as before, for good: 52 % would lie in a band of 80 %."""
    scores = 2 * np.random.default_rng(5).normal(size=(500, tickers, 1))
    some = outcomes(scores)
    one = Intervals(
        20_000, NORMAL.levels, *(tuple((row[0],) for row in s) for s in (NORMAL.low, NORMAL.high))
    )
    wide = widening(one, some, np.arange(len(some.made)))
    held = {}
    for level in (80, 95):
        low, high = Distribution(one, np.zeros((len(wide), 1)), np.ones((len(wide), 1)), wide).ends(level)
        held[level] = ((low <= some.scores) & (some.scores <= high))[some.made >= 100].mean()
    assert least < held[80] < 0.83 and held[95] > 0.9


def test_errors_as_foreseen_leave_widths_nearly_alone() -> None:
    some = outcomes(np.random.default_rng(6).normal(size=(2000, 30, 2)))
    found = widening(NORMAL, some, np.flatnonzero(some.made > 100))
    assert np.abs(found[..., 1:3].mean(axis=0)).max() < 0.03
    assert found[..., 1].std() < 0.06


def test_higher_levels_hold_lower_ones_whatever_came() -> None:
    scores = np.random.default_rng(8).standard_t(1.2, size=(400, 2, 2)) * 3
    some = outcomes(scores)
    wide = widening(NORMAL, some, np.arange(len(some.made)))
    found = Distribution(NORMAL, np.zeros((len(wide), 2)), np.ones((len(wide), 1)), wide)
    ends = np.array([found.ends(level) for level in (5, 20, 50, 65, 80, 88, 95, 97, 99, 99.8)])
    assert (np.diff(ends[:, 1], axis=0) >= -1e-9).all() and (np.diff(ends[:, 0], axis=0) <= 1e-9).all()


def test_a_model_with_two_levels_is_followed_at_these() -> None:
    old = calibrate(np.random.default_rng(9).normal(size=(5000, 1)), [80, 95])
    some = outcomes(2 * np.random.default_rng(1).normal(size=(300, 5, 1)))
    found = widening(old, some, np.arange(len(some.made)))
    assert np.array_equal(found[..., 0], found[..., 1]) and np.array_equal(found[..., 3], found[..., 2])
    assert found[-1, 0, 1] > 0.3
