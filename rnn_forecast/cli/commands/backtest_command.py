"""The verb backtest on the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import DefaultPath, Places, path_for, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.recipe_options import SeveralRecipes

if TYPE_CHECKING:
    from rnn_forecast.windows.rolling_origins import Plan


@dataclass(frozen=True)
class RollingChoices:
    """Rolling origins."""

    origins: Annotated[
        Any,
        option(
            "--origins", metavar="N", parser=quantities.positive,
            help="Origins to forecast from, the last one a horizon before the end.",
            default="a fifth of the rows, at most 250",
        ),
    ] = None  # fmt: skip
    every: Annotated[
        Any,
        option(
            "--every",
            metavar="K",
            parser=quantities.positive,
            help="Rows from one origin to the next.",
            default="1",
        ),
    ] = None
    refit_every: Annotated[
        Any,
        option(
            "--refit-every", metavar="K", parser=quantities.whole,
            help="Fit again every K origins; 0 fits once, before the first.", default="five fits in all",
        ),
    ] = None  # fmt: skip

    def plan(self) -> "Plan":
        """Raises UsageError for a number out of range."""
        from rnn_forecast.windows.rolling_origins import Plan

        return Plan(self.origins, self.every if self.every is not None else 1, self.refit_every)


@verb
def backtest(
    sources: Sources,
    reading: ReadingChoices,
    rolling: RollingChoices,
    recipe: SeveralRecipes,
    common: Common,
    out: Annotated[
        Path | None, option("--out", metavar="DIR", help="Folder to write.", default="backtests/NAME")
    ] = None,
) -> None:
    """Forecast from rolling origins, each by a model that knew only earlier prices, and score it all."""
    folder = path_for(sources, DefaultPath("backtests", "--out", out), reading.as_ticker)
    files = tuple(("recipe", file) for file in recipe.recipes or ())
    places = Places((*read_places(sources), *files), (("--out", folder),))
    with session(common, "Backtesting", places) as now:
        options, plan, recipes = reading.options(), rolling.plan(), recipe.each(sources)
        if len(recipes) == 1:
            from rnn_forecast.cli.messages import results
            from rnn_forecast.verbs import backtest as verb_backtest

            (only,) = recipes.values()
            found = verb_backtest.backtest(sources, options, only, now.run(), plan=plan, out=folder)
            now.finish(results.evaluated(found, folder))
        else:
            from rnn_forecast.cli.messages import comparisons
            from rnn_forecast.verbs import recipes_compared

            compared = recipes_compared.compare_recipes(
                sources, options, recipes, now.run(), plan=plan, out=folder
            )
            now.finish(comparisons.said(compared, folder))
