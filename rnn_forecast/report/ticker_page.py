"""A ticker's page in the order of a reader's questions: what is forecast, is it right, how was it made."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_forecast.report import fan, losses, trust
from rnn_forecast.report.markup.page import Blocks, listed, new_blocks, page, pairs, paragraph, table
from rnn_forecast.report.phrases import day
from rnn_forecast.report.record_section import HEADING, record_section
from rnn_forecast.report.sentences import bands_sentences, fits_sentence, verdict_sentence, without_network
from rnn_forecast.report.values import Forecasts, Made, TickerReport, prices_of
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import Metrics

PARTS = {
    "fit": "learnt from",
    "stopping": "when to stop",
    "shrinkage": "how far to trust",
    "volatility": "how far prices move",
    "calibration": "how wide bands are",
    "scaling": "scaling",
    "drift": "drift",
}
MOST_WARNINGS = 20


def ticker_page(report: TickerReport) -> bytes:
    return page(f"{report.ticker}: forecast", ticker_sections(report, new_blocks()))


def ticker_sections(report: TickerReport, blocks: Blocks) -> Iterator[str]:
    """The sections as markup."""
    yield from forecast_section(report, blocks)
    if report.tested is not None or report.metrics is not None:
        yield blocks.heading("Can it be trusted?")
        yield from trust_section(report, blocks.deeper())
    if report.record is not None:
        yield blocks.heading(HEADING)
        yield from record_section(report.record, blocks.deeper())
    if report.made is not None:
        yield blocks.heading("How was it made?")
        yield from made_section(report.made, blocks.deeper())


def forecast_section(report: TickerReport, blocks: Blocks) -> Iterator[str]:
    ahead, known = report.ahead, report.tested
    yield from (element for element in [listed(report.notes)] if element)
    if ahead is not None and len(ahead):
        yield blocks.heading("What is forecast?")
        yield from _fan(report, ahead, blocks, "The forecast, step by step")
    elif known is not None and len(known):
        newest = known.newest()
        yield blocks.heading("What was forecast last, and what came?")
        yield paragraph(
            "No newer forecast was given. This is the last one whose outcome is known; add the file of "
            "prices, or of forecasts, to see the next.",
            "soft",
        )
        yield from _fan(report, newest, blocks, "The last forecast that came true, step by step")


def _fan(report: TickerReport, ahead: Forecasts, blocks: Blocks, caption: str) -> Iterator[str]:
    prices = report.prices or prices_of(report.tested, ahead)
    sentence = fan.fan_sentence(ahead)
    yield paragraph(sentence, "lead")
    yield blocks.figure(fan.fan_body(prices, ahead), fan.fan_caption(prices, ahead))
    yield table(caption, *fan.fan_rows(ahead))


def trust_section(report: TickerReport, blocks: Blocks) -> Iterator[str]:
    metrics, tested = report.metrics, report.tested
    if metrics is not None:
        yield from _verdict(metrics)
    elif report.skill is not None:
        yield paragraph(trust.skill_words(report.skill), trust.GOOD_OR_BAD.get(report.skill["verdict"], ""))
    if tested is not None and len(tested):
        yield blocks.heading("Forecast against what came")
        yield blocks.figure(trust.outcomes_body(tested), trust.outcomes_sentence(tested))
    if metrics is not None and metrics["skill"] is not None:
        yield from _scores(metrics, blocks)


def _verdict(metrics: "Metrics") -> Iterator[str]:
    skill = metrics["skill"]
    class_ = trust.GOOD_OR_BAD.get(skill["verdict"], "lead") if skill else "lead"
    yield paragraph(trust.skill_words(skill), class_)
    yield paragraph(f"{_capital(verdict_sentence(metrics))}.")
    if fits := fits_sentence(metrics):
        yield paragraph(f"{_capital(fits)}.")
    idle = without_network(metrics.get("shrinkage", ()), metrics.get("drift", ()))
    if idle is not None:
        yield paragraph(f"{_capital(idle)}.")
    if skill is not None:
        windows = counted(metrics["windows"], "forecast")
        span = f"from {day(str(metrics['from']))} to {day(str(metrics['to']))}"
        yield paragraph(f"{windows} of prices not seen in training were scored, {span}.", "soft")


def _scores(metrics: "Metrics", blocks: Blocks) -> Iterator[str]:
    if trust.held(metrics):
        yield blocks.heading("How often bands held")
        words = bands_sentences(metrics)
        if words:
            caption = "Promised (dashed), and held (dot, with its 95 % interval), one step ahead."
            yield blocks.figure(
                trust.coverage_body(metrics), f"{caption} {'. '.join(map(_capital, words.values()))}."
            )
        yield table("Coverage by level", *trust.coverage_rows(metrics))
    distribution = metrics["distribution"]
    if distribution is not None and any(distribution["pit"]):
        yield blocks.heading("Where prices came in their distribution")
        yield blocks.figure(trust.pit_body(distribution["pit"]), trust.pit_sentence(distribution["pit"]))
    yield blocks.heading("Errors beside the baselines")
    yield table("Errors over all steps", *trust.scores_rows(metrics))
    if len(metrics["by_step"]) > 1:
        caption = (
            "Error by step: the forecast (blue), the last value (in the colour of text), the drift (dashed)."
        )
        yield blocks.figure(trust.errors_body(metrics), f"{caption} The table below has the figures.")
        yield table("Errors by step", *trust.errors_rows(metrics))


def made_section(made: Made, blocks: Blocks) -> Iterator[str]:
    if made.losses:
        yield blocks.heading("Loss by epoch")
        yield blocks.figure(losses.losses_body(made.losses), losses.epochs_sentence(made.losses))
    document = made.document
    source = document.get("source", {})
    yield blocks.heading("Prices")
    if rows := _rows_used(source.get("rows_used", {})):
        yield table("Rows that each step of the fit used", ["for", "rows", "from", "to"], rows)
    reading = source.get("reading", {})
    yield pairs("What was read", _read(source, reading))
    yield pairs("What the reader decided of each file", _sources(reading.get("sources", [])))
    warnings = [str(text) for text in (*reading.get("warnings", ()), *reading.get("notices", ()))]
    yield listed(warnings[:MOST_WARNINGS])
    yield blocks.heading("Recipe and versions")
    recipe = document.get("recipe", {})
    choices = [
        (f"{group}.{key}", _plain(value)) for group, keys in recipe.items() for key, value in keys.items()
    ]
    yield pairs("Recipe", choices)
    yield pairs("Versions", ((name, str(version)) for name, version in document.get("versions", {}).items()))


def _rows_used(used: Mapping[str, Any]) -> list[list[str]]:
    return [
        [PARTS.get(part, part), f"{span['rows']:,}", str(span.get("from", "")), str(span.get("to", ""))]
        for part, span in used.items()
    ]


def _read(source: Mapping[str, Any], reading: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [
        ("price column", str(source.get("price_column") or "the only one")),
        ("spacing", str(source.get("spacing", ""))),
        ("tickers", f"{len(source.get('tickers', {})):,}"),
        ("rows", f"{reading['rows']:,}" if isinstance(reading.get("rows"), int) else ""),
        ("scored from", str(source.get("test_from", ""))),
        ("chosen by a person", _plain(reading.get("options", {})) or "nothing"),
    ]
    return [(name, value) for name, value in rows if value]


def _sources(sources: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """A line each: what kind of file, and how its columns, dates and numbers were understood."""
    for one in sources[:MOST_WARNINGS]:
        columns = {key: value for key, value in (one.get("columns") or {}).items() if value}
        dropped = {key: value for key, value in (one.get("dropped") or {}).items() if value}
        said = [
            str(one.get("kind", "")),
            f"{one['rows']:,} rows" if isinstance(one.get("rows"), int) else "",
            f"dates as {one['date_format']}" if one.get("date_format") else "",
            f"columns {_plain(columns)}" if columns else "",
            f"left out {_plain(dropped)}" if dropped else "",
            f"sha256 {str(one.get('sha256', ''))[:16]}…",
        ]
        yield str(one.get("name", "")), "; ".join(part for part in said if part)


def _plain(value: Any) -> str:
    """A value of JSON as words: `a, b`, `date: when, price: close`, `yes`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else "none" if value in {None, ""} else str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
