"""The verb prepare on the command line."""

from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options.default_paths import DefaultPath, Places, after_check, path_for, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.recipe_options import RecipeChoices


@verb
def prepare(
    sources: Sources,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    out: Annotated[
        Path | None, option("--out", metavar="DIR", help="Folder to write.", default="prepared/NAME")
    ] = None,
    windows: Annotated[
        bool, option("--windows", help="Write windows.npz above a million windows too.")
    ] = False,
    check: Annotated[
        bool, option("--check", help="Say what is understood of the sources; write nothing.")
    ] = False,
) -> None:
    """Read, check, clean, split by time, normalise and cut windows."""
    if check:
        _check(sources, reading, recipe, common)
        return
    folder = path_for(sources, DefaultPath("prepared", "--out", out), reading.as_ticker)
    places = Places(read_places(sources, recipe=recipe.recipe), (("--out", folder),))
    with session(common, "Preparing", places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import prepare as verb_prepare

        prepared = verb_prepare.prepare(
            sources, reading.options(), recipe.chosen(), folder, now.run(), windows=windows
        )
        now.finish(results.prepared(prepared, folder))


def _check(sources: list[str], reading: ReadingChoices, recipe: RecipeChoices, common: Common) -> None:
    """What was understood goes to standard output: it is the result."""
    with session(common, "Checking", Places(read_places(sources, recipe=recipe.recipe))) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import prepare as verb_prepare

        found = verb_prepare.check(sources, reading.options(), recipe.chosen(sources), now.run())
        if found.refusal is not None:
            now.show(results.checked(found, "").text)
            raise found.refusal
        now.finish(results.checked(found, after_check(sources, reading, recipe.words())))
