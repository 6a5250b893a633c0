"""One ticker's prices: the value that everything above the readers works on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """The prices of one ticker, oldest first.

    `dates` is `datetime64[s]`, or `int64` row numbers (1, 2, 3…) where the file has no dates. Made only by
    readers and slices of what they made: sorted, unique dates; finite prices (positive unless the reader was
    told otherwise).
    """

    ticker: str
    dates: NDArray[Any]  # (n,) datetime64[s] or int64
    prices: NDArray[np.float64]  # (n,)

    def __post_init__(self) -> None:
        if self.dates.shape != self.prices.shape or self.prices.ndim != 1:
            raise ValueError(f"dates {self.dates.shape} and prices {self.prices.shape} are not one row each")

    def __len__(self) -> int:
        return len(self.prices)

    @property
    def dated(self) -> bool:
        return self.dates.dtype.kind == "M"


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
