"""One seed sequence for each purpose, ticker and member: none is another's."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.seeds import generator, numbers, seed_sequence, ticker_seed


def test_no_two_streams_are_the_same():
    streams = [
        tuple(
            seed_sequence(seed, purpose, ticker=ticker, member=member, epoch=epoch).generate_state(4).tolist()
        )
        for seed, purpose, ticker, member, epoch in itertools.product(
            (0, 1, 2**31 - 1), ("weights", "order", "dropout", "windows"), ("", "A", "B"), (0, 1, 99), (0, 1)
        )
    ]
    assert len(set(streams)) == len(streams)


@given(st.integers(0, 2**31 - 1), st.text(max_size=8))
def test_a_ticker_s_seed_is_one_that_a_recipe_takes(seed, ticker):
    assert 0 <= ticker_seed(seed, ticker) < 2**31
    assert ticker_seed(seed, ticker) == ticker_seed(seed, ticker)


def test_the_same_words_give_the_same_numbers_on_every_machine():
    """NumPy promises that SeedSequence and PCG64 never change; sha256 does not either."""
    assert numbers(seed_sequence(0, "weights", member=1), 3) == [817123012, 1020666451, 1315532297]
    assert generator(7, "order").integers(1000, size=3).tolist() == [777, 621, 289]
    assert ticker_seed(0, "AAPL") == 753138060


def test_a_lone_surrogate_in_a_name_is_a_name():
    assert ticker_seed(0, "\udcff") != ticker_seed(0, "")
    assert np.isfinite(generator(0, "audit").random())
