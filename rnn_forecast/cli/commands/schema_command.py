"""The verb schema on the command line: the JSON schema of a document or a result."""

import json
from typing import Annotated, Any

import typer

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options.default_paths import Places
from rnn_forecast.cli.options.groups import Common

WIDEST = 12  # of the names, in their list


@verb
def schema(
    common: Common,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Such as metrics; without it all names.", show_default=False),
    ] = None,
) -> None:
    """Print the JSON schema of a file that verbs write, or of what a verb says with --json."""
    with session(common, None, Places()) as now:
        from rnn_forecast.cli.messages.results import Said
        from rnn_forecast.schemas.documents import DOCUMENTS
        from rnn_forecast.schemas.json_schema import schema_of

        if name is None:
            found: dict[str, Any] = {each: of.what for each, of in DOCUMENTS.items()}
            text = "\n".join(f"{each:<{WIDEST}}  {what}" for each, what in found.items())
        else:
            found = schema_of(name)
            text = json.dumps(found, indent=1)
        now.finish(Said("", lambda: found, None, text=text))
