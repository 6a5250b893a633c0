"""The command line: parse, call one verb of `rnn_forecast.verbs`, render.

app.py        the Typer application: every verb is registered here
commands.py   the verbs prepare, train, predict, evaluate
judging_commands.py the verb backtest
options.py    every option, declared once, in groups that verbs share
expand.py     a command's groups of options → flat Typer parameters
quantities.py the texts that options take → numbers, sizes, durations
places.py     where a verb reads or writes when nothing was said: models/NAME and its like
session.py    what a running verb may say, and where: terminal, one line, JSON, log file
lines.py      results → the one summary line
tables.py     results → tables on a terminal (Rich)
progress.py   epochs → a progress bar (Rich)
visible.py    any text → text that a terminal shows and does not obey
output.py     standard output, for data only
boundary.py   errors and signals → two lines and an exit code
"""

from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process and end it with the contract's exit code."""
    from rnn_forecast.cli.boundary import guarded

    guarded(_run)


def _run() -> None:
    from rnn_forecast.cli.app import run

    run()
