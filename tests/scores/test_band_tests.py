"""The tests of bands from pairs: one ticker and many, in parts, days and rows, and what is too little."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_forecast import metrics
from rnn_forecast.scores.band_tests import band_tests
from rnn_forecast.scores.outcomes.pairs import Pairs

HOUR = np.timedelta64(3_600, "s")
START = np.datetime64("2020-01-01", "s")


def pairs_of(missed: np.ndarray, *, hours: int = 24, horizon: int = 1) -> Pairs:
    """Of each ticker (s, t): outcomes a step ahead above a band of 90 % where missed, else at its middle."""
    tickers, days = missed.shape
    size = np.tile(np.random.default_rng(9).uniform(1, 2, days), tickers)
    last = np.full(tickers * days, 100.0)
    actual = np.repeat(np.where(missed.ravel(), last + 2 * size, last)[:, None], horizon, axis=1)
    at = np.tile(np.arange(days), tickers)
    low, high = (np.repeat((last + side * size)[:, None], horizon, axis=1) for side in (-1, 1))
    return Pairs(
        tickers=tuple(f"T{i}" for i in range(tickers)), ticker=np.repeat(np.arange(tickers), days),
        origin=START + at * hours * HOUR, actual=actual, forecast=np.full_like(actual, 100.0), last=last,
        drift=np.full_like(actual, 100.0), scale=np.ones(tickers), rms_scale=np.ones(tickers),
        intervals={90.0: (low, high)},
        ahead=START + (at[:, None] + np.arange(1, horizon + 1)) * hours * HOUR,
    )  # fmt: skip


def clustered(days: int, seed: int = 0) -> np.ndarray:
    """One day in ten on average, in runs of five."""
    runs = np.random.default_rng(seed).random(days // 5) < 0.1
    return np.repeat(runs, 5)


def test_one_ticker_is_tested_by_its_own_outcomes() -> None:
    missed = np.random.default_rng(1).random((1, 400)) < 0.1
    found = band_tests(pairs_of(missed, horizon=3), 1)[0]["90"]
    assert (found["days"], found["unit"], found["tickers_failing"]) == (400, "day", None)
    assert found["coverage"] == pytest.approx(1 - missed.mean())
    assert found["p_coverage"] == pytest.approx(metrics.kupiec(missed[0], 0.1))
    assert found["high"]["p_coverage"] == pytest.approx(metrics.kupiec(missed[0], 0.05))
    assert found["low"]["p_coverage"] == pytest.approx(metrics.kupiec(np.zeros(400, bool), 0.05))
    assert found["low"]["p_clusters"] is None and found["low"]["missed_after_miss"] is None


@pytest.mark.parametrize("tickers", [1, 40])
def test_clusters_are_found_and_single_misses_are_none(tickers: int) -> None:
    runs = np.tile(clustered(600), (tickers, 1))
    found = band_tests(pairs_of(runs), 1)[0]["90"]
    assert found["p_clusters"] < 1e-6 and found["p_dynamic"] < 1e-6
    assert found["missed_after_miss"] > 0.7
    alone = np.random.default_rng(2).random((tickers, 600)) < 0.1
    found = band_tests(pairs_of(alone), 1)[0]["90"]
    assert found["p_clusters"] > 0.05 and found["missed_after_miss"] < 0.2


def test_tickers_that_move_as_one_are_worth_one() -> None:
    missed = np.random.default_rng(3).random((1, 500)) < 0.1
    one, many = (band_tests(pairs_of(np.tile(missed, (n, 1))), 1)[0]["90"] for n in (1, 50))
    assert many["days"] == 50 * one["days"]
    wide = one["coverage_to"] - one["coverage_from"]
    assert many["coverage_to"] - many["coverage_from"] == pytest.approx(wide, rel=0.4)
    assert many["p_dynamic"] == pytest.approx(one["p_dynamic"])


def test_the_share_of_tickers_that_fail_is_beside_the_one_in_twenty_of_luck() -> None:
    right = np.random.default_rng(4).random((200, 300)) < 0.1
    assert band_tests(pairs_of(right), 1)[0]["90"]["tickers_failing"] < 0.12
    wrong = np.random.default_rng(4).random((200, 300)) < np.repeat([0.1, 0.25], 100)[:, None]
    found, by_ticker = band_tests(pairs_of(wrong), 1)
    failing = [row["90"]["p_conditional"] < 0.05 for row in by_ticker]
    assert found["90"]["tickers_failing"] == np.mean(failing) > 0.45
    assert np.mean(failing[100:]) > 0.9


@pytest.mark.parametrize("tickers", [1, 3])
def test_too_few_days_have_a_coverage_and_no_verdict(tickers: int) -> None:
    found, by_ticker = band_tests(pairs_of(np.zeros((tickers, 19), bool)), 1)
    p_values = ("p_coverage", "p_clusters", "p_conditional", "p_dynamic")
    assert [found["90"][name] for name in p_values] == [None] * 4
    assert found["90"]["coverage"] == 1 and found["90"]["coverage_from"] > 0.5
    assert by_ticker == [{"90": dict.fromkeys(p_values)}] * tickers
    band_tests(pairs_of(np.zeros((tickers, 1), bool)), 1)


def test_a_ticker_that_is_never_missed_fails_where_misses_were_due() -> None:
    found = band_tests(pairs_of(np.zeros((1, 300), bool)), 1)[0]["90"]
    assert found["p_coverage"] < 1e-6 and found["p_conditional"] < 1e-6 and found["p_clusters"] is None


@pytest.mark.parametrize(("hours", "unit"), [(1, "row"), (24, "day"), (168, "row")])
def test_a_step_is_called_a_day_where_it_is_one(hours: int, unit: str) -> None:
    j = pairs_of(clustered(50)[None, :], hours=hours)
    assert band_tests(j, 1)[0]["90"]["unit"] == unit
    assert band_tests(replace(j, ahead=None), 1)[0]["90"]["unit"] == "row"


def test_days_whose_first_steps_overlap_are_not_neighbours() -> None:
    """Two tickers of weekly prices, stamped on Mondays and on Thursdays: two dates wait for one outcome."""
    j = pairs_of(np.random.default_rng(5).random((2, 300)) < 0.1, hours=168)
    shift = (j.ticker * 72 * HOUR).astype("timedelta64[s]")
    apart = replace(j, origin=j.origin + shift, ahead=j.ahead + shift[:, None])
    found = band_tests(apart, 1)[0]["90"]
    alone = band_tests(j, 1)[0]["90"]
    assert found["days"] == alone["days"] == 600
    assert found["p_clusters"] is not None and found["p_clusters"] != alone["p_clusters"]


def test_a_level_without_bands_has_nothing() -> None:
    j = pairs_of(clustered(100)[None, :])
    nothing = np.full_like(j.actual, np.nan)
    found = band_tests(replace(j, intervals={90.0: (nothing, nothing)}), 1)[0]["90"]
    assert (found["days"], found["coverage"], found["p_coverage"]) == (0, None, None)


def test_prices_below_zero_have_sizes_too() -> None:
    j = pairs_of(clustered(300)[None, :])
    low, high = j.intervals[90.0]
    moved = replace(j, last=j.last - 100, actual=j.actual - 100, intervals={90.0: (low - 100, high - 100)})
    ours, theirs = (band_tests(pairs, 1)[0]["90"] for pairs in (j, moved))
    assert ours["p_dynamic"] == pytest.approx(theirs["p_dynamic"])


def test_the_last_step_is_tested_over_origins_that_do_not_overlap() -> None:
    missed = np.random.default_rng(6).random((1, 403)) < 0.15
    found = band_tests(pairs_of(missed, horizon=4), 1)[0]["90"]["horizon"]
    apart = missed[0, ::4]
    low, high = metrics.coverage_interval(1 - apart.mean(), len(apart))
    assert found == pytest.approx({
        "step": 4, "days": 101, "coverage": 1 - apart.mean(), "coverage_from": low, "coverage_to": high,
        "p_coverage": metrics.kupiec(apart, 0.1),
    })  # fmt: skip
    rows = band_tests(replace(pairs_of(missed, horizon=4), ahead=None), 2)[0]["90"]["horizon"]
    assert rows["days"] == 202  # of origins two rows apart, every other one


def test_misses_that_wait_for_one_outcome_are_one_miss() -> None:
    """Of right bands five steps ahead: every day by itself is too sure, every fifth is not."""
    alone, apart = [], []
    for seed in range(200):
        moves = np.random.default_rng(seed).normal(size=505)
        ahead = np.convolve(moves, np.ones(5), "valid")[:500]
        missed = np.abs(ahead) > 1.6448536 * 5**0.5
        found = band_tests(pairs_of(missed[None, :], horizon=5), 1)[0]["90"]
        alone.append(found["p_coverage"] < 0.05)
        apart.append(found["horizon"]["p_coverage"] < 0.05)
    assert np.mean(alone) > 0.2
    assert np.mean(apart) < 0.1


def test_the_last_step_of_many_tickers_is_tested_over_days() -> None:
    missed = np.tile(np.random.default_rng(7).random((1, 600)) < 0.1, (30, 1))
    found = band_tests(pairs_of(missed, horizon=3), 1)[0]["90"]["horizon"]
    one = band_tests(pairs_of(missed[:1], horizon=3), 1)[0]["90"]["horizon"]
    assert (found["days"], one["days"]) == (30 * 200, 200)
    assert found["coverage"] == pytest.approx(one["coverage"])
    wide = one["coverage_to"] - one["coverage_from"]
    assert found["coverage_to"] - found["coverage_from"] == pytest.approx(wide, rel=0.5)


@pytest.mark.parametrize("tickers", [1, 2])
def test_too_few_outcomes_of_the_last_step_have_no_p_value(tickers: int) -> None:
    found = band_tests(pairs_of(np.zeros((tickers, 57), bool), horizon=3), 1)[0]["90"]["horizon"]
    assert (found["days"], found["coverage"], found["p_coverage"]) == (19 * tickers, 1.0, None)
    j = pairs_of(np.zeros((tickers, 57), bool), horizon=3)
    nothing = np.full_like(j.actual, np.nan)
    found = band_tests(replace(j, intervals={90.0: (nothing, nothing)}), 1)[0]["90"]["horizon"]
    assert (found["days"], found["coverage"], found["p_coverage"]) == (0, None, None)
