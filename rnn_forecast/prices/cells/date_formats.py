"""How dates are written: every format that is tried, and the one that a person names, as patterns.

A pattern's groups are the parts of a date: Y or y (two digits), m or b (a name), d, j (day of the year), q
(quarter), w and u (ISO week and its day), H, M, S, f (fraction), p (AM or PM), z (offset), Z (a zone's name).
RE2 and Python's `re` both take them.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rnn_forecast.errors import UsageError

EPOCH = "epoch"  # seconds since 1970, or thousandths, millionths, billionths of one
LETTER = "A-Za-zÀ-ɏЀ-ӿ"
_ZONE = (
    r" ?(?P<z>Z|z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
    r" ?(?P<Z>[A-Z]{2,5}|[A-Z][A-Za-z]+/[A-Za-z_/+-]+|\[[A-Za-z_/]+\]|\([A-Za-z ]+\))?"
)
_CLOCK = (
    r"(?:,?(?:[T_]| +)(?P<H>[0-9]{1,2})(?::?(?P<M>[0-9]{2})(?::?(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)?"
    rf"[ -]?(?P<p>[AaPp]\.?[Mm]\.?)?{_ZONE})?"
)
_WEEKDAY = rf"(?:[{LETTER}]{{2,10}}\.?,? +)?"  # in front
_BEHIND = rf"(?: ?\([{LETTER}月火水木金土日一二三四五六월화수목금토일]{{1,9}}\))?"
_PARTS = {  # strptime's directives, and %q for a quarter
    "Y": r"(?P<Y>[0-9]{4})",
    "G": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "b": rf"(?P<b>[{LETTER}]{{3,12}})\.?",
    "B": rf"(?P<b>[{LETTER}]{{3,12}})\.?",
    "a": rf"[{LETTER}]{{2,10}}\.?",
    "A": rf"[{LETTER}]{{2,10}}\.?",
    "j": r"(?P<j>[0-9]{3})",
    "q": r"(?P<q>[1-4])",
    "V": r"(?P<w>[0-9]{2})",
    "u": r"(?P<u>[1-7])",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<H>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "p": r"(?P<p>[AaPp]\.?[Mm]\.?)",
    "f": r"(?P<f>[0-9]{1,9})",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "Z": r"(?P<Z>[A-Z]{1,5})",
    "%": "%",
}
_NUMERIC = """%Y-%m-%d %Y/%m/%d %Y.%m.%d %d.%m.%Y %d.%m.%y %y.%m.%d %d/%m/%Y %m/%d/%Y %d/%m/%y %m/%d/%y
    %y/%m/%d %d-%m-%Y %m-%d-%Y %d-%m-%y %m-%d-%y %y-%m-%d %d/%b/%Y %d/%b/%y %Y/%b/%d %d-%b-%Y %d-%b-%y
    %Y-%b-%d %d%b%Y %b-%d-%Y %b-%d-%y %b/%d/%Y %d.%b.%Y %d.%b.%y %Y年%m月%d日"""
_MONTHLY = "%Y-%m|%Y/%m|%Y.%m|%m/%Y|%m-%Y|%m.%Y|%b-%Y|%Y-%b|%b %Y|%b %y|%b-%y|%Y年%m月"
_SPELT = """%d %b %Y|%d %b, %Y|%Y %b %d|%d. %b %Y|%b %d, %Y|%b %d %Y|%d %b %y|%b %d, %y|%d de %b de %Y
    |%d-%b %Y|%Y- %m- %d|%Y. %m. %d.|%Y. %m. %d|%Y년 %m월 %d일|%Y年 %m月 %d日"""
_LATE_YEAR = r"(?P<Y>(?:1[3-9]|20)[0-9]{2})"  # is no month and day: 20010102 is no 20 January of 102
_COMPACT = {  # digits without marks, and periods: the whole cell
    "%Y%m%d": r"(?P<Y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})" + _CLOCK.replace("[T_]", "[T_:-]", 1),
    "%Y%m%d%H%M": r"(?P<Y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<H>[0-9]{2})(?P<M>[0-9]{2})"
    r"(?P<S>[0-9]{2})?",
    "%y%m%d": rf"(?P<y>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){_CLOCK}",
    "%d%m%Y": rf"(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}}){_LATE_YEAR}",
    "%m%d%Y": rf"(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){_LATE_YEAR}",
    "%d%m%y": rf"(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<y>[0-9]{{2}}){_CLOCK}",
    "%m%d%y": rf"(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})(?P<y>[0-9]{{2}}){_CLOCK}",
    "%Y-%j": rf"(?P<Y>[0-9]{{4}})-(?P<j>[0-9]{{3}}){_CLOCK}",
    "%Y%m": r"(?P<Y>[0-9]{4})(?P<m>[0-9]{2})",
    "%Y": r"(?P<Y>[0-9]{4})",
    "%YM%m": r"(?P<Y>[0-9]{4})[-: ]?[Mm](?P<m>[0-9]{1,2})",
    **{f"%Y{mark}%q": rf"(?P<Y>[0-9]{{4}}){re.escape(mark)}(?P<q>[1-4])" for mark in ".-/:"},
    "%YQ%q": r"(?P<Y>[0-9]{4})[-:./ ]?[Qq](?P<q>[1-4])",
    "Q%q %Y": r"[Qq](?P<q>[1-4])[-:./ ]?(?P<Y>[0-9]{4})",
    "%qQ%y": r"(?P<q>[1-4])[Qq][-:./ ]?(?P<y>[0-9]{2})",
    "%qQ%Y": r"(?P<q>[1-4])[Qq][-:./ ]?(?P<Y>[0-9]{4})",
    "%G-W%V": r"(?P<Y>[0-9]{4})[- ]?W(?P<w>[0-9]{2})(?:-?(?P<u>[1-7]))?",
    "%a %b %d %H:%M:%S %Y": rf"{_WEEKDAY}{_PARTS['b']} +{_PARTS['d']} (?P<H>[0-9]{{2}}):(?P<M>[0-9]{{2}}):"
    rf"(?P<S>[0-9]{{2}})(?: (?P<Z>[A-Z]{{2,5}}))? (?P<Y>[0-9]{{4}})",
}


@dataclass(frozen=True)
class DateFormat:
    """`name` as strptime has it, `pattern` for the whole cell."""

    name: str
    pattern: str

    @functools.cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


def named_format(name: str) -> DateFormat:
    """The format that a person named: one of `FORMATS`, with all that may stand beside the date, or its own.

    Raises UsageError where it is none.
    """
    return _BY_NAME.get(name) or date_format(name)


def date_format(name: str) -> DateFormat:
    """The parts that the name has, and nothing else. Raises UsageError where it is no format."""
    parts = re.findall(r"%(.)|([^%]+)", name, flags=re.DOTALL)
    letters = [letter for letter, _ in parts if letter]
    known = sorted(set(_PARTS) - {"%"})
    if unknown := [letter for letter in letters if letter not in _PARTS]:
        raise UsageError(
            f"--date-format: %{unknown[0]} is not known; known are {' '.join('%' + k for k in known)}.",
            "Write it as for strptime, such as %d.%m.%Y, or epoch.",
        )
    texts = "".join(text for _, text in parts)
    if len({"Y", "y", "G"} & set(letters)) != 1 or len(set(letters)) != len(letters) or "%" in texts:
        remedy = "Such as %d.%m.%Y or %m/%d/%y, or epoch."
        raise UsageError(f"--date-format {name!r} needs a year, and each part once.", remedy)
    pattern = "".join(_PARTS[letter] if letter else re.escape(text) for letter, text in parts)
    if not texts and not {"b", "B"} & set(letters):
        pattern = re.sub(r"\{1,2\}", "{2}", pattern)  # %Y%m%d%H%M: two digits each
    return DateFormat(name, f"^{pattern}$")


def _formats() -> Iterator[DateFormat]:
    for name in [*_NUMERIC.split(), *(name.strip() for name in _SPELT.split("|"))]:
        bare = date_format(name).pattern[1:-1].replace(r"\ ", " ")
        last = re.sub(r"\?P<[A-Za-z]>", "?:", bare)  # of several days: the first one counts
        yield DateFormat(name, f"^{_WEEKDAY}{bare}{_BEHIND}{_CLOCK}(?:(?: ?[/~–] ?| - ){last})?$")
    for name in _MONTHLY.split("|"):
        yield DateFormat(name, date_format(name).pattern.replace(r"\ ", " "))
    for name, pattern in _COMPACT.items():
        yield DateFormat(name, f"^{pattern}$")


FORMATS = tuple(_formats())  # the first is ISO 8601's
_BY_NAME = {form.name: form for form in FORMATS}
DIGITS = _BY_NAME["%Y%m%d%H%M"]
