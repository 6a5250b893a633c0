"""The long-run variance, number by number; tests/scores/test_skill.py has the rest of the statistics."""

import math

import numpy as np
import pytest
from scipy import stats

from rnn_forecast.statistics import (
    chi_square_upper_tail,
    cosine_variance,
    few_cosines,
    long_run_variance,
    student_quantile,
)

UP_AND_DOWN = [1.0, -1.0, 1.0, -1.0]  # autocovariances 1, -3/4, 1/2, -1/4


@pytest.mark.parametrize(
    ("series", "overlap", "want"),
    [
        (UP_AND_DOWN, 1, 1.0),
        (UP_AND_DOWN, 2, 1 - 2 / 2 * 3 / 4),  # 1 - 2 (3/4) is below zero: Bartlett
        (UP_AND_DOWN, 3, 1 - 2 * 3 / 4 + 2 * 1 / 2),
        (UP_AND_DOWN, 4, 1 + 2 * (-3 / 4 * 3 / 4 + 2 / 4 * 1 / 2 - 1 / 4 * 1 / 4)),  # 0: Bartlett too
        ([1.0, -1.0], 10, 1 - 2 * 9 / 10 * 1 / 2),  # no more lags than there are
        ([3.0, -1.0, -2.0], 2, (14 - 2 * 1) / 3),
    ],
)
def test_it_is_the_sum_of_the_autocovariances(series, overlap, want):
    assert long_run_variance(np.array(series), overlap) == pytest.approx(want)


def test_sums_of_neighbours_have_as_many_times_the_variance():
    noise = np.random.default_rng(5).normal(size=100_003)
    sums = np.convolve(noise, np.ones(4), "valid")
    assert long_run_variance(sums - sums.mean(), 4) == pytest.approx(16, rel=0.05)


def test_one_cosine_is_always_taken():
    """Of six sums of five: half a wave has 56 % of what is at zero, and there is no slower one."""
    series = np.array([0.5, -1.0, 2.0, 1.0, -3.0, 0.5])
    wave = sum(x * math.cos(math.pi * (t + 0.5) / 6) for t, x in enumerate(series.tolist()))
    share = (math.sin(5 * math.pi / 12) / (5 * math.sin(math.pi / 12))) ** 2
    variance, degrees = cosine_variance(series, 5)
    assert degrees == 1
    assert variance == pytest.approx(2 / 6 * wave**2 / share)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 6, 10])
@pytest.mark.parametrize("x", [0.0, 1e-9, 0.3, 1.0, 5.0, 20.0, 300.0])
def test_the_tail_of_chi_square_is_scipys(x, degrees):
    assert chi_square_upper_tail(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), rel=1e-11)


@pytest.mark.parametrize("degrees", [1, 2, 7, 41, 999])
@pytest.mark.parametrize("chance", [0.001, 0.05, 0.5])
def test_the_quantile_of_students_t_is_scipys(chance, degrees):
    assert student_quantile(chance, degrees) == pytest.approx(stats.t.isf(chance / 2, degrees), rel=1e-9)


def test_no_more_cosines_are_taken_than_are_asked_for():
    noise = np.random.default_rng(5).normal(size=250)
    assert few_cosines(250) == 16 and few_cosines(1) == 1
    assert cosine_variance(noise, 1, 16)[1] == 16
    assert cosine_variance(noise, 1, 1_000) == cosine_variance(noise, 1)
    assert cosine_variance(noise, 9, 249) == cosine_variance(noise, 9)
