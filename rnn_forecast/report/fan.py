"""The last prices and the fan of bands that a forecast makes: as a picture, as a sentence, as rows."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.report.markup import svg
from rnn_forecast.report.phrases import day, digits_for, odds, price
from rnn_forecast.report.values import RECENT, Forecasts, Prices

SPARK = 40  # prices in a sparkline
FAN = 0.2  # of the width, at least, for what is to come


def fan_body(prices: Prices | None, ahead: Forecasts, recent: int = RECENT) -> str:
    """The shapes: prices as a line, bands around the forecast, and what came where that is known."""
    past, steps = _past(prices, ahead, recent), svg.thinned(ahead.forecast.tolist())
    up = svg.upwards([*past.values.tolist(), *_ends(ahead), *_came(ahead)])
    over = _rows_across(len(past.values), int(ahead.step[-1]))
    x = [over(int(ahead.step[i])) for i in steps]
    fan = partial(_from, (over(0), up(float(ahead.last[0]))), x, up)
    parts = [svg.grid(up)]
    for place, (low, high) in enumerate(_widest_first(ahead)):
        class_ = "band" if place == 0 and len(ahead.levels()) > 1 else "band inner"
        parts.append(svg.band(fan(low[steps]), fan(high[steps]), class_))
    parts.append(svg.line(_until_origin(past, over, up), "line"))
    parts.append(svg.line(fan(ahead.forecast[steps]), "forecast"))
    if ahead.actual is not None:
        parts.append(svg.line(fan(ahead.actual[steps]), "line"))
    end = up(float(ahead.forecast[-1]))
    parts.append(svg.element("circle", cx=x[-1], cy=end, r=2.5, class_="forecast dot"))
    labels = [(over(1 - len(past.values)), past.dates[0]), (over(0), past.dates[-1]), (x[-1], ahead.date[-1])]
    return "".join(parts) + svg.below(_apart(labels))


def _rows_across(past: int, steps: int) -> Callable[[int], float]:
    """Where a row stands, counted from the origin: evenly, but few steps take a fifth of the picture."""
    wide = max(1.0, FAN * past / ((1 - FAN) * steps))
    scale = svg.across(1 - past, wide * steps)
    return lambda row: scale(row if row <= 0 else row * wide)


def _until_origin(past: Prices, over: Callable[[int], float], up: svg.Scale) -> list[svg.Point]:
    values, n = past.values.tolist(), len(past.values)
    return [(over(i + 1 - n), up(values[i])) for i in svg.thinned(values)]


def _past(prices: Prices | None, ahead: Forecasts, recent: int) -> Prices:
    """The prices up to the origin; at least that one."""
    if prices is not None and len(prices.dates):
        past = prices.until(ahead.origin[0])
        return Prices(past.dates[-recent:], past.values[-recent:])
    return Prices([ahead.origin[0]], ahead.last[:1])


def _ends(ahead: Forecasts) -> list[float]:
    return [
        *ahead.forecast.tolist(),
        *(x for ends in ahead.bands.values() for end in ends for x in end.tolist()),
    ]


def _came(ahead: Forecasts) -> list[float]:
    return [] if ahead.actual is None else ahead.actual.tolist()


def _widest_first(ahead: Forecasts) -> list[tuple[Array, Array]]:
    return [ahead.bands[level] for level in reversed(ahead.levels())]


def _from(origin: svg.Point, x: Sequence[float], up: svg.Scale, values: Array) -> list[svg.Point]:
    """From the last price on: one point for each step."""
    return [origin, *((a, up(value)) for a, value in zip(x, values.tolist(), strict=True))]


def _apart(labels: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """First, origin and last date; the origin's only where it stands clear of the others."""
    first, origin, last = labels
    room = 130.0  # of a date in letters of a narrow screen, centred
    kept = [first]
    if origin[0] - first[0] > 1.5 * room and last[0] - origin[0] > 1.5 * room:
        kept.append(origin)
    return [*kept, last] if last[0] - first[0] > room else [last]


def fan_sentence(ahead: Forecasts) -> str:
    """`48.06 on 30 June 2025. The next price, of 1 July 2025, is forecast at 48.06: between 47.30 and …`."""
    digits = digits_of(ahead)
    said = [f"{price(float(ahead.last[0]), digits)} on {day(ahead.origin[0])}.", _step(ahead, 0, digits)]
    if len(ahead) > 1:
        said.append(_step(ahead, len(ahead) - 1, digits))
    return " ".join(said)


def digits_of(ahead: Forecasts) -> int:
    """Digits after the point of its prices, by the narrowest band."""
    widths = [high - low for low, high in ahead.bands.values()]
    return digits_for(np.concatenate(widths).tolist() if widths else [])


def _step(ahead: Forecasts, i: int, digits: int) -> str:
    which = "The next price" if ahead.step[i] == 1 else f"The price {int(ahead.step[i]):,} steps ahead"
    is_, came = "is", ""
    if ahead.actual is not None:
        is_, came = "was", f" {price(float(ahead.actual[i]), digits)} came."
    middle = price(float(ahead.forecast[i]), digits)
    return f"{which}, of {day(ahead.date[i])}, {is_} forecast at {middle}{_between(ahead, i, digits)}.{came}"


def _between(ahead: Forecasts, i: int, digits: int) -> str:
    """`: between 122 and 128, four times in five; between 120 and 130, 19 times in 20`."""
    bands = [
        f"between {price(float(low[i]), digits)} and {price(float(high[i]), digits)}, {odds(level)}"
        for level, (low, high) in ahead.bands.items()
        if math.isfinite(low[i]) and math.isfinite(high[i])
    ]
    return f": {'; '.join(bands)}" if bands else "; too few rows calibrated it for a band"


def fan_rows(ahead: Forecasts) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of the table that says the same, step by step."""
    places = digits_of(ahead)
    heads = ["date", "step", "forecast", *(f"{level} % of the time" for level in ahead.bands)]
    rows = []
    for i in svg.thinned(ahead.forecast.tolist(), 40):
        cells = [ahead.date[i], str(int(ahead.step[i])), price(float(ahead.forecast[i]), places)]
        for low, high in ahead.bands.values():
            ends = (price(float(end[i]), places) for end in (low, high))
            cells.append(" to ".join(ends) if math.isfinite(low[i]) else "not known")
        if ahead.actual is not None:
            cells.append(price(float(ahead.actual[i]), places))
        rows.append(cells)
    return [*heads, *(["what came"] if ahead.actual is not None else [])], rows


def spark(prices: Prices, label: str) -> str:
    """The last prices in a line as small as a word, for a list."""
    values = prices.values[-SPARK:].tolist()
    up = svg.Scale(min(values), max(values), 26.0, 2.0)
    over = svg.Scale(0, max(len(values) - 1, 1), 1.0, 119.0)
    points = " ".join(f"{over(i):.0f},{up(value):.0f}" for i, value in enumerate(values))
    shape = svg.element("polyline", points=points, class_="line")
    return svg.element("svg", shape, viewBox="0 0 120 28", role="img", aria_label=label, class_="spark")


def fan_caption(prices: Prices | None, ahead: Forecasts) -> str:
    """What the picture shows, for who does not see it: where prices went, and what the fan is."""
    past, places = _past(prices, ahead, RECENT), digits_of(ahead)
    ends = (past.values[0], past.values[-1], past.values.min(), past.values.max())
    first, last, low, high = (price(float(x), places) for x in ends)
    levels = " and ".join(f"{level} %" for level in ahead.levels())
    many = f"{levels} bands" if len(ahead.levels()) > 1 else f"{levels} band"
    fanned = f", and the {many} of the next {f'{len(ahead):,} rows' if len(ahead) > 1 else 'row'}"
    came = (
        "; the line in the colour of text that goes on in them is what came"
        if ahead.actual is not None
        else ""
    )
    if len(past.values) == 1:
        return f"The price of {day(past.dates[0])}{fanned if levels else ''}{came}."
    return (
        f"The last {len(past.values):,} prices, from {first} on {day(past.dates[0])} to {last} on "
        f"{day(past.dates[-1])}, lowest {low}, highest {high}{fanned if levels else ''}{came}."
    )
