"""What a person says about how files are to be read."""

import math
from dataclasses import dataclass

from rnn_forecast.errors import UsageError


@dataclass(frozen=True)
class ReadOptions:
    """How to read prices; everything left out is found in the file.

    Raises UsageError when made with values that do not fit together.
    """

    price_column: str | None = None
    date_column: str | None = None
    ticker_column: str | None = None
    tickers: tuple[str, ...] = ()  # read only these; () = all
    exclude: tuple[str, ...] = ()  # read all but these
    wide: bool = False  # every numeric column is a ticker
    date_format: str | None = None  # as strptime has it: %d.%m.%Y; or "epoch"
    decimal: str | None = None  # the decimal mark, "." or ","; the other one then separates thousands
    columns: tuple[str, ...] = ()  # names for a text file that has no header
    as_ticker: str | None = None  # all sources hold this one ticker
    drop_nonpositive: bool = False  # a row whose price is not above 0 is a row without a price
    max_bytes: int = 4 * 2**30  # of a source, unpacked
    allow_nonpositive: bool = False
    allow_last_jump: bool = False  # a last price a hundred times those before
    strict: bool = False  # a warning is an error
    max_age: float | None = None  # days that the last price may be old

    def __post_init__(self) -> None:
        if self.wide and (self.price_column or self.ticker_column):
            raise UsageError(
                "--wide takes every numeric column as a ticker, so it goes with neither --price-column nor "
                "--ticker-column.",
                "Leave out one of them.",
            )
        if both := set(self.tickers) & set(self.exclude):
            raise UsageError(
                f"--ticker and --exclude both name {min(both)!r}.", "Leave it out of one of them."
            )
        if self.decimal not in (None, ".", ","):
            raise UsageError(f"--decimal must be . or , and not {self.decimal!r}.", "Such as --decimal ,")
        if self.allow_nonpositive and self.drop_nonpositive:
            raise UsageError(
                "--allow-nonpositive keeps the rows that --drop-nonpositive leaves out.",
                "Choose one of them.",
            )
        if self.as_ticker is not None and (self.wide or self.ticker_column or not self.as_ticker.strip()):
            raise UsageError(
                "--as names the one ticker of all sources, so it needs a name, and goes with neither --wide "
                "nor --ticker-column.",
                "Leave out one of them.",
            )
        if self.max_bytes <= 0:
            raise UsageError(f"--max-bytes must be above 0, got {self.max_bytes}.", "Leave it out for 4 GiB.")
        if self.max_age is not None and not (math.isfinite(self.max_age) and self.max_age >= 0):
            raise UsageError(
                f"--max-age must be a number of days from 0, got {self.max_age}.", "Try --max-age 7."
            )
