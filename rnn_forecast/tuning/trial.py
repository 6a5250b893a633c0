"""A recipe, fitted and scored at some blocks of origins: the work that processes share."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnn_forecast.errors import ForecastError
from rnn_forecast.fitting.parallel_fits import fit_known
from rnn_forecast.recipe import Recipe
from rnn_forecast.scores.blocks import compared_block
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.outcomes.squared_errors import squares, units_of
from rnn_forecast.tuning.before_test import Ground
from rnn_forecast.windows.rolling_origins import dataset_at

EVERY_STEP = slice(None)


@dataclass(frozen=True)
class Measured:
    """What is known of a trial; more of it is added block by block."""

    # by block: its RMSE over that of the last value; None where the last value errs nowhere, or nothing was
    # forecast, which is so for every trial
    scores: Mapping[int, float | None] = field(default_factory=dict)
    seconds: float = 0.0
    failed: str = ""  # why there will be no more

    def and_then(self, more: "Measured") -> "Measured":
        return Measured({**self.scores, **more.scores}, self.seconds + more.seconds, more.failed)

    def mean(self, blocks: Sequence[int]) -> float:
        """Over those of the blocks that have a score; infinity where one is not known yet."""
        if self.failed or not all(block in self.scores for block in blocks):
            return float("inf")
        said = [score for block in blocks if (score := self.scores[block]) is not None]
        return float(np.mean(said)) if said else float("inf")


def measure(ground: Ground, recipe: Recipe, blocks: Sequence[int]) -> Measured:
    """Fit at the beginning of each of the blocks, with the rows known there, and score its forecasts.

    A recipe that cannot be fitted (its loss is not finite, its rows are too few) is a trial that failed.
    """
    begun = time.perf_counter()
    scores: dict[int, float | None] = {}
    failed = ""
    every = ground.rolling.blocks()
    for block in blocks:
        try:
            scores[block] = _score(ground, recipe, every[block])
        except ForecastError as error:
            failed = error.message
            break
    return Measured(scores, time.perf_counter() - begun, failed)


def _score(ground: Ground, recipe: Recipe, block: range) -> float | None:
    known = ground.rolling.known[block.start]
    fit = fit_known(dataset_at(ground.series, recipe, known), lambda epoch: None)
    found = compared_block(fit.model, ground.series, ground.rolling, block)
    return None if found.comparison is None else ratio(found.comparison.pairs())


def ratio(pairs: Pairs) -> float | None:
    """The RMSE of the forecasts over that of the last value, each ticker's errors in its own units."""
    units = units_of(pairs)
    ours, theirs = (squares(pairs, name, EVERY_STEP, units).mean() for name in ("forecast", "last_value"))
    return float(np.sqrt(ours / theirs)) if theirs > 0 else None
