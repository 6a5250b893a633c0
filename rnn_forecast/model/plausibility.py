"""What no training could have found: a document that was forged, manifest and all, is told by its numbers.

The same is asked of a model before it is written, so that none is kept that could not be read. Bounds are
wide: an honest model of a wild series passes all of them, and what passes them may still forecast nonsense.
That no forecast which is not finite is ever written is for `forecasts.forecasting`.
"""

import math

import numpy as np

from rnn_forecast.intervals.conformal import most_beyond, stored_levels
from rnn_forecast.intervals.size_terms import EACH
from rnn_forecast.intervals.volatility import Volatility
from rnn_forecast.intervals.volatility_terms import NAMES
from rnn_forecast.model.model import Model
from rnn_forecast.model.plausible_source import MOST_ROWS, require, require_plausible_source
from rnn_forecast.model.provenance import KnownTicker, Source
from rnn_forecast.windows.scaling import ColumnScale, Scaling

SMALLEST, LARGEST = 1e-30, 1e30  # of a scale
MOST_LOG_FLOOR = 10.0  # a tenth of the mean absolute log change: prices that change e^100-fold at every row
MOST_FLOOR = 1e6  # times the largest price that is remembered, where no logs are taken
MOST_NETWORK_WEIGHT = 1e6  # 40,000 inputs of at most 1e20 times this are far from float32's end at 3.4e38
MOST_DRIFT = 1e6  # spreads of a window: e^7 times the price in a thousand steps of 1 % are 1e5
MOST_WEIGHT, MOST_CYCLES, MOST_ROUNDS, LONGEST_CYCLE, MOST_WIDTH = 1e6, 4, 20, 10**7, 1  # of volatility
MOST_SETS = 7  # of sizes: of three kinds, each there or not
# expected moves, over the share outside of the interval. A move is at least a tenth of the mean one, so that
# of last value's errors a share alpha may be 10 / alpha moves: what a network adds to that has 100 times more
MOST_SCORE = 1e3


def require_plausible(model: Model) -> None:
    """Raises ValueError, `key: what was expected and what came`; that lengths agree is for `Model` to say."""
    choice = model.recipe.scaling
    require("scaling.normalize", model.scaling.normalize, model.scaling.normalize == choice.normalize)
    require("scaling.log", model.scaling.log, model.scaling.log == choice.takes_logs)
    require_plausible_source(model.source, logs=model.scaling.log)
    window = model.recipe.window
    whole = window.lookback % window.patch == 0
    require("recipe.window.lookback", window.lookback, whole, f"a multiple of the patch, {window.patch}")
    _require_scaling(model.scaling, model.source)
    _require_columns(model)
    _require_network(model)
    _require_volatility(model.volatility, model.horizon)
    _require_intervals(model)
    _require_widths(model)


def _require_scaling(scaling: Scaling, source: Source) -> None:
    require("scaling.floor", scaling.floor, SMALLEST < scaling.floor < LARGEST, "a size above 0")
    if scaling.log:
        most = MOST_LOG_FLOOR
    elif scaling.by_ticker:  # a mean absolute change is at most four deviations, or the range
        most = max(spread for _, spread in scaling.by_ticker.values())
    else:
        prices = [price for known in source.tickers.values() for _, price in known.sampled_prices]
        most = MOST_FLOOR * max(map(abs, prices), default=0.0) or LARGEST
    require("scaling.floor", scaling.floor, scaling.floor <= most, f"at most {most:g}")
    fitted = scaling.normalize != "window"
    sound = fitted == bool(scaling.by_ticker) and scaling.by_ticker.keys() <= source.tickers.keys()
    require("scaling.by_ticker", sorted(scaling.by_ticker)[:3], sound, "the tickers of zscore and minmax")
    for ticker, (center, spread) in scaling.by_ticker.items():
        key = f"scaling.by_ticker.{ticker[:80]}"
        require(key, spread, SMALLEST < spread < LARGEST, "a spread above 0")
        require(key, center, abs(center) < LARGEST, "a price as center")
        _require_level(key, center, spread, source.tickers[ticker])


def _require_columns(model: Model) -> None:
    """A scale for each column that the network sees, and for no other."""
    found, named = model.scaling.columns, {name for name, _ in model.recipe.data.columns}
    require("scaling.columns", sorted(found)[:8], found.keys() == named, "those of the recipe")
    for name, scale in found.items():
        _require_column(f"scaling.columns.{name[:80]}", scale, model.source)


def _require_column(key: str, scale: ColumnScale, source: Source) -> None:
    require(f"{key}.floor", scale.floor, 0 <= scale.floor < LARGEST, "a number from 0 on")
    known = scale.by_ticker.keys() <= source.tickers.keys()
    require(f"{key}.by_ticker", sorted(scale.by_ticker)[:3], known, "tickers that were learnt from")
    for center, spread in ((scale.center, scale.spread), *scale.by_ticker.values()):
        require(f"{key}.center", center, abs(center) < LARGEST, "a number")
        require(f"{key}.spread", spread, SMALLEST < spread < LARGEST, "a spread above 0")


def _require_level(key: str, center: float, spread: float, known: KnownTicker) -> None:
    """None of n numbers is farther than sqrt(n) deviations from their mean, nor than their range from the
    least: the first price that is remembered is among those that the level was learnt from.
    """
    for _, first in known.sampled_prices[:1]:
        most = 1.01 * spread * math.sqrt(max(known.rows, 1)) + 1e-6 * abs(first)
        require(key, center, abs(first - center) <= most, f"a center within {most:g} of its price {first:g}")


def _require_network(model: Model) -> None:
    shrinkage, drift = model.shrinkage, model.drift
    require("shrinkage", shrinkage.tolist(), bool(((shrinkage >= 0) & (shrinkage <= 1)).all()), "0 to 1")
    within = f"less than {MOST_DRIFT:g} spreads"
    none = model.recipe.forecast.toward == "last_value"
    require("drift", drift.tolist(), not (none and drift.any()), "0 at every step toward the last value")
    require("drift", drift.tolist(), bool((np.abs(drift) < MOST_DRIFT).all()), within)
    for number, weights in enumerate(model.members):
        for name, weight in weights.items():
            most = float(np.abs(weight).max(initial=0.0))
            expected = f"weights up to {MOST_NETWORK_WEIGHT:g}"
            require(f"tensor member{number}.{name}", most, most <= MOST_NETWORK_WEIGHT, expected)


def _require_volatility(volatility: Volatility, horizon: int) -> None:
    cycles, shares, weights = volatility.cycles, volatility.shares, volatility.weights
    require("volatility.cycles", len(cycles), len(cycles) <= MOST_CYCLES, f"at most {MOST_CYCLES}")
    _require_weights("volatility.weights", weights, len(NAMES))
    require(
        "volatility.with_sizes", len(volatility.with_sizes), len(volatility.with_sizes) <= MOST_SETS, "few"
    )
    for i, some in enumerate(volatility.with_sizes):
        key, names = f"volatility.with_sizes.{i}", some.names
        require(f"{key}.names", names[:8], 0 < len({*names}) == len(names), "names of sizes, each once")
        require(f"{key}.weights", len(some.weights), len(some.weights) == horizon, f"{horizon} steps")
        _require_weights(f"{key}.weights", some.weights, len(NAMES) + EACH * len(names))
    shared = len(shares) == len(cycles) and min(shares, default=0.0) >= 0 and sum(shares) <= 1 + 1e-9
    require("volatility.shares", shares, shared, "one for each cycle of the calendar, 1 in all at most")
    for i, cycle in enumerate(cycles):
        key, rows = f"volatility.cycles.{i}", cycle.rows
        require(key, cycle.width, 0 <= cycle.width <= MOST_WIDTH, f"a width of 0 to {MOST_WIDTH} rows")
        rising = sorted(set(rows)) == list(rows) and 0 < len(rows) <= MOST_ROUNDS
        require(key, rows, rising, f"1 to {MOST_ROUNDS} distances of the calendar, ascending")
        nearest = horizon + cycle.width  # a row nearer than this is not known at the origin
        inside = nearest <= rows[0] and rows[-1] <= LONGEST_CYCLE
        require(key, rows, inside, f"distances of the calendar from {nearest} to {LONGEST_CYCLE} rows")


def _require_weights(key: str, weights: tuple[tuple[float, ...], ...], terms: int) -> None:
    for i, row in enumerate(weights):
        require(f"{key}.{i}", len(row), len(row) == terms, f"a weight for each of {terms} terms")
        require(f"{key}.{i}", row, all(0 <= weight < MOST_WEIGHT for weight in row), f"0 to {MOST_WEIGHT:g}")


def _require_intervals(model: Model) -> None:
    """Order and signs are for `Intervals` to say, and how fast errors may grow."""
    intervals, levels, window = model.intervals, model.recipe.forecast.levels, model.recipe.window
    among = set(levels) <= set(intervals.levels) <= set(stored_levels(levels))
    require("bands.levels", intervals.levels[:8], among, f"the recipe's {list(levels)} among them")
    require("bands.windows", intervals.windows, intervals.windows < MOST_ROWS, "a number of windows")
    steps, most_steps = len(intervals.beyond), most_beyond(window.horizon, window.season) - window.horizon
    require("bands.beyond", steps, steps <= most_steps, f"at most {most_steps} steps")
    for side in ("low", "high"):
        for level, row in zip(intervals.levels, getattr(intervals, side), strict=True):
            most = MOST_SCORE * 100 / (100 - level)
            far = [value for value in row if value is not None and abs(value) > most]
            require(f"bands.{side}", far[:1], not far, f"at most {most:g} expected moves for {level:g} %")


def _require_widths(model: Model) -> None:
    """No width is only that of forecasts that were right to the last digit as often as the level says: of a
    price that seldom moves. Of how many that is so, a model of before does not say; then of the last value's.
    """
    intervals, last_value = model.intervals, (model.shrinkage == 0) & (model.drift == 0)
    exact = intervals.exact or last_value.astype(float).tolist()
    for level, low, high in zip(intervals.levels, intervals.low, intervals.high, strict=True):
        for step, ends in enumerate(zip(low, high, strict=True)):
            sound = ends != (0, 0) or exact[step] >= level / 100 - 1e-9
            require("bands.low and bands.high", ends, sound, f"a width at step {step + 1} of {level:g} %")
