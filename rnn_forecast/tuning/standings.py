"""What became of each trial, and which of them is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.tuning.cost import multiply_adds
from rnn_forecast.tuning.halving import Search, Trials
from rnn_forecast.tuning.one_standard_error import GIVEN, Choice, choose, difference
from rnn_forecast.tuning.space import value_of
from rnn_forecast.tuning.trial import Measured

Outcome = Literal["chosen", "scored", "dropped", "failed", "left"]


@dataclass(frozen=True)
class Row:
    trial: int
    values: Mapping[str, Any]  # of each key that is searched
    outcome: Outcome  # scored at all origins; dropped after the first look; failed; left for want of time
    score: float | None  # RMSE over that of the last value: the mean over its blocks of origins
    error: float | None  # the standard error of that; this and what follows only of those that are scored
    gain: float | None  # the score of the recipe as it is less this one: above 0 is better
    gain_error: float | None  # the standard error of that
    multiply_adds: int
    measured: Measured


@dataclass(frozen=True)
class Standings:
    rows: Sequence[Row]  # by number
    choice: Choice  # by number


Numbers = tuple[float | None, float | None, float | None, float | None]  # from score to gain_error


def standings(search: Search, trials: Trials, keys: Sequence[str]) -> Standings:
    """Choose among the trials that were scored at all origins at which the last value errs."""
    usable = [block for block in search.blocks if trials[GIVEN].scores[block] is not None]
    scored = [i for i in sorted(trials) if trials[i].mean(usable) < float("inf")]
    scores = np.array([[trials[i].scores[block] for block in usable] for i in scored], dtype=float)
    costs = [multiply_adds(recipe) for recipe in search.recipes]
    among = choose(scores, [costs[i] for i in scored])
    choice = Choice(scored[among.chosen], scored[among.best], tuple(scored[i] for i in among.as_good))
    numbers: dict[int, Numbers] = {
        i: _numbers(mine, scores[0]) for i, mine in zip(scored, scores, strict=True)
    }
    rows = []
    for i, recipe in enumerate(search.recipes):
        one = trials.get(i, Measured())
        values = {key: value_of(recipe, key) for key in keys}
        told: Numbers = numbers.get(i, (_mean(one, search.first_look), None, None, None))
        rows.append(Row(i, values, _outcome(i, one, choice, search, scored), *told, costs[i], one))
    return Standings(rows, choice)


def _outcome(trial: int, one: Measured, choice: Choice, search: Search, scored: Sequence[int]) -> Outcome:
    if trial == choice.chosen:
        return "chosen"
    if one.failed:
        return "failed"
    if trial in scored:
        return "scored"
    return "dropped" if all(block in one.scores for block in search.first_look) else "left"


def _numbers(mine: Array, given: Array) -> Numbers:
    """Score, its error, the gain and its error."""
    return *difference(mine, np.zeros_like(mine)), *difference(given, mine)


def _mean(one: Measured, blocks: Sequence[int]) -> float | None:
    mean = one.mean(blocks)
    return mean if mean < float("inf") else None
