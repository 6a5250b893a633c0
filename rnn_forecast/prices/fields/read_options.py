"""What a person says about how files are to be read."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from rnn_forecast.errors import UsageError

Named = Literal["past", "known"]  # up to the origin, or ahead of it too
# all else says what the sources hold (past and known are the recipe's)
_OF_ONE_RUN = {"max_bytes", "strict", "max_age", "optional", "allow_last_jump", "past", "known"}
_CLASHES = (  # options of which one that is said now takes the other's place, where that is only remembered
    ("wide", "price_column"),
    ("wide", "ticker_column"),
    ("wide", "as_ticker"),
    ("as_ticker", "ticker_column"),
    ("allow_nonpositive", "drop_nonpositive"),
    ("tickers", "exclude"),
)


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
    calendar: str | None = None  # learn, none, 24/7 or an exchange's code: on which days there is trade
    holidays: tuple[str, ...] = ()  # further days without trade, as ISO 8601 has them
    drop_nonpositive: bool = False  # a row whose price is not above 0 is a row without a price
    max_bytes: int = 4 * 2**30  # of a source, unpacked
    allow_nonpositive: bool = False
    allow_last_jump: bool = False  # a last price a hundred times those before
    strict: bool = False  # a warning is an error
    max_age: float | None = None  # days that the last price may be old
    optional: tuple[str, ...] = ()  # options that count only as far as the sources have what they name
    past: tuple[str, ...] = ()  # further columns, known up to the origin: `[data] past` of a recipe
    known: tuple[str, ...] = ()  # and those that are known ahead

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
        if both := set(self.past) & set(self.known):
            raise UsageError(f"--past and --known both name {min(both)!r}.", "Leave it out of one of them.")
        if odd := [day for day in self.holidays if not _is_day(day)]:
            raise UsageError(f"holidays must be dates, got {odd[0]!r}.", "Such as 2025-12-24.")
        if self.max_bytes <= 0:
            raise UsageError(f"--max-bytes must be above 0, got {self.max_bytes}.", "Leave it out for 4 GiB.")
        if self.max_age is not None and not (math.isfinite(self.max_age) and self.max_age >= 0):
            raise UsageError(
                f"--max-age must be a number of days from 0, got {self.max_age}.", "Try --max-age 7."
            )

    @property
    def named(self) -> dict[str, Named]:
        """The columns beside the price that a person names, and what they are."""
        return {**dict.fromkeys(self.past, "past"), **dict.fromkeys(self.known, "known")}


def remembered(options: ReadOptions) -> dict[str, Any]:
    """What a person chose of how the sources are read, as JSON has it: for who reads them again.

    `{"wide": true, "date_format": "%d.%m.%Y"}`; what was left out is not in it.
    """
    named = {one.name: (getattr(options, one.name), one.default) for one in fields(options)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, (value, default) in named.items()
        if value != default and name not in _OF_ONE_RUN
    }


def recalled(record: Any) -> ReadOptions:
    """The options that `remembered` gave. Raises ValueError for anything else, by name and by type."""
    plain = ReadOptions()
    if not isinstance(record, dict):
        raise ValueError("options: expected what a person chose on reading")
    for name, value in record.items():
        default = getattr(plain, name, None) if name not in _OF_ONE_RUN else None
        known = name in ReadOptions.__dataclass_fields__ and name not in _OF_ONE_RUN
        if isinstance(default, tuple):
            sound = isinstance(value, list) and all(isinstance(text, str) for text in value)
        else:
            sound = value is True if default is False else isinstance(value, str)
        if not known or not sound:
            raise ValueError(f"options.{str(name)[:40]}: found {str(value)[:40]!r}")
    try:
        return _with(plain, record)
    except UsageError as error:
        raise ValueError(f"options: {error.message}") from error


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def flags(record: Mapping[str, Any]) -> list[str]:
    """The options as words of a command: `["--wide", "--date-format", "%d.%m.%Y"]`.

    Not so holidays: a command takes them from a file.
    """
    words: list[str] = []
    for name, value in record.items():
        if name == "holidays" and isinstance(value, list):
            continue
        flag = {"tickers": "--ticker", "as_ticker": "--as"}.get(name, f"--{name.replace('_', '-')}")
        several = value if isinstance(value, list) and name != "columns" else [value]
        for one in several:
            text = ",".join(one) if isinstance(one, list) else str(one)
            glued = text.startswith("-")  # would be another option
            words += [flag] if one is True else [f"{flag}={text}"] if glued else [flag, text]
    return words


def completed(said: ReadOptions, kept: Mapping[str, Any]) -> ReadOptions:
    """What is said now, and of what was `remembered` all that goes with it: what is said wins."""
    now = remembered(said)
    beaten = {one for pair in _CLASHES for one, other in (pair, pair[::-1]) if other in now}
    rest = {name: value for name, value in kept.items() if name not in {*now, *beaten}}
    return _with(said, rest)


def _with(options: ReadOptions, record: Mapping[str, Any]) -> ReadOptions:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in record.items()}
    return replace(options, **values)
