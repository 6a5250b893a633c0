"""The verb train on the command line."""

from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import Session, session
from rnn_forecast.cli.options.default_paths import DefaultPath, Places, after_train, path_for, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.pages import Pictures, ReportFile, named_report, write_beside
from rnn_forecast.cli.options.recipe_options import RecipeChoices
from rnn_forecast.errors import Notice


@verb
def train(
    sources: Sources,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    pictures: Pictures,
    model: Annotated[
        Path | None, option("--model", metavar="DIR", help="Folder to write.", default="models/NAME")
    ] = None,
    report: ReportFile = None,
) -> None:
    """Fit one model on all series found. A folder written by prepare is a source too."""
    folder = path_for(sources, DefaultPath("models", "--model", model), reading.as_ticker)
    places = Places(
        read_places(sources, recipe=recipe.recipe),
        (("--model", folder), *pictures.places(), *named_report(report)),
    )
    with session(common, "Training", places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import train as verb_train

        trained = verb_train.train(sources, reading.options(), recipe.chosen(sources), folder, now.run())
        if pictures.picture is not None:
            _draw(folder, pictures.picture, now)
        if report is not None:
            _report(report, folder, sources, reading, now)
        then = after_train(sources, reading, folder, model)
        now.finish(results.trained(trained, then, picture=not pictures.no_picture))


def _draw(folder: Path, to: Path, now: Session) -> None:
    from rnn_forecast.verbs.pictures import outcomes_picture

    drawn = outcomes_picture(folder)
    if drawn is None:
        now.tell(Notice(f"{to} is not written: a picture is of one ticker with test rows."))
    else:
        write_beside(to, drawn, now.common)


def _report(to: Path, folder: Path, sources: list[str], reading: ReadingChoices, now: Session) -> None:
    """The page on the model, and on what it forecasts of its sources where they can be read once more."""
    from rnn_forecast.verbs.report import report as make_report

    again = () if "-" in sources else sources
    made = make_report([str(folder), *again], reading.options())
    write_beside(to, made.page, now.common)
