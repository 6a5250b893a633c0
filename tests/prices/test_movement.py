"""When a price moves: by a definition in loops, and that what follows a row does not count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.prices import movement
from rnn_forecast.prices.movement import changed, counted


def slow(values: np.ndarray) -> list[bool]:
    found = [False]
    for row in range(1, len(values)):
        lately = [values[i] != values[i - 1] for i in range(max(row - 21, 1), row + 1)]
        found.append(bool(lately[-1] or sum(lately) >= len(lately) / 2))
    return found


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 200), st.floats(0, 1), st.integers(0, 99), st.sampled_from([7, 30, 8192]))
def test_a_row_counts_where_it_changed_or_half_of_the_last_changes_are_any(rows, part, seed, block):
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=rows) * (rng.random(rows) < part)).cumsum()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(movement, "BLOCK", block)
        assert counted(values).tolist() == slow(values)
    assert counted(values[: rows // 2]).tolist() == slow(values)[: rows // 2]


def test_rounding_is_no_change():
    for price in (1.0, 50.0, 3e-9):
        assert not changed(np.array([price, np.nextafter(price, 99.0)])).any()
        assert not changed(np.log([price, np.nextafter(price, 99.0)])).any()
        assert changed(np.log([price, 1.000001 * price])).all()
