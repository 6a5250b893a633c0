"""What is to be read of a model's distributions, and its columns in price units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.intervals.conformal import stored_levels
from rnn_forecast.intervals.distribution import Distribution, expected_shortfall, scores_at
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

    def tails(self) -> Iterator[tuple[str, float]]:
        """What a person calls each, and what of all outcomes lies outside of it on one side."""
        yield from ((f"the {level:g} % interval", (100 - level) / 200) for level in self.levels)
        yield from ((f"the quantile {q:g}", min(q, 1 - q)) for q in self.quantiles if q != 0.5)
        yield from ((f"the risk at {percent:g} %", 1 - percent / 100) for percent in self.risk)


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
        tails = found.tail_nodes(round(1 - percent / 100, 12))
        losses = [(share, 100 * (1 - to_prices(low) / last[:, None])) for share, low in tails]
        nothing = np.full_like(found.forecast, np.nan)
        columns[f"var_{percent:g}"] = losses[0][1] if losses else nothing
        columns[f"es_{percent:g}"] = expected_shortfall(losses) if losses else nothing
    return columns


def quantile_name(share: float) -> str:
    """`q_05` of 0.05, `q_50` of 0.5, `q_02.5` of 0.025."""
    whole, _, rest = f"{round(100 * share, 10):.10f}".rstrip("0").rstrip(".").partition(".")
    return f"q_{whole:>02}{'.' if rest else ''}{rest}"


def unsupported(model: Model, wanted: Wanted) -> str:
    """What of it the model cannot say, and why, in words; nothing where it can say all."""
    stored = model.intervals
    few = [name for name, tail in wanted.tails() if not np.isfinite(scores_at(stored, tail)).all()]
    why = f"{stored.windows:,} windows that the model was calibrated on are too few"
    if not set(stored_levels(())) <= set(stored.levels):
        kept = ", ".join(f"{level:g} %" for level in stored.levels) or "none"
        why = f"a model of before keeps no levels but its own ({kept}): train it again"
    return f"{', '.join(few)}; {why}" if few else ""
