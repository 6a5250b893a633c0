"""What verbs have in common: how they are run, and the way from sources to prices, a dataset, a model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.model.compatibility import explained, options_of, require_match
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import load_model
from rnn_forecast.prices import Reading, ReadOptions, read_prices
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.findings import left_out_notices, warnings
from rnn_forecast.recipe import Data, Recipe
from rnn_forecast.verbs.beside.market_place import located
from rnn_forecast.verbs.beside.recipe_columns import column_notices, market_missing, with_columns, with_market
from rnn_forecast.verbs.prepared.prepared_folder import has_market, narrowed, prepared_source, read_prepared
from rnn_forecast.windows.dataset import Dataset, make_dataset, shortcomings
from rnn_forecast.windows.serving import crowd_notices, range_notices, stale_columns, without_crowd

if TYPE_CHECKING:
    from rnn_forecast.network.history import Epoch
    from rnn_forecast.schemas.verb_results import ScoredResult
    from rnn_forecast.scores.outcomes.metrics_document import Metrics
    from rnn_forecast.tuning.halving import Pace


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    done: int
    of: int  # that have to be trained
    failed: int  # of these
    left: float | None = None  # seconds, by the pace so far


@dataclass(frozen=True)
class Run:
    """How a verb is run, not what it computes."""

    tell: Callable[[Notice], None] = lambda notice: None
    on_epoch: Callable[["Epoch"], None] = lambda epoch: None
    wait: float = 0.0  # seconds to wait for another run on the same output
    on_progress: Callable[[Progress], None] = lambda progress: None  # of a batch, at least once a second
    on_trial: Callable[["Pace"], None] = lambda pace: None  # of a search, after each trial


def with_left_out(metrics: "Metrics", left_out: Sequence[Mapping[str, str]]) -> "ScoredResult":
    """The metrics, and what was not read; `left_out` of the metrics themselves are rows."""
    found = cast("ScoredResult", dict(metrics))
    if left_out:
        found["sources_left_out"] = list(left_out)
    return found


def read_sources(sources: Sequence[str], options: ReadOptions, run: Run, data: Data | None = None) -> Reading:
    """The prices of the sources, or of the one folder that `prepare` wrote; notices go to `run.tell`.

    What `prepare` has warned of is said again: the prices are still those.
    Series come by ticker: in whatever order files or rows name them, what is learnt of them is the same.
    What was prepared has one price column, and is refused without it, optional or not.
    With `data` of a recipe the columns and the market that it names come with the prices.
    """
    folder = prepared_source(sources)
    there = folder is not None and data is not None and has_market(folder, data)
    with market_missing(options, data):
        wanted = options if data is None else with_columns(options, data, market=not there)
        if folder is not None:
            reading = narrowed(read_prepared(folder), wanted, folder)
        else:
            reading = read_prices(sources, wanted)
    for line in reading.decisions.notices if folder is None else ():
        run.tell(Notice(line))
    if data is not None and not there:
        reading = with_market(reading, options, data, run.tell)
    decided = reading.decisions
    for stale in stale_columns(reading.series, data) if data is not None else ():
        run.tell(stale)
    for notice in left_out_notices(decided.left_out, len(decided.sources), decided.tickers):
        run.tell(notice)
    tickers = {one.ticker for one in reading.series}
    for warning in warnings(one for one in decided.checks if one.ticker in tickers):
        run.tell(warning)
    return replace(reading, series=sorted(reading.series, key=lambda one: one.ticker))


def read_dataset(
    sources: Sequence[str], options: ReadOptions, recipe: Recipe, run: Run
) -> tuple[Dataset, Reading]:
    """The sources ready for a fit, and what was read; what the rows cannot give goes to `run.tell`."""
    reading = read_sources(sources, options, run, recipe.data)
    return dataset_of(reading, recipe, run), reading


def dataset_of(reading: Reading, recipe: Recipe, run: Run) -> Dataset:
    """What was read, ready for a fit, but for series whose price never changes. Raises DataError."""
    dataset = make_dataset(without_constant(reading.series), recipe)
    columns = column_notices(dataset.series, recipe.data)
    for notice in (*range_notices(dataset), *crowd_notices(dataset), *columns, *shortcomings(dataset)):
        run.tell(notice)
    return dataset


def model_and_prices(
    sources: Sequence[str],
    options: ReadOptions,
    folder: Path,
    run: Run,
    *,
    any_ticker: bool,
    market: str | None = None,
) -> tuple[Model, Reading]:
    """The model in `folder`, and the prices of the sources, which it fits. Raises DataError where not.

    A source that lacks the model's price column is refused with both sides named, where a person named no
    column; `any_ticker` takes the column that the sources themselves suggest. `market`: where it is now.
    """
    model = load_model(folder)
    chosen = options_of(model, options, any_ticker=any_ticker)
    if any_ticker and options.price_column is None:
        chosen = replace(chosen, optional=(*chosen.optional, "price_column"))
    data = located(model.recipe.data, market, sources, folder, run.tell)
    try:
        reading = read_sources(sources, chosen, run, data)
    except DataError as error:
        raise explained(error, options, chosen) from error
    for notice in (
        *require_match(model, reading.series, any_ticker=any_ticker),
        *without_crowd(model.volatility.sizes, reading.series),
    ):
        run.tell(notice)
    return model, reading
