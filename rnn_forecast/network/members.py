"""Several networks with different seeds."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from rnn_forecast.network.results import Epoch, FittedNetwork
from rnn_forecast.network.training import fit
from rnn_forecast.recipe import Recipe

if TYPE_CHECKING:
    from rnn_forecast.windows import Windows


def fit_members(
    draw: "Callable[[int], Windows]",
    stop: "Windows | None",
    recipe: Recipe,
    *,
    on_epoch: Callable[[Epoch], None],
) -> tuple[FittedNetwork, ...]:
    """`recipe.training.members` networks; member i has the recipe's seed plus i."""

    def one(member: int) -> FittedNetwork:
        fitted = fit(
            draw,
            stop,
            recipe,
            seed=recipe.training.seed + member,
            on_epoch=lambda e: on_epoch(replace(e, member=member)),
        )
        return replace(fitted, history=tuple(replace(e, member=member) for e in fitted.history))

    return tuple(one(member) for member in range(recipe.training.members))
