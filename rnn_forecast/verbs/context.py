"""What verbs have in common: how they are run, and the way from sources to prices, a dataset, a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_forecast.errors import Doubt
from rnn_forecast.model.compatibility import read_for, require_match
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import load_model
from rnn_forecast.prices import Reading, ReadOptions, read_prices
from rnn_forecast.recipe import Recipe
from rnn_forecast.verbs.prepared_folder import is_prepared, narrowed, read_prepared
from rnn_forecast.windows.dataset import Dataset, make_dataset, shortcomings

if TYPE_CHECKING:
    from rnn_forecast.network.history import Epoch


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    done: int
    of: int  # that have to be trained
    failed: int
    left: float | None = None  # seconds, by the pace so far


@dataclass(frozen=True)
class Run:
    """How a verb is run, not what it computes."""

    tell: Callable[[str], None] = lambda line: None  # notices and warnings, a line each
    on_epoch: Callable[["Epoch"], None] = lambda epoch: None
    wait: float = 0.0  # seconds to wait for another run on the same output
    on_progress: Callable[[Progress], None] = lambda progress: None  # of a batch, at least once a second


def read_sources(sources: Sequence[str], options: ReadOptions, run: Run) -> Reading:
    """The prices of the sources, or of the one folder that `prepare` wrote; notices go to `run.tell`."""
    if len(sources) == 1 and sources[0] != "-" and is_prepared(Path(sources[0])):
        return narrowed(read_prepared(Path(sources[0]))[0], options, Path(sources[0]))
    reading = read_prices(sources, options)
    _tell(reading, run)
    return reading


def read_dataset(
    sources: Sequence[str], options: ReadOptions, recipe: Recipe, run: Run
) -> tuple[Dataset, Reading]:
    reading = read_sources(sources, options, run)
    dataset = make_dataset(reading.series, recipe)
    for line in shortcomings(dataset):
        run.tell(line)
    return dataset, reading


def model_and_prices(
    sources: Sequence[str], options: ReadOptions, folder: Path, run: Run, *, any_ticker: bool
) -> tuple[Model, Reading]:
    """The model in `folder`, and the prices of the sources, which it fits. Raises DataError where not."""
    model = load_model(folder)

    def read(chosen: ReadOptions) -> Reading:
        return read_sources(sources, chosen, run)

    reading = read_for(model, read, options, any_ticker=any_ticker)
    for warning in require_match(model, reading, any_ticker=any_ticker):
        run.tell(Doubt(warning))
    return model, reading


def _tell(reading: Reading, run: Run) -> None:
    for line in reading.report.get("notices", ()):
        run.tell(line)
    for line in reading.report.get("warnings", ()):
        run.tell(Doubt(line))
