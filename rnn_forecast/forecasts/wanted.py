"""What is to be read of a model's distributions, and its columns in price units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.intervals.conformal import Intervals, stored_levels
from rnn_forecast.intervals.distribution import Distribution, expected_shortfall, tail_of
from rnn_forecast.model.model import Model
from rnn_forecast.recipe import ForecastChoice


@dataclass(frozen=True)
class Wanted:
    """Of each forecast: intervals, quantiles, losses of a long position, and how likely the price rises."""

    levels: tuple[float, ...] = ()  # percent, ascending
    quantiles: tuple[float, ...] = ()  # in (0, 1), ascending
    risk: tuple[float, ...] = ()  # percent, ascending
    rises: bool = False

    @classmethod
    def by(cls, choice: ForecastChoice) -> "Wanted":
        return cls(choice.levels, choice.quantiles, choice.risk)

    def further(self) -> list[str]:
        """The names of the columns beside intervals, in their order."""
        names = [quantile_name(q) for q in self.quantiles]
        risks = [f"{what}_{percent:g}" for percent in self.risk for what in ("var", "es")]
        return [*names, *(["p_up"] if self.rises else []), *risks]


def further_columns(model: Model, found: Distribution, wanted: Wanted, last: Array) -> Mapping[str, Array]:
    """By name, (n, steps) each: `q_05` a price, `p_up` 0 to 1, `var_99` and `es_99` percent of `last` (n,).

    `last` is a price. Value at risk is the loss that is exceeded in 1 % of cases, expected shortfall the mean
    loss in those; a gain is a negative loss. Where calibration has seen too few rows they are NaN.
    """
    to_prices = model.scaling.to_prices
    columns = {quantile_name(q): to_prices(found.quantile(q)) for q in wanted.quantiles}
    if wanted.rises:
        columns["p_up"] = np.clip(found.rises(model.scaling.to_model_space(last)), 0.0, 1.0)
    for percent in wanted.risk:
        tails = found.tail_nodes(tail_of(percent))
        losses = [(share, 100 * (1 - to_prices(low) / last[:, None])) for share, low in tails]
        nothing = np.full_like(found.forecast, np.nan)
        columns[f"var_{percent:g}"] = losses[0][1] if losses else nothing
        columns[f"es_{percent:g}"] = expected_shortfall(losses) if losses else nothing
    return columns


def quantile_name(share: float) -> str:
    """`q_05` of 0.05, `q_50` of 0.5, `q_02.5` of 0.025."""
    whole, _, rest = f"{round(100 * share, 10):.10f}".rstrip("0").rstrip(".").partition(".")
    return f"q_{whole:>02}{'.' if rest else ''}{rest}"


def unsupported(model: Model, table: ForecastTable) -> str:
    """Which columns of forecasts the model has left empty, at which steps, and why, in words; else nothing.

    `lo_99, hi_99, es_97.5; es_95 from step 10 on; 85 windows …`.
    """
    ends = {f"{side}_{level}": end for level, two in table.intervals.items() for side, end in _sides(two)}
    columns, steps = {**ends, **table.further}, int(table.step.max(initial=0))
    names: dict[str, list[str]] = {}  # by where they are empty
    for name, values in columns.items():
        empty = np.isnan(values.reshape(-1, max(steps, 1))).all(axis=0)
        if empty.any():
            names.setdefault(_at_steps(np.flatnonzero(empty) + 1, steps), []).append(name)
    where = [", ".join(some) + at for at, some in names.items()]
    return "; ".join([*where, _why(model.intervals)]) if where else ""


def _sides(ends: tuple[Array, Array]) -> Iterator[tuple[str, Array]]:
    yield from zip(("lo", "hi"), ends, strict=True)


def _at_steps(empty: Positions, steps: int) -> str:
    """Nothing where it is all of them."""
    if len(empty) == steps:
        return ""
    if empty[0] == steps - len(empty) + 1:
        return f" from step {empty[0]} on" if len(empty) > 1 else f" at step {empty[0]}"
    return f" at {len(empty):,} of {steps:,} steps"


def _why(stored: Intervals) -> str:
    if set(stored_levels(())) <= set(stored.levels):
        return f"{stored.windows:,} windows that the model was calibrated on are too few"
    kept = ", ".join(f"{level:g} %" for level in stored.levels) or "none"
    return f"a model of before keeps no levels but its own ({kept}): train it again"
