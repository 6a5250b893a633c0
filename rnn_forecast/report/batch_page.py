"""The page of many tickers: what failed and why, then every ticker in a line, the most surprising first."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_forecast.report import fan
from rnn_forecast.report.markup.page import Blocks, listed, new_blocks, page, paragraph, table
from rnn_forecast.report.markup.svg import element, safe
from rnn_forecast.report.phrases import day, price
from rnn_forecast.report.record_section import (
    HEADING,
    alarm_paragraphs,
    record_section,
    scored_words,
    verdict_words,
)
from rnn_forecast.report.ticker_page import made_section, ticker_sections, trust_section
from rnn_forecast.report.trust import skill_words
from rnn_forecast.report.values import BatchReport, Forecasts, Prices, Record, TickerReport, prices_of
from rnn_forecast.words.figures import counted

WHOLE = 30  # tickers at most whose pages are whole, and printed; of more each has its fan and its verdict
MOST_WARNINGS = 10  # in the list above all tickers; each ticker's own stand in its page
SHORT = 60  # rows in the fan of one of many
COUNTS = {
    "trained": "newly trained",
    "at_hand": "by models at hand",
    "unchanged": "unchanged",
    "failed": "failed",
    "left": "left",
}


def batch_page(report: BatchReport) -> bytes:
    blocks = new_blocks()
    failed = (report.summary or {}).get("failed")
    said = f"{counted(len(report.tickers), 'ticker')}{f', {failed:,} failed' if failed else ''}"
    return page(f"{report.name}: {said}", _parts(report, blocks))


def _parts(report: BatchReport, blocks: Blocks) -> Iterator[str]:
    if report.summary is not None:
        yield from _run(report.summary, blocks)
    if report.running is not None:
        began = f"A run that began on {_utc(report.running)}"
        yield paragraph(f"{began} has not ended: it is under way, or was killed.", "bad")
    if report.record is not None:
        yield blocks.heading(HEADING)
        yield from record_section(report.record, blocks.deeper())
    if report.overall is not None:
        yield blocks.heading("Can it be trusted?")
        yield from trust_section(report.overall, blocks.deeper())
    yield from _tickers(report, blocks)
    if report.overall is not None and report.overall.made is not None:
        yield blocks.heading("How was it made?")
        yield from made_section(report.overall.made, blocks.deeper())


def _tickers(report: BatchReport, blocks: Blocks) -> Iterator[str]:
    ranked = most_surprising(report.tickers)
    known = any(math.isfinite(surprise) for surprise, _ in ranked)
    yield blocks.heading("All tickers, the most surprising first" if known else "All tickers")
    if not ranked:
        yield paragraph("No ticker has a forecast.")
        return
    order = (
        "In the order of how far the last price moved, in units of half its band: 1 is the end of the "
        f"{_level(report.tickers)} % band that was forecast for it, or for the next price where none was. "
    )
    yield paragraph(f"{order if known else ''}Open a line for its page.", "soft")
    whole = len(report.tickers) <= WHOLE
    for surprise, one in ranked:
        inside = _inside(one, report.record, blocks.deeper(), whole=whole)
        yield element("details", _line(one, surprise) + inside, class_="unfolds" if whole else None)


def _run(summary: Mapping[str, Any], blocks: Blocks) -> Iterator[str]:
    """What became of the run that ended last."""
    failures: Sequence[Mapping[str, Any]] = summary.get("failures") or ()
    yield blocks.heading("What failed, and why")
    counts = ", ".join(f"{summary[key]:,} {words}" for key, words in COUNTS.items() if summary.get(key))
    yield paragraph(f"{counted(summary['tickers'], 'ticker')}: {counts or 'nothing to do'}. {_when(summary)}")
    if failures:
        rows = [
            [f"{one['count']:,}", f"{one['reason']} {one.get('remedy') or ''}", ", ".join(one["tickers"])]
            for one in failures
        ]
        yield table(
            "Failures, the commonest first", ["tickers", "why, and what to do", "which"], rows, words=True
        )
    elif not summary.get("left"):
        yield paragraph("Nothing failed.", "good")
    if summary.get("left"):
        named = ", ".join(summary.get("left_tickers") or ())
        yield paragraph(f"{summary['left']:,} were left ({summary.get('stopped')}): {named}.", "bad")
    if warnings := summary.get("warnings"):
        yield blocks.deeper().heading("Prices that may be wrong")
        yield listed(" ".join(texts) for texts in list(warnings.values())[:MOST_WARNINGS])
        if len(warnings) > MOST_WARNINGS:
            yield paragraph(f"And {len(warnings) - MOST_WARNINGS:,} tickers more: see their lines.")


def _when(summary: Mapping[str, Any]) -> str:
    """`Run 7 ended on 1 July 2025, 02:00 UTC.`"""
    ended = str(summary.get("ended") or "")
    return f"Run {summary.get('run')} ended on {_utc(ended)}." if ended else ""


def _utc(time: str) -> str:
    return f"{day(time.replace('T', ' ').removesuffix('Z'))} UTC"


def most_surprising(tickers: Sequence[TickerReport]) -> list[tuple[float, TickerReport]]:
    """Each ticker with its last move in half bands, the largest first, unknown ones last."""
    moves = [(surprise_of(one), one) for one in tickers]
    return sorted(moves, key=lambda pair: -abs(pair[0]) if math.isfinite(pair[0]) else 1.0)


def surprise_of(report: TickerReport) -> float:
    """How far the last price came from what was forecast for it, in half widths of that band; NaN: unknown.

    Without that forecast: its move from the price before, in half widths of the next band.
    """
    ahead, tested = report.ahead, report.tested
    origin = ahead.origin[0] if ahead is not None and len(ahead) else None
    for known in (report.before, tested):
        rows = None if known is None else known.first_steps()
        if rows is None or not len(rows) or (origin or rows.date[-1]) not in rows.date:
            continue
        i = len(rows) - 1 - rows.date[::-1].index(origin or rows.date[-1])
        came = float(ahead.last[0]) if ahead is not None and len(ahead) else _at(rows.actual, i)
        return _in_bands(came - float(rows.forecast[i]), rows, i)
    prices = _prices(report)
    if ahead is None or not len(ahead) or prices is None or len(prices.values) < 2:
        return math.nan
    return _in_bands(float(prices.values[-1] - prices.values[-2]), ahead, 0)


def _at(column: "Any | None", i: int) -> float:
    return math.nan if column is None else float(column[i])


def _in_bands(move: float, rows: Forecasts, i: int) -> float:
    if not rows.levels():
        return math.nan
    low, high = rows.bands[rows.levels()[0]]
    half = float(high[i] - low[i]) / 2
    return move / half if half > 0 else math.nan


def _level(tickers: Sequence[TickerReport]) -> str:
    tables = (table for one in tickers for table in (one.ahead, one.tested) if table is not None)
    return next((table.levels()[0] for table in tables if table.levels()), "80")


def _prices(report: TickerReport) -> Prices | None:
    return report.prices or prices_of(report.tested, report.before, report.ahead)


def _line(report: TickerReport, surprise: float) -> str:
    """A ticker in a line, beneath which its page is folded."""
    prices = _prices(report)
    words = [element("span", safe(report.ticker) or "&#8212;", class_="name")]
    if prices is not None and len(prices.values) > 1:
        words.append(fan.spark(prices, f"The last {min(fan.SPARK, len(prices.values))} prices"))
    if math.isfinite(surprise):
        loud = "bad" if abs(surprise) >= 1 else ""
        words.append(_span(f"{_plain(surprise)} half bands", loud))
    words.append(_span(_range(report)))
    return element("summary", " ".join(words))


def _plain(x: float) -> str:
    """`+1.5`, `-0.3`; a zero has no sign."""
    text = f"{x:+.1f}"
    return "0.0" if float(text) == 0 else text


def _span(text: str, class_: str = "") -> str:
    return element("span", safe(text), class_=class_ or None)


def _range(report: TickerReport) -> str:
    """`48.06 on 30 June 2025; next 47.30 to 48.85`."""
    rows = report.ahead if report.ahead is not None and len(report.ahead) else report.tested
    if rows is None or not len(rows):
        return "no forecast"
    rows, digits = rows.newest(), fan.digits_of(rows.newest())
    said = f"{price(float(rows.last[0]), digits)} on {day(rows.origin[0])}"
    if not rows.levels() or not np.isfinite(rows.bands[rows.levels()[0]][0][0]):
        return f"{said}; next {price(float(rows.forecast[0]), digits)}"
    low, high = (price(float(end[0]), digits) for end in rows.bands[rows.levels()[0]])
    return f"{said}; next {low} to {high}"


def _inside(report: TickerReport, record: Record | None, blocks: Blocks, *, whole: bool) -> str:
    parts = ticker_sections(report, blocks) if whole else _short(report, blocks)
    came = _came(report.ticker, record) if record is not None else ()
    return element("div", "".join([*parts, *came]))


def _came(ticker: str, record: Record) -> Iterator[str]:
    """What the record says of a ticker, in a sentence."""
    yield from alarm_paragraphs(record.alarms.get(ticker, ()))
    found = record.of(ticker)
    if found is not None:
        yield paragraph(f"Its earlier forecasts: {scored_words(found)} {verdict_words(found)}")


def _short(report: TickerReport, blocks: Blocks) -> Iterator[str]:
    """The fan and its sentence; the verdict and how often bands held, in words."""
    yield listed(report.notes)
    ahead = report.ahead
    if ahead is not None and len(ahead):
        yield blocks.figure(fan.fan_body(_prices(report), ahead, SHORT), fan.fan_sentence(ahead))
    if report.skill is not None:
        yield paragraph(skill_words(report.skill))
        held = (
            f"{level} % bands held {100 * share:.1f} %"
            for level, share in report.skill["coverage"].items()
            if share is not None
        )
        if said := ", ".join(held):
            yield paragraph(f"Of {report.skill['windows']:,} test forecasts: {said}.")
