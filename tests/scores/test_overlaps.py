"""Which origins share an outcome, on the calendars that tickers have; and that a true null is then kept."""

from collections import Counter

import numpy as np
import pytest

from rnn_forecast.scores.outcomes.overlaps import ALONE, Overlap, by_ticker, overlap_of, shared
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.outcomes.skill import pooled_direction
from rnn_forecast.scores.scores import score

DAY = np.timedelta64(86_400, "s")
SPAN = ("2024-01-01", "2024-12-31")
MONDAY = np.datetime64("2024-01-01", "s") + np.arange(400) * DAY
WEEKDAYS = MONDAY[np.arange(400) % 7 < 5]
MONTHS = np.arange("2000-01", "2020-01", dtype="datetime64[M]")
WEEKLY = [MONDAY[weekday::7] for weekday in range(5)]


def pairs_on(calendars: list[np.ndarray], horizon: int, *, every: int = 1, seed: int = 0, ahead: bool = True):
    """A ticker for each calendar, of one walk's moves with others mixed in; forecasts without any skill."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[np.ndarray, ...]] = []
    clock = np.unique(np.concatenate(calendars))
    common = rng.normal(size=len(clock)).cumsum()
    for i, dates in enumerate(calendars):
        prices = 1000 + np.sqrt(0.8) * common[np.searchsorted(clock, dates)]
        prices = prices + np.sqrt(0.2) * rng.normal(size=len(clock)).cumsum()[np.searchsorted(clock, dates)]
        at = np.arange(0, len(dates) - horizon, every)
        later = at[:, None] + np.arange(1, horizon + 1)
        rows.append((np.full(len(at), i), dates[at], prices[at], prices[later], dates[later]))
    ticker, origin, last, actual, targets = (np.concatenate(column) for column in zip(*rows, strict=True))
    slow = np.cumsum(0.98 ** -np.arange(len(clock)) * rng.normal(size=(2, len(clock))), axis=1)
    slow = 0.2 * slow * 0.98 ** np.arange(len(clock))  # AR(1): what is said of neighbouring days is alike
    guess = slow[:, np.searchsorted(clock, origin)]
    ones = np.ones(len(calendars))
    return Pairs(
        tickers=tuple(f"T{i}" for i in range(len(calendars))), ticker=ticker, origin=origin, actual=actual,
        forecast=last[:, None] + 0.3 * guess[0][:, None] * np.ones(horizon), last=last,
        drift=last[:, None] + 0.3 * guess[1][:, None] * np.ones(horizon), scale=ones, rms_scale=ones,
        ahead=targets if ahead else None,
    )  # fmt: skip


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize(
    ("calendars", "step", "want"),
    [
        ([WEEKDAYS], 1, 1),
        ([WEEKDAYS], 5, 5),
        ([WEEKDAYS, WEEKDAYS[WEEKDAYS[30] != WEEKDAYS]], 1, 1),  # a holiday of one of them
        ([WEEKDAYS, MONDAY], 5, 7),  # a share and a coin
        (WEEKLY, 1, 5),
        (WEEKLY, 3, 15),
        ([MONDAY, MONDAY + DAY // 3, MONDAY + DAY // 2], 1, 3),  # closes of three exchanges
        ([MONTHS.astype("datetime64[s]"), (MONTHS + 1).astype("datetime64[s]") - DAY], 1, 2),
        ([MONDAY[:100] + k * DAY // 24 for k in range(24)], 2, 48),
        ([np.arange(1, 200), np.arange(1, 300)], 4, 4),
    ],
)
def test_overlap_is_counted_in_time(calendars, step, want, ahead):
    pairs = pairs_on(calendars, step, ahead=ahead)
    assert overlap_of(shared(pairs.days(), pairs, step, 1), 0).dates == want
    alone = {overlap_of(found, 0).dates for _, found in by_ticker(pairs, 1)}
    assert alone == {step}


@pytest.mark.parametrize("ahead", [True, False])
def test_each_window_whose_outcome_is_an_origin_counts_once(ahead):
    pairs = pairs_on(
        [MONDAY[:50], MONDAY[:50]], 3, ahead=ahead
    )  # 47 origins each, the last three of them out
    assert shared(pairs.days(), pairs, 3, 1) == Counter({3: 2 * 44})
    assert [found for _, found in by_ticker(pairs, 1)] == [Counter({3: 44 if ahead else 47})] * 2


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize(("every", "step", "want"), [(1, 4, 4), (2, 4, 2), (3, 4, 2), (4, 4, 1), (9, 4, 1)])
def test_origins_apart_share_less(every, step, want, ahead):
    pairs = pairs_on([WEEKDAYS], 4, every=every, ahead=ahead)
    assert overlap_of(shared(pairs.days(), pairs, step, every), 0).dates == want
    assert [overlap_of(found, 0).dates for _, found in by_ticker(pairs, every)] == [want]


def test_one_long_halt_is_no_rule_for_all():
    halted = np.concatenate([WEEKDAYS[:50], WEEKDAYS[-50:]])
    pairs = pairs_on([WEEKDAYS, halted], 1)
    assert overlap_of(shared(pairs.days(), pairs, 1, 1), 0).dates == 1


def test_what_nearly_all_reach_and_the_mean():
    assert overlap_of(Counter({1: 95, 9: 5}), 0) == Overlap(1, 1.4)
    assert overlap_of(Counter({1: 94, 9: 6}), 0) == Overlap(9, 1.48)
    assert overlap_of(Counter(), 7) == Overlap(7, 7)  # nothing is known: all may share
    assert overlap_of(Counter(), 0) == Overlap(1, 1)


@pytest.mark.parametrize(("dates", "want"), [(95, False), (96, True)])
def test_twenty_weeks_on_five_weekdays_are_twenty_outcomes(dates, want):
    weekly = Overlap(5, 5.0)
    assert weekly.suffices(dates, weekly) == want


@pytest.mark.parametrize(("dates", "want"), [(35, False), (36, True)])
def test_thirty_six_origins_five_steps_ahead_are_eight_spans(dates, want):
    assert Overlap(5, 5.0).suffices(dates, ALONE) == want


@pytest.mark.parametrize(
    ("calendars", "horizon"),
    [
        (WEEKLY, 1),
        ([WEEKDAYS[:150], MONDAY[:210]], 5),
        ([MONDAY[:80] + k * DAY // 3 for k in range(3)], 1),
    ],
)
@pytest.mark.parametrize("ahead", [True, False])
def test_a_true_null_is_kept_on_any_calendar(calendars, horizon, ahead):
    """The pooled test against a second forecast as good: here the drift's place holds it."""
    rejected = 0
    for seed in range(120):
        document = score(pairs_on(calendars, horizon, seed=seed, ahead=ahead), model="m", span=SPAN)
        rejected += document["skill"]["against_drift"]["dm_p_value"] < 0.05
    assert rejected / 120 < 0.11  # 5 %, and three standard errors


def test_the_direction_counts_overlap_in_time_too():
    pairs = pairs_on(WEEKLY, 1)
    up, said = (table[:, 0] > pairs.last for table in (pairs.actual, pairs.forecast))
    p_value = score(pairs, model="m", span=SPAN)["skill"]["pt_p_value"]
    assert p_value == pytest.approx(pooled_direction(up, said, pairs.origin, 5))
    assert p_value != pytest.approx(pooled_direction(up, said, pairs.origin, 1))
