"""Costs by size as a picture: seconds on the left, memory on the right, both axes logarithmic.

A dot is what was measured; the curve is the straight line, a + b · size, through the first size and the last.
Where costs grow faster than a line, the dots between hang below it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from _growth_lines import Lines

from rnn_forecast.report.markup import svg
from rnn_forecast.report.markup.page import alone
from rnn_forecast.report.markup.style import LIGHT
from rnn_forecast.words.figures import figure

TOP, BOTTOM = 58, svg.HEIGHT - 34
LEFT, RIGHT = (46, 306), (374, 626)  # of the two panels
AIR = 10  # pixels between the outermost points and the edges of a panel
DOT = 4.0  # its radius
LETTER = 7.0  # pixels that a letter takes, at most, on average
PIECES = 24  # of a curve
COLOURS = tuple(LIGHT[name] for name in ("forecast", "other", "ink", "good", "bad"))
Value = TypeVar("Value")
Values = dict[str, dict[int, float]]  # by what was done, then by size


@dataclass(frozen=True)
class Panel:
    """A plot whose coordinates are the logarithms of sizes and costs."""

    over: svg.Scale
    up: svg.Scale

    def __call__(self, size: float, cost: float) -> svg.Point:
        return self.over(math.log10(size)), self.up(math.log10(cost))


def picture(title: str, lines: Lines, of: str) -> bytes:
    """The file: two panels by size, and a legend above both."""
    parts = [_legend(list(lines))]
    for column, edges, what in ((0, LEFT, "seconds"), (1, RIGHT, "MB at the peak")):
        values = _column(lines, column)
        parts += [svg.words_at(edges[0], TOP - 10, f"{what}, by {of}"), plotted(values, edges, list(lines))]
    return alone(title, "".join(parts), sentence(lines, of))


def _column(lines: Lines, column: int) -> Values:
    """Seconds, 0, or megabytes, 1, of what they are known of."""
    found = {
        name: {size: cost[column] for size, cost in costs.items() if cost[column] > 0}
        for name, costs in lines.items()
    }
    return {name: costs for name, costs in found.items() if costs}


def plotted(values: Values, edges: tuple[int, int], names: Sequence[str]) -> str:
    """One panel: grid, curves, dots; a name has its place in `names` for its colour and its shape."""
    panel = panel_of(values, edges)
    parts = [_grid(panel, edges), _below(panel, sorted({n for costs in values.values() for n in costs}))]
    for name, costs in values.items():
        parts.append(_curve(panel, costs, COLOURS[names.index(name)]))
    for name, costs in values.items():
        place = names.index(name)
        parts += [SHAPES[place](*panel(*point), COLOURS[place]) for point in costs.items()]
    return "".join(parts)


def panel_of(values: Values, edges: tuple[int, int]) -> Panel:
    """The plot that all sizes and all costs lie within."""
    sizes = [math.log10(size) for costs in values.values() for size in costs]
    costs = [math.log10(cost) for each in values.values() for cost in each.values()]
    over = svg.Scale(min(sizes), max(sizes), edges[0] + AIR, edges[1] - AIR)
    return Panel(over, svg.Scale(min(costs), max(costs), BOTTOM - AIR, TOP + AIR))


def straight(costs: dict[int, float], size: float) -> float:
    """What a size costs on the straight line through the first and the last."""
    (first, low), (last, high) = _ends(costs)
    return low if first == last else low + (high - low) * (size - first) / (last - first)


def _ends(costs: Mapping[int, Value]) -> tuple[tuple[int, Value], tuple[int, Value]]:
    """The first size and the last, with what they cost; of one size twice that."""
    pairs = list(costs.items())
    return pairs[0], pairs[-1]


def marks(low: float, high: float) -> list[float]:
    """Powers of ten from `low` to `high`; with 2 and 5 between where those are few."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for firsts in ((1,), (1, 2, 5)):
        found = [first * 10.0**n for n in decades for first in firsts if low <= first * 10.0**n <= high]
        if len(found) >= 3:
            break
    return found


def sentence(lines: Lines, of: str) -> str:
    """The picture in words."""
    said = []
    for name, costs in lines.items():
        (first, low), (last, high) = _ends(costs)
        memory = f", {low.megabytes:,.0f} to {high.megabytes:,.0f} MB" if low.megabytes > 0 else ""
        said.append(
            f"{name}: {first:,} to {last:,} {of}, {figure(low.seconds)} to {figure(high.seconds)} s{memory}"
        )
    return f"{'. '.join(said)}. Dots: measured; curves: the straight line through the first and the last dot."


def _grid(panel: Panel, edges: tuple[int, int]) -> str:
    parts, up = [], panel.up
    air = AIR * (up.high - up.low) / (up.start - up.end)
    for mark in marks(10 ** (up.low - air), 10 ** (up.high + air)):
        y = up(math.log10(mark))
        parts.append(svg.element("line", x1=edges[0], x2=edges[1], y1=y, y2=y, class_="grid"))
        parts.append(svg.words_at(edges[0] - 6, y + 5, f"{mark:,.6g}", "end"))
    return "".join(parts)


def _below(panel: Panel, sizes: Sequence[int]) -> str:
    """Each size below its dots: 10, 1,000, 100k, 5M."""
    parts = []
    for size in sizes:
        x = panel.over(math.log10(size))
        text = f"{size / 1e6:g}M" if size >= 1e6 else f"{size / 1e3:g}k" if size >= 1e5 else f"{size:,}"
        parts.append(svg.element("line", x1=x, x2=x, y1=BOTTOM, y2=BOTTOM + 4, class_="mark"))
        parts.append(svg.words_at(x, svg.HEIGHT - 14, text, "middle"))
    return "".join(parts)


def _curve(panel: Panel, costs: dict[int, float], colour: str) -> str:
    if len(costs) < 2:
        return ""
    low, high = math.log(min(costs)), math.log(max(costs))
    sizes = [math.exp(low + (high - low) * i / PIECES) for i in range(PIECES + 1)]
    places = [panel(size, straight(costs, size)) for size in sizes]
    points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in places)
    return svg.element("polyline", points=points, fill="none", stroke=colour, stroke_width=1.4)


def _legend(names: Sequence[str]) -> str:
    parts, x = [], 16.0
    for place, name in enumerate(names):
        parts.append(SHAPES[place](x, 14.0, COLOURS[place]))
        parts.append(svg.words_at(x + 9, 19.0, name))
        x += 30 + LETTER * len(name)
    return "".join(parts)


def _round(x: float, y: float, colour: str) -> str:
    return svg.element("circle", cx=x, cy=y, r=DOT, fill=colour)


def _of_corners(*corners: tuple[float, float]) -> Callable[[float, float, str], str]:
    def drawn(x: float, y: float, colour: str) -> str:
        points = " ".join(f"{svg.number(x + DOT * a)},{svg.number(y + DOT * b)}" for a, b in corners)
        return svg.element("polygon", points=points, fill=colour)

    return drawn


SHAPES = (
    _round,
    _of_corners((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    _of_corners((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    _of_corners((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    _of_corners((0, 1.2), (1.1, -0.8), (-1.1, -0.8)),
)
"""Of a dot, so that who sees no colours can tell the lines apart."""
