"""What a running verb may say, and where it goes.

On a terminal: notices as they come, a bar over epochs, tables at the end. Off a terminal: one summary line,
one on bands, or those on each ticker. `--quiet`: warnings that prices may be wrong, else nothing. `--json`:
the result on standard output, which is otherwise left to data. The log file gets the same events in every
case, each line with its time.
"""

import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rnn_forecast.cli.options.default_paths import Places
from rnn_forecast.cli.options.groups import Common
from rnn_forecast.cli.terminal.boundary import traceback_of
from rnn_forecast.cli.terminal.streams import write_stderr, write_stdout
from rnn_forecast.errors import ForecastError, Notice, OutputError, WriteError
from rnn_forecast.system.machine import require_threads
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rnn_forecast.cli.messages.results import Said
    from rnn_forecast.cli.terminal.progress import Progress
    from rnn_forecast.verbs.context import Run


THREADS = 6  # that reading a table starts; the library ends the process where it gets fewer
MOST_NOTICES = 10  # on a terminal, or warnings of --quiet; a hundred files have a hundred of them


@contextmanager
def session(common: Common, doing: str | None, places: Places) -> Iterator["Session"]:
    """A session for the time of one verb; `doing` ("Training") stands beside the bar on a terminal.

    An error that leaves the block is written to the log; with --verbose its traceback is shown.
    Raises UsageError, before anything is opened, where an output or the log is something that is read.
    """
    places.with_log(common.log_file).require_apart()
    if doing:
        require_threads(THREADS, doing)
    log = _open_log(common.log_file) if common.log_file is not None else None
    running = Session(common, log, _bar(doing) if doing and not common.quiet and on_terminal() else None)
    try:
        running.log("start", shlex.join(sys.argv[1:]))
        yield running
    except BaseException as error:
        running.close()
        running.failed(error)
        raise
    finally:
        running.close()
        if log is not None:
            with suppress(OSError):
                log.close()


class Session:
    """Made by `session`."""

    def __init__(self, common: Common, log: TextIO | None, progress: "Progress | None") -> None:
        self.common = common
        self._told: list[Notice] = []
        self._log = log
        self._progress = progress
        self._warnings = 0  # that came under --quiet
        self._terminal = progress is not None

    def run(self) -> "Run":
        """How the verb is to be run: whom it tells, and how long it waits for a lock."""
        from rnn_forecast.verbs.context import Run

        return Run(tell=self.tell, on_epoch=self.epoch, wait=self.common.wait or 0.0)

    def tell(self, notice: Notice) -> None:
        """A notice or a warning: one line; every line that it sums up in the log, and with --verbose."""
        self._told.append(notice)
        every = [replace(notice, text=text) for text in notice.each or (notice.text,)]
        for one in every:
            self.log(one.kind, one.text)
        for one in every if self.common.verbose else [notice]:
            if self._progress is not None:
                if len(self._told) <= MOST_NOTICES or self.common.verbose:
                    self._progress.say(visible(_shown(one)))
            elif self.common.quiet:
                self._warn(one)
            elif self.common.verbose:
                write_stderr(visible(_shown(one)))

    def epoch(self, epoch: Any) -> None:
        """One epoch of training is done."""
        if self._progress is not None:
            self._progress.epoch(epoch)
        if self.common.verbose:
            from rnn_forecast.report.sentences import epoch_line

            line = epoch_line(epoch)
            self.log("epoch", line)
            if self._progress is not None:
                self._progress.say(line)
            elif not self.common.quiet:
                write_stderr(line)

    def trial(self, pace: Any) -> None:
        """One trial of a search is measured."""
        from rnn_forecast.cli.messages.tunings import pace_line

        line = pace_line(pace)
        self.log("trial", line)
        if self._progress is not None:
            self._progress.fits(pace, line)
        elif self.common.verbose and not self.common.quiet:
            write_stderr(line)

    def many(self, progress: Any) -> bool:
        """Shows progress over many tickers; False where there is no bar."""
        if self._progress is not None:
            self._progress.many(progress)
        return self._progress is not None

    def aside(self, line: str, kind: str = "progress") -> None:
        """A line of progress, or of another kind, where there is no bar."""
        self.log(kind, line)
        if not self.common.quiet:
            write_stderr(visible(line))

    def finish(self, said: "Said") -> None:
        """Say the result: its record for --json, tables on a terminal, else one line. Data goes out first."""
        if self._progress is not None and len(self._told) > MOST_NOTICES and not self.common.verbose:
            more = counted(len(self._told) - MOST_NOTICES, "more notice")
            self._progress.say(f"and {more}; -v names all")
        self.close()
        self.log("done", said.line)
        if said.further:
            self.log("bands", said.further)
        if self.common.json:
            write_stdout((json.dumps(said.to_json(), allow_nan=False) + "\n").encode())
        elif said.text:
            self.show(said.text)
        if self._terminal and not self.common.json and said.line:
            from rnn_forecast.cli.terminal.progress import print_result

            if said.paint is not None:
                print_result(said.paint(), said.then)
        elif not self.common.quiet and said.line:
            for line in () if self.common.json else said.above():
                write_stderr(visible(line))
            write_stderr(visible(said.line + self._more()))
            if said.further:
                write_stderr(visible(said.further))

    def make_way(self) -> None:
        """For data on standard output: on a terminal the bar would stand in its first line."""
        if self._progress is not None:
            self._progress.hide()

    def show(self, text: str) -> None:
        """What there is to say on standard output, be it before the error that ends the verb."""
        self.close()
        if not self.common.json and not self.common.quiet:
            write_stdout((text + "\n").encode("utf-8", "backslashreplace"))

    def failed(self, error: BaseException) -> None:
        """Write an error that ends the verb to the log; `boundary` shows it to the user."""
        with suppress(ForecastError):
            self.log("error", str(error) or type(error).__name__)
        if self.common.verbose and isinstance(error, ForecastError):
            write_stderr(traceback_of(error))

    def log(self, kind: str, line: str) -> None:
        """Append one line to the log file. Raises WriteError when that fails."""
        if self._log is None:
            return
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            self._log.write(f"{now} {kind} {visible(line)}\n")
            self._log.flush()
        except OSError as error:
            self._log = None
            raise WriteError(
                f"log file {self.common.log_file} cannot be written: {error.strerror or error}.",
                "Free some space, or name another --log-file.",
            ) from error

    def close(self) -> None:
        """Take the bar off the terminal; say how many warnings --quiet has not shown."""
        if self._warnings > MOST_NOTICES and not self.common.verbose:
            more = counted(self._warnings - MOST_NOTICES, "more warning")
            write_stderr(f"and {more}; -v names all, --log-file FILE gets all of them")
        self._warnings = 0
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _warn(self, notice: Notice) -> None:
        """Under --quiet: what says that prices may be wrong is not to be lost with the rest."""
        if notice.kind == "warning":
            self._warnings += 1
            if self._warnings <= MOST_NOTICES or self.common.verbose:
                write_stderr(visible(_shown(notice)))

    def _more(self) -> str:
        """What the one line has room for: the only notice, or what goes first and how many others."""
        if not self._told or self.common.verbose:
            return ""
        if len(self._told) == 1:
            see = "; see --verbose" if self._told[0].each else ""
            return f" ({_shown(self._told[0]).removesuffix('.')}{see})"
        warnings = [notice.text for notice in self._told if notice.kind == "warning"]
        said = []
        if warnings:
            many = f"{len(warnings):,} warnings, the first" if len(warnings) > 1 else "warning"
            said.append(f"{many}: {warnings[0].removesuffix('.')}")
        first = [notice for notice in self._told if notice.first and notice.kind != "warning"]
        said += [notice.text.removesuffix(".") for notice in first]
        if notices := len(self._told) - len(warnings) - len(first):
            said.append(counted(notices, "notice"))
        more = len(first) < len(self._told) or any(notice.each for notice in first)
        return f" ({'; '.join(said)}{'; see --verbose' if more else ''})"


def _shown(notice: Notice) -> str:
    return f"warning: {notice.text}" if notice.kind == "warning" else notice.text


def on_terminal() -> bool:
    """Whether a person is watching standard error on something that can draw."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _bar(doing: str) -> "Progress":
    from rnn_forecast.cli.terminal.progress import Progress

    return Progress(doing)


def _open_log(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(
            f"log file {path} cannot be opened: {error.strerror or error}.", "Name another --log-file."
        ) from error
