"""The recipes that a search tries: of its space, those that go together and have rows enough."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rnn_forecast.errors import DataError, Notice, UsageError
from rnn_forecast.recipe import Odds, Recipe, at_odds, with_choices
from rnn_forecast.seeds import generator
from rnn_forecast.tuning.before_test import Ground, require_rows
from rnn_forecast.tuning.sampling import sampled
from rnn_forecast.tuning.space import Space, shown, value_of

BY_ROWS = ("valid_fraction", "lookback", "season", "normalize", "log")  # keys that rows may be too few for

Tell = Callable[[Notice], None]


def that_rows_allow(space: Space, ground: Ground, recipe: Recipe, tell: Tell) -> Space:
    """The space without the usual values that there are too few rows for. Raises DataError for given ones."""
    for key in BY_ROWS:
        too_long = []
        for value in space.values.get(key, ()):
            one = with_choices(recipe, {key: value})
            try:
                if at_odds(one) is None:  # else it may go with other values than those of the recipe
                    require_rows(ground, one)
            except DataError:
                if key in space.given:
                    raise
                too_long.append(value)
        if too_long:
            tell(Notice(f"{key} {_listed(too_long)}: not tried, there are too few rows."))
            space = space.without(key, too_long)
    return space


def candidates(space: Space, recipe: Recipe, count: int, tell: Tell) -> list[Recipe]:
    """The recipe as it is, then `count` others, or all that there are; drawn by the recipe's own seed.

    Raises UsageError where no values of the space go together, DataError where no other is left.
    """
    own = {key: value_of(recipe, key) for key in space.values}

    def allowed(choices: Mapping[str, Any]) -> bool:
        return at_odds(with_choices(recipe, choices)) is None

    chance = generator(recipe.training.seed, "search")
    drawn = sampled(space.values, own, count, chance, allowed=allowed)
    if len(drawn) < count:
        useless = [*_useless(space, recipe, [own, *drawn])]
        if useless and not drawn:
            odds = useless[0][2]
            raise UsageError(f"--search has no values that go together: {odds.why}", odds.remedy)
        for key, value, odds in useless:
            tell(Notice(f"{key} {shown(value)} is not tried: {odds.why}"))
    if not drawn:
        raise DataError(
            "these rows allow no other recipe than the one as it is.", "Add rows, or --search others."
        )
    return [recipe, *(with_choices(recipe, choices) for choices in drawn)]


def _useless(space: Space, recipe: Recipe, tried: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any, Odds]]:
    """Values that are in no trial, as they go with no other, and why."""
    first = {key: values[0] for key, values in space.values.items()}
    for key, values in space.values.items():
        for value in values:
            odds = at_odds(with_choices(recipe, {**first, key: value}))
            if odds is not None and not any(choices[key] == value for choices in tried):
                yield key, value, odds


def _listed(values: list[Any]) -> str:
    return ", ".join(map(shown, values))
