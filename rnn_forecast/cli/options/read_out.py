"""What predict reads of a model's distributions: options that beat what the model's recipe asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.groups import option

if TYPE_CHECKING:
    from rnn_forecast.forecasts.wanted import Wanted


@dataclass(frozen=True)
class ReadOut:
    """Distribution."""

    levels: Annotated[
        list[Any] | None,
        option(
            "--levels", "--level", metavar="LIST", parser=quantities.levels, default="the recipe's",
            help="Levels of prediction intervals, in percent.",
        ),
    ] = None  # fmt: skip
    quantiles: Annotated[
        list[Any] | None,
        option(
            "--quantiles", metavar="LIST", parser=quantities.shares, default="the recipe's",
            help="Quantiles, such as 0.05,0.95: columns q_05, q_95.",
        ),
    ] = None  # fmt: skip
    risk: Annotated[
        list[Any] | None,
        option(
            "--risk", metavar="LIST", parser=quantities.levels, default="the recipe's",
            help="Value at risk and expected shortfall of a long position, in percent of the last price: "
            "99 for columns var_99, es_99.",
        ),
    ] = None  # fmt: skip
    p_up: Annotated[bool, option("--p-up", help="The chance of a price above the last one: column p_up.")] = (
        False
    )

    def choose(self, recipe: "Wanted") -> "Wanted":
        """What was said here in place of what the recipe asks for."""
        said = {"levels": self.levels, "quantiles": self.quantiles, "risk": self.risk}
        chosen = {name: _ascending(lists) for name, lists in said.items() if lists is not None}
        return replace(recipe, **chosen, rises=self.p_up or recipe.rises)


def _ascending(lists: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(sorted({float(number) for numbers in lists for number in numbers}))
