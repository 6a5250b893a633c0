"""What a single cell looks like: enough to tell a header from data, never to read a value."""

import functools
import re

from rnn_forecast.prices.cells.date_formats import FORMATS
from rnn_forecast.prices.cells.decorations import MISSING, NOTHING, NUMERAL
from rnn_forecast.prices.cells.month_names import MONTHS

_CLOCK = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?: ?[A-Z]{2,5}| ?[+-][0-9:]{2,6})?"
)
_AMOUNT = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+")  # `12.2020` too
# a whole row of numbers, a unit behind digits (`PM` and `EST` are none), a name such as T001: no format need
# be tried
_ROW = re.compile(
    r"^[^:]*,[0-9]|,[0-9]+\.[0-9]|[0-9] ?[KMBT%€$]$|;|\t|^(?![Qq][1-4])[^\W\d](?![^\W\d]+[ .,/-])"
)
_MONTH = re.compile(r"([^\W\d]{3,12})\.?[ -][0-9]{2}")  # `Dec-20`, where SPX-50 is none
_COMPACT = re.compile(
    r"(?:1[6-9]|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?"
)


def is_missing(cell: str) -> bool:
    """Whether the cell says that there is no value."""
    text = cell.strip().lower()
    if text[:1].isdecimal():
        return False
    return text in MISSING or re.match(NOTHING, text) is not None


def is_numeral(cell: str) -> bool:
    """Whether the cell looks like a number, in whatever format."""
    return NUMERAL.fullmatch(cell.strip()) is not None


@functools.lru_cache(maxsize=8192)
def is_date(cell: str) -> bool:
    """Whether the cell looks like a date, in whatever format; `20240102` looks like both."""
    text = cell.strip()
    if (short := _MONTH.fullmatch(text)) is not None:
        return short[1].lower() in MONTHS
    if _AMOUNT.fullmatch(text) or sum(map(str.isdecimal, text)) < 3 or _ROW.search(text):
        return _COMPACT.fullmatch(text) is not None
    return any(form.compiled.match(text) for form in FORMATS)


def is_typed(cell: str) -> bool:
    """Whether the cell is a value and not free text."""
    return is_numeral(cell) or is_date(cell)


def is_clock(cell: str) -> bool:
    """Whether the cell is a time of day alone."""
    return _CLOCK.fullmatch(cell.strip()) is not None
