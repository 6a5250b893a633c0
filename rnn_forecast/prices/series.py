"""One ticker's prices: the value that everything above the readers works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Dates
from rnn_forecast.prices.calendar.choice import LEARNT, Calendar
from rnn_forecast.prices.calendar.periods import Frequency, frequency

# known up to the origin; known ahead; a day's open, high and low; the price of the market on that date
Role = Literal["past", "known", "range", "market"]


@dataclass(frozen=True, eq=False)
class Column:
    """What a file says of each row besides the price."""

    values: Array  # (n,), NaN where nothing is said
    role: Role


@dataclass(frozen=True, eq=False)
class Ahead:
    """What a file says of rows after the last price: of columns that are known ahead."""

    dates: Dates  # (k,) ascending, after the last price
    columns: Mapping[str, Array]  # (k,) each, NaN where nothing is said


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """The prices of one ticker, oldest first, and further columns by name.

    `dates` is `datetime64[s]`, or `int64` row numbers (1, 2, 3…) where the file has no dates. Made only by
    readers, and of what they made by `until` and `with_prices`: sorted, unique dates; finite prices (positive
    unless the reader was told otherwise).
    """

    ticker: str
    dates: Dates  # (n,) datetime64[s] or int64
    prices: Array  # (n,)
    columns: Mapping[str, Column] = field(default_factory=dict)
    zone: str | None = None  # of the clock that dates show: "UTC", "-05:00/-04:00"; None where none is named
    date_format: str | None = None  # as strptime has it; None where the file holds dates and no text
    ahead: Ahead | None = None  # None where no column that is known ahead was asked for
    decimal: str = "."  # the mark of the numbers in the file; "?" where a point is no more than a guess
    calendar: Calendar = LEARNT  # that says the dates to come

    def __post_init__(self) -> None:
        rows = [self.prices, *(column.values for column in self.columns.values())]
        if self.prices.ndim != 1 or any(row.shape != self.dates.shape for row in rows):
            raise ValueError(f"dates {self.dates.shape} and prices {self.prices.shape} are not one row each")

    def __len__(self) -> int:
        return len(self.prices)

    @property
    def dated(self) -> bool:
        return self.dates.dtype.kind == "M"

    @cached_property
    def frequency(self) -> Frequency:
        return frequency(self.dates)

    def values_of(self, name: str) -> Array:
        """What a column of that name says, (n,); NaN where there is none."""
        column = self.columns.get(name)
        return np.full(len(self), np.nan) if column is None else column.values

    def until(self, n: int) -> "PriceSeries":
        """The first `n` rows: all that was known then, with what is known ahead of the later ones."""
        columns = {name: replace(column, values=column.values[:n]) for name, column in self.columns.items()}
        ahead = self._ahead_of(n)
        return replace(self, dates=self.dates[:n], prices=self.prices[:n], columns=columns, ahead=ahead)

    def _ahead_of(self, n: int) -> Ahead | None:
        known = {name: column.values[n:] for name, column in self.columns.items() if column.role == "known"}
        if not known or n >= len(self):
            return self.ahead
        after = self.ahead or Ahead(self.dates[:0], dict.fromkeys(known, self.prices[:0]))
        dates = np.concatenate([self.dates[n:], after.dates])
        return Ahead(dates, {name: np.concatenate([known[name], after.columns[name]]) for name in known})

    def with_prices(self, prices: Array) -> "PriceSeries":
        """The same rows at other prices, (n,)."""
        return replace(self, prices=prices)


def iso(dates: NDArray[Any]) -> list[str]:
    """Dates as text: `2024-01-02`, or `2024-01-02 15:30:00` where one has a time; row numbers as they are."""
    if dates.dtype.kind != "M":
        return [str(int(d)) for d in dates]
    days = dates.astype("datetime64[D]")
    if (days == dates).all():
        return [str(d) for d in days]
    return [str(d).replace("T", " ") for d in dates.astype("datetime64[s]")]


def from_iso(text: str, dates: NDArray[Any]) -> Any:
    """What `iso` wrote, as one of `dates` would be: a datetime64, or a row number."""
    return np.datetime64(text.replace(" ", "T"), "s") if dates.dtype.kind == "M" else int(text)


def least_step(dates: NDArray[Any]) -> Any:
    """What to add to the last date for the first that may follow: a row, a day, or a second among hours."""
    if dates.dtype.kind != "M":
        return 1
    whole_days = (dates == dates.astype("datetime64[D]")).all()
    return np.timedelta64(1, "D" if whole_days else "s")
