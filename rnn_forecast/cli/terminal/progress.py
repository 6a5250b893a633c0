"""Epochs → a bar on the terminal, with loss, validation loss and the time left. Loads Rich."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.segment import Segment, Segments
from rich.text import Text

from rnn_forecast.words.figures import figure


def stderr_console(file: TextIO | None = None) -> Console:
    """Standard error as Rich sees it; text given to it is text, never markup, emoji or numbers to colour."""
    return Console(file=file or sys.stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)


def print_result(painted: RenderableType, then: str | None) -> None:
    """A result, and the command to type next: on one line whatever the width, so that it can be copied."""
    console = stderr_console()
    console.print(Segments(_closed_up(console.render_lines(painted, pad=False))), end="")
    if then is not None:
        console.print(Text.assemble("next: ", (then, "bold")), soft_wrap=True)


def _closed_up(lines: Iterable[list[Segment]]) -> Iterator[Segment]:
    """No empty line in front, nor two in succession: a table brings one above and one below itself."""
    after_empty = True
    for line in lines:
        empty = not "".join(segment.text for segment in line).strip()
        if not (empty and after_empty):
            yield from (*line, Segment.line())
        after_empty = empty


class Progress:
    """A bar that pulses until the first epoch, then counts; erased when stopped."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        # a descriptor of its own: number 2 is muted while TensorFlow is imported, and the bar must go on
        self._file = os.fdopen(
            os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="replace"
        )
        self._console = stderr_console(self._file)
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[state]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._task: TaskID = self._bar.add_task(doing, total=None, state="")
        self._seen: dict[int, int] = {}  # the last epoch of each member: members may train side by side
        self._bar.start()

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._console.print(line, markup=False, highlight=False)

    def epoch(self, epoch: Any) -> None:
        if hasattr(epoch, "share"):
            self._fits(epoch)
            return
        if epoch.epoch <= self._seen.get(epoch.member, 0):  # back to the first epoch: the refit on all rows
            self._doing += ", refit"
            self._seen.clear()
        if epoch.epoch == 1:
            which = f" (member {epoch.member + 1})" if epoch.member else ""
            self._bar.reset(self._task, description=self._doing + which)
        self._seen[epoch.member] = epoch.epoch
        self._bar.update(self._task, total=epoch.epochs, completed=epoch.epoch, state=_state(epoch))

    def many(self, progress: Any) -> None:
        """Progress over many tickers."""
        state = f"{progress.done:,}/{progress.of:,} tickers"
        if progress.failed:
            state += f"  {progress.failed:,} failed"
        self._bar.update(self._task, total=progress.of, completed=progress.done, state=state)

    def fits(self, pace: Any, line: str) -> None:
        """Progress of a search."""
        self._bar.update(self._task, total=pace.of, completed=pace.done, state=line)

    def _fits(self, epoch: Any) -> None:
        """An epoch of one of a backtest's fits, which may run side by side: the bar is over all of them."""
        state = f"model {epoch.model + 1}/{epoch.models}  epoch {_state(epoch)}"
        self._bar.update(self._task, total=1.0, completed=epoch.share, state=state)

    def hide(self) -> None:
        """The bar goes for good, so that data may be written to the terminal; lines may still be said."""
        self._bar.stop()

    def stop(self) -> None:
        self.hide()
        self._file.close()


def _state(epoch: Any) -> str:
    state = f"{epoch.epoch}/{epoch.epochs}  loss {figure(epoch.loss)}"
    if epoch.val_loss is not None:
        state += f"  validation {figure(epoch.val_loss)}"
    return state
