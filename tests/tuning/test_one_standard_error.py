"""The one-standard-error rule, beside one written with plain loops."""

import math
import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.tuning.cost import multiply_adds
from rnn_forecast.tuning.one_standard_error import choose

# sixteenths: sums and differences are exact, so that the oracle's order of adding is no matter
SIXTEENTHS = st.integers(8, 24).map(lambda n: n / 16)
SCORES = st.integers(2, 8).flatmap(
    lambda blocks: st.lists(st.lists(SIXTEENTHS, min_size=blocks, max_size=blocks), min_size=1, max_size=7)
)


def by_hand(scores: list[list[float]], costs: list[int]) -> tuple[int, set[int]]:
    """The choice, and those that are as good as the best."""
    best = min(range(len(scores)), key=lambda i: (sum(scores[i]), i))
    good = set()
    for i, mine in enumerate(scores):
        apart = [a - b for a, b in zip(mine, scores[best], strict=True)]
        if sum(apart) / len(apart) <= statistics.stdev(apart) / math.sqrt(len(apart)):
            good.add(i)
    if 0 in good:
        return 0, good
    least = min(costs[i] for i in good)
    return min((sum(scores[i]), i) for i in good if costs[i] == least)[1], good


def near_a_tie(scores: list[list[float]]) -> bool:
    """A mean that is its own error to the last bits: either answer is right."""
    best = min(scores, key=sum)
    for mine in scores:
        apart = [a - b for a, b in zip(mine, best, strict=True)]
        error = statistics.stdev(apart) / math.sqrt(len(apart))
        if error and math.isclose(sum(apart) / len(apart), error, rel_tol=1e-9):
            return True
    return False


@given(SCORES, st.lists(st.integers(1, 4), min_size=7, max_size=7))
def test_the_choice_is_that_by_hand(scores: list[list[float]], costs: list[int]) -> None:
    if near_a_tie(scores):
        return
    found = choose(np.array(scores), costs[: len(scores)])
    assert (found.chosen, set(found.as_good)) == by_hand(scores, costs)
    assert found.best in found.as_good


@given(SCORES)
def test_a_recipe_of_which_all_are_copies_is_kept(scores: list[list[float]]) -> None:
    same = [scores[0]] * 4
    assert choose(np.array(same), [9, 1, 1, 1]).chosen == 0


@given(st.integers(2, 9), st.floats(0.001, 0.5), st.floats(0.5, 1.5), st.integers(0, 9))
def test_one_block_that_differs_is_no_evidence(blocks: int, gain: float, level: float, where: int) -> None:
    """Its mean is its error, to the last bits."""
    better = np.full(blocks, level)
    better[where % blocks] -= gain
    assert choose(np.array([np.full(blocks, level), better]), [2, 1]).chosen == 0


def test_a_cheaper_one_within_the_error_goes_before_the_best() -> None:
    given = [1.0, 1.0, 1.0, 1.0]
    best, near, far = [0.8, 0.82, 0.78, 0.8], [0.79, 0.85, 0.77, 0.82], [0.9, 0.9, 0.9, 0.9]
    assert choose(np.array([given, best, near, far]), [5, 4, 3, 1]).chosen == 2
    assert choose(np.array([given, best, near, far]), [5, 2, 3, 1]).chosen == 1


def test_what_is_simpler() -> None:
    two = with_choices(Recipe(), {"units": 2, "lookback": 10, "skip": False})
    assert multiply_adds(two) == 10 * (2 * 1 + 2 * 2) + 2
    assert multiply_adds(with_choices(two, {"patch": 5})) == 2 * (2 * 5 + 2 * 2) + 2
    for more in (
        {"units": 3},
        {"lookback": 11},
        {"cell": "gru"},
        {"layers": 2},
        {"members": 2},
        {"skip": True},
    ):
        assert multiply_adds(with_choices(two, more)) > multiply_adds(two)
    assert multiply_adds(with_choices(two, {"members": 3})) == 3 * multiply_adds(two)
