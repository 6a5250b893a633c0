"""`rnn-forecast` whose training draws weights instead of fitting them: all else is the program's own."""

from toys import random_weights

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.recipe import Recipe


def drawn(
    draw: object, stop: object, recipe: Recipe, *, on_epoch: object, epochs: object = None
) -> list[FittedNetwork]:
    members = range(recipe.training.members)
    return [FittedNetwork(random_weights(recipe, i), (Epoch(i, 1, 1.0, 1.0, 0.0, 1),), 1) for i in members]


if __name__ == "__main__":
    from rnn_forecast.cli.main import main

    fit_module.fit_members = drawn  # type: ignore[assignment]
    main()
