"""What a single cell looks like: enough to tell a header from data, never to read a value."""

import re

MISSING = ("", "null", "none", "nan", "na", "n/a", "#n/a", "-", "--", ".", "<na>", "nat")  # lower case

# a number in any format: an optional sign and currency, digits with separators, an exponent or a unit
_NUMBER = re.compile(
    r"[+-]?\s*(?:[^\w\s.,+-]\s*|[A-Z]{3}\s+)?[+-]?(?:[0-9][0-9.,'’\s_]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"\s*(?:[%KMBT]|[^\w\s.,+-]|[A-Z]{3})?"
)
_TIME = r"(?:(?:,? |T)[0-9]{1,2}[0-9:. ]*(?:[AaPp]\.?[Mm]\.?)?\s*(?:[A-Z]{1,4}|[+-][0-9:]{2,6})?)?"
_DATE = re.compile(
    r"(?:(?:[A-Za-z]{3,9},?\s+)?"
    r"(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{4}-[0-9]{2}|(?:1[6-9]|20)[0-9]{6}"
    r"|[0-9]{1,4}[-/. ]?[A-Za-z]{3,9}\.?[-/. ,]*[0-9]{2,4}|[A-Za-z]{3,9}\.?\s+[0-9]{1,2},?\s+[0-9]{4}))"
    + _TIME
)


def is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def is_numeral(cell: str) -> bool:
    """Whether the cell looks like a number, in whatever format."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_date(cell: str) -> bool:
    """Whether the cell looks like a date, in whatever format; `20240102` looks like both."""
    return _DATE.fullmatch(cell.strip()) is not None


def is_typed(cell: str) -> bool:
    """Whether the cell is a value and not free text."""
    return is_numeral(cell) or is_date(cell)


def is_clock(cell: str) -> bool:
    return re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", cell.strip()) is not None


def is_epoch(cell: str) -> bool:
    return re.fullmatch(r"[0-9]{9,19}(\.[0-9]+)?", cell.strip()) is not None
