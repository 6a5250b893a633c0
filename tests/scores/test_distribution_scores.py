"""Scores of whole distributions: against independent packages, by hand, in parts, and where all is right."""

from dataclasses import replace

import numpy as np
import pytest
import scoringrules
from scipy import stats
from toys import following_model, toy_model, walk

from rnn_forecast import metrics
from rnn_forecast.intervals.conformal import intervals_of, stored_levels
from rnn_forecast.intervals.distribution import Distribution
from rnn_forecast.scores import comparison
from rnn_forecast.scores.distribution_scores import distribution_scores
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.outcomes.outlooks import (
    BINS,
    GRID,
    UNKNOWN,
    Outcome,
    Outlook,
    Plain,
    joined_outlooks,
    outlook_of,
)
from rnn_forecast.scores.outcomes.pairs import Pairs

NORMAL = intervals_of([stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)], stored_levels(()))
RISK = (97.5, 99.0)
EVEN = np.arange(1, BINS) / BINS


def same(value: float, n: int) -> np.ndarray:
    return np.full(n, value)


def normal_outlook(tickers: int, days: int, factor: float = 1.0, common: float = 0.0) -> Outlook:
    """Prices about 100 whose changes are normal with sd `factor`, where 1 is said; plain ones say 2."""
    rng = np.random.default_rng(3)
    shared = np.tile(rng.normal(size=days), tickers)
    moves = factor * (np.sqrt(common) * shared + np.sqrt(1 - common) * rng.normal(size=tickers * days))
    n = len(moves)
    outcome = Outcome(
        ticker=np.repeat(np.arange(tickers), days), origin=np.tile(np.arange(days), tickers),
        latest=same(100.0, n), last=same(100.0, n), actual=100.0 + moves[:, None],
    )  # fmt: skip
    ends = {tail: same(2 * stats.norm.isf(tail), tickers)[:, None] for tail in GRID}
    plain = Plain(
        {tail: (-end, end) for tail, end in ends.items()},
        {p: (same(2 * normal_tail(p)[0], tickers), same(2 * normal_tail(p)[1], tickers)) for p in RISK},
    )
    found = Distribution(NORMAL, same(100.0, n)[:, None], np.ones((n, 1)))
    return outlook_of(found, plain, outcome, lambda values: values, log=False)


def normal_tail(percent: float) -> tuple[float, float]:
    tail = 1 - percent / 100
    quantile = float(stats.norm.ppf(tail))
    return quantile, float(-stats.norm.pdf(quantile) / tail)


def pairs_of(outlook: Outlook, tickers: int) -> Pairs:
    n = len(outlook.ticker)
    one = np.ones((n, 1))
    return Pairs(
        tickers=tuple(f"T{i}" for i in range(tickers)), ticker=outlook.ticker, origin=outlook.origin,
        actual=one, forecast=one, last=np.ones(n), drift=one,
        scale=np.ones(tickers), rms_scale=np.ones(tickers), outlook=outlook,
    )  # fmt: skip


def test_crps_is_that_of_the_quantiles_and_nearly_that_of_the_distribution() -> None:
    found = normal_outlook(1, 400)
    moves = 100 * found.returns
    quantiles = np.tile(stats.norm.ppf(EVEN), (400, 1))
    np.testing.assert_allclose(
        found.crps, scoringrules.crps_quantile(moves, quantiles, EVEN), rtol=1e-3, atol=1e-4
    )
    assert found.crps.mean() == pytest.approx(metrics.crps(moves, quantiles, EVEN), rel=1e-3)
    assert found.crps.mean() == pytest.approx(scoringrules.crps_normal(moves, 0, 1).mean(), rel=0.06)
    wide = scoringrules.crps_quantile(moves, 2 * quantiles, EVEN)
    np.testing.assert_allclose(found.plain_crps, wide, rtol=1e-3, atol=1e-3)


def test_the_part_of_an_outcome_is_that_of_its_quantile() -> None:
    found = normal_outlook(2, 500)
    np.testing.assert_array_equal(found.bin, np.searchsorted(stats.norm.ppf(EVEN), 100 * found.returns))
    document, _ = distribution_scores(pairs_of(found, 2), np.ones(2))
    assert document["pit"] == np.bincount(found.bin, minlength=BINS).tolist()
    assert stats.chisquare(document["pit"]).pvalue > 0.01


@pytest.mark.parametrize("percent", RISK)
def test_the_tail_of_a_normal_is_the_formulas(percent: float) -> None:
    tail = normal_outlook(1, 3).tails[percent]
    quantile, shortfall = normal_tail(percent)
    np.testing.assert_allclose(100 * tail.quantile, quantile, rtol=2e-3)
    np.testing.assert_allclose(100 * tail.shortfall, shortfall, rtol=1e-2)


def test_numbers_are_those_of_the_naked_measures() -> None:
    found = normal_outlook(1, 600)
    document, (by_ticker,) = distribution_scores(pairs_of(found, 1), np.ones(1))
    for percent in RISK:
        got, tail, alpha = document["risk"][f"{percent:g}"], found.tails[percent], 1 - percent / 100
        said = (found.returns, tail.quantile, tail.shortfall, alpha)
        assert got["z2"] == pytest.approx(metrics.acerbi_szekely_z2(*said))
        assert got["fz0"] == pytest.approx(metrics.fissler_ziegel(*said))
        assert got["beyond"] == pytest.approx((found.returns < tail.quantile).mean())
        assert got["p_z2"] == pytest.approx(metrics.z2_p_value(metrics.z2_terms(*said)))
        assert by_ticker[f"{percent:g}"] == pytest.approx({name: got[name] for name in ("z2", "p_z2")})
        assert (got["days"], got["tickers_failing"]) == (600, None)
        assert got["fz0_difference"] == pytest.approx(got["fz0"] - got["last_value"]["fz0"])
    assert document["crps_ratio"] == pytest.approx(found.crps.mean() / found.plain_crps.mean())


def test_right_ones_pass_and_beat_plain_ones_and_wrong_ones_fail() -> None:
    right, _ = distribution_scores(pairs_of(normal_outlook(20, 500, common=0.3), 20), np.ones(20))
    wrong, _ = distribution_scores(pairs_of(normal_outlook(20, 500, 1.5, common=0.3), 20), np.ones(20))
    assert right["crps_ratio"] < 1
    for percent in ("97.5", "99"):
        good, bad = right["risk"][percent], wrong["risk"][percent]
        assert good["p_z2"] > 0.05 and abs(good["z2"]) < 0.3 and good["fz0_difference"] < 0
        assert good["tickers_failing"] <= 0.1
        assert bad["p_z2"] < 0.01 and bad["z2"] < -1 and bad["tickers_failing"] > 0.6
        assert bad["fz0_difference"] > 0  # plain ones, of 2, are nearer 1.5 in the tail


def test_shares_that_move_as_one_are_worth_one() -> None:
    one, many = (
        distribution_scores(
            pairs_of(normal_outlook(tickers, 400, 1.2, common=1.0), tickers), np.ones(tickers)
        )[0]
        for tickers in (1, 30)
    )
    assert many["risk"]["97.5"]["days"] == 30 * 400
    assert many["risk"]["97.5"]["p_z2"] == pytest.approx(one["risk"]["97.5"]["p_z2"])


def test_any_order_of_windows_says_the_same() -> None:
    found, order = normal_outlook(3, 60), np.random.default_rng(2).permutation(180)
    shuffled = joined_outlooks([found], order)
    ours, theirs = (distribution_scores(pairs_of(one, 3), np.arange(1.0, 4)) for one in (found, shuffled))
    assert ours[1] == [{p: pytest.approx(row) for p, row in each.items()} for each in theirs[1]]
    assert ours[0]["pit"] == theirs[0]["pit"]
    for name in ("crps", "crps_ratio"):
        assert ours[0][name] == pytest.approx(theirs[0][name])
    for percent, got in theirs[0]["risk"].items():
        for name in ("z2", "p_z2", "fz0", "beyond", "fz0_difference"):
            assert got[name] == pytest.approx(ours[0]["risk"][percent][name])


def test_too_few_days_have_scores_and_no_verdict() -> None:
    document, by_ticker = distribution_scores(pairs_of(normal_outlook(2, 19), 2), np.ones(2))
    risk = document["risk"]["99"]
    assert risk["z2"] is not None and risk["p_z2"] is None and risk["tickers_failing"] is None
    assert [row["99"]["p_z2"] for row in by_ticker] == [None, None]


def test_what_is_not_known_is_not_scored() -> None:
    found = normal_outlook(2, 30)
    nothing = same(np.nan, 60)
    empty = {percent: replace(tail, shortfall=nothing) for percent, tail in found.tails.items()}
    unknown = replace(found, crps=nothing, plain_crps=nothing, bin=same(UNKNOWN, 60), tails=empty)
    document, by_ticker = distribution_scores(pairs_of(unknown, 2), np.ones(2))
    assert (document["crps"], document["crps_ratio"], sum(document["pit"])) == (None, None, 0)
    assert document["risk"]["99"]["days"] == 0
    assert all(document["risk"]["99"][name] is None for name in ("z2", "p_z2", "fz0", "beyond"))
    assert by_ticker == [{percent: {"z2": None, "p_z2": None} for percent in ("97.5", "99")}] * 2
    assert distribution_scores(replace(pairs_of(found, 2), outlook=None), np.ones(2)) == (None, [{}, {}])


SERIES = [walk(300, seed=1, ticker="A"), walk(280, seed=2, ticker="B", start="2020-01-21")]


@pytest.mark.parametrize("choices", [{}, {"risk": (95, 99.5), "levels": (50,)}, {"levels": ()}])
def test_of_a_model_the_written_quantiles_and_risk_are_what_is_scored(choices: dict) -> None:
    """In log prices; risk by the columns of predictions.csv."""
    model = toy_model(SERIES, **{"quantiles": tuple(EVEN), "risk": RISK, **choices})
    found = evaluation_of(model, SERIES, "toy").rows.comparison
    pairs = found.with_outlook()
    outlook, further = pairs.outlook, pairs.further
    quantiles = np.stack([column for name, column in further.items() if name.startswith("q_")], axis=-1)
    assert quantiles.shape[-1] == BINS - 1
    want = scoringrules.crps_quantile(pairs.actual, quantiles, EVEN).mean(axis=1)
    np.testing.assert_allclose(outlook.crps, want)
    np.testing.assert_array_equal(outlook.bin, (pairs.actual[:, :1] > quantiles[:, 0]).sum(axis=1))
    for percent, tail in outlook.tails.items():
        np.testing.assert_allclose(-100 * tail.quantile, further[f"var_{percent:g}"][:, 0])
        np.testing.assert_allclose(-100 * tail.shortfall, further[f"es_{percent:g}"][:, 0])


@pytest.mark.parametrize("log", [True, False])
def test_plain_ones_are_the_past_of_each_series_as_far_as_the_model_has_seen_it(log: bool) -> None:
    model = toy_model(SERIES) if log else toy_model(SERIES, normalize="zscore", log=False)
    found = evaluation_of(model, SERIES, "toy").rows.comparison
    pairs = found.with_outlook()
    for i, series in enumerate(SERIES):
        own = pairs.ticker == i
        seen = int(np.searchsorted(series.dates, pairs.origin[own][0])) + 1
        prices = series.prices[:seen]
        changes = np.sort(prices[1:] / prices[:-1] - 1 if log else np.diff(prices))
        rank = int(len(changes) * 0.025 + 0.025)
        last = 1.0 if log else pairs.last[own]
        tail = pairs.outlook.plain_tails[97.5]
        np.testing.assert_allclose(tail.quantile[own], changes[rank - 1] / last)
        np.testing.assert_allclose(tail.shortfall[own], changes[:rank].mean() / last)


def test_parts_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found = evaluation_of(following_model(SERIES), SERIES, "toy").rows.comparison
    whole, by_ticker = distribution_scores(found, np.array([1.0, 2.0]))
    monkeypatch.setattr(comparison, "ROWS", 14)
    parts, parts_by_ticker = distribution_scores(found, np.array([1.0, 2.0]))
    assert len(list(found.outlooks())) > 5
    assert parts["pit"] == whole["pit"] and parts_by_ticker == by_ticker
    assert parts["crps_ratio"] == pytest.approx(whole["crps_ratio"])
    for percent in whole["risk"]:
        for name in ("z2", "p_z2", "fz0", "beyond"):
            assert parts["risk"][percent][name] == pytest.approx(whole["risk"][percent][name])


def test_prices_about_zero_have_a_crps_and_risk_where_a_share_of_them_is_one() -> None:
    """Of a price below or at zero a return means nothing."""
    series = [replace(one, prices=one.prices - np.median(one.prices)) for one in SERIES]
    series[0].prices[-20] = 0.0
    found = evaluation_of(toy_model(series, normalize="zscore", log=False), series, "toy").rows.comparison
    document, _ = distribution_scores(found, np.ones(2))
    above = int((found.pairs().last > 0).sum())
    assert document["crps"] > 0 and sum(document["pit"]) == len(found)
    for percent in ("97.5", "99"):
        assert 0 <= document["risk"][percent]["days"] <= above < len(found)
