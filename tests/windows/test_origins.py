"""Origins that recur: those a multiple of some rows before the one that is forecast from."""

from collections import Counter

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_forecast.seeds import generator
from rnn_forecast.windows.origins import Origins, repeated

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=5)
BEYOND = 9  # no range is longer after its first row


@given(RANGES, st.integers(1, 12))
def test_like_keeps_what_lies_a_multiple_before(ranges, every):
    """Beside a walk over every origin of every series."""
    lengths, later = (np.array(column) for column in zip(*ranges, strict=True))
    first = np.cumsum([0, *(lengths + later)])[:-1] + BEYOND
    origins, last = Origins(first, first + lengths), first + lengths - 1 + later
    wanted = [
        p
        for f, n, e in zip(first, lengths, last, strict=True)
        for p in range(f, f + n)
        if (e - p) % every == 0
    ]
    found = origins.like(last, every)
    assert found.all().tolist() == wanted
    assert len(found) == len(wanted)
    assert found.counts.sum() == len(wanted)


@given(RANGES, st.integers(0, 100))
def test_repeated_origins_are_met_as_often_as_each_other(ranges, count):
    lengths = np.array([n for n, _ in ranges])
    assume(lengths.sum())
    first = np.cumsum([0, *lengths])[:-1] + 3
    origins = Origins(first, first + lengths)
    drawn = repeated(origins, count, generator(3, "windows", epoch=1))
    assert len(drawn) == count
    times = Counter(drawn.tolist())
    assert set(times) <= set(origins.all().tolist())
    often = [times[p] for p in origins.all().tolist()]
    assert max(often) - min(often) <= 1
