"""Squared errors in units that tickers share, and the verdict on two of them."""

import math

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.scores.outcomes import skill
from rnn_forecast.scores.outcomes.metrics_document import Skill, number
from rnn_forecast.scores.outcomes.pairs import ManyPairs, Pairs
from rnn_forecast.scores.outcomes.skill import Verdict

ROUNDING = 1e-13  # of a price: two forecasts so close are one, written in two ways


def units_of(pairs: ManyPairs) -> Array:
    """(s,) what a window's errors are divided by wherever tickers are pooled: its ticker's rms_scale.

    A price of 3,000 and one of 3 would otherwise be a verdict on the first alone. With one ticker it is
    one number and changes no ratio and no test. A ticker without training rows, or without a move in
    them, takes the root mean square of last value's one-step errors in its scored rows, or 1 where they
    are exact.
    """
    known = usable(pairs.rms_scale)
    if known.all():
        return pairs.rms_scale
    count = len(pairs.tickers)
    rows, total = np.zeros(count), np.zeros(count)
    for part in pairs.parts():
        rows += np.bincount(part.ticker, minlength=count)
        total += np.bincount(part.ticker, np.square(part.actual[:, 0] - part.last), minlength=count)
    errors = np.sqrt(total / np.maximum(rows, 1))
    return np.where(known, pairs.rms_scale, np.where(errors > 0, errors, 1.0))


def squares(part: Pairs, name: str, steps: slice, units: Array) -> Array:
    """(n,) each window's mean squared error over the steps, in squares of its ticker's unit."""
    errors = part.actual[:, steps] - part.forecasts[name][:, steps]
    return np.asarray(np.square(errors).mean(axis=1) / np.square(units[part.ticker]))


def apart(one: Array, other: Array, part: Pairs, units: Array) -> NDArray[np.bool_]:
    """(n, h) where more than rounding is between two forecasts (n, h) of the part's windows."""
    nothing = np.maximum(skill.NEGLIGIBLE * units[part.ticker], ROUNDING * np.abs(part.last))[:, None]
    return np.asarray(np.abs(one - other) > nothing)


def usable(scale: Array) -> NDArray[np.bool_]:
    return np.isfinite(scale) & (scale > 0)


def verdict_of(ours: float, theirs: float, p_value: float | None, same: bool) -> Skill:
    """Of two mean squared errors; `same`: both forecasts are one."""
    if abs(ours - theirs) <= skill.NEGLIGIBLE * theirs:
        ratio: float | None = 1.0
    else:
        ratio = number(math.sqrt(ours / theirs)) if theirs > 0 else None
    verdict: Verdict = "same forecast" if same else skill.verdict(ratio, p_value)
    return {"rmse_ratio": ratio, "dm_p_value": p_value, "verdict": verdict}
