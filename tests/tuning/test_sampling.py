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
