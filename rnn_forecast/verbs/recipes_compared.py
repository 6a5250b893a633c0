"""Several recipes from the same origins: each scored as in a backtest, and all held against each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_forecast.errors import DataError, Notice, UsageError
from rnn_forecast.fitting.parallel_fits import fit_all
from rnn_forecast.forecasts.formats import Csv
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Data, Recipe
from rnn_forecast.scores.evaluation import Evaluation, left_out_notice
from rnn_forecast.scores.outcomes.between import Between, between
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import COMPARISON, STDIN, safe_names
from rnn_forecast.system.files import create_file, new_folder, require_free
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.backtest import Backtested, scored
from rnn_forecast.verbs.context import Run, read_sources
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.rolling_origins import Plan, Rolling, datasets_of, roll

if TYPE_CHECKING:
    from rnn_forecast.schemas.verb_results import ComparedResult


@dataclass(frozen=True)
class Compared:
    """A backtest for each recipe, the nearest forecasts first, and which of two was nearer."""

    by_recipe: Mapping[str, Backtested]
    between: Sequence[Between]
    out: Path | None = None

    def to_json(self) -> "ComparedResult":
        """What comparison.json holds."""
        recipes = {name: found.to_json() for name, found in self.by_recipe.items()}
        return {"recipes": recipes, "between": list(self.between)}


@dataclass(frozen=True)
class _Read:
    """What a recipe learns from."""

    series: Sequence[PriceSeries]
    left_out: tuple[Mapping[str, str], ...]


def compare_recipes(
    sources: Sequence[str],
    options: ReadOptions,
    recipes: Mapping[str, Recipe],
    run: Run = Run(),
    *,
    plan: Plan = Plan(),
    out: Path | None = None,
) -> Compared:
    """Backtest each recipe from the same origins, by models that knew the same rows.

    With `out`, write that folder: comparison.json and the forecasts of each. Raises UsageError for recipes
    that cannot be compared, DataError and TrainingError as `backtest.backtest` does.
    """
    require_trainable("backtest")
    _require_comparable(recipes)
    read = _read(sources, options, recipes, _once(run))
    rolling = _same_origins(read, recipes, plan)
    datasets = {name: datasets_of(read[name].series, recipes[name], rolling) for name in recipes}
    if out is None:
        return _compared(read, recipes, datasets, rolling, run)
    with locked(out, wait=run.wait):
        require_free(out)  # now, and not after the training
        found = _compared(read, recipes, datasets, rolling, run)
        _write(found, out)
    return replace(found, out=out)


def _require_comparable(recipes: Mapping[str, Recipe]) -> None:
    """Raise UsageError for recipes whose forecasts are not for the same days."""
    (first, one), *others = recipes.items()
    for name, recipe in others:
        for key, mine, theirs in (
            ("horizon", one.window.horizon, recipe.window.horizon),
            ("split", one.data.split, recipe.data.split),
        ):
            if mine != theirs:
                raise UsageError(
                    f"recipes of one {key} are compared: {first} has {mine}, {name} has {theirs}.",
                    f"Give the same {key} to all, such as --{key} {mine}.",
                )


def _once(run: Run) -> Run:
    """The run, where what several recipes have to say is said once."""
    told: set[Notice] = set()

    def tell(notice: Notice) -> None:
        if notice not in told:
            told.add(notice)
            run.tell(notice)

    return replace(run, tell=tell)


def _read(
    sources: Sequence[str], options: ReadOptions, recipes: Mapping[str, Recipe], run: Run
) -> dict[str, _Read]:
    """The sources for each recipe: read as often as what recipes name beside the price differs.

    Raises UsageError where standard input would be read twice, DataError where prices differ.
    """
    read: dict[tuple[object, ...], _Read] = {}
    for recipe in recipes.values():
        if _beside(recipe.data) in read:
            continue
        if read and STDIN in sources:
            raise UsageError(
                "standard input is read once, and these recipes name different columns.",
                "Name a file, or give all recipes the same past, known and market.",
            )
        reading = read_sources(sources, options, run, recipe.data)
        read[_beside(recipe.data)] = _Read(without_constant(reading.series), reading.decisions.left_out)
    found = {name: read[_beside(recipe.data)] for name, recipe in recipes.items()}
    (first, one), *others = found.items()
    for name, other in others:
        if not _same_prices(one.series, other.series):
            raise DataError(
                f"recipes {first} and {name} read different prices from these sources.",
                "Leave out the tickers whose columns or market one of them lacks: --exclude.",
            )
    return found


def _beside(data: Data) -> tuple[object, ...]:
    """What a recipe asks of the sources besides the price."""
    return data.past, data.known, data.market


def _same_prices(one: Sequence[PriceSeries], other: Sequence[PriceSeries]) -> bool:
    return [s.ticker for s in one] == [s.ticker for s in other] and all(
        np.array_equal(a.dates, b.dates) and np.array_equal(a.prices, b.prices)
        for a, b in zip(one, other, strict=True)
    )


def _same_origins(read: Mapping[str, _Read], recipes: Mapping[str, Recipe], plan: Plan) -> Rolling:
    """The plan's origins from which every recipe can forecast: a short lookback waits for a long one."""
    for name, recipe in recipes.items():
        make_dataset(read[name].series, recipe)  # what `train` refuses is refused in the same words
    each = [roll(read[name].series, recipe, plan) for name, recipe in recipes.items()]
    included = np.logical_and.reduce([rolling.included for rolling in each])
    return replace(each[0], included=included)


def _compared(
    read: Mapping[str, _Read],
    recipes: Mapping[str, Recipe],
    datasets: Mapping[str, Sequence[Dataset]],
    rolling: Rolling,
    run: Run,
) -> Compared:
    """All fits of all recipes at once: they share the processes and the bar."""
    fits = iter(fit_all([dataset for some in datasets.values() for dataset in some], run.on_epoch))
    evaluations: dict[str, Evaluation] = {}
    pairs: dict[str, Pairs] = {}
    for name, some in datasets.items():
        own = [next(fits) for _ in some]
        evaluations[name], pairs[name] = scored(read[name].series, own, rolling, name)
    for notice in _left_out(evaluations):
        run.tell(notice)
    found = between(pairs, rolling.every)
    ranked = [found[0]["one"], *(row["other"] for row in found[: len(pairs) - 1])]
    by_recipe = {
        name: Backtested(
            evaluations[name].metrics, evaluations[name].table, None, read[name].left_out,
            recipes[name].forecast.risk,
        )
        for name in ranked
    }  # fmt: skip
    return Compared(by_recipe, found)


def _left_out(evaluations: Mapping[str, Evaluation]) -> Iterator[Notice]:
    notices = (left_out_notice(evaluation.metrics) for evaluation in evaluations.values())
    yield from {notice.text: notice for notice in notices if notice is not None}.values()


def _write(found: Compared, out: Path) -> None:
    """comparison.json and predictions_NAME.csv of each recipe as the folder `out`, whose lock is held."""
    names = safe_names(found.by_recipe)
    with new_folder(out) as folder:
        create_file(folder / COMPARISON, strict_json.dumps(found.to_json()))
        for name, backtested in found.by_recipe.items():
            create_file(folder / f"predictions_{names[name]}.csv", Csv(backtested.table))
