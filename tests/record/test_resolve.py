"""What a later file says of forecasts made before it: pure, by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from rnn_forecast.prices import PriceSeries
from rnn_forecast.record.resolve import Outcome, Pending, is_late, resolved, revised

DAYS = ["2024-03-01", "2024-03-04", "2024-03-05", "2024-03-07"]
PRICES = [100.0, 102.0, 101.0, 104.0]


def series(days: list[str] = DAYS, prices: list[float] = PRICES) -> PriceSeries:
    return PriceSeries("T", np.array(days, "datetime64[s]"), np.array(prices))


def test_a_forecast_is_scored_on_its_own_date() -> None:
    asked = [Pending("2024-03-01", 1, "2024-03-04"), Pending("2024-03-04", 2, "2024-03-07")]
    assert [*resolved(asked, series())] == [
        Outcome("2024-03-01", 1, None, 102.0, 100.0),
        Outcome("2024-03-04", 2, None, 104.0, 102.0),
    ]


def test_a_date_that_did_not_come_moves_to_the_next_row() -> None:
    (found,) = resolved([Pending("2024-03-05", 1, "2024-03-06")], series())
    assert found == Outcome("2024-03-05", 1, "2024-03-07", 104.0, 101.0)


@pytest.mark.parametrize(
    "waits",
    [
        Pending("2024-03-07", 1, "2024-03-08"),  # has not come
        Pending("2024-02-29", 1, "2024-03-01"),  # the file lacks its origin
        Pending("2024-03-02", 1, "2024-03-04"),
        Pending(3, 1, 4),  # of a file without dates
    ],
)
def test_what_the_file_does_not_say_waits(waits: Pending) -> None:
    assert [*resolved([waits], series())] == []


def test_rows_without_dates_go_by_their_number() -> None:
    numbered = PriceSeries("T", np.arange(1, 5), np.array(PRICES))
    assert [*resolved([Pending(2, 2, 4), Pending(4, 1, 5)], numbered)] == [Outcome(2, 2, None, 104.0, 102.0)]


def test_a_split_revises_nothing_and_a_correction_does() -> None:
    noted = [(Outcome("2024-03-01", 1, None, 102.0, 100.0), "2024-03-04")]
    assert [*revised(noted, series(prices=[p / 4 for p in PRICES]))] == []
    later = series(prices=[50.0, 51.5, 50.5, 52.0])
    assert [*revised(noted, later)] == [Outcome("2024-03-01", 1, None, 51.5, 50.0)]
    assert [*revised(noted, series(DAYS[1:], PRICES[1:]))] == []
    assert [*revised([(replace(noted[0][0], base=0.0), "2024-03-04")], later)] == []


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("date", "made", "newest", "late"),
    [
        ("2024-03-04", moment("2024-03-03T22:00"), "2024-03-01", False),
        ("2024-03-04", moment("2024-03-04T23:59:59"), "2024-03-01", False),
        ("2024-03-04", moment("2024-03-05"), "2024-03-01", True),
        ("2024-03-04", moment("2024-03-03"), "2024-03-04", True),  # its price has been seen
        ("2024-03-04", None, None, True),
        ("2024-03-04 15:30:00", moment("2024-03-05T03:29:59"), None, False),
        ("2024-03-04 15:30:00", moment("2024-03-05T03:30:00"), None, True),
        (7, 1, 6, False),
        (7, 1, 7, True),
        (7, 1, "2024-03-01", False),
    ],
)
def test_no_back_dating(date: str | int, made: int | None, newest: str | int | None, late: bool) -> None:
    assert is_late(date, made, newest) is late
