"""Epochs → a bar on the terminal, with loss, validation loss and the time left. Loads Rich."""

import sys
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from rnn_forecast.cli.lines import figure


def stderr_console() -> Console:
    """Standard error as Rich sees it; text given to it is text, never markup, emoji or numbers to colour."""
    return Console(file=sys.stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)


class Progress:
    """A bar that pulses until the first epoch, then counts; gone from the terminal when stopped."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._console = stderr_console()
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[state]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._task: TaskID = self._bar.add_task(doing, total=None, state="")
        self._member = 0
        self._bar.start()

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._console.print(line, markup=False, highlight=False)

    def epoch(self, epoch: Any) -> None:
        if epoch.member != self._member:
            self._member = epoch.member
            self._bar.reset(self._task, description=f"{self._doing} (member {epoch.member + 1})")
        self._bar.update(self._task, total=epoch.epochs, completed=epoch.epoch, state=_state(epoch))

    def stop(self) -> None:
        self._bar.stop()


def _state(epoch: Any) -> str:
    state = f"{epoch.epoch}/{epoch.epochs}  loss {figure(epoch.loss)}"
    if epoch.val_loss is not None:
        state += f"  validation {figure(epoch.val_loss)}"
    return state
