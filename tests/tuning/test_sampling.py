"""Draws that are balanced, different, and the same for the same seed."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.tuning.sampling import latin_hypercube, sampled

VALUES = st.dictionaries(
    st.sampled_from("abcde"), st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True).map(tuple),
    min_size=1,
)  # fmt: skip


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 9))
def test_each_interval_of_each_column_is_met_once(n: int, dimensions: int, seed: int) -> None:
    points = latin_hypercube(n, dimensions, np.random.default_rng(seed))
    assert points.shape == (n, dimensions)
    for column in points.T:
        assert sorted(np.floor(column * n).astype(int)) == list(range(n))


@given(VALUES, st.integers(1, 40), st.integers(0, 9))
def test_all_are_different_of_the_space_and_not_the_recipe(
    values: dict[str, tuple[int, ...]], count: int, seed: int
) -> None:
    own = {key: some[0] for key, some in values.items()}
    found = sampled(values, own, count, np.random.default_rng(seed))
    assert found == sampled(values, own, count, np.random.default_rng(seed))
    distinct = {tuple(one.items()) for one in found}
    others = len(list(itertools.product(*values.values()))) - 1
    assert len(found) == len(distinct) == min(count, others)
    assert own not in found
    assert all(one[key] in some for one in found for key, some in values.items())


def test_each_value_is_tried_about_as_often_as_any_other() -> None:
    values = {key: tuple(range(4)) for key in "abcd"}
    own = dict.fromkeys(values, 99)
    found = sampled(values, own, 40, np.random.default_rng(0))
    for key in values:
        assert all(abs(times - 10) <= 2 for times in Counter(one[key] for one in found).values())


@given(VALUES, st.integers(1, 40), st.integers(0, 9))
def test_of_what_is_allowed_there_are_as_many_as_asked_or_all(
    values: dict[str, tuple[int, ...]], count: int, seed: int
) -> None:
    own = {key: some[0] for key, some in values.items()}

    def allowed(choices: dict[str, int]) -> bool:
        return sum(choices.values()) % 3 == 0

    found = sampled(values, own, count, np.random.default_rng(seed), allowed=allowed)
    every = [dict(zip(values, one, strict=True)) for one in itertools.product(*values.values())]
    there = [one for one in every if allowed(one) and one != own]
    assert len(found) == min(count, len(there))
    assert all(one in there for one in found)


def test_what_is_rare_is_found_too() -> None:
    """One of 7,776 combinations, which a hundred hypercubes of three points hardly ever meet."""
    values = {key: tuple(range(6)) for key in "abcde"}
    rare = dict.fromkeys(values, 3)
    for seed in range(3):
        chance = np.random.default_rng(seed)
        assert sampled(values, {}.fromkeys(values, 0), 3, chance, allowed=lambda one: one == rare) == [rare]


def test_a_space_without_end_is_given_up() -> None:
    values = {key: tuple(range(100)) for key in "abcdef"}
    chance = np.random.default_rng(0)
    assert sampled(values, dict.fromkeys(values, 0), 30, chance, allowed=lambda choices: False) == []


def test_the_first_trials_are_not_all_of_one_value() -> None:
    """A search whose time is up has tried something of each."""
    values = {"a": (0, 1), "b": tuple(range(10))}
    found = sampled(values, {"a": 9, "b": 9}, 20, np.random.default_rng(0))
    assert len(found) == 20
    assert len({one["a"] for one in found[:8]}) == 2
