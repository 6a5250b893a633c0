"""The command line in a process of its own, forked from one that has imported everything: ten times as quick.

The fork runs `rnn_forecast.cli.main.main` as the installed program does: its signals, its exit code, its
descriptors. TensorFlow is never imported before the fork. Unless `real` is asked for, training draws the
weights instead of fitting them, which takes no time: all else of it, from reading to the published folder, is
the program's own.
"""

import contextlib
import os
import select
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow.parquet  # noqa: F401  so that no fork has to import it

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from toys import random_weights

from rnn_forecast.cli import main
from rnn_forecast.cli.messages import results  # noqa: F401
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.recipe import Recipe
from rnn_forecast.verbs import evaluate, predict, prepare, train  # noqa: F401

main.command()  # imports every verb
REAL = fit_module.fit_members


def drawn(
    draw: object, stop: object, recipe: Recipe, *, on_epoch: object, epochs: object = None
) -> list[FittedNetwork]:
    """Instead of `fit_members`: random weights."""
    members = range(recipe.training.members)
    return [FittedNetwork(random_weights(recipe, i), (Epoch(i, 1, 1.0, 1.0, 0.0, 1),), 1) for i in members]


fit_module.fit_members = drawn  # type: ignore[assignment]


@dataclass(frozen=True)
class Ended:
    """How a command ended; `code` is negative for a signal that nobody handled, None where it hung."""

    code: int | None
    out: str
    err: str

    def __str__(self) -> str:
        return f"{'hung' if self.code is None else self.code}: {self.err.strip()[-300:]}"


class Running:
    """A forked command line. `words` are its arguments, `place` its working folder."""

    def __init__(
        self,
        words: Sequence[str],
        place: Path,
        *,
        stdin: bytes = b"",
        stdout: str | None = None,
        environment: dict[str, str] | None = None,
        real: bool = False,
    ) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            self.pid = os.fork()
            if self.pid == 0:
                os.environ.update(environment or {})
                fit_module.fit_members = REAL if real else fit_module.fit_members
                _become(words, place, given, stdout, self._out, self._err)
        self._handle = os.pidfd_open(self.pid)

    def send(self, end: signal.Signals) -> None:
        os.kill(self.pid, end)

    def wait(self, seconds: float = 120) -> Ended:
        """Its end; one that is not there within `seconds` is killed and counts as hung."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        hung = not poll.poll(1000 * seconds)
        if hung:
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        os.close(self._handle)
        said = [_text(stream) for stream in (self._out, self._err)]
        return Ended(None if hung else os.waitstatus_to_exitcode(status), *said)


def run(words: Sequence[str], place: Path, **how: object) -> Ended:
    return Running(words, place, **how).wait()  # type: ignore[arg-type]


def _become(
    words: Sequence[str], place: Path, given: IO[bytes], stdout: str | None, out: IO[bytes], err: IO[bytes]
) -> None:
    code = 99
    try:
        os.chdir(place)
        os.dup2(given.fileno(), 0)
        os.dup2(out.fileno() if stdout is None else os.open(stdout, os.O_WRONLY), 1)
        os.dup2(err.fileno(), 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stdin = os.fdopen(0)  # a worker process of the soak has another
        sys.argv = ["rnn-forecast", *words]
        main.main()
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 99
    finally:
        with contextlib.suppress(BaseException):
            sys.stderr.flush()
        os._exit(code)


def _text(stream: IO[bytes]) -> str:
    with stream:
        stream.seek(0)
        return stream.read().decode("utf-8", "replace")
