"""What a file's name says of its time: a year or a month each, of one ticker.

BTCUSDT-1d-2019-01, BTCUSDT-1d-2019-02 → BTCUSDT-1d; AAPL_2019, AAPL_2020 → AAPL
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from rnn_forecast.prices.series import PriceSeries

_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_PART = rf"(?P<sep>[-_.]?){_MONTH}(?:(?P=sep){_DAY})?|[-_.][1-9]|[-_.]?Q[1-4]|[-_.]?H[12]|[-_.]?W[0-5]\d"
_ONE = rf"{_YEAR}(?:{_PART})?"
_SECOND = _ONE.replace("sep>", "sep2>").replace("=sep)", "=sep2)")
_DATED = re.compile(
    rf"(?P<common>.*?)(?P<apart>[-_. ]*)(?P<period>{_ONE}(?:[-_. ]+(?:to[-_. ]+)?{_SECOND})?)", re.I | re.S
)
_NEAR = 2.0  # times the last price: further away begins another instrument


class Dated(NamedTuple):
    """A stem whose end is a date: what stands before, and the date so that texts are in the order of time."""

    common: str
    period: str
    apart: bool  # a separator stands between them


def dated(stem: str) -> Dated | None:
    """The parts of a stem that ends in a year, month, quarter, week, day, or two of them; else None.

    Numbers alone (600519, 201901) are codes, and never a date.
    """
    found = _DATED.fullmatch(stem)
    if found is None or not any(c.isalpha() or (found["apart"] and c.isdigit()) for c in found["common"]):
        return None
    padded = re.sub(r"(?<=[-_.])(\d)(?!\d)", r"0\1", found["period"].upper())
    return Dated(found["common"], re.sub(r"[-_. ]|TO", "", padded), bool(found["apart"]))


def alike(stems: Iterable[str]) -> dict[str, list[str]]:
    """Stems that are equal but for a date at their ends, in the order of these, by what is equal."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for stem in dict.fromkeys(stems):
        if (one := dated(stem)) is not None:
            groups[one.common].append((one.period, stem))
    return {common: [stem for _, stem in sorted(some)] for common, some in groups.items() if len(some) > 1}


def follow(series: Sequence[PriceSeries]) -> bool:
    """Whether each of them begins after the one before has ended, and near its last price: parts of one time
    line, in order."""
    if not all(one.dated and len(one) for one in series):
        return False
    return all(
        before.dates[-1] < after.dates[0] and 1 / _NEAR < after.prices[0] / before.prices[-1] < _NEAR
        for before, after in itertools.pairwise(series)
    )


def in_period(one: PriceSeries) -> bool:
    """Whether all rows are of the year and month that the series' name ends in; a quarter tells its year."""
    found = dated(one.ticker)
    if found is None or not one.dated:
        return False
    digits = re.match(r"\d{4}(\d\d)?(?!.*[QHW])|\d{4}", found.period)
    assert digits is not None
    first, last = (np.datetime_as_string(one.dates[i], "D").replace("-", "") for i in (0, -1))
    return bool(first.startswith(digits[0]) and last.startswith(digits[0]))
