"""The command line of this process, and the exit code that it ends with."""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn


def main() -> NoReturn:
    """Run the command line of this process and end it with the contract's exit code."""
    from rnn_forecast.cli.terminal.boundary import guarded  # all else is loaded where errors are caught

    guarded(lambda: run(sys.argv[1:]))


def run(words: Sequence[str]) -> None:
    """Parse `words` and call the verb that they name. Errors are raised; `boundary` reports them."""
    import typer

    try:
        call(words)
    except typer.Exit as exit_:
        raise SystemExit(exit_.exit_code) from None


def call(words: Sequence[str]) -> None:
    """The same; raises Typer's own exception where the program is to end early."""
    from rnn_forecast.cli.commands.app import PROGRAM

    with command().make_context(PROGRAM, list(words)) as context:
        context.command.invoke(context)


def command() -> Any:
    """The whole program as one Typer command; a verb is made when it is asked for."""
    import typer

    from rnn_forecast.cli.commands.app import app

    return typer.main.get_command(app)
