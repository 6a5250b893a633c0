"""The tests of skill: exact oracles where there are, the right size under the null, and no NaN anywhere."""

import cmath
import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from rnn_forecast import statistics
from rnn_forecast.scores.outcomes import skill


@given(st.floats(-60, 60), st.integers(1, 10_000))
def test_student_tail_is_scipys(t, degrees):
    assert statistics.student_two_sided(t, degrees) == pytest.approx(
        2 * stats.t.sf(abs(t), degrees), rel=1e-7, abs=1e-14
    )


@given(st.floats(0, 1), st.floats(0.5, 500), st.floats(0.5, 500))
def test_incomplete_beta_is_scipys(x, a, b):
    assert statistics.incomplete_beta(x, 1 - x, a, b) == pytest.approx(
        special.betainc(a, b, x), rel=1e-8, abs=1e-12
    )


@pytest.mark.parametrize("a", [0.5, 1.0, 4.5, 60.0, 500.0])
@pytest.mark.parametrize("b", [0.5, 1.0, 30.0])
def test_incomplete_beta_is_scipys_from_end_to_end(a, b):
    """At places that no chance chooses: both ends, and both sides of where the fraction is turned."""
    turn = (a + 1) / (a + b + 2)
    for x in (0.0, 1e-12, 0.01, 0.5, 0.9 * turn, 1.1 * turn, 0.999, 1 - 1e-12, 1.0):
        if x <= 1:
            found = statistics.incomplete_beta(x, 1 - x, a, b)
            assert found == pytest.approx(special.betainc(a, b, x), rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("degrees", [1, 2, 7, 1000])
@pytest.mark.parametrize("t", [0.0, 1e-9, 0.7, -2.0, 6.0])
def test_both_tails_are_counted(t, degrees):
    want = 2 * stats.t.sf(abs(t), degrees)
    assert statistics.student_two_sided(t, degrees) == pytest.approx(want, rel=1e-9)


@given(st.floats(-30, 30))
def test_normal_tail_is_scipys(z):
    assert statistics.normal_upper_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-9)


@pytest.mark.parametrize("n", [3, 10, 500])
def test_one_step_diebold_mariano_is_the_t_test_of_the_mean(n):
    d = np.random.default_rng(n).normal(0.1, 1, n)
    assert skill.diebold_mariano(d) == pytest.approx(stats.ttest_1samp(d, 0).pvalue, rel=1e-9)


def textbook(d: np.ndarray, h: int) -> float:
    """Lazarus, Lewis, Stock and Watson 2018, cosine by cosine; Fejer's kernel as a sum of phases."""
    n = len(d)
    squares: list[float] = []
    shares: list[float] = []
    for j in range(1, n):
        wave = [math.cos(math.pi * j * (t + 0.5) / n) for t in range(n)]
        share = abs(sum(cmath.exp(1j * math.pi * j * m / n) for m in range(h)) / h) ** 2
        if fmean([*shares, share]) < 0.8 - 1e-12:
            break
        squares.append(2 / n * sum(x * w for x, w in zip(d, wave, strict=True)) ** 2)
        shares.append(share)
    variance = fmean(squares) / fmean(shares)
    return float(2 * stats.t.sf(abs(sum(d) / n / math.sqrt(variance / n)), len(squares)))


@pytest.mark.parametrize("h", [2, 5, 13])
def test_longer_horizons_follow_the_paper(h):
    noise = np.random.default_rng(h).normal(size=300 + h)
    d = np.convolve(noise, np.ones(h), "valid") + 0.3
    assert skill.diebold_mariano(d, h) == pytest.approx(textbook(d, h), rel=1e-9)


@pytest.mark.parametrize(("n", "h"), [(36, 5), (141, 20), (92, 13)])
def test_eight_spans_of_a_horizon_reject_no_more_than_they_say(n, h):
    """Of persistent forecasts and of new ones; with h - 1 autocovariances it was about one in ten."""
    rng = np.random.default_rng(h)
    noise = rng.normal(size=(1000, n + h)).cumsum(axis=1)
    luck = (noise[:, h:] - noise[:, :-h]) * rng.normal(size=(1000, 1))  # a forecast that never moves
    luck[500:] *= rng.normal(size=(500, n))  # one that is new each day
    skilled = luck - 3.2 * luck.mean(axis=1).std()
    assert np.mean([skill.diebold_mariano(d, h) < 0.05 for d in luck]) < 0.06
    assert np.mean([skill.diebold_mariano(d, h) < 0.05 for d in skilled]) > 0.4


@pytest.mark.parametrize("m", [1, 2, 37])
def test_q_values_are_scipys(m):
    p_values = np.random.default_rng(m).uniform(0, 0.2, m)
    assert statistics.adjusted(p_values.tolist()) == pytest.approx(stats.false_discovery_control(p_values))


def test_what_was_not_tested_has_no_q_value_and_does_not_count():
    assert statistics.adjusted([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, 0.04, 0.04]
    assert statistics.adjusted([None]) == [None]
    assert statistics.adjusted([]) == []


def test_of_many_tests_without_skill_some_are_significant_and_none_survives():
    p_values = ((np.arange(500) + 0.5) / 500).tolist()  # as they are spread without any skill
    found = [("better" if p < 0.05 else "no better") for p in p_values]
    assert found.count("better") == 25
    assert skill.surviving(zip(found, statistics.adjusted(p_values), strict=True)) == {
        "better": 0,
        "worse": 0,
    }
    some = [("better", 0.04), ("better", 0.05), ("better", 0.06), ("worse", 0.0), ("same forecast", None)]
    assert skill.surviving(some) == {"better": 1, "worse": 1}


@pytest.mark.parametrize(
    ("outcomes", "spans", "want"), [(20, 8, True), (19.9, 8, False), (40, 7.9, False), (500, 500, True)]
)
def test_a_verdict_needs_outcomes_and_spans(outcomes, spans, want):
    assert skill.enough(outcomes, spans) == want


def test_the_variance_cannot_come_out_below_zero():
    d = np.array([1.0, -0.8] * 20) + np.arange(40) * 1e-3  # alternating: gamma_0 + 2 gamma_1 < 0
    centered = d - d.mean()
    assert centered @ centered + 2 * (centered[1:] @ centered[:-1]) < 0
    assert statistics.cosine_variance(centered, 2)[0] > 0
    p_value = skill.diebold_mariano(d, 2)
    assert p_value is not None
    assert 0 <= p_value <= 1


@pytest.mark.parametrize("h", [1, 5])
def test_equal_forecasters_are_told_apart_as_rarely_as_promised(h):
    rng = np.random.default_rng(11)
    runs = [
        skill.diebold_mariano(np.convolve(rng.normal(size=250 + h - 1), np.ones(h), "valid"), h)
        for _ in range(800)
    ]
    assert 0.03 < np.mean([p < 0.05 for p in runs]) < 0.09


def panel(
    rng: np.random.Generator, days: int, tickers: int, shift: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Differentials that share their day: correlation 0.5 between tickers."""
    d = rng.normal(size=(days, 1)) + rng.normal(size=(days, tickers)) + shift
    return d.ravel(), np.repeat(np.arange(days), tickers)


def test_pooling_counts_days_and_not_tickers():
    rng = np.random.default_rng(2)
    draws = [panel(rng, 60, 100) for _ in range(400)]
    pooled = np.mean([skill.pooled_diebold_mariano(d, day) < 0.05 for d, day in draws])
    naive = np.mean([stats.ttest_1samp(d, 0).pvalue < 0.05 for d, _ in draws])
    assert 0.02 < pooled < 0.09
    assert naive > 0.5  # what the pooling is for: six thousand "observations" find skill in noise
    assert skill.pooled_diebold_mariano(*panel(rng, 200, 100, shift=-0.5)) < 0.001


def test_a_balanced_panel_is_the_test_of_the_daily_means_in_any_order():
    rng = np.random.default_rng(4)
    d, day = panel(rng, 80, 7)
    want = skill.diebold_mariano(d.reshape(80, 7).mean(axis=1), 3)
    shuffled = rng.permutation(len(d))
    assert skill.pooled_diebold_mariano(d[shuffled], day[shuffled], 3) == pytest.approx(want)
    dates = np.datetime64("2024-01-01", "s") + day * np.timedelta64(1, "D")
    assert skill.pooled_diebold_mariano(d, dates, 3) == pytest.approx(want)


def test_one_ticker_is_a_panel_of_one():
    d = np.random.default_rng(6).normal(0.2, 1, 90)
    assert skill.pooled_diebold_mariano(d, np.arange(90), 2) == pytest.approx(skill.diebold_mariano(d, 2))


def test_days_weigh_as_the_tickers_that_they_have():
    rng = np.random.default_rng(12)
    day = np.repeat(np.arange(40), rng.integers(1, 9, 40))
    d = rng.normal(size=40)[day] + rng.normal(0.3, 1, len(day))
    mean, each = d.mean(), len(day) / 40
    x = [mean + (day == t).sum() / each * (d[day == t].mean() - mean) for t in range(40)]
    assert skill.pooled_diebold_mariano(d, day) == pytest.approx(stats.ttest_1samp(x, 0).pvalue)
    assert skill.pooled_diebold_mariano(d, day, 4) == pytest.approx(textbook(np.array(x), 4))


def test_without_a_loss_beside_them_differentials_of_any_size_are_tested():
    d = np.random.default_rng(13).normal(0.3, 1, 60)
    for test in (skill.diebold_mariano, lambda d: skill.pooled_diebold_mariano(d, np.arange(60) // 2)):
        assert test(d * 1e-12) == pytest.approx(test(d))
        assert test(np.full(60, 1e-12)) == 0.0  # each time by the same: nothing to doubt
    assert skill.pooled_diebold_mariano(np.resize([1.0, -1.0], 60), np.arange(60) // 2) == 1.0  # each day 0
    assert skill.diebold_mariano(np.zeros(1)) == skill.diebold_mariano(np.empty(0)) == 1.0


def test_a_day_with_one_ticker_does_not_weigh_as_one_with_hundred():
    rng = np.random.default_rng(8)
    d, day = panel(rng, 100, 50)
    alone = np.full(5, 40.0)  # five days of one ticker, far off: 5 of 5,005 differentials
    d, day = np.concatenate([d - 0.4, alone]), np.concatenate([day, np.arange(100, 105)])
    assert d.mean() < 0
    assert skill.pooled_diebold_mariano(d, day) < 0.05


def test_the_same_forecasts_give_one_not_nan():
    for d in (np.zeros(50), np.full(50, 1e-15), np.zeros(1)):
        assert skill.diebold_mariano(d, loss=2.0) == 1.0
        assert skill.pooled_diebold_mariano(d, np.arange(len(d)), 5, loss=2.0) == 1.0
    assert skill.verdict(1.0, 1.0) == "no better"


def test_too_few_origins_are_not_tested():
    assert skill.diebold_mariano(np.array([1.0, 2.0])) is None
    assert skill.diebold_mariano(np.arange(5.0), 5) is None
    one_day = np.zeros(100, int)
    assert skill.pooled_diebold_mariano(np.arange(100.0), one_day) is None
    assert skill.verdict(0.5, None) == "too few to say"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(1, 6))
def test_p_values_are_numbers_between_0_and_1_or_none(d, overlap):
    days = np.arange(len(d)) // 2
    for p_value in (
        skill.diebold_mariano(np.array(d), overlap),
        skill.pooled_diebold_mariano(np.array(d), days, overlap),
    ):
        assert p_value is None or 0 <= p_value <= 1


@pytest.mark.parametrize(
    ("ratio", "p_value", "want"),
    [
        (0.9, 0.01, "better"),
        (0.9, 0.049, "better"),
        (0.9, 0.05, "no better"),
        (0.9, 0.051, "no better"),
        (0.9, 0.2, "no better"),
        (1.1, 0.01, "worse"),
        (1.1, 0.2, "no better"),
        (1.0, 0.01, "no better"),
        (None, 0.0, "worse"),  # the baseline is exact and the forecast is not
    ],
)
def test_the_verdict_rests_on_the_test(ratio, p_value, want):
    assert skill.verdict(ratio, p_value) == want


@pytest.mark.parametrize(
    ("hits_up", "up", "said_up", "n"), [(24, 30, 36, 60), (24, 20, 30, 60), (5, 40, 6, 70), (2, 2, 2, 3)]
)
def test_direction_by_hand(hits_up, up, said_up, n):
    """The first: 60 moves, 30 up; 36 said up; 42 hits: P = 0.7, P* = 0.5, S from the paper's formula."""
    hits_up = min(hits_up, up)
    rose = np.arange(n) < up
    said = (np.arange(n) < hits_up) | ((np.arange(n) >= up) & (np.arange(n) < up + said_up - hits_up))
    y, x, p = up / n, said_up / n, (hits_up + n - up - (said_up - hits_up)) / n
    star = y * x + (1 - y) * (1 - x)
    var_star = ((2 * y - 1) ** 2 * x * (1 - x) + (2 * x - 1) ** 2 * y * (1 - y)) / n
    var_star += 4 * y * x * (1 - y) * (1 - x) / n**2
    want = stats.norm.sf((p - star) / math.sqrt(star * (1 - star) / n - var_star))
    assert skill.pesaran_timmermann(rose, said) == pytest.approx(want)
    assert skill.pesaran_timmermann(rose, ~said) == pytest.approx(1 - want)  # always wrong is no skill


def test_direction_agrees_with_the_contingency_table():
    """Granger and Pesaran 2000: the squared statistic is the chi-square of independence, for many moves."""
    rng = np.random.default_rng(9)
    up = rng.random(5000) < 0.55
    said = np.where(rng.random(5000) < 0.05, up, rng.random(5000) < 0.6)
    table = [[np.sum(up & said), np.sum(up & ~said)], [np.sum(~up & said), np.sum(~up & ~said)]]
    z = stats.norm.isf(skill.pesaran_timmermann(up, said))
    assert z**2 == pytest.approx(stats.chi2_contingency(table, correction=False).statistic, rel=0.01)


def test_always_up_has_no_direction_to_be_right_about():
    up = np.array([True] * 90 + [False] * 10)
    assert skill.pesaran_timmermann(up, np.ones(100, bool)) == 1.0
    assert skill.pooled_direction(up, np.ones(100, bool), np.arange(100)) == 1.0
    assert skill.pesaran_timmermann(up[:2], up[:2]) is None
    some = np.arange(10) < 3
    for always in (np.zeros(10, bool), np.ones(10, bool)):  # one of the two, whatever rounding leaves
        assert skill.pesaran_timmermann(always, some) == skill.pesaran_timmermann(some, always) == 1.0


@pytest.mark.parametrize("agree", [0.7, 0.3, 0.5])
def test_the_direction_of_one_ticker_by_days_is_the_t_test_of_the_covariance(agree):
    rng = np.random.default_rng(14)
    up = rng.random(80) < 0.6
    said = np.where(rng.random(80) < agree, up, ~up)
    terms = [(a - up.mean()) * (f - said.mean()) for a, f in zip(up, said, strict=True)]
    want = stats.ttest_1samp(terms, 0, alternative="greater").pvalue
    assert skill.pooled_direction(up, said, np.arange(80)) == pytest.approx(want)
    apart = textbook(np.array(terms), 3)
    apart = apart / 2 if sum(terms) > 0 else 1 - apart / 2
    assert skill.pooled_direction(up, said, np.arange(80), 3) == pytest.approx(apart)


def test_pooled_direction_has_its_size_where_the_market_moves_as_one():
    rng = np.random.default_rng(10)

    def market(skilled: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        up = rng.normal(size=(120, 1)) + 0.3 * rng.normal(size=(120, 40)) > 0
        said = rng.normal(size=(120, 1)) + 0.3 * rng.normal(size=(120, 40)) > 0
        said = np.where(rng.random((120, 1)) < skilled, up, said)
        return up.ravel(), said.ravel(), np.repeat(np.arange(120), 40)

    luck = [market(0.0) for _ in range(300)]
    assert np.mean([skill.pooled_direction(*each) < 0.05 for each in luck]) < 0.1
    assert np.mean([skill.pesaran_timmermann(up, said) < 0.05 for up, said, _ in luck]) > 0.3
    assert skill.pooled_direction(*market(0.6)) < 0.01
