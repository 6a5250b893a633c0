"""Results → what a person sees on a terminal. Loads Rich; text goes in as Text, so that none is markup."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rnn_forecast.cli.messages.understood import understood
from rnn_forecast.report.sentences import (
    NAMES,
    audit_sentence,
    bands_sentences,
    fits_sentence,
    tally,
    verdict_sentence,
    without_network,
)
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import LevelScores, Metrics, StepScores
    from rnn_forecast.verbs.predict import Forecasts

COLOURS = {"better": "bold green", "no better": "bold yellow", "worse": "bold red"}  # other words: bold
WORDS = (
    "",
    "part",
    "recipe",
    "ticker",
    "date",
    "from",
    "to",
    "verdict",
)  # headings of columns that hold no numbers
BARS = "▁▂▃▄▅▆▇█"
MOST_ROWS = 20  # of forecasts; the file has them all
MOST_STEPS = 10
MOST_SPARKLINES = 5
RECENT = 60  # prices in a sparkline
GAP = 2  # characters between two columns of forecasts
FURTHER = ("q_", "p_up", "var_", "es_")  # what columns of quantiles and risk begin with


def scored_tables(
    metrics: "Metrics",
    folder: str,
    *,
    whole: bool = False,
    above: Sequence[str] = (),
    losses: str = "",
) -> RenderableType:
    """Network beside last value and drift, the verdict, and where the rest is; `above` it a picture's lines.

    `whole`: also the scores by step and how often intervals held. `losses`: a sentence on them.
    """
    parts: list[RenderableType] = [Text(line, style="cyan") for line in above]
    if (skill := metrics["skill"]) is not None:
        parts += [Text(_title(metrics)), scores_table(metrics)]
        steps = metrics["by_step"]
        if whole and len(steps) > 1:
            parts.append(steps_table(steps, many=metrics["tickers"] > 1))
            parts.append(Text(tally([step["skill"] for step in steps], "step")))
            parts += [Text(line) for line in _held(metrics["intervals"], metrics["tickers"])]
        parts += [Text(line) for line in (*_tested(metrics), losses) if line]
        if metrics["tickers"] > 1:
            parts.append(Text(tally(metrics["per_ticker"], "ticker")))
        if "backtest" in metrics:
            parts.append(Text(_fits(metrics["backtest"])))
        if "audit" in metrics:
            parts.append(Text(audit_sentence(metrics)))
        parts.append(Text(verdict_sentence(metrics), style=COLOURS.get(skill["verdict"], "bold")))
    else:
        parts.append(Text(verdict_sentence(metrics)))
    if fits := fits_sentence(metrics):
        parts.append(Text(fits))
    trusted = without_network(metrics.get("shrinkage", ()), metrics.get("drift", ()))
    if trusted is not None:
        parts.append(Text(trusted))
    parts.append(_written(folder))
    return Group(*parts)


def compared_tables(
    title: str, rows: Sequence[Sequence[str]], between: Sequence[str], folder: str
) -> RenderableType:
    """Rows of recipes and baselines, the headings first; below them what is said of each two."""
    table = _table(*rows[0])
    for row in rows[1:]:
        verdict = Text(row[3], style=COLOURS.get(row[3], ""))
        table.add_row(*row[:3], verdict, *row[4:])
    return Group(Text(title), table, *map(Text, between), _written(folder))


def tuned_tables(
    title: str, rows: Sequence[Sequence[str]], said: Sequence[str], folder: str
) -> RenderableType:
    """Rows of trials, the headings first; below them what is chosen, and why."""
    table = _table(*rows[0])
    table.padding = (0, GAP - 1, 0, 0)
    table.columns[-1].no_wrap = False  # what a trial is in words: as many keys as are searched
    for row in rows[1:]:
        table.add_row(*map(Text, row), style="bold" if row[0] else "")
    first, *further = said
    return Group(Text(title), table, Text(first, style="bold"), *map(Text, further), _written(folder))


def _title(metrics: "Metrics") -> str:
    tickers = f"{metrics['tickers']:,} tickers, " if metrics["tickers"] > 1 else ""
    span = f"from {metrics['from']} to {metrics['to']}"
    return f"{tickers}{counted(metrics['windows'], 'forecast')} of prices not seen in training, {span}"


def scores_table(metrics: "Metrics") -> Table:
    """A row each for forecast, last value and drift; over several tickers, errors in each one's own units."""
    measures = ("rmsse", "mase", "smape") if metrics["tickers"] > 1 else ("rmse", "mae", "mase")
    table = _table("", *(m.upper().replace("SMAPE", "sMAPE") for m in measures), "direction")
    for name, shown in NAMES.items():
        scores = metrics["scores"].get(name)
        if scores is not None:
            cells = [figure(scores[measure]) for measure in measures]
            table.add_row(shown, *cells, _percent(scores["directional_accuracy"]))
    return table


def steps_table(steps: Sequence["StepScores"], *, many: bool) -> Table:
    """RMSE by step, at most MOST_STEPS of them spread over the horizon."""
    measure = "rmsse" if many else "rmse"
    names = {name: shown for name, shown in NAMES.items() if name in steps[0]["scores"]}
    table = _table("step", *(f"{shown} {measure.upper()}" for shown in names.values()), "verdict")
    for step in _spread(steps):
        cells = [figure(step["scores"][name][measure]) for name in names]
        verdict = step["skill"]["verdict"]
        table.add_row(str(step["step"]), *cells, Text(verdict, style=COLOURS.get(verdict, "")))
    return table


def _held(intervals: "Mapping[str, LevelScores]", tickers: int) -> list[str]:
    """`80 % interval: held 81.3 % of the prices, 4.213 wide on average`; a width of one ticker only.

    Widths are prices: their mean over a share of 5 and one of 500 says nothing of either.
    """
    return [
        f"{level} % interval: held {_percent(found['coverage'])} of the prices"
        + (f", {figure(found['mean_width'])} wide on average" if tickers == 1 else "")
        for level, found in intervals.items()
        if found["coverage"] is not None
    ]


def _tested(metrics: "Metrics") -> list[str]:
    """The sentence of each level; of one ticker and one step, which no other line has, with its width."""
    wide = metrics["tickers"] == 1 and len(metrics["by_step"]) == 1
    return [
        f"{line}; {figure(metrics['intervals'][level]['mean_width'])} wide on average" if wide else line
        for level, line in bands_sentences(metrics).items()
    ]


def _fits(backtest: Mapping[str, Any]) -> str:
    """`250 origins, 5 models trained until 2024-07-15 to 2025-03-10, 2 of them without the network`."""
    models = backtest["models"]
    until = " to ".join(dict.fromkeys(models[i]["trained_until"] for i in (0, -1)))
    idle = sum(not any(model["shrinkage"]) for model in models)
    tail = f", {idle:,} of them without the network" if idle else ""
    origins = counted(backtest["origins"], "origin")
    return f"{origins}, {counted(len(models), 'model')} trained until {until}{tail}"


def forecast_tables(
    result: "Forecasts", folder: str | None, width: int, drawn: Sequence[str] = ()
) -> RenderableType:
    """The first forecasts, the last prices as `drawn` or as a sparkline, and where the rest is."""
    from rnn_forecast.forecasts.formats import columns

    named = {name: column.tolist() for name, column in columns(result.table).items()}
    n = len(result.table)
    table, left_out = forecast_rows(named, MOST_ROWS, width)
    parts: list[RenderableType] = [table]
    if n > MOST_ROWS:
        parts.append(Text(f"… and {n - MOST_ROWS:,} more rows", style="dim"))
    if left_out:
        where = "standard output" if folder is None else "the file"
        parts.append(Text(f"only {where} has room for {', '.join(left_out)}"))
    parts += [Text(line, style="cyan") for line in drawn]
    if not drawn:
        parts += [_recent(s.ticker, s.prices[-RECENT:].tolist()) for s in result.series[:MOST_SPARKLINES]]
    trusted = without_network(result.model.shrinkage.tolist(), result.model.drift.tolist())
    if result.verdict is not None:
        parts.append(Text(f"in the model's test: {result.verdict}"))
    if trusted is not None:
        parts.append(Text(trusted))
    if folder is not None:
        parts.append(_written(folder))
    return Group(*parts)


def forecast_rows(named: Mapping[str, Sequence[Any]], n: int, width: int) -> tuple[Table, list[str]]:
    """The first `n` rows of the columns `named`, and the headings that `width` characters have no room for.

    Quantiles and risk go before intervals, as they are there only where somebody asked for them.
    """
    named = {name: column[:n] for name, column in named.items()}
    cells = {"date": [*map(str, named["date"])]}
    cells |= {name: [figure(price, 6) for price in named[name]] for name in ("forecast", "last")}
    cells = {"ticker": _shortened(named["ticker"], width - _wide(cells))} | cells
    levels = [name.removeprefix("lo_") for name in named if name.startswith("lo_")]
    bands = {
        f"{level} % interval": [*map(_band, named[f"lo_{level}"], named[f"hi_{level}"])] for level in levels
    }
    further = {name: [_further(name, x) for x in named[name]] for name in named if name.startswith(FURTHER)}
    room, kept = width - _wide(cells), set[str]()
    for heading, column in (further | bands).items():
        if (more := _wide({heading: column})) <= room:
            room -= more
            kept.add(heading)
    cells |= {heading: column for heading, column in (bands | further).items() if heading in kept}
    table = _table(*cells)
    table.padding = (0, GAP - 1, 0, 0)
    for row in zip(*cells.values(), strict=True):
        table.add_row(*map(Text, row))
    return table, [heading for heading in bands | further if heading not in kept]


def _shortened(names: Sequence[str], room: int) -> list[str]:
    """Names of at most `room` characters with the gap: dates and numbers are never cut, a name is."""
    most = max(room - GAP, len("ticker"))
    shown = map(visible, names)
    return [one if cell_len(one) <= most else f"{set_cell_size(one, most - 1).rstrip()}…" for one in shown]


def _wide(cells: Mapping[str, Sequence[str]]) -> int:
    """How many characters columns take, each with the gap to the next."""
    return sum(max(map(cell_len, (heading, *column))) + GAP for heading, column in cells.items())


def _further(name: str, x: float) -> str:
    """A quantile is a price, the chance of a rise a share, risk in percent."""
    if math.isnan(x):
        return ""
    if name.startswith("q_"):
        return figure(x, 6)
    return f"{100 * x:.1f} %" if name == "p_up" else f"{x:.2f} %"


def prepared_tables(record: Mapping[str, Any], folder: str) -> RenderableType:
    """What was understood on reading, then the parts of the time line: their rows and windows."""
    read = [Text(line) for line in understood(record)]
    return Group(*read, parts_table(record), _written(folder))


def parts_table(record: Mapping[str, Any]) -> Table:
    """The parts of the time line: their rows and windows."""
    table = _table("part", "rows", "from", "to", "windows")
    rows = record.get("rows_used", {})
    for part, windows in record.get("windows", {}).items():
        span = rows.get(part, {})
        counts = (f"{span['rows']:,}" if "rows" in span else "", f"{windows:,}")
        table.add_row(part, counts[0], str(span.get("from", "")), str(span.get("to", "")), counts[1])
    return table


def _recent(ticker: str, prices: Sequence[float]) -> Text:
    ends = f" {figure(prices[0], 6)} to {figure(prices[-1], 6)}, the last {len(prices)} prices"
    return Text.assemble(f"{visible(ticker)} ", (sparkline(prices), "cyan"), (ends, "dim"))


def sparkline(prices: Sequence[float]) -> str:
    """`▁▂▅█`: each price as a block between the lowest and the highest."""
    low, high = min(prices), max(prices)
    if low == high:
        return BARS[3] * len(prices)
    top = len(BARS) - 1
    return "".join(BARS[round((p - low) / (high - low) * top)] for p in prices)


def _written(folder: str) -> Text:
    return Text(f"written to {visible(folder)}", style="dim")


def _table(*headings: str) -> Table:
    """A table with a line below its headings; words stand left, numbers right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in WORDS else "right", no_wrap=True)
    return table


def _band(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f"{figure(low, 6)} to {figure(high, 6)}"


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{100 * share:.1f} %"


def _spread(steps: Sequence["StepScores"]) -> Sequence["StepScores"]:
    if len(steps) <= MOST_STEPS:
        return steps
    last = len(steps) - 1
    places = sorted({round(i * last / (MOST_STEPS - 1)) for i in range(MOST_STEPS)})
    return [steps[i] for i in places]
