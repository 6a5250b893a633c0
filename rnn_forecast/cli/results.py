"""What a verb found → how it is said: one line, tables on a terminal, one JSON object."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.delivery import Delivered
from rnn_forecast.cli.lines import counted
from rnn_forecast.cli.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.pipeline import Evaluated, Forecasts, Prepared, Trained


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

        return prepared_tables(record, next_command("train", str(place)))

    line = f"prepared {_what(record)} in {place}"
    return Said(line, result.record, paint)


def trained(result: "Trained", sources: Sequence[str], chosen: Path | None) -> Said:
    """`chosen`: the --model that was given, which the next command must then name too."""

    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import scored_tables

        where = ["--model", str(chosen)] if chosen is not None else []
        return scored_tables(result.metrics, str(result.folder), next_command("predict", *sources, *where))

    return Said(f"trained {result.folder}: {judged(result.metrics)}", result.record, paint)


def forecasts(result: "Forecasts", to: Delivered) -> Said:
    table = result.table

    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import forecast_tables

        return forecast_tables(result, None if to.on_stdout else str(to.to))

    tickers = len(set(table.ticker.tolist()))
    line = f"forecast {counted(tickers, 'ticker')}, {counted(len(table), 'row')}"
    return Said(line if to.on_stdout else f"{line} in {to.to}", result.record, paint)


def evaluated(result: "Evaluated", folder: Path) -> Said:
    def paint() -> "RenderableType":
        from rnn_forecast.cli.tables import scored_tables

        return scored_tables(result.metrics, str(folder), None, whole=True)

    return Said(judged(result.metrics), result.record, paint)


def judged(metrics: Mapping[str, Any] | None) -> str:
    """The verdict, or that there was nothing to judge by."""
    if not metrics or not metrics.get("scores"):
        return "no test rows to score"
    from rnn_forecast.scores import verdict_line

    return verdict_line(metrics)


def next_command(verb: str, *words: str) -> str:
    """What to type next, as a shell takes it: `rnn-forecast predict 'my prices.csv'`."""
    return visible(" ".join(["rnn-forecast", verb, *map(shlex.quote, words)]))


def _what(record: Mapping[str, Any]) -> str:
    tickers, rows = record.get("tickers"), record.get("rows")
    parts = [counted(n, noun) for n, noun in ((tickers, "ticker"), (rows, "row")) if isinstance(n, int)]
    return ", ".join(parts) or "the prices"
