"""Pictures for a terminal: lines in braille, eight dots a character, or in ASCII where it knows no more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rnn_forecast.report.fan import digits_of
from rnn_forecast.report.phrases import price
from rnn_forecast.report.trust import recent
from rnn_forecast.report.values import Forecasts, Prices

WIDTH, HEIGHT = 60, 12  # characters, without the labels
PAST = 0.8  # of the width, where there is something to come
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille character: row, column
BLANK = 0x2800


@dataclass(frozen=True)
class Line:
    x: Sequence[float]  # from 0, left, to 1, right; rising
    y: Sequence[float]
    sign: str  # in ASCII
    dotted: bool = False


def fan_chart(prices: Prices, ahead: Forecasts, *, ascii_only: bool = False) -> list[str]:
    """The last prices, the forecast, and the ends of its widest band (dotted)."""
    past = prices.until(ahead.origin[0])
    n, last = len(past.values), float(ahead.last[0])
    steps = [0.0, *(ahead.step / ahead.step[-1]).tolist()]
    x = [PAST + (1 - PAST) * step for step in steps]
    lines = [Line([PAST * i / max(n - 1, 1) for i in range(n)], past.values.tolist(), "*")]
    lines.append(Line(x, [last, *ahead.forecast.tolist()], "-"))
    for end in _widest(ahead):
        lines.append(Line(x, [last, *end], ".", dotted=True))
    drawn = chart(lines, (past.dates[0], ahead.date[-1]), digits_of(ahead), ascii_only=ascii_only)
    return [*drawn, f"the last {n:,} prices and the forecast{_dotted(ahead)}"]


def outcomes_chart(tested: Forecasts, *, ascii_only: bool = False) -> list[str]:
    """What came on the last test rows, one step ahead, between the ends of the widest band (dotted)."""
    rows = recent(tested)
    x = [i / max(len(rows) - 1, 1) for i in range(len(rows))]
    came = [] if rows.actual is None else rows.actual.tolist()
    lines = [Line(x, came, "*"), *(Line(x, end, ".", dotted=True) for end in _widest(rows))]
    drawn = chart(lines, (rows.date[0], rows.date[-1]), digits_of(rows), ascii_only=ascii_only)
    return [*drawn, f"what came on the last {len(rows):,} test rows{_dotted(rows)}"]


def _dotted(rows: Forecasts) -> str:
    return "".join(f"; dotted: the {level} % band" for level in rows.levels()[-1:])


def _widest(rows: Forecasts) -> list[list[float]]:
    return [end.tolist() for level in rows.levels()[-1:] for end in rows.bands[level]]


def chart(
    lines: Sequence[Line], ends: tuple[str, str], digits: int, *, ascii_only: bool = False
) -> list[str]:
    """Lines of text: the picture with its lowest and highest value on the left, `ends` below it."""
    values = [y for line in lines for y in line.y if math.isfinite(y)]
    low, high = min(values), max(values)
    across, up = (1, 1) if ascii_only else (2, 4)
    points: dict[tuple[int, int], str] = {}  # row, column of a dot → the sign of the first line there
    for line in lines:
        for point in _dots(line, low, high, WIDTH * across, HEIGHT * up):
            points.setdefault(point, line.sign)
    body = [_ascii_row(points, row) if ascii_only else _braille_row(points, row) for row in range(HEIGHT)]
    labels = [price(high, digits), *[""] * (HEIGHT - 2), price(low, digits)]
    wide = max(map(len, labels))
    gap = " " * max(1, WIDTH - len(ends[0]) - len(ends[1]))
    rows = [f"{label:>{wide}} {row}".rstrip() for label, row in zip(labels, body, strict=True)]
    return [*rows, f"{'':>{wide}} {ends[0]}{gap}{ends[1]}"]


def _dots(line: Line, low: float, high: float, columns: int, rows: int) -> list[tuple[int, int]]:
    """The dots (row from the top, column) that a line goes through, each column filled to the next one's."""
    there = [(x, y) for x, y in zip(line.x, line.y, strict=True) if math.isfinite(y)]
    spread = (high - low) or 1.0
    at = [(round(x * (columns - 1)), round((high - y) / spread * (rows - 1))) for x, y in there]
    if line.dotted and len(at) > columns // 4:  # a band that moves with the price: its values, not its ways
        return [(y, x) for x, y in at if x % 3 == 0]
    found = at[:1]
    for (x0, y0), (x1, y1) in pairwise(at):
        for i in range(1, (many := max(abs(x1 - x0), abs(y1 - y0))) + 1):
            x, y = round(x0 + (x1 - x0) * i / many), round(y0 + (y1 - y0) * i / many)
            if not line.dotted or x % 3 == 0:
                found.append((x, y))
    return [(y, x) for x, y in found]


def _braille_row(points: dict[tuple[int, int], str], row: int) -> str:
    signs = [BLANK] * WIDTH
    for column in range(WIDTH):
        for i, pair in enumerate(DOTS):
            for j, dot in enumerate(pair):
                if (4 * row + i, 2 * column + j) in points:
                    signs[column] |= dot
    return "".join(map(chr, signs))


def _ascii_row(points: dict[tuple[int, int], str], row: int) -> str:
    return "".join(points.get((row, column), " ") for column in range(WIDTH))
