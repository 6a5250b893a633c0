"""Shapes: scales, ticks, thinning, and text that stays text."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.report.markup import svg
from rnn_forecast.report.phrases import day, digits_for, odds
from rnn_forecast.words.characters import visible

FLOATS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9))
def test_ticks_lie_within_and_are_evenly_apart(low: float, spread: float) -> None:
    high = low + spread
    marks = svg.ticks(low, high)
    assert 1 <= len(marks) <= 6
    assert all(low - spread * 1e-6 <= mark <= high + spread * 1e-6 for mark in marks)


@given(st.lists(FLOATS, min_size=1, max_size=700))
def test_thinning_keeps_the_ends_the_lowest_and_the_highest(values: list[float]) -> None:
    kept = svg.thinned(values)
    assert kept == sorted(set(kept)) and len(kept) <= svg.MOST_POINTS + 4
    assert {0, len(values) - 1} <= set(kept)
    assert min(values) == min(values[i] for i in kept) and max(values) == max(values[i] for i in kept)


@given(st.lists(FLOATS, min_size=1))
def test_larger_values_stand_higher_and_inside(values: list[float]) -> None:
    up = svg.upwards(values)
    places = [up(x) for x in values]
    assert all(svg.TOP <= y <= svg.HEIGHT - svg.BOTTOM for y in places)
    assert [y for _, y in sorted(zip(values, places, strict=True))] == sorted(places, reverse=True)


@given(st.text())
def test_no_text_ends_its_element(text: str) -> None:
    shape = svg.element("text", svg.safe(text), aria_label=text, x=1.25)
    read = ElementTree.fromstring(shape.encode("utf-8", "surrogatepass"))
    assert read.tag == "text" and not list(read)
    assert set(read.attrib) == {"aria-label", "x"}
    assert (read.text or "") == visible(text)


def test_a_line_has_a_gap_where_a_value_is_missing() -> None:
    drawn = svg.line([(0, 1.0), (1, 2.0), (2, math.nan), (3, 4.0)], "line")
    assert drawn.count("<polyline") == 1 and drawn.count("<circle") == 1 and "nan" not in drawn


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("80", "four times in five"),
        ("95", "19 times in 20"),
        ("90", "nine times in ten"),
        ("50", "one time in two"),
        ("97.5", "39 times in 40"),
        ("99", "99 times in 100"),
    ],
)
def test_odds(level: str, said: str) -> None:
    assert odds(level) == said


def test_days() -> None:
    assert day("2025-07-01") == "1 July 2025"
    assert day("2025-07-01 15:30:00") == "1 July 2025, 15:30"
    assert day("17") == "row 17"
    assert day("2025-13-01") == "2025-13-01"


@given(st.floats(1e-9, 1e9))
def test_digits_tell_a_tenth_of_a_width(width: float) -> None:
    assert 10.0 ** -digits_for([width]) <= max(width / 10, 1e-12) or width > 100
