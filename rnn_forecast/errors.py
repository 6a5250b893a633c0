"""Every error that a user can meet, with its exit code; and the notices that a verb gives on its way.

    ForecastError
    ├── UsageError         2   the command line does not fit together
    ├── BatchError         3   some tickers of a batch failed
    ├── AlarmError         4   past forecasts, now that their prices have come, were not as they said
    ├── DataError         65   the input was read and is not what it should be
    │   └── ColumnError   65   it has no column of prices of the name that was given
    ├── InputError        66   the input is missing or cannot be read
    ├── TrainingError     70   the loss, the weights or a forecast are not finite
    ├── StartError        71   the system gave no thread or process
    ├── OutputError       73   the output cannot be created
    ├── WriteError        74   a write failed: disk full, I/O error
    ├── BusyError         75   another run holds the lock
    ├── ModelError        76   a model, or what prepare wrote, is corrupt or foreign
    └── RecipeError       78   a recipe file has a key that is unknown or out of range

Anything else that reaches the command line is a bug (exit code 1) and is shown as one.
"""

from dataclasses import dataclass
from typing import Literal

_BREAKS = frozenset(map(chr, [*range(32), 127, *range(128, 160), 0x2028, 0x2029]))


class ForecastError(Exception):
    """An error that the user can do something about.

    `message` is one line: what was expected and what came, with file, line and column where there is one.
    `remedy` is one line: what to do.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str) -> None:
        self.message = _on_one_line(message)
        self.remedy = _on_one_line(remedy)
        super().__init__(self.message, self.remedy)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


@dataclass(frozen=True)
class Notice:
    """One line that a person is told while a verb goes on; a warning is not to be lost among notices."""

    text: str
    kind: Literal["notice", "warning"] = "notice"
    each: tuple[str, ...] = ()  # the lines that `text` sums up, for who wants every one
    first: bool = False  # it bears on what is said at the end: shown where there is room for one line


def _on_one_line(text: str) -> str:
    """Line breaks and other controls that a ticker or a file's name has brought along are escaped."""
    return "".join(c.encode("unicode_escape").decode() if c in _BREAKS else c for c in text)


class UsageError(ForecastError):
    exit_code = 2


class BatchError(ForecastError):
    exit_code = 3


class AlarmError(ForecastError):
    exit_code = 4


class DataError(ForecastError):
    exit_code = 65


class ColumnError(DataError):
    pass


class InputError(ForecastError):
    exit_code = 66


class TrainingError(ForecastError):
    exit_code = 70


class StartError(ForecastError):
    exit_code = 71


class OutputError(ForecastError):
    exit_code = 73


class WriteError(ForecastError):
    exit_code = 74


class BusyError(ForecastError):
    exit_code = 75


class ModelError(ForecastError):
    exit_code = 76


class RecipeError(ForecastError):
    exit_code = 78
