"""How far a network is trusted: by the formula, by what is known then, and by nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import following_model, toy_model, walk

from rnn_forecast.forecasts import network_weight
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.network_weight import (
    HALF_LIFE,
    LARGEST,
    MEMORY,
    PRIOR,
    earned_weight,
    forecast_values,
    rows_before,
    weighted,
)
from rnn_forecast.model.model import first_unseen, floored_moves, network_values, target_values
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.leak_audit import audit, changed_after
from rnn_forecast.windows.panel import make_panel
from rnn_forecast.windows.windows import windows_at

SERIES = [walk(700, seed=1, ticker="A"), walk(650, seed=2, ticker="B")]


def moves(n: int, horizon: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, horizon)), rng.normal(size=(n, horizon))


def textbook(predicted: np.ndarray, actual: np.ndarray, row: int, guess: float, step: int) -> float:
    """The posterior mean of a slope, forecast by forecast; column `step` - 1."""
    agreed, power = PRIOR * guess, PRIOR
    for made in range(row - MEMORY + 1 - step, row - step + 1):
        weight = 2.0 ** (-(row - step - made) / HALF_LIFE)
        agreed += weight * predicted[made, step - 1] * np.clip(actual[made, step - 1], -LARGEST, LARGEST)
        power += weight * predicted[made, step - 1] ** 2
    return float(np.clip(agreed / power, 0, 1))


def test_trust_is_the_textbook_loop() -> None:
    predicted, actual = moves(400, 3)
    at = np.array([rows_before(3), 200, 399])
    found = earned_weight(predicted, actual, at, np.array([0.3, 0.6, 0.9]))
    for i, row in enumerate(at):
        expected = [textbook(predicted, actual, row, guess, k) for k, guess in ((1, 0.3), (2, 0.6), (3, 0.9))]
        np.testing.assert_allclose(found[i], expected, rtol=1e-12)


@given(st.floats(0.01, 1), st.integers(0, 50))
def test_trust_is_a_share_and_moves_with_the_evidence(guess: float, seed: int) -> None:
    predicted, noise = moves(300, 1, seed)
    at, shrinkage = np.array([299]), np.array([guess])
    right, wrong = (
        earned_weight(predicted, part * predicted + noise, at, shrinkage)[0, 0] for part in (3.0, -3.0)
    )
    nothing = earned_weight(0 * predicted, noise, at, shrinkage)[0, 0]
    assert 0 <= wrong <= nothing <= right <= 1
    assert nothing == pytest.approx(guess)
    assert (wrong, right) == (0, 1)


def test_a_network_that_shrinkage_left_out_stays_out() -> None:
    predicted = 3 * np.sign(moves(300, 2)[0])
    weight = earned_weight(predicted, predicted, np.array([299]), np.array([0.0, 0.1]))
    assert weight[0, 0] == 0
    assert weight[0, 1] > 0.9


@pytest.mark.parametrize("step", [1, 3])
def test_what_is_not_known_yet_or_long_ago_counts_for_nothing(step: int) -> None:
    predicted, actual = moves(400, step)
    row, shrinkage = 300, np.full(step, 0.5)
    weight = earned_weight(predicted, actual, np.array([row]), shrinkage)[0, step - 1]
    for rows in (slice(row - step + 1, None), slice(None, row - step - MEMORY + 1)):
        other = actual.copy()
        other[rows] += 100
        assert earned_weight(predicted, other, np.array([row]), shrinkage)[0, step - 1] == weight
    for known in (row - step, row - step - MEMORY + 1):
        other = actual.copy()
        other[known] += 100
        assert earned_weight(predicted, other, np.array([row]), shrinkage)[0, step - 1] != weight


def values(model, series, origins):
    panel = make_panel(series, model.scaling)
    return forecast_values(model, panel, origins, first_unseen(model, series))[0]


def weight_of(model, series, origins):
    panel = make_panel(series, model.scaling)
    parts = weighted(model, panel, np.array(origins), first_unseen(model, series))
    return np.concatenate([part.weight for part in parts])


def test_trust_starts_from_shrinkage_and_moves_when_unseen_rows_come_in() -> None:
    model = following_model(SERIES)
    first = first_unseen(model, SERIES)[0]
    weight = weight_of(model, SERIES, [first - 1, first, first + 50])
    np.testing.assert_allclose(weight[0], 0.5)
    assert weight[1, 0] != 0.5
    assert weight[1, 1] == pytest.approx(0.5)  # no target of two steps is known yet
    assert (weight[2] != 0.5).all()


def test_rows_that_the_fit_has_seen_are_no_evidence() -> None:
    model = following_model(SERIES)
    origins = [570, 620]
    assert (weight_of(model, SERIES, origins) != 0.5).all()
    learnt = replace(model, source=replace(model.source, test_from=str(SERIES[0].dates[-1])[:10]))
    np.testing.assert_allclose(weight_of(learnt, SERIES, origins), 0.5)


def test_one_bad_price_decides_nothing() -> None:
    predicted, actual = np.full((300, 1), 0.02), np.zeros((300, 1))
    actual[250] = 230.0
    assert earned_weight(predicted, actual, np.array([260]), np.array([0.5]))[0, 0] == pytest.approx(
        0.5, abs=0.02
    )


@pytest.mark.parametrize("loud", [1, 3])
def test_a_network_that_fails_in_a_new_market_is_left_for_the_last_value(loud: int) -> None:
    """What comes is the opposite of what it says: most of the damage that shrinkage lets through is gone."""
    rng = np.random.default_rng(0)
    predicted = loud * rng.normal(0, 0.5, (600, 1))
    actual = -0.5 * predicted + rng.normal(size=predicted.shape)
    at = np.arange(200, 600)
    weight = earned_weight(predicted, actual, at, np.array([0.8]))
    damage = [np.mean((actual[at] - part * predicted[at]) ** 2 - actual[at] ** 2) for part in (weight, 0.8)]
    assert damage[0] < damage[1] / 5
    assert weight.mean() < 0.15


@pytest.mark.parametrize("choices", [{}, {"season": 20}, {"split": "rows"}, {"normalize": "zscore"}])
def test_every_way_to_a_forecast_trusts_alike(choices, monkeypatch) -> None:
    """evaluate, predict, one ticker alone, a few origins at a time."""
    model = following_model(SERIES, **choices)
    table = evaluation_of(model, SERIES, "toy").table
    for n in (570, 640):
        then = forecast(model, [PriceSeries(s.ticker, s.dates[:n], s.prices[:n]) for s in SERIES], 2)
        rows = table.origin == SERIES[0].dates[n - 1]
        np.testing.assert_allclose(table.forecast[rows], then.forecast, rtol=1e-6)
    alone = evaluation_of(model, SERIES[1:], "toy").table
    np.testing.assert_allclose(alone.forecast, table.forecast[table.ticker == "B"], rtol=1e-6)
    monkeypatch.setattr(network_weight, "CELLS", 14)
    np.testing.assert_allclose(evaluation_of(model, SERIES, "toy").table.forecast, table.forecast, rtol=1e-6)


def test_metrics_say_how_far_the_network_was_trusted_on_average() -> None:
    model = following_model(SERIES)
    evaluation = evaluation_of(model, SERIES, "toy")
    origins = evaluation.origins.tolist()
    expected = weight_of(model, SERIES, origins).mean(axis=0)
    np.testing.assert_allclose(evaluation.metrics["network_weight"], expected, rtol=1e-9)
    assert evaluation.metrics["shrinkage"] == [0.5, 0.5]


def test_the_leak_audit_passes_and_looks_at_trust() -> None:
    model = following_model(SERIES)
    evaluation = evaluation_of(model, SERIES, "toy")
    found = audit(model, SERIES, evaluation)
    assert found.compared > 100
    later = [changed_after(s, s.dates[600], np.random.default_rng(0)) for s in SERIES]
    origins = np.arange(590, 640)
    moved = values(model, later, origins) != values(model, SERIES, origins)
    assert not moved[:11].any()
    assert moved[11:].all()


def test_where_all_of_the_network_is_wanted_nothing_moves() -> None:
    model = replace(following_model(SERIES), recipe=toy_model(SERIES).recipe)
    panel, origins = make_panel(SERIES, model.scaling), np.arange(600, 640)
    windows = windows_at(panel, origins, model.scaling, model.recipe.window)
    last = windows.last()[:, None]
    expected = last + 0.5 * (network_values(model, windows) - last)
    np.testing.assert_allclose(values(model, SERIES, origins), expected, rtol=1e-12)


def test_a_series_younger_than_a_window_is_trusted_by_what_there_is() -> None:
    """Rows with fewer prices than a forecast needs are no evidence, and none are there."""
    model = following_model([*SERIES, walk(400, ticker="C")], split="series", lookback=30)
    young = walk(25, seed=9, ticker="NEW")  # all unseen
    weight = weight_of(model, [young], [12, 24])
    assert ((weight >= 0) & (weight <= 1)).all()
    longer = walk(60, seed=4, ticker="OTHER")
    both = make_panel([longer, young], model.scaling)
    parts = weighted(model, both, np.array([72, 84]), first_unseen(model, [longer, young]))
    np.testing.assert_allclose(np.concatenate([part.weight for part in parts]), weight, rtol=1e-6)
    early = PriceSeries("NEW", young.dates, np.append(young.prices[:8] * 3, young.prices[8:]))
    assert not np.allclose(weight_of(model, [early], [24]), weight[1:])  # windows reach back to the first row
    np.testing.assert_allclose(weight_of(model, [young], [9]), 0.5)  # the first that can be forecast from


def test_origins_far_apart_bring_their_own_rows_only() -> None:
    model = following_model(SERIES, split="rows")
    line = network_weight._leading(make_panel(SERIES, model.scaling), np.array([200, 210, 600, 900]), 120)
    assert len(line.rows) == 131 + 121 + 121
    assert line.rows[line.at].tolist() == [200, 210, 600, 900]
    assert line.series[line.at].tolist() == [0, 0, 0, 1]
    together = weight_of(model, SERIES, [600, 660, 690])
    for i, origin in enumerate((600, 660, 690)):
        np.testing.assert_allclose(weight_of(model, SERIES, [origin])[0], together[i], rtol=1e-6)


def by_hand(model, panel, origin: int, seen: np.ndarray) -> list[float]:
    """The weight at one origin: windows one by one, what followed each, and the formula."""
    series = int(np.flatnonzero(panel.offsets <= origin)[-1])
    first = panel.offsets[series] + max(seen[series], 10) - 1
    agreed, power = ([PRIOR * guess for guess in model.shrinkage], [PRIOR] * model.horizon)
    for made in range(max(first, origin - MEMORY - model.horizon), origin):
        at = np.array([made])
        windows = windows_at(panel, at, model.scaling, model.recipe.window)
        said, target = network_values(model, windows)[0], target_values(model, windows)[0]
        size = floored_moves(model, panel, at)[0]
        for k in range(model.horizon):
            age = origin - made - (k + 1)
            if 0 <= age < MEMORY:
                predicted = (said[k] - target[k]) / size[k]
                actual = (panel.prices[made + k + 1] - target[k]) / size[k]
                actual = max(-LARGEST, min(LARGEST, actual))
                agreed[k] += 2.0 ** (-age / HALF_LIFE) * predicted * actual
                power[k] += 2.0 ** (-age / HALF_LIFE) * predicted**2
    return [max(0.0, min(1.0, a / p)) for a, p in zip(agreed, power, strict=True)]


@pytest.mark.parametrize("toward", ["last_value", "drift"])
def test_the_trust_in_a_model_is_that_of_its_forecasts_one_by_one(toward: str) -> None:
    model = following_model(SERIES, toward=toward)
    panel, seen = make_panel(SERIES, model.scaling), first_unseen(model, SERIES)
    origins = np.array([seen[0] + 1, 600, 699, 700 + seen[1] + 3, 1349])
    found = np.concatenate([part.weight for part in weighted(model, panel, origins, seen)])
    expected = [by_hand(model, panel, int(origin), seen) for origin in origins]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert ((found > 0) & (found < 1) & (found != 0.5)).sum() >= 5  # the cut at 0 and 1 hides nothing


@pytest.mark.parametrize("side", [-1, 1])
def test_a_crash_counts_as_a_rise_does_up_to_the_largest_move(side: int) -> None:
    predicted, actual = (np.zeros((rows_before(1) + 1, 1)) for _ in range(2))
    predicted[-2], actual[-2] = side, side * 50.0
    found = earned_weight(predicted, actual, np.array([len(actual) - 1]), np.array([0.1]))
    assert found[0, 0] == pytest.approx((PRIOR * 0.1 + LARGEST) / (PRIOR + 1), rel=1e-12)


def test_a_part_ends_where_its_cells_are_full_and_none_is_dropped(monkeypatch) -> None:
    model = following_model(SERIES)
    panel, seen = make_panel(SERIES, model.scaling), first_unseen(model, SERIES)
    origins = np.array([*range(600, 700), *range(1300, 1350)])
    (whole,) = weighted(model, panel, origins, seen)
    monkeypatch.setattr(network_weight, "CELLS", 100)
    parts = list(weighted(model, panel, origins, seen))
    cells, filled = 0, []
    for i, origin in enumerate(origins):
        follows = i and origins[i - 1] == origin - 1
        cells += 2 * (1 if follows else rows_before(2) + 1)
        filled.append(cells // 100)
    sizes = [filled.count(n) for n in sorted(set(filled))]
    assert [len(part.weight) for part in parts] == sizes
    assert len(sizes) > 4
    for name in ("target", "network", "weight"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-5)
