"""What predict reads of a model's distributions: options that beat what the model's recipe asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.groups import option
from rnn_forecast.errors import UsageError

if TYPE_CHECKING:
    from rnn_forecast.forecasts.wanted import Wanted


def _listed(*flags: str, parser: Callable[[str], Any] = quantities.levels, help: str) -> Any:
    return option(*flags, metavar="LIST", parser=parser, default="the recipe's", help=help)


@dataclass(frozen=True)
class ReadOut:
    """Distribution."""

    levels: Annotated[
        list[Any] | None,
        _listed("--levels", "--level", help="Levels of prediction intervals, in percent."),
    ] = None
    quantiles: Annotated[
        list[Any] | None,
        _listed(
            "--quantiles",
            parser=quantities.shares,
            help="Quantiles, such as 0.05,0.95: columns q_05, q_95.",
        ),
    ] = None
    risk: Annotated[
        list[Any] | None,
        _listed(
            "--risk",
            help="Value at risk and expected shortfall of a long position, in percent of the last price: "
            "99 for columns var_99, es_99.",
        ),
    ] = None
    p_up: Annotated[bool, option("--p-up", help="The chance of a price above the last one: column p_up.")] = (
        False
    )

    def flags(self) -> list[str]:
        """Those that are given."""
        given = {name: getattr(self, name) for name in ("levels", "quantiles", "risk")}
        said = [f"--{name}" for name, value in given.items() if value is not None]
        return [*said, "--p-up"] if self.p_up else said

    def choose(self, asked: "Wanted") -> "Wanted":
        """What was said here in place of what the recipe asks for."""
        said = {"levels": self.levels, "quantiles": self.quantiles, "risk": self.risk}
        chosen = {name: _ascending(lists) for name, lists in said.items() if lists is not None}
        for name in chosen.keys() & {"levels", "risk"}:
            if len({f"{number:g}" for number in chosen[name]}) < len(chosen[name]):
                raise UsageError(f"two of --{name} have columns of one name.", "Give at most six digits.")
        return replace(asked, **chosen, rises=self.p_up)


def _ascending(lists: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(sorted({float(number) for numbers in lists for number in numbers}))
