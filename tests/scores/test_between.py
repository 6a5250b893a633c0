"""Recipes beside each other: by SciPy and by the tests of one recipe against a baseline."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_scores import pairs_of

from rnn_forecast.scores.outcomes.between import Between, between
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.scores import score


def nearer(pairs: Pairs, by: float, seed: int) -> Pairs:
    """The same origins, forecast with an error that is `by` of a price."""
    noise = np.random.default_rng(seed).normal(0, by, pairs.actual.shape)
    return replace(pairs, forecast=pairs.actual * (1 + noise))


def found(by_recipe: dict[str, Pairs], every: int = 1) -> dict[tuple[str, str], Between]:
    return {(row["one"], row["other"]): row for row in between(by_recipe, every)}


@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_a_recipe_that_is_the_last_value_is_compared_as_the_last_value_is(
    seed: int, tickers: int, horizon: int
) -> None:
    """What `score` says of the forecast against last value: another way to the same number."""
    pairs = pairs_of(tickers, 90, horizon, skilled=0.3, seed=seed)
    last = replace(pairs, forecast=np.repeat(pairs.last[:, None], horizon, axis=1))
    (row,) = between({"network": pairs, "last": last}, 1)
    want = score(pairs, model="m", span=("a", "b"))["skill"]
    assert want is not None
    ratio = want["rmse_ratio"] if row["one"] == "network" else 1 / (want["rmse_ratio"] or np.nan)
    assert row["rmse_ratio"] == pytest.approx(ratio)
    assert row["dm_p_value"] == pytest.approx(want["dm_p_value"], rel=1e-6)


def test_one_step_of_one_ticker_is_student_s_test_of_the_mean() -> None:
    pairs = pairs_of(1, 80, 1)
    by_recipe = {"a": nearer(pairs, 0.010, 1), "b": nearer(pairs, 0.011, 2)}
    (row,) = between(by_recipe, 1)
    losses = [np.square(by_recipe[name].forecast - pairs.actual)[:, 0] for name in (row["one"], row["other"])]
    assert row["dm_p_value"] == pytest.approx(stats.ttest_1samp(losses[0] - losses[1], 0).pvalue)
    assert row["rmse_ratio"] == pytest.approx(np.sqrt(losses[0].mean() / losses[1].mean()))


def test_the_nearest_stand_first_and_many_tests_are_allowed_for() -> None:
    pairs = pairs_of(2, 120, 2)
    sizes = {"far": 0.03, "near": 0.01, "middle": 0.0101}
    rows = between({name: nearer(pairs, by, i) for i, (name, by) in enumerate(sizes.items())}, 1)
    assert [(row["one"], row["other"]) for row in rows][1:] == [
        (rows[0]["one"], "far"), (rows[0]["other"], "far")
    ]  # fmt: skip
    assert all((row["rmse_ratio"] or 9) <= 1 for row in rows)
    want = stats.false_discovery_control([row["dm_p_value"] or 0.0 for row in rows])
    assert [row["q_value"] for row in rows] == pytest.approx(want)
    assert [row["verdict"] for row in rows[1:]] == ["better", "better"]


def test_two_of_one_forecast_are_the_same_and_few_are_too_few() -> None:
    pairs = pairs_of(1, 60, 2)
    rounded = replace(pairs, forecast=pairs.forecast * (1 + 1e-15))
    (row,) = between({"a": pairs, "b": rounded}, 1)
    assert (row["verdict"], row["dm_p_value"], row["rmse_ratio"]) == ("same forecast", None, 1.0)
    few = pairs_of(1, 10, 2)
    (row,) = between({"a": nearer(few, 0.01, 1), "b": nearer(few, 0.02, 2)}, 1)
    assert (row["verdict"], row["dm_p_value"]) == ("too few to say", None)


@pytest.mark.parametrize("change", ["actual", "origin", "ticker"])
def test_other_outcomes_are_not_compared(change: str) -> None:
    pairs = pairs_of(2, 60, 1)
    other = replace(pairs, **{change: getattr(pairs, change)[::-1].copy()})
    with pytest.raises(ValueError, match="the same origins and outcomes"):
        between({"a": pairs, "b": other}, 1)
