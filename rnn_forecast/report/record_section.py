"""What came of the forecasts that were made before: in words, in tables, and how often bands held lately."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from rnn_forecast.report.markup import svg
from rnn_forecast.report.markup.page import Blocks, listed, paragraph, table
from rnn_forecast.report.phrases import day, percent
from rnn_forecast.report.record_words import Step, broken, cover_of, in_short, levels_of, oddities, windows
from rnn_forecast.report.trust import GOOD_OR_BAD, p_cell
from rnn_forecast.report.values import Record
from rnn_forecast.scores.outcomes.skill import chance
from rnn_forecast.words.figures import figure

HEADING = "What came of earlier forecasts?"
MOST_ALARMS = 20  # `status` has all
CLASSES = ("forecast", "line", "mark")  # of the lines of levels
LOOKS = ("blue", "in the colour of text", "grey")


def record_section(record: Record, blocks: Blocks) -> Iterator[str]:
    """Alarms, how many came true, how far off they were, how often bands held, the worst days."""
    yield from alarm_paragraphs([*chain.from_iterable(record.alarms.values())])
    if not record.numbers["forecasts"]:
        yield paragraph("The record is empty.")
        return
    yield paragraph(f"{in_short(record.numbers)}.")
    yield listed(oddities(record.numbers))
    rows = windows(record.scores["latest"])
    if not rows:
        yield paragraph("None of them can be scored yet.")
        return
    every = rows[-1][1]
    yield paragraph(verdict_words(every), GOOD_OR_BAD.get(every["verdict"], ""))
    yield paragraph(scored_words(every))
    if not record.whole:
        said = "Here the last 250 of each ticker are scored; rnn-forecast track-record scores all."
        yield paragraph(said, "soft")
    alike = "; ratio: each ticker in its own size of move" if record.numbers["tickers"] > 1 else ""
    yield table(f"Errors one step ahead, in percent of the price at the origin{alike}", *_errors(rows))
    yield table("How often bands held; p: that of chance", *_coverage(rows))
    if any(record.lately["held"].values()):
        yield blocks.figure(lately_body(record.lately), lately_sentence(record.lately))
    if record.scores["days"]:
        yield paragraph("The days that broke the most bands:")
        yield listed(f"{day(one['date'])}: {broken(one)}" for one in record.scores["days"])


def alarm_paragraphs(alarms: Sequence[str]) -> Iterator[str]:
    yield from (paragraph(f"Alarm: {alarm}.", "bad") for alarm in alarms[:MOST_ALARMS])
    if len(alarms) > MOST_ALARMS:
        yield paragraph(f"And {len(alarms) - MOST_ALARMS:,} alarms more.", "bad")


def verdict_words(step: Step) -> str:
    words = {
        "better": "They were nearer to what came than the last value: more than luck.",
        "no better": "They were no better than the last value.",
        "worse": "They were further off than the last value.",
        "same forecast": "They were the last value.",
        "too few to say": "They are too few to say whether they beat the last value.",
    }
    return words[step["verdict"]]


def scored_words(step: Step) -> str:
    """`Of 250 that came true, one step ahead, RMSE was 1.21 % of the price, …. 80 % bands held 79.1 % …`."""
    said = (
        f"Of {step['outcomes']:,} that came true, one step ahead, RMSE was {figure(step['rmse'], 3)} % of "
        f"the price, the last value's {figure(step['rmse_last_value'], 3)} %{_tested(step['dm_p_value'])}."
    )
    bands = [_held(cover) for cover in step["coverage"] if cover["held"] is not None]
    return f"{said} {'; '.join(bands)}." if bands else said


def _held(cover: Mapping[str, Any]) -> str:
    return f"{cover['level']:g} % bands held {percent(cover['held'] / 100)}{_tested(cover['p_value'])}"


def _tested(p_value: float | None) -> str:
    return "" if p_value is None else f" ({chance(p_value)})"


def _errors(rows: Sequence[tuple[str, Step]]) -> tuple[list[str], list[list[str]]]:
    heads = ["last rows", "forecasts", "RMSE", "last value's", "ratio", "p", "verdict"]
    names = ("rmse", "rmse_last_value", "rmse_ratio")
    return heads, [
        [
            name,
            f"{step['outcomes']:,}",
            *(figure(step[key], 3) for key in names),
            p_cell(step["dm_p_value"]),
            step["verdict"],
        ]
        for name, step in rows
    ]


def _coverage(rows: Sequence[tuple[str, Step]]) -> tuple[list[str], list[list[str]]]:
    levels = levels_of(rows)
    heads = ["last rows", *chain.from_iterable((f"{level:g} % held", "p") for level in levels)]
    return heads, [
        [name, *chain.from_iterable(_cells(cover_of(step, level)) for level in levels)] for name, step in rows
    ]


def _cells(cover: Mapping[str, Any]) -> tuple[str, str]:
    held = cover.get("held")
    return percent(None if held is None else held / 100), p_cell(cover.get("p_value"))


def lately_body(lately: Mapping[str, Any]) -> str:
    """By day how often bands held in the days up to it, a line for each level; what they promise, dashed."""
    held, n = lately["held"], len(lately["dates"])
    up = svg.upwards([100 * x for line in held.values() for x in line] + [float(level) for level in held])
    over = svg.across(0, max(n - 1, 1))
    parts = [svg.grid(up, " %")]
    for (level, line), class_ in zip(held.items(), _of_levels(CLASSES, held), strict=True):
        parts.append(svg.line([(over(x), up(float(level))) for x in (0, n - 1)], "other"))
        parts.append(svg.line([(over(i), up(100 * line[i])) for i in svg.thinned(line, 240)], class_))
    labels = [(over(0), lately["dates"][0]), (over(n - 1), lately["dates"][-1])]
    return "".join(parts) + svg.below(labels if n > 1 else labels[-1:])


def lately_sentence(lately: Mapping[str, Any]) -> str:
    """`How often bands held in the 20 days up to each, … 80 % (blue): 71.2 to 88.0 %, 79.5 % at the end`."""
    dates, said = lately["dates"], []
    for (level, line), look in zip(lately["held"].items(), _of_levels(LOOKS, lately["held"]), strict=True):
        known = [x for x in line if math.isfinite(x)]
        if known:
            span = f"{percent(min(known))} to {percent(max(known))}, {percent(known[-1])} at the end"
            said.append(f"{level} % bands ({look}) {span}")
    return (
        f"How often bands held in the {lately['mean']} days up to each, from {day(dates[0])} to "
        f"{day(dates[-1])}: {'; '.join(said)}. Dashed is what they promise."
    )


def _of_levels(looks: Sequence[str], held: Mapping[str, Any]) -> list[str]:
    return [looks[min(i, len(looks) - 1)] for i in range(len(held))]
