"""The verb tune on the command line."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import DefaultPath, Places, after_tune, path_for, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.recipe_options import RecipeChoices
from rnn_forecast.tuning.output import files_of, is_file

if TYPE_CHECKING:
    from rnn_forecast.verbs.tune import Wish


@dataclass(frozen=True)
class SearchChoices:
    """Search."""

    search: Annotated[
        list[str] | None,
        option(
            "--search", metavar="KEYS", default="cell,lookback,units,learning_rate",
            help="Keys of the recipe to search, with values or without: cell,units=16,32.",
        ),
    ] = None  # fmt: skip
    trials: Annotated[
        Any,
        option(
            "--trials", metavar="N", parser=quantities.positive, default="30",
            help="Recipes to try beside the one as it is.",
        ),
    ] = None  # fmt: skip
    time_limit: Annotated[
        Any,
        option(
            "--time-limit", metavar="TIME", parser=quantities.seconds, environment="TUNE_TIME_LIMIT",
            help="Begin no trial later than this, such as 30m; a run that goes on has as long again.",
        ),
    ] = None  # fmt: skip
    origins: Annotated[
        Any,
        option(
            "--origins", metavar="N", parser=quantities.positive, default="5", environment="TUNE_ORIGINS",
            help="Blocks of rolling origins that each is scored at, with a fit each; at least 5.",
        ),
    ] = None  # fmt: skip

    def wish(self) -> "Wish":
        """Raises UsageError for a number out of range."""
        from rnn_forecast.verbs.tune import Wish

        given = {"trials": self.trials, "origins": self.origins, "seconds": self.time_limit}
        said = {name: value for name, value in given.items() if value is not None}
        return Wish(tuple(self.search or ()), **said)


@verb
def tune(
    sources: Sources,
    reading: ReadingChoices,
    search: SearchChoices,
    recipe: RecipeChoices,
    common: Common,
    out: Annotated[
        Path | None,
        option(
            "--out", metavar="DIR", default="tuned/NAME",
            help="Folder to write; or FILE.toml for the recipe, with FILE.trials.csv beside it.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Search for a recipe that forecasts better, on rows before the test part; or keep the one as it is."""
    place = path_for(sources, DefaultPath("tuned", "--out", out), reading.as_ticker)
    written = files_of(place) if is_file(place) else (place,)
    places = Places(read_places(sources, recipe=recipe.recipe), tuple(("--out", one) for one in written))
    with session(common, "Tuning", places) as now:
        from rnn_forecast.cli.messages import tunings
        from rnn_forecast.verbs import tune as verb_tune

        wish, options = search.wish(), reading.options()
        run = replace(now.run(), on_trial=now.trial)
        found = verb_tune.tune(sources, options, recipe.chosen(sources), place, run, wish=wish)
        now.finish(tunings.tuned(found, after_tune(sources, reading, found.files[0])))
