"""The verb report on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import Places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, option
from rnn_forecast.cli.options.pages import write_beside
from rnn_forecast.errors import UsageError


@verb
def report(
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="PLACES", show_default=False,
            help="Folders of train, evaluate, backtest, batch, predict --record; files of forecasts, prices.",
        ),
    ],
    reading: ReadingChoices,
    common: Common,
    out: Annotated[
        Path | None,
        option(
            "--out", metavar="FILE", parser=quantities.file_path, default="report.html",
            help="File to write; - for standard output.",
        ),
    ] = None,
    show: Annotated[bool, option("--open", help="Show it in the browser.")] = False,
) -> None:  # fmt: skip
    """Write one page for a person: what is forecast, whether to trust it, how it was made."""
    to = out or Path("report.html")
    on_stdout = str(to) == "-"
    if on_stdout and (common.json or show):
        raise UsageError(
            f"{'--json' if common.json else '--open'} does not go with --out -.", "Name a file with --out."
        )
    reads = Places(tuple(("place", Path(place)) for place in places), (("--out", to),))
    with session(common, "Reporting", reads) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.cli.terminal.streams import write_stdout
        from rnn_forecast.verbs import report as verb_report

        made = verb_report.report(places, reading.options(), now.run())
        now.make_way()
        if on_stdout:
            write_stdout(made.page)
        else:
            write_beside(to, made.page, common)
        now.finish(results.reported(made, None if on_stdout else to))
    if show:
        import webbrowser

        webbrowser.open(to.absolute().as_uri())
