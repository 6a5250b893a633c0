"""The calendar's cycles: what is learnt from dates, and ratios that know nothing of what follows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.intervals.seasonality import PRIOR, Cycle, find_cycles, profile, ratios, reach
from rnn_forecast.intervals.volatility_terms import Stretch, stretches

HOUR = np.timedelta64(3600, "s")


def hours(n: int) -> np.ndarray:
    """Every hour of every weekday."""
    dates = np.datetime64("2024-01-01", "s") + np.arange(2 * n + 99) * HOUR
    return dates[(dates.astype("datetime64[D]").astype(int) + 3) % 7 < 5][:n]


def whole(values: np.ndarray, horizon: int) -> Stretch:
    return next(stretches(values, horizon, 9))


def test_hours_have_days_and_weeks_and_days_have_quarters_and_years():
    day, week = find_cycles(hours(3000), 5)
    assert day == Cycle((24, 48, 72, 96, 120, 144, 168, 192), 0)  # two days later may be a Saturday
    assert week == Cycle(tuple(range(120, 1441, 120)), 0)
    days = np.arange("2015-01-01", "2021-01-01", dtype="datetime64[D]")
    weekdays = days[np.is_busday(days)].astype("datetime64[s]")
    quarter, year = find_cycles(weekdays, 5)
    assert quarter.rows[:4] == (65, 130, 195, 260)
    assert year.rows == (260, 520, 780, 1040)
    assert find_cycles(days.astype("datetime64[s]"), 5)[1].rows == (364, 728, 1092, 1456)
    assert find_cycles(days[::7].astype("datetime64[s]"), 13) == (Cycle((52, 104, 156, 208, 260), 1),)


def test_there_is_no_cycle_that_a_forecast_could_not_know_or_dates_do_not_show():
    assert find_cycles(hours(3000), 100)[0].rows[0] == 120
    weeks = np.arange("2015-01-01", "2021-01-01", 7, dtype="datetime64[D]").astype("datetime64[s]")
    assert find_cycles(weeks, 53)[0].rows[0] == 104
    assert find_cycles(np.arange(999), 1) == ()
    assert find_cycles(weeks[:1], 1) == find_cycles(weeks[:9], 1) == ()
    months = np.arange("2001-01", "2021-01", dtype="datetime64[M]").astype("datetime64[s]")
    assert find_cycles(months, 1) == ()


def test_a_ratio_is_the_mean_at_its_moments_over_the_mean_so_far():
    values = np.array([0.0, 1, 1, 3, 4, 4, 6, 6])  # changes 1 0 2 1 0 2 0
    (ratio,) = ratios(whole(values, 1), [Cycle((3, 6), 0)], 1)
    assert len(ratio) == 9
    assert ratio[:4] == pytest.approx(1)  # row 3 looks at row 0, which is no change
    change, usual = np.diff(values, prepend=0.0), np.cumsum(np.abs(np.diff(values, prepend=0.0)))
    for row, seen in ((5, [2]), (7, [4, 1]), (8, [5, 2])):
        mean = usual[row - 1] / (row - 1)
        want = (np.abs(change[seen]).sum() / mean + PRIOR) / (len(seen) + PRIOR)
        assert ratio[row] == pytest.approx(want), row


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2), st.integers(20, 90), st.integers(0, 99))
def test_a_profile_ahead_of_an_origin_knows_nothing_later(horizon, width, origin, seed):
    rng = np.random.default_rng(seed)
    cycles = [Cycle((horizon + width, 9 + horizon), width), Cycle((20,), 0)]
    values = rng.normal(size=100).cumsum()
    changed = np.concatenate([values[: origin + 1], rng.normal(size=99 - origin).cumsum()])
    before, after = (profile(whole(v, horizon), cycles, (0.5, 0.3), horizon) for v in (values, changed))
    np.testing.assert_array_equal(before[: origin + horizon + 1], after[: origin + horizon + 1])
    np.testing.assert_allclose(profile(whole(1000 * values, horizon), cycles, (0.5, 0.3), horizon), before)
    assert reach(cycles) == 21 if horizon + 9 + width < 20 else reach(cycles) > 20


def test_a_flat_series_has_no_profile():
    assert profile(whole(np.ones(50), 2), [Cycle((5,), 0)], (0.7,), 2) == pytest.approx(1)
    assert profile(whole(np.ones(1), 2), [], (), 2).tolist() == [1, 1, 1]


def test_a_standstill_says_nothing_of_the_calendar() -> None:
    """After 20 days without a trade an hour is as any other, and not as calm as those days."""
    change = np.random.default_rng(0).normal(size=1200)
    change[:480] = 0
    (some,) = stretches(change.cumsum(), 2, 66)
    (ratio,) = ratios(some, (Cycle(tuple(range(24, 480, 24)), 0),), 2)
    assert abs(ratio[520:700].mean() - 1) < 0.1
