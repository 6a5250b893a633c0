"""The verb status on the command line: what a batch has left."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import Places, batch_places
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.errors import UsageError


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
            help="End with 3 when a ticker last succeeded longer ago, such as 26h or 2d; with --check, "
            "with 4, also when the newest forecast is older.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        option(
            "--ignore",
            metavar="TICKER",
            environment="STATUS_IGNORE",
            help="Leave this ticker out; may be repeated.",
        ),
    ] = None,
    max_failures: Annotated[
        Any,
        option(
            "--max-failures",
            metavar="N|N%",
            parser=quantities.count_or_share,
            environment="STATUS_MAX_FAILURES",  # MAX_FAILURES is when a batch stops
            help="With --max-age, tolerate so many tickers that last succeeded longer ago.",
            default="0",
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
    """Say when a batch last completed, when each ticker last succeeded, what failed and why."""
    places = Places(batch_places("batch's file", Path(folder)))
    with session(common, None, places) as now:  # it reads one small file
        from rnn_forecast.batch.choices import Limit
        from rnn_forecast.batch.heartbeat import Allowed, require_calm, require_recent, unknown
        from rnn_forecast.batch.status import status_of
        from rnn_forecast.cli.messages import batch_results

        if max_failures is not None and max_age is None:
            raise UsageError(
                "--max-failures is of tickers that are older than --max-age, which is missing.",
                "Add --max-age, such as --max-age 26h, or leave it out.",
            )
        allowed = Allowed(max_age, Limit(*(max_failures or (0, None))))
        found = status_of(Path(folder), ignore or ())
        for line in unknown(found, ignore or ()):
            now.aside(line, "notice")
        now.finish(batch_results.status(found, common))
        if check:
            require_calm(found, allowed)
        elif max_age is not None:
            require_recent(found, allowed)
