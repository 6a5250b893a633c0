"""Where a verb reads or writes when nothing was said, and that it writes nowhere that it reads.

NAME is the stem of the only source: `train stock_prices.csv` → `models/stock_prices`, which
`predict stock_prices.csv` then finds by itself.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.options.groups import ReadingChoices, option
from rnn_forecast.cli.terminal.words import next_command
from rnn_forecast.errors import InputError, UsageError
from rnn_forecast.system.file_names import STDIN, is_model, safe_name, stem_of
from rnn_forecast.system.manifest import NAME as MANIFEST
from rnn_forecast.words.figures import counted

RECORD = "ledger.sqlite"
BATCH_FILES = ("forecasts.csv", "summary.json", RECORD, "models")


def name_of(sources: Sequence[str]) -> str | None:
    """The stem of the only source, without `.gz`; None when there are several, or standard input.

    `data/stock_prices.csv.gz` → `stock_prices`; `prepared/AAPL/` → `AAPL`; `..` → the folder's own name.
    """
    if len(sources) != 1 or sources[0] == STDIN:
        return None
    path = Path(os.path.abspath(sources[0]))  # noqa: PTH100  Path.resolve would follow links to another name
    if path.is_dir():
        return path.name or None
    return stem_of(str(path)) if path.name else None


@dataclass(frozen=True)
class DefaultPath:
    """`given`, or `kind/NAME` with `ending`; `option` is how a user gives it."""

    kind: str
    option: str
    given: Path | None
    ending: str = ""

    def example(self) -> str:
        return f"{self.option} {self.kind}/mine{self.ending}"


def path_for(sources: Sequence[str], path: DefaultPath, ticker: str | None = None) -> Path:
    """`ticker`: the --as of all sources, which then is NAME.

    Raises UsageError naming the option when nothing was given and there is no NAME.
    """
    return paths_for(sources, path, ticker=ticker)[0]


def paths_for(sources: Sequence[str], *wanted: DefaultPath, ticker: str | None = None) -> list[Path]:
    """The same of several; the UsageError names every option that is missing."""
    name = name_of(sources) if ticker is None else safe_name(ticker)
    missing = [one for one in wanted if one.given is None]
    if name is None and missing:
        what = "standard input" if STDIN in sources else counted(len(sources), "source")
        options = " and ".join(one.option for one in missing)
        raise UsageError(
            f"{options} {'is' if len(missing) == 1 else 'are'} required with {what}: "
            "only a single file, or --as, has a name to go by.",
            f"Add {options} and a path{' each' if len(missing) > 1 else ''}, "
            f"such as {' '.join(one.example() for one in missing)}.",
        )
    return [Path(one.kind) / f"{name}{one.ending}" if one.given is None else one.given for one in wanted]


def require_inputs(sources: Sequence[str], model: Path, given: Path | None, reading: ReadingChoices) -> None:
    """Raises InputError for a source, then for a model that is not there: the source is the likelier mistake.

    `given` is the --model, which the command that trains one must then name too, and how to read.
    """
    from rnn_forecast.prices.sources.opening import require_there

    for source in sources:
        require_there(source)
    if not os.path.lexists(model):
        words = [*reading.words(), *named("--model", given)]
        raise InputError(
            f"There is no model at {model}.", f"Train one first: {next_command('train', sources, words)}"
        )


def named(flag: str, place: Path | None) -> list[str]:
    """The words that give a place: `--model m`, or `--model=-m`; none where there is no such place."""
    if place is None:
        return []
    return [f"{flag}={place}"] if str(place).startswith("-") else [flag, str(place)]


def after_train(sources: Sequence[str], reading: ReadingChoices, model: Path, given: Path | None) -> str:
    """The command that forecasts with the model just trained; `given` is its --model.

    Sources without a NAME need one for the forecasts too: that of the model.
    """
    out = None
    if name_of(sources) is None and reading.as_ticker is None:
        out = Path("forecasts") / f"{model.name}.csv"
    words = [*reading.words(remembered=True), *named("--model", given), *named("--out", out)]
    return next_command("predict", sources, words)


def after_check(sources: Sequence[str], reading: ReadingChoices, recipe: Sequence[str]) -> str:
    """The command that trains on what was checked."""
    unnamed = name_of(sources) is None and reading.as_ticker is None
    model = Path("models/mine") if unnamed else None
    return next_command("train", sources, [*reading.words(), *recipe, *named("--model", model)])


def after_tune(sources: Sequence[str], reading: ReadingChoices, recipe: Path) -> str:
    """The command that trains with the recipe that was found, and says in the test part what it is worth."""
    return after_check(sources, reading, named("--recipe", recipe))


@dataclass(frozen=True)
class Places:
    """What a verb reads and what it writes, each with its name: `source` ok.csv, `--out` forecasts/ok.csv."""

    reads: tuple[tuple[str, Path], ...] = ()
    writes: tuple[tuple[str, Path], ...] = ()

    def with_log(self, log: Path | None) -> "Places":
        return self if log is None else Places(self.reads, (*self.writes, ("--log-file", log)))

    def require_apart(self) -> None:
        """Raises UsageError where an output is something that is read, or another output, or lies in one.

        `predict ok.csv --out ok.csv` would cost the source, `--out m/model.json` the model, by whatever name
        or link they are given. What a device or a pipe takes is lost to nobody.
        """
        for i, (flag, to) in enumerate(self.writes):
            if str(to) == STDIN or _is_stream(to):
                continue
            for what, place in (*self.reads, *self.writes[:i]):
                if str(place) != STDIN and (clash := _clash(flag, to, what, place)) is not None:
                    raise UsageError(clash, f"Name another place with {flag}.")


def read_places(sources: Sequence[str], **others: Path | None) -> tuple[tuple[str, Path], ...]:
    """`Places.reads` of sources and of what else has a name: `model=Path("models/ok")`.

    A model among the sources is left to who reads them, and says what it is.
    """
    named = [(what, place) for what, place in others.items() if place is not None]
    return (*(("source", Path(source)) for source in sources if not is_model(source)), *named)


def batch_places(what: str, folder: Path) -> tuple[tuple[str, Path], ...]:
    """The files that a batch writes in its folder, where others may lie beside them, and all its models."""
    return tuple((what, folder / name) for name in BATCH_FILES)


def record_places(folder: Path | None) -> tuple[tuple[str, Path], ...]:
    """The file of a record in its folder, where one is kept."""
    return () if folder is None else (("--record", folder / RECORD),)


def _clash(flag: str, to: Path, what: str, place: Path) -> str | None:
    """How writing `to` would harm `place`. A folder holds only what belongs to it where it has a manifest."""
    if _same(to, place):
        return f"{flag} is the {what} {place}."
    if _holds(place, to):
        return f"{flag}, {to}, lies in the {what}'s folder {place}."
    if _holds(to, place):
        return f"{flag}, {to}, is the folder that the {what} {place} lies in."
    return None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there: the same where both are to be made
        return not os.path.lexists(other) and _real(one) == _real(other)


def _holds(folder: Path, path: Path) -> bool:
    return os.path.lexists(folder / MANIFEST) and _real(folder) in _real(path).parents


def _real(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a NUL in the name: who opens it says so
        return path


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@dataclass(frozen=True)
class ModelToUse:
    """Model."""

    model: Annotated[
        Path | None, option("--model", metavar="DIR", help="The model to use.", default="models/NAME")
    ] = None
    any_ticker: Annotated[
        bool,
        option("--any-ticker", help="Use it for a ticker, column or frequency that it was not trained on."),
    ] = False
    market: Annotated[
        str | None,
        option("--market", metavar="TEXT", help="The model's market now: a file, or a ticker."),
    ] = None

    def default_path(self) -> DefaultPath:
        return DefaultPath("models", "--model", self.model)
