"""The verb train on the command line."""

from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.app import verb
from rnn_forecast.cli.options.default_paths import DefaultPath, Places, after_train, path_for, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.recipe_options import RecipeChoices
from rnn_forecast.cli.session import session


@verb
def train(
    sources: Sources,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    model: Annotated[
        Path | None, option("--model", metavar="DIR", help="Folder to write.", default="models/NAME")
    ] = None,
) -> None:
    """Fit one model on all series found. A folder written by prepare is a source too."""
    folder = path_for(sources, DefaultPath("models", "--model", model), reading.as_ticker)
    places = Places(read_places(sources, recipe=recipe.recipe), (("--model", folder),))
    with session(common, "Training", places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import train as verb_train

        trained = verb_train.train(sources, reading.options(), recipe.chosen(sources), folder, now.run())
        now.finish(results.trained(trained, after_train(sources, reading, folder, model)))
