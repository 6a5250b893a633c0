"""Where a verb reads or writes when nothing was said.

NAME is the stem of the only source: `train stock_prices.csv` → `models/stock_prices`, which
`predict stock_prices.csv` then finds by itself.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.options.groups import option
from rnn_forecast.cli.terminal.words import counted, next_command
from rnn_forecast.errors import InputError, UsageError
from rnn_forecast.system.file_names import STDIN, stem_of


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


def path_for(sources: Sequence[str], path: DefaultPath) -> Path:
    """Raises UsageError naming the option when nothing was given and there is no NAME."""
    return paths_for(sources, path)[0]


def paths_for(sources: Sequence[str], *wanted: DefaultPath) -> list[Path]:
    """The same of several; the UsageError names every option that is missing."""
    name = name_of(sources)
    missing = [one for one in wanted if one.given is None]
    if name is None and missing:
        what = "standard input" if STDIN in sources else counted(len(sources), "source")
        options = " and ".join(one.option for one in missing)
        raise UsageError(
            f"{options} {'is' if len(missing) == 1 else 'are'} required with {what}: "
            "only a single file has a name to go by.",
            f"Add {options} and a path{' each' if len(missing) > 1 else ''}, "
            f"such as {' '.join(one.example() for one in missing)}.",
        )
    return [Path(one.kind) / f"{name}{one.ending}" if one.given is None else one.given for one in wanted]


def require_inputs(sources: Sequence[str], model: Path, given: Path | None) -> None:
    """Raises InputError for a source, then for a model that is not there: the source is the likelier mistake.

    `given` is the --model, which the command that trains one must then name too.
    """
    from rnn_forecast.prices.sources.opening import require_there

    for source in sources:
        require_there(source)
    if not os.path.lexists(model):
        words = ["train", *sources, *(["--model", str(given)] if given is not None else [])]
        raise InputError(f"There is no model at {model}.", f"Train one first: {next_command(*words)}")


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

    def default_path(self) -> DefaultPath:
        return DefaultPath("models", "--model", self.model)
