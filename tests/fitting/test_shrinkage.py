"""How far a network is trusted, held against the formula in plain loops."""

import numpy as np
import pytest

from rnn_forecast.fitting.shrinkage import fit_shrinkage


def by_hand(predicted: list[float], actual: list[float], dates: list[int], horizon: int) -> float:
    """One step, from the definition: the slope, its clustered variance with horizon - 1 lags, the rule."""
    power = sum(d * d for d in predicted)
    slope = sum(d * a for d, a in zip(predicted, actual, strict=True)) / power
    days = sorted(set(dates))
    sums = [
        sum(d * (a - slope * d) for d, a, date in zip(predicted, actual, dates, strict=True) if date == day)
        for day in days
    ]
    n = len(days)
    cross = [sum(sums[i] * sums[i - lag] for i in range(lag, n)) for lag in range(horizon)]
    total = cross[0] + 2 * sum(cross[1:])
    if total <= 0:  # Bartlett's weights
        total = cross[0] + 2 * sum((1 - lag / horizon) * cross[lag] for lag in range(1, horizon))
    squared_error = total / power**2 * n / (n - 1)
    if slope <= 0:
        return 0.0
    return min(slope, 1.0) * max(1 - 2 * squared_error / slope**2, 0.0)


@pytest.mark.parametrize(("horizon", "days"), [(1, 2), (1, 12), (2, 4), (2, 12), (5, 12), (5, 60)])
def test_it_is_the_formula_in_loops(horizon: int, days: int) -> None:
    """Dates out of order and of unlike weight; some slopes above 1, some below 0, some of no weight."""
    found, expected = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        dates = rng.permutation(np.repeat(np.arange(days), rng.integers(1, 4, days)))
        predicted = rng.normal(size=(len(dates), horizon))
        actual = rng.choice([-0.5, 0.4, 0.8, 1.5]) * predicted + rng.normal(0, 0.6, predicted.shape)
        found.append(fit_shrinkage(predicted, actual, dates))
        columns = zip(predicted.T.tolist(), actual.T.tolist(), strict=True)
        expected.append([by_hand(d, a, dates.tolist(), horizon) for d, a in columns])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert np.unique(found).size > 3


def test_the_unit_of_moves_does_not_matter_and_one_day_or_no_move_are_no_fault() -> None:
    rng = np.random.default_rng(3)
    predicted = rng.normal(size=(80, 2))
    actual, dates = 0.6 * predicted + rng.normal(size=(80, 2)), np.arange(80)
    np.testing.assert_allclose(
        fit_shrinkage(1e-4 * predicted, 1e-4 * actual, dates), fit_shrinkage(predicted, actual, dates)
    )
    assert fit_shrinkage(0 * predicted, actual, dates).tolist() == [0, 0]
    assert np.isfinite(fit_shrinkage(predicted, actual, 0 * dates)).all()
