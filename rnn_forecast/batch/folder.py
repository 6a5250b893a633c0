"""The output folder of a batch: ours or empty, one run at a time.

DIR/ledger.sqlite     what was done, and what is fresh; its presence makes the folder ours
DIR/models/TICKER/    what `train` writes
DIR/forecasts.csv     all tickers
DIR/summary.json      the last run
"""

import contextlib
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from rnn_forecast.errors import OutputError
from rnn_forecast.record.schema import LEDGER, require_ledger
from rnn_forecast.system.locks import locked, sweep
from rnn_forecast.system.manifest import LITTER
from rnn_forecast.system.output_paths import explained, mode_of

FORECASTS, SUMMARY = WRITTEN = ("forecasts.csv", "summary.json")
_OWN = {"models", *WRITTEN}
_OWN_TEMPORARY = re.compile(rf"\.{re.escape(LEDGER)}\..*")
_UNFINISHED = re.compile(r"\.(.+)\.[0-9a-f]{8}\.(tmp|old)")


@contextlib.contextmanager
def held(out: Path, *, wait: float) -> Iterator[None]:
    """Hold the folder, made if it is not there, and clean up after killed runs.

    Raises OutputError when it holds something else, BusyError when another run holds it.
    """
    require_ours(out)
    with explained(out):
        (out / "models").mkdir(parents=True, exist_ok=True)
    with locked(out / LEDGER, wait=wait):
        with explained(out):
            for name in WRITTEN:
                sweep(out / name)
            _sweep(out / "models")
        yield


def require_ours(out: Path) -> None:
    """Raise OutputError unless a batch may write there: nothing, an empty folder, or a batch's folder."""
    with explained(out):
        if not out.exists():
            return
        if not out.is_dir():
            raise OutputError(f"{out} must be a folder, and is a file.", "Name another folder.")
        for name in WRITTEN:
            _require_regular(out / name)
        if (out / LEDGER).exists():
            require_ledger(out / LEDGER)
            return
        names = sorted({p.name for p in out.iterdir()} - LITTER)
        if SUMMARY in names and _OWN.issuperset(name for name in names if not name.startswith(LEDGER)):
            return  # its ledger was moved away
        foreign = [name for name in names if not _OWN_TEMPORARY.fullmatch(name) and name != "models"]
        if "models" in names and not foreign:
            foreign = sorted(p.name for p in (out / "models").iterdir())  # made before the ledger, so empty
    if foreign:
        raise OutputError(
            f"{out} holds {foreign[0]!r} and no ledger of a batch.",
            "Name an empty or a new folder with --out.",
        )


def _require_regular(path: Path) -> None:
    """A pipe would be waited for, without end, and a device keeps nothing for the run of tomorrow."""
    mode = mode_of(path)
    if mode is not None and not stat.S_ISREG(mode):
        raise OutputError(f"{path} must be a file, and is none.", "Remove it, or name another folder.")


def is_ours(out: Path) -> bool:
    """Whether there is a ledger already; `require_ours` has looked at it."""
    return (out / LEDGER).exists()


def _sweep(models: Path) -> None:
    """Undo what a killed run left between its writes. Under the lock no live run writes there."""
    for name in {m[1] for path in models.iterdir() if (m := _UNFINISHED.fullmatch(path.name))}:
        sweep(models / name)
