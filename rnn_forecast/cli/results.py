"""What a verb found → how it is said: one line, tables on a terminal, one JSON object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.delivery import Delivered
from rnn_forecast.cli.lines import counted, next_command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.model.model import Model
    from rnn_forecast.verbs.backtest import Backtested
    from rnn_forecast.verbs.evaluate import Evaluated
    from rnn_forecast.verbs.predict import Forecasts
    from rnn_forecast.verbs.prepare import Prepared
    from rnn_forecast.verbs.train import Trained


@dataclass(frozen=True)
class Said:
    """One result in the three ways that it can be said; the costly two are made only when asked for."""

    line: str
    record: Callable[[], Mapping[str, Any]]
    paint: Callable[[], "RenderableType"]


def prepared(result: "Prepared", place: Path) -> Said:
    record = result.record()

    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import prepared_tables

        return prepared_tables(record, str(place), next_command("train", str(place)))

    parts = ", ".join(f"{part} {windows:,}" for part, windows in record.get("windows", {}).items())
    return Said(f"prepared {place}: windows {parts}", lambda: record, paint)


def trained(result: "Trained", sources: Sequence[str], chosen: Path | None) -> Said:
    """`chosen`: the --model that was given, which the next command must then name too."""

    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import scored_tables

        then = ["predict", *sources, *(["--model", str(chosen)] if chosen is not None else [])]
        return scored_tables(
            result.metrics, str(result.folder), then=next_command(*then), trusted=trust(result.metrics)
        )

    line = f"trained {result.folder}: {judged(result.metrics)}{_idle(result.metrics)}"
    return Said(line, result.record, paint)


def forecasts(result: "Forecasts", to: Delivered) -> Said:
    table = result.table

    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import forecast_tables

        return forecast_tables(result, None if to.on_stdout else str(to.to))

    tickers = len(set(table.ticker.tolist()))
    line = f"forecast {counted(tickers, 'ticker')}, {counted(len(table), 'row')}"
    return Said(line if to.on_stdout else f"{line} in {to.to}", result.record, paint)


def evaluated(result: "Evaluated | Backtested", folder: Path) -> Said:
    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import scored_tables

        return scored_tables(result.metrics, str(folder), whole=True, trusted=trust(result.metrics))

    line = judged(result.metrics) + _idle(result.metrics)
    return Said(
        f"{audited(result.metrics)}; {line}" if "audit" in result.metrics else line, result.record, paint
    )


def audited(metrics: Mapping[str, Any]) -> str:
    """`leak audit: all prices after 100 origins changed, 0 of 24,310 forecasts moved`."""
    found = metrics["audit"]
    origins = counted(found["origins"], "origin")
    return (
        f"leak audit: all prices after {origins} changed, {found['changed']} of "
        f"{counted(found['compared'], 'forecast')} moved"
    )


def judged(metrics: Mapping[str, Any] | None) -> str:
    """The verdict, or that there was nothing to judge by."""
    if not metrics or not metrics.get("scores"):
        return "no test rows to score"
    from rnn_forecast.scores.scores import verdict_line

    return verdict_line(metrics)


def trust(found: "Mapping[str, Any] | Model") -> str | None:
    """What shrinkage made of the network, by metrics or model, where that is nothing."""
    anchor = _anchor(found)
    return (
        f"validation found nothing to trust in this network, so its forecast is {anchor}" if anchor else None
    )


def _idle(metrics: Mapping[str, Any]) -> str:
    """The same where one line has to hold it."""
    anchor = _anchor(metrics)
    return f" (validation found nothing to trust; the forecast is {anchor})" if anchor else ""


def _anchor(found: "Mapping[str, Any] | Model") -> str | None:
    """What is left where nothing of the network is, else None."""
    get = found.get if isinstance(found, Mapping) else lambda name: getattr(found, name)
    shares, drift = get("shrinkage"), get("drift")
    if shares is None or not len(shares) or any(shares):
        return None
    return "the last value and the drift" if drift is not None and any(drift) else "the last value"
