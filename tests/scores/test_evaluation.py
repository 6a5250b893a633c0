"""Which rows `evaluate` scores: ends of a span are compared as dates or row numbers, not as text."""

import numpy as np
import pytest
from toys import toy_model, walk

from rnn_forecast.errors import DataError, UsageError
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.evaluation import Span, evaluation_of, unseen_rows

DATED = walk(300, seed=1)  # daily from 2020-01-01 to 2020-10-26
NUMBERED = PriceSeries("T", np.arange(1, 301), DATED.prices)


def rows(series: PriceSeries, since: str | None, until: str | None) -> tuple[int, int]:
    """The first row that is scored, and the one behind the last; rows from 240 on are unseen."""
    first, stop = unseen_rows(toy_model([series]), [series], Span(since, until))
    return int(first[0]), int(stop[0])


@pytest.mark.parametrize(
    ("series", "since", "until", "expected"),
    [
        (NUMBERED, "250", "260", (249, 260)),
        (NUMBERED, "95", "260", (240, 260)),
        (NUMBERED, "295", "1000", (294, 300)),
        (DATED, "2020-09", "2020-09-15", (244, 259)),
        (DATED, "2020-09-15", "2020-09", (258, 274)),
        (DATED, "2020-09-15 00:00", "2020-09-15", (258, 259)),
    ],
)
def test_both_ends_of_a_span_count(
    series: PriceSeries, since: str, until: str, expected: tuple[int, int]
) -> None:
    assert rows(series, since, until) == expected


@pytest.mark.parametrize(
    ("series", "since", "until", "exchanged"),
    [
        (NUMBERED, "95", "100", False),
        (NUMBERED, "7", "7", False),
        (NUMBERED, "100", "95", True),
        (DATED, "2020-02", "2020-02-15", False),
        (DATED, "2020-02-15", "2020-02", False),
        (DATED, "2020-02-15 00:00", "2020-02-15", False),
        (DATED, "2020-02-15T12:00", "2020-02-15 11:59", True),
        (DATED, "2020-03", "2020-02-15", True),
        (DATED, "2020-02-16", "2020-02-15 23:59", True),
    ],
)
def test_a_span_without_a_row_to_score_is_said_to_be_the_wrong_way_round_only_where_it_is(
    series: PriceSeries, since: str, until: str, exchanged: bool
) -> None:
    kind, phrase = (UsageError, "is after") if exchanged else (DataError, "the model has seen all before")
    with pytest.raises(kind, match=phrase):
        evaluation_of(toy_model([series]), [series], "toy", Span(since, until))


def test_scales_and_bands_of_the_last_value_know_nothing_of_what_is_scored() -> None:
    model, wild = toy_model([DATED]), DATED.prices.copy()
    wild[240:] *= np.resize([1.0, 3.0], 60)
    calm, moved = (
        evaluation_of(model, [PriceSeries("T", DATED.dates, prices)], "toy").rows.comparison
        for prices in (DATED.prices, wild)
    )
    changes = np.diff(DATED.prices[:240])
    for found in (calm, moved):
        np.testing.assert_allclose(found.scale, [np.abs(changes).mean()])
        np.testing.assert_allclose(found.rms_scale, [np.sqrt(np.square(changes).mean())])
    assert calm.naive == moved.naive
