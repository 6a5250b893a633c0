"""Forecasts of before and the prices of a later file → what came of them. Nothing is read or written here.

What is scored is the return on the origin's price, and both prices are of one file: where all prices were
halved since (a split) or adjusted, the return is what it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.series import PriceSeries, from_iso, iso

Moment = str | int  # a date as `iso` writes it, or the number of a row
DAY, ANYWHERE = 86_400, 43_200  # seconds; the clock that is last behind UTC is twelve hours behind
SAME = 1e-6  # returns that differ by less are the same, written with fewer digits


@dataclass(frozen=True)
class Pending:
    """A forecast of which nothing has come yet."""

    origin: Moment
    step: int
    date: Moment


@dataclass(frozen=True)
class Outcome:
    """What came of a forecast; a later outcome of the same forecast is a revision."""

    origin: Moment
    step: int
    came: Moment | None  # the row that it is scored on, where that is not of the forecast's date
    price: float  # there
    base: float  # at the origin, in the same file


def resolved(pending: Iterable[Pending], series: PriceSeries) -> Iterator[Outcome]:
    """The outcomes that the series has: of each forecast whose origin it has, and a row from its date on.

    A date that the file has passed over did not come (a holiday that nobody knew): the next row counts.
    Where the origin is missing, or the series counts rows and the forecast dates, nothing is resolved.
    """
    asked = [one for one in pending if isinstance(one.origin, str) == series.dated]
    origins, found = _rows_of([one.origin for one in asked], series)
    dates, _ = _rows_of([one.date for one in asked], series)
    for one, origin, known, row in zip(asked, origins, found, dates, strict=True):
        if known and row < len(series):
            there = _moment(series, row)
            yield Outcome(
                one.origin, one.step, None if there == one.date else there,
                float(series.prices[row]), float(series.prices[origin]),
            )  # fmt: skip


def revised(outcomes: Sequence[tuple[Outcome, Moment]], series: PriceSeries) -> Iterator[Outcome]:
    """Of outcomes that were noted, each with the row that it was found on: those whose return is another now.

    A price that is gone from the file, or was not above 0, revises nothing.
    """
    asked = [(one, at) for one, at in outcomes if isinstance(at, str) == series.dated]
    origins, known = _rows_of([one.origin for one, _ in asked], series)
    rows, there = _rows_of([at for _, at in asked], series)
    for (one, _), origin, row, both in zip(asked, origins, rows, known & there, strict=True):
        if both:
            price, base = float(series.prices[row]), float(series.prices[origin])
            if min(price, base, one.price, one.base) > 0 and _differ(price / base, one.price / one.base):
                yield Outcome(one.origin, one.step, one.came, price, base)


def is_late(date: Moment, made: int | None, newest: Moment | None) -> bool:
    """Whether a forecast for `date` was made (seconds since 1970) when that had come: no back-dating.

    A day has come when it is over in UTC; a date with a time when clocks show it everywhere, for whose clock
    it is nobody knows. A date up to the `newest` origin of the record had come whatever the clock said: its
    price had been seen. A row's number has no other time than that.
    """
    if newest is not None and type(newest) is type(date) and date <= newest:  # type: ignore[operator]
        return True
    if made is None:
        return True
    if isinstance(date, int):
        return False
    ends = datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()
    return made >= ends + (DAY if len(date) == len("2024-01-02") else ANYWHERE)


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > SAME * abs(other)


def _rows_of(moments: Sequence[Moment], series: PriceSeries) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The first row of the series at each moment or after it, and whether it is at that moment."""
    asked = np.array([from_iso(str(one), series.dates) for one in moments], dtype=series.dates.dtype)
    rows = np.searchsorted(series.dates, asked)
    within = np.minimum(rows, len(series) - 1)
    return rows, series.dates[within] == asked


def _moment(series: PriceSeries, row: int) -> Moment:
    return iso(series.dates[row : row + 1])[0] if series.dated else int(series.dates[row])
