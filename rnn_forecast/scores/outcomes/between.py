"""Recipes beside each other: whose forecasts from the same origins were nearer, or was that luck?"""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.scores.outcomes import overlaps
from rnn_forecast.scores.outcomes.metrics_document import OneOfMany
from rnn_forecast.scores.outcomes.overlaps import Overlap
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.outcomes.skill import Daily
from rnn_forecast.scores.outcomes.squared_errors import apart, squares, units_of, verdict_of
from rnn_forecast.statistics import adjusted

EVERY_STEP = slice(None)


class Between(OneOfMany):
    """Whether the forecasts of `one` were nearer than those of `other`: over all steps, in RMSE or RMSSE."""

    one: str
    other: str


def between(by_recipe: Mapping[str, Pairs], every: int) -> list[Between]:
    """Each two recipes, the one of the smaller error first; those of the smallest errors stand first.

    All pairs must be of the same origins, tickers and outcomes: raises ValueError where they are not.
    `every`: rows between neighbouring origins. Errors are divided by each ticker's own scale, and the test
    is that of `skill.pooled_diebold_mariano`; `q_value` allows for how many are compared (Benjamini and
    Hochberg 1995).
    """
    first = next(iter(by_recipe.values()))
    if not all(_same_outcomes(first, pairs) for pairs in by_recipe.values()):
        raise ValueError("recipes are compared by the same origins and outcomes")
    units, days = units_of(first), first.days()
    losses = {name: squares(pairs, "forecast", EVERY_STEP, units) for name, pairs in by_recipe.items()}
    ranked = sorted(losses, key=lambda name: float(losses[name].mean()))
    overlap, step = (_overlap(first, steps, every) for steps in (first.horizon, 1))
    suffices = overlap.suffices(len(days), step)
    found: list[Between] = []
    for one, other in combinations(ranked, 2):
        mine, theirs = by_recipe[one].forecast, by_recipe[other].forecast
        same = not apart(mine, theirs, first, units).any()
        p_value = _p_value(first, losses[one], losses[other], overlap) if suffices and not same else None
        skill = verdict_of(float(losses[one].mean()), float(losses[other].mean()), p_value, same)
        found.append({"one": one, "other": other, **skill, "q_value": None})
    for row, q_value in zip(found, adjusted([row["dm_p_value"] for row in found]), strict=True):
        row["q_value"] = q_value
    return found


def _same_outcomes(one: Pairs, other: Pairs) -> bool:
    return one.tickers == other.tickers and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("ticker", "origin", "actual")
    )


def _overlap(pairs: Pairs, steps: int, every: int) -> Overlap:
    days = pairs.days()
    shared = Counter[int]()
    for part in pairs.parts():
        shared.update(overlaps.shared(days, part, steps, every))
    return overlaps.overlap_of(shared, len(days))


def _p_value(pairs: Pairs, mine: Array, theirs: Array, overlap: Overlap) -> float | None:
    days = pairs.days()
    day = np.searchsorted(days, pairs.origin)
    daily = Daily(len(days))
    daily.add(mine - theirs, day)
    return daily.p_value(np.bincount(day, minlength=len(days)), overlap.dates, loss=float(theirs.mean()))
