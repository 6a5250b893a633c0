"""Which recipes a search tries: none that is at odds with itself, and as many as were asked for."""

import pytest
from toys import small_recipe, walk

from rnn_forecast.errors import DataError, Notice, UsageError
from rnn_forecast.recipe import Recipe, at_odds, with_choices
from rnn_forecast.tuning.before_test import grounds
from rnn_forecast.tuning.candidates import candidates, that_rows_allow
from rnn_forecast.tuning.space import Space, space_of, value_of

GIVEN = Recipe()


def found(asked: str, recipe: Recipe = GIVEN, count: int = 30) -> tuple[list[Recipe], list[str]]:
    told: list[Notice] = []
    return candidates(space_of([asked], recipe), recipe, count, told.append), [one.text for one in told]


def test_the_recipe_as_it_is_comes_first_and_others_after_it() -> None:
    recipes, told = found("cell,lookback,units", count=12)
    assert recipes[0] == Recipe()
    assert len(recipes) == 13
    assert len({one.model_dump_json() for one in recipes}) == 13
    assert not told


def test_as_many_as_were_asked_for_though_most_are_at_odds() -> None:
    """Of 7 lookbacks by 8 patches 13 go together."""
    recipes, told = found("lookback=7,11,13,17,19,23,24,patch=1,2,3,4,6,8,12,5", count=12)
    assert len(recipes) == 13
    assert all(at_odds(one) is None for one in recipes)
    assert not told


def test_where_there_are_no_more_a_value_that_goes_with_none_is_named() -> None:
    recipes, told = found("lookback=10,20,patch=1,5,7")
    tried = {(one.window.lookback, one.window.patch) for one in recipes[1:]}
    assert tried == {(10, 1), (10, 5), (20, 1), (20, 5)}
    assert told == ["patch 7 is not tried: the lookback, 10, must be a multiple of the patch, 7."]


@pytest.mark.parametrize(("asked", "choices"), [("patch=7", {}), ("lookback=12", {"patch": 5})])
def test_where_nothing_goes_together_it_is_refused(asked: str, choices: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="must be a multiple of the patch"):
        found(asked, with_choices(Recipe(), choices))


def test_a_lookback_at_odds_with_the_patch_as_it_is_is_no_lack_of_rows() -> None:
    recipe = small_recipe(horizon=1, lookback=8, patch=4)
    space = space_of(["lookback,patch=1,2,4"], recipe)
    ground, told = grounds([walk(120)], recipe, 5), list[Notice]()
    left = that_rows_allow(space, ground, recipe, told.append)
    assert left.values["lookback"] == (5, 10, 20, 40, 60)
    assert [one.text for one in told] == ["lookback 120: not tried, there are too few rows."]
    recipes = candidates(left, recipe, 30, told.append)
    assert {(10, 2), (5, 1), (20, 4)} <= {(one.window.lookback, one.window.patch) for one in recipes}
    assert len(told) == 1


def test_where_rows_leave_nothing_it_is_bad_data() -> None:
    with pytest.raises(DataError, match="no other recipe"):
        candidates(Space({}), Recipe(), 5, lambda notice: None)


def test_another_seed_draws_others() -> None:
    one, other = (
        found("cell,lookback,units", with_choices(Recipe(), {"seed": seed}), 8)[0][1:] for seed in (0, 1)
    )
    keys = ("cell", "lookback", "units")
    drawn = [[tuple(value_of(recipe, key) for key in keys) for recipe in some] for some in (one, other)]
    assert drawn[0] != drawn[1]
