"""Which fits a search makes, in which order, and what it keeps of them."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toys import small_recipe, walk

from rnn_forecast.errors import DataError, TrainingError
from rnn_forecast.recipe import with_choices
from rnn_forecast.tuning import halving
from rnn_forecast.tuning.before_test import grounds
from rnn_forecast.tuning.halving import Means, Search, goes_on, run
from rnn_forecast.tuning.trial import Measured

RECIPE = small_recipe(horizon=1)
RECIPES = [with_choices(RECIPE, {"units": units}) for units in range(4, 14)]  # ten: nine beside the given one
SEARCH = Search(grounds([walk(400)], RECIPE, 5), RECIPES)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[int, ...]]]:
    """The fits that were made, as (units, blocks); each trial's score is 1 - units / 100, in every block."""
    found: list[tuple[int, tuple[int, ...]]] = []

    def measured(ground: Any, recipe: Any, blocks: tuple[int, ...]) -> Measured:
        units = recipe.network.units
        found.append((units, tuple(blocks)))
        if units == 13:
            return Measured(failed="it diverged")
        return Measured(dict.fromkeys(blocks, 1 - units / 100), 1.0)

    monkeypatch.setattr(halving, "measure", measured)
    monkeypatch.setattr(halving.machine, "workers", lambda: 1)
    return found


def test_all_have_a_first_look_and_the_best_third_goes_on(made: list[Any]) -> None:
    trials = run(SEARCH)
    assert SEARCH.first_look == (1, 3)
    assert made[:10] == [(4, (0, 1, 2, 3, 4)), *((units, (1, 3)) for units in range(5, 14))]
    assert made[10:] == [(units, (0, 2, 4)) for units in (12, 11, 10)]
    assert trials[9].failed == "it diverged"
    assert SEARCH.is_done(trials)


def test_whatever_was_measured_before_is_not_measured_again(made: list[Any]) -> None:
    """Stopped after each of its steps and begun again: the same trials, and no fit made twice."""
    whole, steps = run(SEARCH), list[dict[int, Measured]]()
    once = len(made)
    run(SEARCH, Means(keep=lambda trials: steps.append(dict(trials))))
    for number, known in enumerate(steps, 1):
        made.clear()
        assert run(SEARCH, Means(known=known)) == whole
        assert len(made) == once - number
    assert [SEARCH.is_done(known) for known in steps] == [False] * (once - 1) + [True]


def test_another_takes_the_place_of_one_that_fails_when_it_goes_on(
    made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured, paces = halving.measure, list[halving.Pace]()

    def failing(ground: Any, recipe: Any, blocks: tuple[int, ...]) -> Measured:
        found = measured(ground, recipe, blocks)
        return Measured(failed="late") if (recipe.network.units, blocks) == (11, (0, 2, 4)) else found

    monkeypatch.setattr(halving, "measure", failing)
    trials = run(SEARCH, Means(tell=paces.append))
    assert made[10:] == [(units, (0, 2, 4)) for units in (12, 11, 10, 9)]
    assert SEARCH.is_done(trials)
    assert paces[-1].done == paces[-1].of


def test_of_equals_the_cheapest_go_on() -> None:
    same = {i: Measured(dict.fromkeys(SEARCH.first_look, 1.0)) for i in range(10)}
    backwards = replace(SEARCH, recipes=[RECIPE, *reversed(RECIPES[1:])])
    assert goes_on(backwards, same) == [9, 8, 7]
    assert goes_on(SEARCH, same) == [1, 2, 3]


def test_what_is_left_to_do_is_what_is_done(made: list[Any]) -> None:
    steps: list[dict[int, Measured]] = [{}]
    run(SEARCH, Means(keep=lambda trials: steps.append(dict(trials))))
    for known in steps:
        made.clear()
        run(SEARCH, Means(known=known))
        assert halving.to_do(SEARCH, known) == sum(len(blocks) for _, blocks in made)


def test_the_pace_ends_where_it_says_after_a_limited_time_too(made: list[Any]) -> None:
    """Then trials may have gone on that are not among the best of all."""
    early = {i: Measured(dict.fromkeys(range(5), 0.99)) for i in range(4)}
    paces: list[halving.Pace] = []
    run(SEARCH, Means(known=early, tell=paces.append))
    assert all(pace.done <= pace.of for pace in paces)
    assert paces[-1].done == paces[-1].of == 4 * 5 + 5 * 2 + 3 * 3


def test_no_trial_begins_after_the_time_but_the_given_one(
    made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock(step: float) -> Iterator[float]:
        return itertools.count(0.0, step)

    monkeypatch.setattr(halving.time, "monotonic", clock(1.0).__next__)
    trials = run(SEARCH, Means(seconds=8.5))  # half of it is for looking: 1, 2, 3 and 4 seconds
    assert [units for units, _ in made] == [4, 5, 6, 7, 8, 8, 7, 6][: len(made)]
    assert made[5] == (8, (0, 2, 4))
    assert not SEARCH.is_done(trials)
    made.clear()
    trials = run(SEARCH, Means(seconds=0.0))
    assert [*trials] == [0]


def test_a_search_that_goes_on_has_as_long_again(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command, again and again, comes to the end of one that had all the time."""
    whole, known, runs = run(SEARCH), dict[int, Measured](), 0
    monkeypatch.setattr(halving.time, "monotonic", itertools.count(0.0, 1.0).__next__)
    while not SEARCH.is_done(known):
        made.clear()
        known, runs = run(SEARCH, Means(seconds=8.5, known=known)), runs + 1
        assert made
    assert runs > 1
    assert {i: known[i] for i in (0, *goes_on(SEARCH, known))} == {i: whole[i] for i in (0, 8, 7, 6)}


def test_the_pace_says_how_far_and_which_is_the_best(made: list[Any]) -> None:
    paces: list[halving.Pace] = []
    run(SEARCH, Means(tell=paces.append))
    assert [pace.done for pace in paces[:3]] == [5, 7, 9]
    assert [pace.of for pace in paces] == [5 + 9 * 2 + 3 * 3] * 9 + [5 + 8 * 2 + 3 * 3] * 4  # one fails
    assert paces[-1].done == paces[-1].of
    assert (paces[-1].best, paces[-1].score) == (8, pytest.approx(0.88))


@pytest.mark.parametrize(
    ("found", "error"),
    [
        (Measured(failed="the loss is not finite"), TrainingError),
        (Measured({0: 1.0, 1: 1.0, 2: None, 3: 1.0, 4: 1.0}), DataError),
    ],
)
def test_nothing_is_searched_beside_a_recipe_that_has_no_scores(
    monkeypatch: pytest.MonkeyPatch, found: Measured, error: type[Exception]
) -> None:
    monkeypatch.setattr(halving, "measure", lambda *_: found)
    monkeypatch.setattr(halving.machine, "workers", lambda: 1)
    with pytest.raises(error):
        run(SEARCH)


def test_blocks_cover_the_last_fifth_before_the_test_part() -> None:
    rolling = SEARCH.ground.rolling
    known = rolling.known[:, 0]
    assert len(SEARCH.ground.series[0]) == 320
    assert known[-1] == 319
    assert known.tolist() == list(range(320 - 64 + 4, 320))  # 64 rows: five blocks of 12
    assert [len(block) for block in rolling.blocks()] == [12] * 5
    assert np.array_equal(rolling.fits, np.arange(0, 60, 12))
