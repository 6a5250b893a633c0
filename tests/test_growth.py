"""The growth benchmark's own arithmetic and its picture; the verbs that it runs are tested elsewhere."""

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices import read_prices
from rnn_forecast.report.markup import svg

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
NOT_KNOWN = [float("nan")] * 4
NAMES = ("predict", "train", "batch, one model", "batch, nothing new", "batch, each trained")


def module(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module(name)


LINES, PICTURE = module("_growth_lines"), module("_growth_picture")


def costs(seconds: list[float], megabytes: list[float]) -> dict[int, Any]:
    return {n: LINES.Cost(*both) for n, *both in zip(SIZES, seconds, megabytes, strict=True)}


@given(st.floats(0, 1e3), st.floats(1e-6, 1e3))
def test_one_more_costs_the_same_at_every_size_of_a_straight_line(fixed: float, each: float) -> None:
    values = [fixed + each * n for n in SIZES]
    np.testing.assert_allclose(LINES.steps(SIZES, values), each, rtol=1e-6)
    assert LINES.ratio(SIZES, values) == pytest.approx(1)


def test_what_grows_faster_than_a_line_is_beyond_the_bar() -> None:
    assert LINES.ratio((10, 100, 1_000), [10, 100, 1_000]) == 1
    assert LINES.ratio((10, 100, 1_000), [100, 10_000, 1_000_000]) == 1_100 / 110
    assert LINES.ratio(SIZES, [n * np.log(n) for n in SIZES]) < LINES.BAR
    assert LINES.ratio(SIZES, [n**1.2 for n in SIZES]) > LINES.BAR
    assert LINES.ratio(SIZES, [1, 1, 1, 2]) == np.inf  # a jump
    assert np.isnan(LINES.ratio(SIZES, [1, 1, 1, 1])) and np.isnan(LINES.ratio((1, 2), [1, 2]))


def test_the_page_names_what_is_beyond_the_bar() -> None:
    straight, bent = [1 + n / 1e5 for n in SIZES], [1 + n**2 / 1e9 for n in SIZES]
    found = {
        "one": costs(straight, bent),
        "two": costs(bent, NOT_KNOWN),
        "three": costs(straight, straight),
    }
    *rows, _, said = LINES.verdicts(found)
    assert said == "Beyond the bar: one, memory; two, time."
    assert rows[-1] == "| three | 1.00 | 1.00 |" and rows[-2].endswith("|  |")
    table = LINES.table({"one": costs(straight, straight)}, LINES.Units("windows", "µs", 1e6, "bytes", 2**20))
    assert table[-1] == "| one | 5,000,000 | 51.00 | 10 | 51 | 10.5 | 1 |"


def dots(markup: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', markup)]


@given(st.lists(st.floats(1e-3, 1e6), min_size=4, max_size=4), st.sampled_from((PICTURE.LEFT, PICTURE.RIGHT)))
def test_dots_lie_within_the_plot_and_higher_where_more_is_spent(
    seconds: list[float], edges: tuple[int, int]
) -> None:
    each = dict(zip(SIZES, seconds, strict=True))
    found = dots(PICTURE.plotted({"one": each}, edges, ["one"]))
    across, down = zip(*found, strict=True)
    assert len(found) == 4 and sorted(across) == list(across)
    assert edges[0] < min(across) and max(across) < edges[1]
    assert min(down) > PICTURE.TOP and max(down) < PICTURE.BOTTOM
    assert [y for _, y in sorted(zip(seconds, down, strict=True))] == sorted(down, reverse=True)


def test_dots_lie_on_their_curve_where_costs_are_a_straight_line() -> None:
    line = {n: 0.5 + 2e-5 * n for n in SIZES}
    assert [PICTURE.straight(line, n) for n in SIZES] == pytest.approx(list(line.values()))
    square = {n: 1e-9 * n**2 for n in SIZES}
    assert all(square[n] < 0.3 * PICTURE.straight(square, n) for n in SIZES[1:-1])
    markup = PICTURE.plotted({"one": line}, PICTURE.LEFT, ["one"])
    points = re.search(r'<polyline points="([^"]+)"', markup)
    assert points is not None
    curve = np.array([pair.split(",") for pair in points[1].split()], float)
    for x, y in dots(markup):
        assert np.interp(x, *curve.T) == pytest.approx(y, abs=0.6)


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """(left, right, top, bottom) of every text, as wide as the letters of a wide font."""
    found = []
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        width, x, y = 7.2 * len(text.text or ""), float(text.attrib["x"]), float(text.attrib["y"])
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[text.attrib["text-anchor"]]
        found.append((left, left + width, y - 11, y + 3))
    return found


@pytest.mark.parametrize("largest", [3.0, 400.0])
def test_the_picture_is_small_says_itself_in_words_and_its_texts_do_not_overlap(largest: float) -> None:
    seconds = np.geomspace(0.4, largest, 4).tolist()
    lines = {name: costs(seconds, [100.0, 150.0, 300.0, 2_000.0]) for name in NAMES}
    lines["train"] = costs(seconds, NOT_KNOWN)
    drawn = PICTURE.picture("Growth", lines, "windows")
    assert len(drawn) < 15_000 and b"nan" not in drawn
    root = ElementTree.fromstring(drawn)
    assert root.findtext("{*}title") == "Growth"
    assert "predict: 10,000 to 5,000,000 windows, 0.4000 to" in (root.findtext("{*}desc") or "")
    every = boxes(root)
    assert all(left >= 0 and right <= svg.WIDTH and top >= 0 for left, right, top, _ in every)
    for i, (left, right, top, bottom) in enumerate(every):
        others = every[:i]
        assert not any(left < b and a < right and top < d and c < bottom for a, b, c, d in others), every[i]


def test_made_files_are_read_as_what_they_were_asked_for(tmp_path: Path) -> None:
    made = module("_made_prices")
    made.make(tmp_path, "minutes:old:400:1950-01-02", "market:some:3:50")
    (old,) = read_prices([str(tmp_path / "old.csv")]).series
    assert len(old) == 400 and str(old.dates[-1]).startswith("1950-01-02")
    some = read_prices([str(tmp_path / "some.csv")]).series
    assert [(s.ticker, len(s)) for s in some] == [("T000", 50), ("T001", 50), ("T002", 50)]
