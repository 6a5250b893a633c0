"""How far a network is trusted, held against the formula in plain loops, and of networks that are known."""

import numpy as np
import pytest

from rnn_forecast.fitting.shrinkage import fit_shrinkage
from rnn_forecast.model.shrinkage_target import shrinkage_targets
from rnn_forecast.recipe import Window
from rnn_forecast.windows.windows import Windows


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


def windows_of(values: np.ndarray, n: int, horizon: int) -> Windows:
    origin = np.arange(n, dtype=np.int64)
    one = np.ones(n)
    return Windows(
        values[None], origin, np.ones(n, np.int32), values[:n], one, Window(lookback=2, horizon=horizon)
    )


def moves(n: int, part_known: float, *, seed: int = 0) -> tuple[np.ndarray, Windows]:
    """A walk, and a network that forecasts `part_known` of each coming change exactly and nothing else."""
    steps = np.random.default_rng(seed).normal(0, 1, n + 1)
    known = np.random.default_rng(seed + 1).normal(0, 1, n + 1) * part_known
    values = np.cumsum(steps + known)
    return (values[:n] + known[1:])[:, None], windows_of(values, n, 1)


def shrinkage_of(network: np.ndarray, windows: Windows) -> np.ndarray:
    """Towards the last value, windows of unit scale, one a day."""
    last = windows.last()[:, None]
    return fit_shrinkage(network - last, windows.future() - last, np.arange(len(network)))


def test_a_market_of_tickers_that_move_as_one_is_one_ticker():
    network, windows = moves(100, part_known=0.35, seed=5)
    one = shrinkage_of(network, windows)
    last = windows.last()[:, None]
    predicted, actual = (np.repeat(moved, 50, axis=0) for moved in (network - last, windows.future() - last))
    crowd = fit_shrinkage(predicted, actual, np.repeat(np.arange(100), 50))
    assert 0 < one[0] < 1
    np.testing.assert_allclose(crowd, one)


def test_a_network_that_knows_is_trusted():
    network, windows = moves(2000, part_known=1.0)
    assert shrinkage_of(network, windows)[0] == pytest.approx(1, abs=0.1)


def test_a_network_that_overstates_what_it_knows_is_drawn_back():
    network, windows = moves(2000, part_known=1.0)
    last = windows.last()[:, None]
    loud = last + 4 * (network - last)
    assert shrinkage_of(loud, windows)[0] == pytest.approx(0.25, abs=0.03)


def test_noise_is_mostly_not_trusted_at_all():
    rng = np.random.default_rng(0)
    shrinkage = []
    for seed in range(200):
        _, windows = moves(100, part_known=0.0, seed=seed)
        noise = windows.last()[:, None] + rng.normal(0, 0.3, (100, 1))
        shrinkage.append(shrinkage_of(noise, windows)[0])
    assert np.mean(np.array(shrinkage) == 0) > 0.88  # P(t < sqrt(2)) is 0.92
    assert np.mean(shrinkage) < 0.1


def test_a_network_that_is_wrong_on_purpose_is_not_turned_round():
    network, windows = moves(2000, part_known=1.0)
    last = windows.last()[:, None]
    assert shrinkage_of(last - (network - last), windows)[0] == 0


def test_overlapping_targets_are_less_evidence() -> None:
    """Forecasts right or wrong for five days at a time: of as many steps they are a fifth of the evidence."""
    rng = np.random.default_rng(0)
    luck = np.repeat(rng.normal(0.25, 1, 40), 5)
    predicted, actual = np.ones((200, 5)), np.repeat(luck[:, None], 5, axis=1)
    days = np.arange(200)
    one, five = fit_shrinkage(predicted[:, :1], actual[:, :1], days), fit_shrinkage(predicted, actual, days)
    assert (five < 0.8 * one).all()


def test_a_fall_of_more_than_all_is_none() -> None:
    windows = moves(50, part_known=0.0)[1]
    values = shrinkage_targets(windows, np.array([-3.0]), log=True)
    np.testing.assert_allclose(np.exp(values[:, 0] - windows.last()), 0.01)
