"""Forecasts on a terminal: what there is room for stands there whole, the rest is named."""

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from rnn_forecast.cli.messages.tables import forecast_rows

NAN = float("nan")
NAMED: dict[str, list[Any]] = {
    "ticker": ["AAA", "株"], "origin": ["2024-02-29"] * 2, "step": [1, 1], "date": ["2024-03-01"] * 2,
    "forecast": [101.25, 12345.678], "last": [100.0, 12300.0],
    "lo_80": [99.5, NAN], "hi_80": [103.25, NAN], "lo_95": [97.0, 12000.0], "hi_95": [105.0, 12700.0],
    "q_01": [96.5, NAN], "p_up": [0.523, 0.4], "var_99": [3.456, NAN], "es_99": [4.5, -0.25],
}  # fmt: skip
BANDS, FURTHER = ["80 % interval", "95 % interval"], ["q_01", "p_up", "var_99", "es_99"]


def shown(width: int, named: dict[str, list[Any]] = NAMED, n: int = 2) -> tuple[list[str], list[str]]:
    table, left_out = forecast_rows(named, n, width)
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    return out.getvalue().splitlines(), left_out


def only(*names: str) -> dict[str, list[Any]]:
    return {name: column for name, column in NAMED.items() if name in (*list(NAMED)[:6], *names)}


@pytest.mark.parametrize("width", range(42, 130))
def test_nothing_is_cut_and_what_has_no_room_is_named(width: int) -> None:
    lines, left_out = shown(width)
    assert not any("…" in line for line in lines)
    assert max(map(len, lines)) <= width
    for heading in BANDS + FURTHER:
        assert (heading in lines[1]) != (heading in left_out)


def test_eighty_columns_have_room_for_two_levels_or_for_risk_and_one() -> None:
    usual = {name: column[:1] for name, column in only("lo_80", "hi_80", "lo_95", "hi_95").items()}
    assert shown(80, usual, 1)[1] == []
    lines, left_out = shown(80, {**usual, "var_99": [3.456], "es_99": [4.5]}, 1)
    assert left_out == ["95 % interval"]
    assert "3.46 %" in lines[3] and "4.50 %" in lines[3]


def test_what_was_asked_for_goes_before_intervals_and_stands_after_them() -> None:
    lines, left_out = shown(150)
    assert left_out == [] and lines[1].split()[-4:] == FURTHER
    assert shown(80)[1] == BANDS
    assert shown(47)[1] == [*BANDS, "q_01", "var_99", "es_99"]


def test_numbers_have_their_units_and_what_is_not_known_is_empty() -> None:
    (_, _, _, first, second, *_), _ = shown(150)
    assert " ".join(first.split()[4:7]) == "99.5000 to 103.250"
    assert " ".join(first.split()[10:]) == "96.5000 52.3 % 3.46 % 4.50 %"
    assert " ".join(second.split()[4:]) == "12000.0 to 12700.0 40.0 % -0.25 %"


def test_of_many_rows_the_first_stand_there_as_if_they_were_all() -> None:
    many = {name: [column[0], *column * 20] for name, column in NAMED.items()}
    first = {name: column[:3] for name, column in many.items()}
    for width in (60, 80, 150):
        assert shown(width, many, 3) == shown(width, first, 3)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_long_ticker_is_cut_and_no_date_and_no_number_is(width: int) -> None:
    lines, _ = shown(width, {**NAMED, "ticker": ["a ticker of a long name " * 9, "株" * 90]})
    assert max(map(cell_len, lines)) <= width
    assert all("…" in line and "2024-03-01" in line for line in lines[3:5])
    assert "101.250" in lines[3] and "100.000" in lines[3] and "12345.7" in lines[4]
