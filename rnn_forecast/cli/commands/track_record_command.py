"""The verb track-record on the command line: what came of past forecasts."""

from pathlib import Path
from typing import Annotated

import typer

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options.default_paths import Places, batch_places
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.errors import UsageError


@verb
def track_record(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A --record, or a batch's --out.", show_default=False)
    ],
    common: Common,
    csv: Annotated[bool, option("--csv", help="Print the scores as CSV.")] = False,
) -> None:
    """Say what came of the forecasts in a record, beside the last value and what their bands promised."""
    if csv and common.json:
        raise UsageError("--json and --csv both write to standard output.", "Leave out one of them.")
    with session(common, None, Places(batch_places("record's file", Path(folder)))) as now:
        from rnn_forecast.cli.messages import track_records
        from rnn_forecast.verbs import track_record as verb_track_record

        found = verb_track_record.track_record(Path(folder))
        now.finish(track_records.said(found, csv=csv))
