"""Pictures in a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_toys import ahead, outcomes, prices

from rnn_forecast.report.chart import HEIGHT, WIDTH, Line, chart, fan_chart, outcomes_chart


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_picture_is_of_its_size_and_its_letters(ascii_only: bool) -> None:
    for lines in (
        fan_chart(prices(), ahead(), ascii_only=ascii_only),
        outcomes_chart(outcomes(), ascii_only=ascii_only),
    ):
        assert len(lines) == HEIGHT + 2
        assert max(map(len, lines)) <= 78
        assert "".join(lines).isascii() == ascii_only
        assert any("95 % band" in line for line in lines)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=300))
def test_every_column_of_a_line_has_a_dot_between_lowest_and_highest(values: list[float]) -> None:
    x = [i / (len(values) - 1) for i in range(len(values))]
    drawn = chart([Line(x, values, "*")], ("a", "b"), 2, ascii_only=True)
    wide = len(drawn[-1]) - WIDTH - 1
    columns = {i for line in drawn[:HEIGHT] for i, c in enumerate(line[wide + 1 :]) if c == "*"}
    assert columns == set(range(WIDTH))


def test_a_rising_line_rises() -> None:
    drawn = chart([Line([0.0, 1.0], [1.0, 2.0], "*")], ("from", "to"), 1, ascii_only=True)
    assert drawn[0].startswith("2.0") and drawn[0].endswith("*") and drawn[HEIGHT - 1].startswith("1.0 *")
    assert drawn[-1].strip().startswith("from") and drawn[-1].endswith("to")


def test_braille_has_a_dot_for_each_value() -> None:
    drawn = chart([Line([0.0], [1.0], "*")], ("a", "b"), 0)
    dots = sum(bin(ord(c) - 0x2800).count("1") for line in drawn for c in line if ord(c) >= 0x2800)
    assert dots == 1
