"""The verb status on the command line: what a batch has left."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_forecast.cli.app import verb
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import Places, batch_places
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.cli.session import session


@verb
def status(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The --out of a batch.", show_default=False)],
    common: Common,
    max_age: Annotated[
        Any,
        option(
            "--max-age",
            metavar="TIME",
            parser=quantities.age,
            environment="STATUS_MAX_AGE",  # MAX_AGE is the age that the other verbs warn of
            help="End with 3 when the last success is older, such as 26h or 2d; with --check, with 4 when "
            "the newest forecast is.",
        ),
    ] = None,
    check: Annotated[
        bool,
        option(
            "--check",
            environment="STATUS_CHECK",
            help="End with 4 when bands no longer hold or forecasts do harm.",
        ),
    ] = False,
) -> None:
    """Say when a batch last succeeded, what failed and why."""
    places = Places(batch_places("batch's file", Path(folder)))
    with session(common, None, places) as now:  # it reads one small file
        from rnn_forecast.batch.status import require_calm, require_recent, status_of
        from rnn_forecast.cli.messages import batch_results

        found = status_of(Path(folder))
        now.finish(batch_results.status(found, common))
        if check:
            require_calm(found, max_age)
        elif max_age is not None:
            require_recent(found, max_age)
