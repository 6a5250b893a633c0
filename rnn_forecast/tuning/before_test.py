"""The rows that a search may see, and the blocks of rolling origins that it scores."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_forecast.errors import DataError
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe
from rnn_forecast.windows.rolling_origins import LEAST_SHARE, MOST_ORIGINS, Plan, Rolling, dataset_at, roll
from rnn_forecast.windows.splits import split_series, time_line
from rnn_forecast.words.figures import counted

LEAST_BLOCKS = 5


@dataclass(frozen=True)
class Ground:
    """What all trials are scored on."""

    series: Sequence[PriceSeries]  # without the test part
    rolling: Rolling  # the same origins for every trial; a fit for each block of them


def before_test(series: Sequence[PriceSeries], recipe: Recipe) -> list[PriceSeries]:
    """The rows before the cut at which `train` begins to test: nothing of what follows is in there.

    Raises DataError where none is left whose price changes.
    """
    split = split_series(series, recipe.data, stopping=recipe.training.patience > 0)
    known = [s.until(n) for s, n in zip(series, split.train.tolist(), strict=True) if n]
    if not known:
        raise DataError("there is no row before the test part.", "Raise --train-fraction, or add rows.")
    return without_constant(known)


def grounds(series: Sequence[PriceSeries], recipe: Recipe, blocks: int) -> Ground:
    """`blocks` blocks of origins in the last fifth of the rows, 250 origins at most, each with its own fit.

    Raises DataError where there are fewer rows than that needs.
    """
    known = before_test(series, recipe)
    by_date = recipe.data.split == "date"
    rows = len(time_line(known)) if by_date else max(len(s) for s in known)
    size = min(rows // LEAST_SHARE, max(MOST_ORIGINS, blocks)) // blocks
    if size < 1:
        other = "lower --origins" if blocks > LEAST_BLOCKS else "raise --train-fraction"
        raise DataError(
            f"{rows} rows before the test part are too few: {blocks} origins in the last fifth of them need "
            f"{LEAST_SHARE * blocks}.",
            f"Add rows, or {other}.",
        )
    ground = Ground(known, roll(known, recipe, Plan(size * blocks, 1, size)))
    require_rows(ground, recipe)
    return ground


def for_all(ground: Ground, recipes: Sequence[Recipe]) -> Ground:
    """The same with the origins from which every one of the recipes can forecast."""
    longest = max(recipes, key=lambda one: one.window.lookback)
    origins, fits = len(ground.rolling.known), len(ground.rolling.fits)
    plan = Plan(origins, ground.rolling.every, origins // fits)
    return Ground(ground.series, roll(ground.series, longest, plan))


def require_rows(ground: Ground, recipe: Recipe) -> None:
    """Raise DataError unless the recipe can be fitted on the rows before the first origin."""
    known = ground.rolling.known[0]
    try:
        dataset_at(ground.series, recipe, known)
    except DataError as error:
        before, blocks = int(known.max()), len(ground.rolling.fits)
        raise DataError(
            f"{counted(before, 'row')} before the first of {blocks} blocks of origins are too few: "
            f"{error.message}",
            "Lower --lookback, or add rows.",
        ) from error
