"""Moments since 1970 are read in the one unit that their size tells, as UTC, and cut to the second."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.epoch_numbers import is_epoch, read_epochs, unit_of

SECONDS = st.integers(31_536_000, 2_000_000_000)  # 1971 to 2033
PARTS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def read(cells: list[str]) -> tuple[list[dt.datetime], str] | None:
    found = read_epochs(pa.array(cells))
    return None if found is None else (found[0].tolist(), found[1])


@given(st.lists(SECONDS, min_size=1, max_size=9), st.sampled_from(list(PARTS)), st.booleans(), st.data())
def test_each_unit_is_told_by_its_size(seconds, unit, point, data):
    parts = PARTS[unit]
    more = [data.draw(st.integers(0, parts - 1)) for _ in seconds]
    cells = [
        f"{one * parts + rest}{'.0' if point and unit != 'ns' else ''}"
        for one, rest in zip(seconds, more, strict=True)
    ]
    want = [dt.datetime.fromtimestamp(one, dt.UTC).replace(tzinfo=None) for one in seconds]
    assert read(cells) == (want, unit)
    assert all(map(is_epoch, cells))


def test_fractions_and_exponents():
    assert read(["1577836800.75"]) == ([dt.datetime(2020, 1, 1)], "s")
    assert read(["1.5778368e9", "1.5778368e+09"]) == ([dt.datetime(2020, 1, 1)] * 2, "s")


@pytest.mark.parametrize(
    "cells",
    [
        ["1577836800", "1577836800000"],
        ["1577836800", "12"],
        ["1577836800", "x"],
        ["20240102"],
        ["-1577836800"],
        ["99999999999999999999"],
    ],
)
def test_other_numbers_are_none(cells: list[str]) -> None:
    assert read(cells) is None


def test_no_number_has_two_units():
    assert [unit_of(1.6e9 * parts) for parts in PARTS.values()] == list(PARTS)
    assert unit_of(20_240_102) is None and unit_of(5e9) is None
