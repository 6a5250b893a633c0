"""What a verb found → how it is said: one line, tables on a terminal, one JSON object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.options.delivery import Delivered
from rnn_forecast.cli.terminal.words import next_command
from rnn_forecast.report.sentences import (
    audit_sentence,
    by_ticker,
    fits_sentence,
    idle,
    losses_sentence,
    verdict_sentence,
    widest_bands,
)
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.verbs.backtest import Backtested
    from rnn_forecast.verbs.evaluate import Evaluated
    from rnn_forecast.verbs.export import Exported
    from rnn_forecast.verbs.predict import Forecasts
    from rnn_forecast.verbs.prepare import Checked, Prepared
    from rnn_forecast.verbs.report import Report
    from rnn_forecast.verbs.train import Trained


@dataclass(frozen=True)
class Said:
    """One result in the three ways that it can be said; the costly two are made only when asked for."""

    line: str
    to_json: Callable[[], Mapping[str, Any]]
    paint: Callable[[], "RenderableType"] | None  # None where what stands on the terminal says it already
    then: str | None = None  # the command to type next
    text: str = ""  # for standard output, where no JSON goes there
    further: str = ""  # a second line, off a terminal
    above: Callable[[], Sequence[str]] = tuple  # lines before the one, off a terminal


def prepared(result: "Prepared", folder: Path) -> Said:
    record = result.to_json()

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.tables import prepared_tables

        return prepared_tables(record, str(folder))

    parts = ", ".join(f"{part} {windows:,}" for part, windows in record.get("windows", {}).items())
    return Said(
        f"prepared {folder}: windows {parts}", lambda: record, paint, next_command("train", [str(folder)])
    )


def checked(result: "Checked", then: str) -> Said:
    from rnn_forecast.cli.messages.understood import understood

    report = result.to_json()

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.tables import parts_table

        return parts_table(report)

    sources, rows = counted(len(report["sources"]), "source"), counted(report["rows"], "row")
    line = f"checked {sources}: {counted(report['tickers'], 'ticker')}, {rows}; nothing is written"
    table = "\n".join(understood(report))
    return Said(line, result.to_json, paint, then, table)


def trained(result: "Trained", then: str, *, picture: bool = False) -> Said:
    losses = losses_sentence(result.metrics, result.model.recipe.forecast.risk)
    fits = fits_sentence(result.metrics)

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.drawings import drawn_outcomes
        from rnn_forecast.cli.messages.tables import scored_tables

        above = drawn_outcomes(result.folder) if picture else ()
        return scored_tables(result.metrics, str(result.folder), above=above, losses=losses)

    line = f"trained {result.folder}: {verdict_sentence(result.metrics)}{idle(result.metrics)}"
    line += by_ticker(result.metrics)
    return Said(line, result.to_json, paint, then, further="; ".join(filter(None, [fits, losses])))


def forecasts(result: "Forecasts", to: Delivered, *, picture: bool = False) -> Said:
    table = result.table

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.drawings import drawn_forecast
        from rnn_forecast.cli.messages.tables import forecast_tables
        from rnn_forecast.cli.terminal.progress import stderr_console

        width = stderr_console().width
        drawn = drawn_forecast(result, width) if picture else ()
        return forecast_tables(result, None if to.on_stdout else str(to.to), width, drawn)

    def each() -> Sequence[str]:
        from rnn_forecast.report.forecast_lines import forecast_lines

        return forecast_lines(table)

    tickers = len(set(table.ticker.tolist()))
    where = "" if to.on_stdout else f" in {to.to}"
    line = f"forecast {counted(tickers, 'ticker')}, {counted(len(table), 'row')}{where}"
    line += f"; in the model's test: {result.verdict}" if result.verdict else ""
    painted = None if to.on_a_terminal else paint
    return Said(line, result.to_json, painted, above=tuple if to.on_stdout else each)


def evaluated(result: "Evaluated | Backtested", folder: Path) -> Said:
    losses = losses_sentence(result.metrics, result.risk)

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.tables import scored_tables

        return scored_tables(result.metrics, str(folder), whole=True, losses=losses)

    line = verdict_sentence(result.metrics) + idle(result.metrics) + by_ticker(result.metrics)
    return Said(
        f"{audit_sentence(result.metrics)}; {line}" if "audit" in result.metrics else line,
        result.to_json,
        paint,
        further="; ".join(filter(None, [widest_bands(result.metrics), losses])),
    )


def reported(result: "Report", to: Path | None) -> Said:
    def paint() -> "RenderableType":
        from rich.text import Text

        return Text(line)

    where = "" if to is None else f" in {to}"
    line = f"report on {counted(result.tickers, 'ticker')}{where}, {len(result.page) / 1e6:.2f} MB"
    return Said(line, result.to_json, paint)


def exported(result: "Exported", model: Path) -> Said:
    verdict = result.sheet["trust"]["verdict"]
    test = f"in the model's test: {verdict}" if verdict else ""

    def paint() -> "RenderableType":
        from rich.text import Text

        return Text(
            "\n".join([*filter(None, [test]), f"written to {result.out}", f"its sheet to {result.described}"])
        )

    line = f"exported {model} to {result.out}, its sheet to {result.described}"
    return Said(f"{line}; {test}" if test else line, result.to_json, paint)
