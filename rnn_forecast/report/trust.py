"""Can it be trusted: what was forecast beside what came, how often bands held, errors beside the baselines.

Each picture is shapes alone; the function beside it says the same in a sentence or in rows of a table.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_forecast.report.markup import svg
from rnn_forecast.report.phrases import day, odds, percent
from rnn_forecast.report.sentences import NAMES, measure_of
from rnn_forecast.report.values import RECENT, Forecasts
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import LevelScores, Metrics

CLASSES = {"forecast": "forecast", "last_value": "line", "drift": "other"}
GOOD_OR_BAD = {"better": "good", "worse": "bad"}  # of a verdict
Table = tuple[list[str], list[list[str]]]  # headings, rows of cells


def outcomes_body(tested: Forecasts) -> str:
    """Step 1 of the last test rows: the widest band, the forecast, what came, a dot where a band broke."""
    rows = recent(tested)
    assert rows.actual is not None  # of test rows
    low, high = _widest(rows)
    up = svg.upwards([*rows.actual.tolist(), *rows.forecast.tolist(), *low, *high])
    n = len(rows)
    over = svg.across(0, max(n - 1, 1))
    ends = [[(over(i), up(x)) for i, x in enumerate(end)] for end in (low, high)]
    came = rows.actual.tolist()
    parts = [svg.grid(up), svg.band(ends[0], ends[1], "band")]
    parts += [
        svg.line([(over(i), up(float(x))) for i, x in enumerate(column)], class_)
        for column, class_ in ((rows.forecast, "forecast"), (came, "line"))
    ]
    parts += [
        svg.element("circle", cx=over(i), cy=up(came[i]), r=3.5, class_="miss")
        for i in _missed(low, high, came)
    ]
    labels = [(over(0), rows.date[0]), (over(n - 1), rows.date[-1])]
    return "".join(parts) + svg.below(labels[-1:] if n == 1 else labels)


def outcomes_sentence(tested: Forecasts) -> str:
    rows = recent(tested)
    assert rows.actual is not None
    low, high = _widest(rows)
    span = f"one step ahead, from {day(rows.date[0])} to {day(rows.date[-1])}"
    if not rows.levels():
        return f"The forecast and what came, {span}."
    level, missed = rows.levels()[-1], len(_missed(low, high, rows.actual.tolist()))
    said = f"{counted(missed, 'price')} of {len(rows):,} outside of the {level} % band"
    lines = f"What came (in the colour of text), the forecast (blue) and its {level} % band"
    return f"{lines}, {span}: {said}, marked with dots."


def recent(tested: Forecasts) -> Forecasts:
    return tested.first_steps().rows(slice(-RECENT, None))


def _widest(rows: Forecasts) -> tuple[list[float], list[float]]:
    if not rows.levels():
        return [math.nan] * len(rows), [math.nan] * len(rows)
    low, high = rows.bands[rows.levels()[-1]]
    return low.tolist(), high.tolist()


def _missed(low: Sequence[float], high: Sequence[float], came: Sequence[float]) -> list[int]:
    return [i for i, x in enumerate(came) if x < low[i] or x > high[i]]


def held(metrics: "Metrics") -> "dict[str, LevelScores]":
    """The levels that have a band."""
    return {level: found for level, found in metrics["intervals"].items() if found["coverage"] is not None}


def coverage_body(metrics: "Metrics") -> str:
    """By level: what was promised as a stroke, what was held as a dot with its 95 % interval."""
    found = [
        (level, one["tests"]) for level, one in held(metrics).items() if one["tests"]["coverage"] is not None
    ]
    marks = [float(level) for level, _ in found]
    ends = [100 * (t[end] or 0.0) for _, t in found for end in ("coverage_from", "coverage_to")]
    up = svg.upwards([*marks, *ends])
    over = svg.across(0, len(found))
    parts = [svg.grid(up, " %")]
    for i, (level, tests) in enumerate(found):
        x, promised = over(i + 0.5), up(float(level))
        low, high, dot = (
            up(100 * (tests[name] or 0.0)) for name in ("coverage_from", "coverage_to", "coverage")
        )
        parts.append(svg.element("line", x1=x, x2=x, y1=low, y2=high, class_="mark"))
        parts.append(svg.element("line", x1=x - 40, x2=x + 40, y1=promised, y2=promised, class_="other"))
        parts.append(svg.element("circle", cx=x, cy=dot, r=5, class_="forecast dot"))
        parts.append(svg.words_at(x, svg.HEIGHT - 9, f"{level} % band", "middle"))
    return "".join(parts)


def coverage_rows(metrics: "Metrics") -> Table:
    alone = metrics["tickers"] == 1  # the mean width over a share of 5 and one of 500 says nothing of either
    heads = ["band", "says it holds", "held, one step ahead", "95 % interval", "p", "held, all steps"]
    heads += ["width"] if alone else []
    rows = []
    for level, found in held(metrics).items():
        tests = found["tests"]
        span = f"{percent(tests['coverage_from'])} to {percent(tests['coverage_to'])}"
        cells = [f"{level} %", odds(level), percent(tests["coverage"]), span, p_cell(tests["p_coverage"])]
        width = [figure(found["mean_width"])] if alone else []
        rows.append([*cells, percent(found["coverage"]), *width])
    return heads, rows


def p_cell(p_value: float | None) -> str:
    return "not known" if p_value is None else "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def pit_body(counts: Sequence[int]) -> str:
    """A bar for each part of the forecast distribution, and a line at what each has where it is right."""
    up = svg.upwards(map(float, [*counts, _even(counts)]), from_zero=True)
    over = svg.across(0, len(counts))
    parts = [svg.grid(up)]
    for i, count in enumerate(counts):
        x, y = over(i), up(float(count))
        width, height = over(i + 1) - x - 2, up(0.0) - y
        parts.append(svg.element("rect", x=x + 1, y=y, width=width, height=height, class_="bar"))
    even = up(_even(counts))
    parts.append(svg.element("line", x1=over(0), x2=over(len(counts)), y1=even, y2=even, class_="other"))
    labels = [(over(0), "lowest"), (over(len(counts) / 2), "as forecast"), (over(len(counts)), "highest")]
    return "".join(parts) + svg.below(labels)


def pit_sentence(counts: Sequence[int]) -> str:
    parts, total = len(counts), sum(counts)
    ends = counts[0] + counts[-1]
    return (
        f"{total:,} prices by where they came in their forecast distribution, cut into {parts} equal "
        f"parts: right is {_even(counts):,.1f} in each (dashed). In the lowest part came {counts[0]:,}, in "
        f"the highest {counts[-1]:,}, together {percent(ends / total if total else None)} where "
        f"{percent(2 / parts)} are right."
    )


def _even(counts: Sequence[int]) -> float:
    return sum(counts) / max(len(counts), 1)


def errors_body(metrics: "Metrics") -> str:
    """RMSE by step, a line for each forecast."""
    steps, measure = metrics["by_step"], measure_of(metrics)
    lines = {name: [_or_nan(step["scores"][name][measure]) for step in steps] for name in _named(metrics)}
    up = svg.upwards([x for line in lines.values() for x in line], from_zero=True)
    over = svg.across(1, max(len(steps), 2))
    kept = svg.thinned([float(step["step"]) for step in steps])
    parts = [svg.grid(up)]
    for name, line in reversed(lines.items()):
        points = [(over(steps[i]["step"]), up(line[i])) for i in kept]
        parts.append(svg.line(points, CLASSES.get(name, "mark")))
    return "".join(parts) + svg.below([(over(1), "step 1"), (over(len(steps)), f"step {len(steps):,}")])


def errors_rows(metrics: "Metrics") -> Table:
    steps, measure = metrics["by_step"], measure_of(metrics)
    names = _named(metrics)
    heads = ["step", *(f"{NAMES[name]} {measure.upper()}" for name in names), "verdict"]
    kept = svg.thinned([float(step["step"]) for step in steps], 20)
    return heads, [
        [
            str(steps[i]["step"]),
            *(figure(steps[i]["scores"][name][measure]) for name in names),
            steps[i]["skill"]["verdict"],
        ]
        for i in kept
    ]


def scores_rows(metrics: "Metrics") -> Table:
    """Forecast, last value and drift beside each other; over several tickers in each one's own units."""
    measures = ("rmsse", "mase", "smape") if metrics["tickers"] > 1 else ("rmse", "mae", "mase")
    heads = ["", *(name.upper().replace("SMAPE", "sMAPE") for name in measures), "direction right"]
    return heads, [
        [
            NAMES[name],
            *(figure(metrics["scores"][name][measure]) for measure in measures),
            percent(metrics["scores"][name]["directional_accuracy"]),
        ]
        for name in _named(metrics)
    ]


def skill_words(skill: "Mapping[str, object] | None") -> str:
    """`rmse_ratio` and `verdict` in a sentence."""
    if skill is None:
        return "Nothing was scored: there are no test rows."
    ratio = skill["rmse_ratio"]
    off = abs(1 - float(ratio)) if isinstance(ratio, float) else math.nan
    by = f"by {percent(off)}" if math.isfinite(off) else ""
    return {
        "better": f"The forecast was nearer to what came than the last value, {by}: more than luck.",
        "no better": "The forecast was no better than the last value: take that, and the bands.",
        "worse": f"The forecast was further off than the last value, {by}: do not use it.",
        "same forecast": "The forecast is the last value: nothing better was found. Use the bands.",
        "too few to say": "There are too few rows to say whether the forecast beats the last value.",
    }.get(str(skill["verdict"]), str(skill["verdict"]))


def _named(metrics: "Metrics") -> list[str]:
    return [name for name in NAMES if metrics["scores"].get(name)]


def _or_nan(x: float | None) -> float:
    return np.nan if x is None else x
