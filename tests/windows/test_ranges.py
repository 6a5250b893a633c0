"""Open, high and low: what is taken for a range, what is left out, and that no later row has a say."""

import math
from dataclasses import replace

import numpy as np
import pytest
from toys import with_ranges

from rnn_forecast.prices.series import Column, PriceSeries
from rnn_forecast.windows.ranges import day_ranges


def columns(**values: list[float]) -> dict[str, Column]:
    return {name: Column(np.array(v), "range") for name, v in values.items()}


def series(close: list[float], **values: list[float]) -> PriceSeries:
    return PriceSeries("T", np.arange(1, len(close) + 1), np.array(close), columns(**values))


def test_a_range_is_said_in_logs_over_the_close() -> None:
    found = day_ranges(series([10.0, 11.0], open=[10.0, 10.0], high=[10.5, 12.0], low=[9.0, 9.9]))
    assert found is not None
    assert found.high == pytest.approx([math.log(1.05), math.log(12 / 11)])
    assert found.low == pytest.approx([math.log(0.9), math.log(0.9)])
    assert found.open == pytest.approx([0.0, math.log(10 / 11)])
    # Garman and Klass 1980, by hand, of the second row
    square = 0.5 * math.log(12 / 9.9) ** 2 - (2 * math.log(2) - 1) * math.log(11 / 10) ** 2
    assert found.within()[1] == pytest.approx(math.sqrt(square))


def test_an_adjusted_close_is_not_what_ranges_are_held_against() -> None:
    traded = with_ranges(400)
    adjusted = replace(
        traded.with_prices(traded.prices / 4),
        columns={**traded.columns, "close": Column(traded.prices, "past")},
    )
    one, other = day_ranges(traded), day_ranges(adjusted)
    assert one is not None and other is not None
    assert np.array_equal(one.within(), other.within()) and other.broken == 0


@pytest.mark.parametrize("spoilt", ["low above close", "high below open", "flat", "negative", "missing"])
def test_a_row_that_is_no_range_is_left_out_alone(spoilt: str) -> None:
    good = with_ranges(400)
    said = {name: good.columns[name].values.copy() for name in ("open", "high", "low")}
    at, close = 200, good.prices[200]
    if spoilt == "low above close":
        said["low"][at] = close * 1.01
    elif spoilt == "high below open":
        said["open"][at] = said["high"][at] * 1.01
    elif spoilt == "flat":
        said["open"][at] = said["high"][at] = said["low"][at] = close
    elif spoilt == "negative":
        said["low"][at] = -1.0
    else:
        said["open"][at] = math.nan
    found = day_ranges(replace(good, columns={k: Column(v, "range") for k, v in said.items()}))
    before = day_ranges(good)
    assert found is not None and before is not None and not found.off
    assert np.isnan(found.within()[at])
    assert found.broken == (spoilt not in ("negative", "missing"))
    others = np.arange(len(good)) != at
    assert np.array_equal(found.within()[others], before.within()[others])


def test_where_many_rows_break_none_is_used_from_there_on() -> None:
    good = with_ranges(400)
    low = good.columns["low"].values.copy()
    low[300:] *= 1.5
    found = day_ranges(replace(good, columns={**good.columns, "low": Column(low, "range")}))
    assert found is not None and found.off and found.broken == 100
    assert np.isfinite(found.within()[:300]).all() and np.isnan(found.within()[300:]).all()


def test_what_is_said_of_a_row_hangs_on_no_later_one() -> None:
    good = with_ranges(400)
    low = good.columns["low"].values.copy()
    low[::7] *= 1.5
    spoilt = replace(good, columns={**good.columns, "low": Column(low, "range")})
    whole = day_ranges(spoilt)
    assert whole is not None
    for n in (1, 50, 200):
        part = day_ranges(spoilt.until(n))
        assert part is None or np.array_equal(part.within(), whole.within()[:n], equal_nan=True)


def test_without_one_of_the_three_there_are_none() -> None:
    good = with_ranges(50)
    for name in ("open", "high", "low"):
        assert day_ranges(replace(good, columns={k: v for k, v in good.columns.items() if k != name})) is None
