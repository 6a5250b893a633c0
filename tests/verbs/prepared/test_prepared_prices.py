"""prices.csv gives back every series, its columns and what is known ahead, to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.prices.merging import usual_role
from rnn_forecast.prices.series import Ahead, Column, PriceSeries, Role
from rnn_forecast.verbs.prepared.prepared_prices import prices_csv, series_of

NUMBERS = st.floats(allow_infinity=False, allow_subnormal=True)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8).filter(str.strip)


@st.composite
def panels(draw: st.DrawFn) -> list[PriceSeries]:
    dated = draw(st.booleans())
    named: dict[str, Role] = draw(st.dictionaries(NAMES, st.sampled_from(["past", "known"]), max_size=3))
    named |= {name: usual_role(name) for name in draw(st.sets(st.sampled_from(["open", "high", "volume"])))}
    if draw(st.booleans()):
        named |= {"market": "market"}
    return [
        draw(one_of(ticker, named, dated=dated))
        for ticker in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    ]


@st.composite
def one_of(draw: st.DrawFn, ticker: str, named: dict[str, Role], *, dated: bool) -> PriceSeries:
    n, k = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    rows = np.arange(1, n + k + 1)
    dates = (
        np.datetime64("2020-01-01", "s") + rows * np.timedelta64(3600 if dated else 1, "s") if dated else rows
    )

    def column(length: int, *, some: bool = False) -> np.ndarray:
        values = np.array(draw(st.lists(NUMBERS, min_size=length, max_size=length)))
        return np.where(np.isnan(values), 0.5, values) if some else values

    columns = {name: Column(np.r_[column(n - 1), 1.0], role) for name, role in named.items()}
    prices = np.array(draw(st.lists(st.floats(1e-9, 1e12), min_size=n, max_size=n)))
    known = [name for name, role in named.items() if role == "known"]
    ahead = Ahead(dates[n:], {name: column(k, some=True) for name in known}) if known else None
    return PriceSeries(ticker, dates[:n], prices, columns, ahead=ahead)


@settings(deadline=None, max_examples=60)
@given(panels())
def test_it_comes_back_to_the_bit(series: list[PriceSeries]) -> None:
    found = series_of(prices_csv(series), dated=series[0].dated, logs=True)
    assert [one.ticker for one in found] == [one.ticker for one in series]
    for one, was in zip(found, series, strict=True):
        np.testing.assert_array_equal(one.dates, was.dates)
        assert one.prices.tobytes() == was.prices.tobytes()
        assert {name: column.role for name, column in one.columns.items()} == {
            name: column.role for name, column in was.columns.items()
        }
        for name, column in was.columns.items():
            np.testing.assert_array_equal(one.columns[name].values, column.values)
        assert (one.ahead is None) == (was.ahead is None)
        if one.ahead is not None and was.ahead is not None:
            np.testing.assert_array_equal(one.ahead.dates, was.ahead.dates)
            assert one.ahead.columns.keys() == was.ahead.columns.keys()
            for name, values in was.ahead.columns.items():
                np.testing.assert_array_equal(one.ahead.columns[name], values)


AHEAD = Ahead(np.array([4]), {"flag": np.ones(1)})
ONE = PriceSeries("A", np.arange(1, 4), np.ones(3), {"flag": Column(np.ones(3), "known")}, ahead=AHEAD)
TEXT = prices_csv([ONE]).decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"A","4",,1', '"A","2",,1'),
        ('"A","4",,1', '"A","4",,'),
        ("known:flag", "seen:flag"),
        ("known:flag", "known:"),
        ("known:flag", "past:flag"),
        ('"A","4",,1', '"B","4",,1'),
        ('"A","2",1,1', '"A","2",inf,1'),
    ],
)
def test_what_we_do_not_write_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    series_of(TEXT.encode(), dated=False, logs=True)
    with pytest.raises((ValueError, KeyError)):
        series_of(TEXT.replace(old, new).encode(), dated=False, logs=True)


def test_nothing_is_written_of_columns_that_are_not_there() -> None:
    bare = replace(ONE, columns={}, ahead=None)
    assert prices_csv([bare]).decode().splitlines()[0] == '"ticker","date","price"'
