"""Errors and signals → two lines on standard error and an exit code. The only place that does this.

The library never prints and never exits. Our own errors say what was expected, what came and what to do; the
system's (disk full, no memory) are put into the same two lines; everything else is a bug and shows as one.
"""

import contextlib
import math
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from rnn_forecast.cli.terminal.streams import ReaderLeft, write_stderr, write_stdout
from rnn_forecast.errors import ForecastError, UsageError, WriteError
from rnn_forecast.system import machine, signals
from rnn_forecast.words.characters import visible

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
OURS = {  # pydantic's words → ours
    ": Value error, ": ": ",
    "Input should be a valid boolean, unable to interpret input": "must be true or false",
}
AGAIN, SOON = 1.0, 0.01  # seconds


class Terminated(BaseException):
    """Raised on SIGTERM, so that `finally` and `with` run before the process ends."""


def guarded(run: Callable[[], None]) -> NoReturn:
    """Run, then end the process: with 0, or with the exit code of the error or signal."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' warnings are for programmers, not for users
    code = code_of(lambda: _heard(run)) or code_of(_flush)
    with contextlib.suppress(OSError, ForecastError, ReaderLeft):  # one error is enough to report
        _flush()
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End at once, without taking the interpreter apart: all is written, closed and flushed by now.

    A thread of Arrow's that lets go of our bytes takes the interpreter's lock to do so, a moment after the
    reading has returned to us. Where the interpreter is being taken apart by then, Python 3.11 ends that
    thread by unwinding it, which C++ answers with `terminate`: an abort, 134, of a run whose output stands.
    """
    os._exit(code)


def _heard(run: Callable[[], None]) -> None:
    """Run; signals are exceptions while it does, and mean nothing once it has ended, however it did."""
    sys.unraisablehook = _raised_in_vain
    _on_signals(_stop)
    try:
        run()
    finally:
        _on_signals(signal.SIG_IGN)


def _on_signals(handler: Any) -> None:
    """SIGINT stays ignored where it was, as for `batch … &` in a script."""
    with contextlib.suppress(ValueError):  # not the main thread: then the signals are somebody else's
        signal.signal(signal.SIGTERM, handler)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, handler)


_came: dict[int, float] = {}  # signal → when it was last heard


def _stop(number: int, _frame: object) -> None:
    """Raise what ends the run. Soon again it is the same wish: a terminal and a parent may both send it."""
    now = time.monotonic()
    if now - _came.get(number, -math.inf) < AGAIN:
        return
    _came[number] = now
    stop = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()
    if signals.counts(stop):
        raise stop


def _raised_in_vain(ignored: "sys.UnraisableHookArgs") -> None:
    """Python drops what is raised in a finalizer or a weak reference's callback; a signal comes once more."""
    if isinstance(ignored.exc_value, KeyboardInterrupt | Terminated):
        number = signal.SIGTERM if isinstance(ignored.exc_value, Terminated) else signal.SIGINT
        _came.pop(number, None)
        threading.Timer(SOON, signal.raise_signal, [number]).start()
    else:
        sys.__unraisablehook__(ignored)


def _flush() -> None:
    if sys.stdout is not None:
        write_stdout(b"")


def code_of(run: Callable[[], None]) -> int:
    """The exit code that `run` ends with; where that is not 0, standard error says why."""
    try:
        run()
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except KeyboardInterrupt:
        write_stderr("Interrupted.")
        return INTERRUPTED
    except Terminated:
        write_stderr("Terminated.")
        return TERMINATED
    except BaseException as error:
        return _explain(error)
    return 0


def _explain(error: BaseException) -> int:
    if isinstance(error, ReaderLeft):
        return 0  # such as `| head -1`: it has what it wanted
    known = error if isinstance(error, ForecastError) else _translated(error)
    if known is None:
        return _bug(error)
    write_stderr(f"{_painted('Error:')} {visible(known.message)}\n{visible(known.remedy)}")
    return known.exit_code


def _translated(error: BaseException) -> ForecastError | None:
    """A fault of the system, or of the command line as Typer sees it, in our own terms."""
    if isinstance(error, MemoryError):
        return WriteError(
            "there is not enough memory.", "Give fewer rows or tickers, or lower --lookback or --units."
        )
    if (refused := machine.refusal(error)) is not None:
        return refused
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename is not None else ""
        gone = isinstance(error, ConnectionError)  # a process or a socket, no file
        remedy = "Try again." if gone else "Look at the disk and the permissions, try again."
        return WriteError(f"{where}{error.strerror or error}.", remedy)
    import typer

    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "rnn-forecast"
        message = error.format_message()
        for theirs, ours in OURS.items():
            message = message.replace(theirs, ours)
        return UsageError(message, f"Try '{command} --help'.")
    return None


def _bug(error: BaseException) -> int:
    from rnn_forecast import __version__

    write_stderr(traceback_of(error))
    write_stderr(
        f"{_painted('Error:')} this is a bug in rnn-forecast {__version__}: "
        f"{visible(type(error).__name__)}: {visible(error)}\n"
        "Please report it, with the lines above, the command and, if you can, the first rows of the file."
    )
    return 1


def traceback_of(error: BaseException) -> str:
    """The traceback, each line of it made harmless."""
    lines = "".join(traceback.format_exception(error)).rstrip().split("\n")
    return "\n".join(visible(line) for line in lines)


def _painted(word: str) -> str:
    if colourful():
        return f"\x1b[1;31m{word}\x1b[0m"
    return word


def colourful() -> bool:
    """Whether standard error is a terminal that takes colours; https://no-color.org."""
    return (
        sys.stderr is not None
        and sys.stderr.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
