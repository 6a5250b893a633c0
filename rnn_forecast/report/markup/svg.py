"""Shapes of SVG as text: elements, scales, ticks, and the frame that a picture stands in.

Coordinates have one decimal at most: a page may hold hundreds of pictures. What is text from elsewhere is
escaped, and characters that nobody sees are written out, so that no name can close a tag or turn a line.
"""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnn_forecast.words.characters import visible

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 98, 14, 14, 34  # margins
MOST_POINTS = 120  # of a line; more is no more to be seen
UNITS = ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e5, 1e3, "k"), (0.0, 1.0, ""))
"""Of the numbers beside a picture: from where on, how many make one, and its sign."""
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
Point = tuple[float, float]


def safe(text: object) -> str:
    """Any text as the content of an element or of an attribute."""
    return html.escape(visible(text), quote=True)


def element(name: str, content: str = "", **attributes: object) -> str:
    """`element("text", "a", x=3, class_="t")` → `<text x="3" class="t">a</text>`; `content` is markup.

    An attribute that is None is left out.
    """
    given = {key.rstrip("_").replace("_", "-"): x for key, x in attributes.items() if x is not None}
    parts = [f' {key}="{_value(x)}"' for key, x in given.items()]
    return f"<{name}{''.join(parts)}{f'>{content}</{name}>' if content else '/>'}"


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else safe(value)


def number(x: float) -> str:
    """To a tenth of a unit, as short as it can be: `12.5`, `3`."""
    text = f"{x:.1f}"
    return text[:-2] if text.endswith(".0") else text


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` onto coordinates from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, x: float) -> float:
        share = 0.5 if self.high == self.low else (x - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def across(low: float, high: float) -> Scale:
    return Scale(low, high, LEFT, WIDTH - RIGHT)


def upwards(values: Iterable[float], *, from_zero: bool = False) -> Scale:
    """A scale that all finite `values` fit in, with some air; larger ones stand higher."""
    finite = [x for x in values if math.isfinite(x)] or [0.0]
    low, high = min(finite), max(finite)
    air = 0.05 * (high - low) or abs(high) * 0.01 or 1.0
    low = min(low, 0.0) if from_zero else low - air
    return Scale(low, high + air, HEIGHT - BOTTOM, TOP)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` + 1 round numbers between `low` and `high`: 45, 46, 47."""
    if not high > low:
        return [low]
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(nice * size for nice in NICE if nice * size >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def places(step: float) -> int:
    """Digits after the point that tell multiples of `step` apart."""
    if not step > 0:
        return 2
    digits = max(0, -math.floor(math.log10(step)))
    return digits + (not math.isclose(round(step, digits), step))


def line(points: Sequence[Point], class_: str) -> str:
    """A line through points; a gap where one is not finite."""
    return "".join(
        element("polyline", points=_joined(run), class_=class_)
        if len(run) > 1
        else element("circle", cx=run[0][0], cy=run[0][1], r=2, class_=f"{class_} dot")
        for run in _runs(points)
    )


def band(lower: Sequence[Point], upper: Sequence[Point], class_: str) -> str:
    """The area between two lines; nothing where an end is missing."""
    there = [(a, b) for a, b in zip(lower, upper, strict=True) if math.isfinite(a[1]) and math.isfinite(b[1])]
    if len(there) < 2:
        return ""
    outline = [a for a, _ in there] + [b for _, b in reversed(there)]
    return element("polygon", points=_joined(outline), class_=class_)


def words_at(x: float, y: float, text: str, anchor: str = "start") -> str:
    return element("text", safe(text), x=x, y=y, text_anchor=anchor)


def grid(up: Scale, suffix: str = "") -> str:
    """Lines across at round numbers, each with its number on the left."""
    marks = ticks(up.low, up.high)
    largest = max(map(abs, marks))
    divisor, unit = next((many, sign) for least, many, sign in UNITS if largest >= least)
    digits = places((marks[1] - marks[0]) / divisor) if len(marks) > 1 else 2
    parts = []
    for mark in marks:
        y = up(mark)
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(words_at(LEFT - 7, y + 5, f"{mark / divisor:,.{digits}f}{unit}{suffix}", "end"))
    return "".join(parts)


def below(labels: Sequence[tuple[float, str]]) -> str:
    """Words below the picture at some x; the first and the last stay inside."""
    last = len(labels) - 1
    anchors = ["start" if i == 0 else "end" if i == last else "middle" for i in range(len(labels))]
    return "".join(
        words_at(x, HEIGHT - 9, text, anchor) for (x, text), anchor in zip(labels, anchors, strict=True)
    )


def picture(body: str, labelled_by: str) -> str:
    """The frame for a page, whose element `labelled_by` says in words what the picture shows."""
    return element(
        "svg",
        body,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=labelled_by,
        class_="picture",
    )


def thinned(values: Sequence[float], most: int = MOST_POINTS) -> list[int]:
    """Which of many values to draw: all, or the lowest and the highest of each piece, and both ends."""
    if len(values) <= most:
        return list(range(len(values)))
    size = math.ceil(2 * len(values) / most)
    kept = {0, len(values) - 1}
    for start in range(0, len(values), size):
        piece = range(start, min(start + size, len(values)))
        finite = [i for i in piece if math.isfinite(values[i])] or list(piece)
        kept |= {min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)}
    return sorted(kept)


def _joined(points: Iterable[Point]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if math.isfinite(point[1]):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
