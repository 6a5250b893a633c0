"""What stands around a number, or in place of it: currencies, powers of ten, words for nothing. One table.

`number` looks at a shape (digits as 9, see `numbers`), so that a column is looked at once for each of its few
shapes; `NOTHING` and `EVENT` are for pyarrow (RE2) as well as for `re`.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

SPACES = " \u00a0\u2009\u202f"
MINUS = "\u2212-"  # the sign that typesetters use, and the hyphen: in a class of characters it stands last

# signs of currencies; with letters before (`US$`, `R$`) they are another one
_SIGNS = "$¢-¥֏؋৲৳฿៛\u20a0-\u20c0﷼﹩＄￠￡￥￦"
_CURRENCIES = (
    *("U$S", "$US", "$CA", "$HK", "US $", "Rs.", "Rs", "Re.", "Rp.", "Rp", "RM", "Tk", "Bs.", "Bs", "S/."),
    *("S/", "p", "GBp", "ZAc", "USDT", "USDC", "BUSD", "TUSD", "FDUSD", "USDP"),
    *("kr.", "kr", "Kr.", "Kr", "KR", "zł", "zl", "Kč", "kč", "Ft", "lei", "Lei", "leu", "TL", "din.", "Lt"),
    *("Fr.", "Fr", "SFr.", "sFr.", "Euro", "euro", "EURO", "Eur", "eur", "usd", "đ", "Dhs", "DH", "KD", "QR"),
    *("руб.", "руб", "р.", "р", "грн.", "грн", "лв.", "лв", "тг"),
    *("元", "円", "圆", "圓", "원", "港元", "美元"),
)
_SCALES = {
    **dict.fromkeys(("K", "k", "Tsd.", "Tsd", "TSD", "tys.", "tys", "тыс.", "тыс", "千", "천"), 1e3),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("Lakh", "lakh", "Lac", "lac"), 1e5),
    **dict.fromkeys(("M", "m", "MM", "mm", "Mn", "mn", "Mio.", "Mio", "mio.", "mio", "MIO", "Mill."), 1e6),
    **dict.fromkeys(("mill.", "mln.", "mln", "Mln", "MLN", "млн.", "млн", "百万"), 1e6),
    **dict.fromkeys(("Cr.", "Cr", "cr"), 1e7),
    **dict.fromkeys(("亿", "億", "억"), 1e8),
    **dict.fromkeys(("B", "b", "Bn", "bn", "BLN", "Bln", "bln", "Mrd.", "Mrd", "mrd.", "mrd", "MRD"), 1e9),
    **dict.fromkeys(("Md", "mld.", "mld", "Mld", "MLD", "млрд.", "млрд"), 1e9),
    **dict.fromkeys(("T", "Tn", "tn", "trln", "兆", "조"), 1e12),
    **dict.fromkeys(("%", "‰", "PCT", "pct", "BPS", "bps"), float("nan")),  # a share of what is not there
}
SHARES = {"%": 1e-2, "PCT": 1e-2, "pct": 1e-2, "‰": 1e-3, "BPS": 1e-4, "bps": 1e-4}
# a cell that says that there is no value, in lower case
MISSING = (
    *("", "null", "(null)", "[null]", "\\n", "none", "nan", "-nan", "na", "<na>", "nat", "nil", "missing"),
    *("n/a", "n.a.", "n.a", "n. a.", "#n/a", "#n/a n/a", "#n/d", "#nv", "#nd", "n/d", "n.d.", "s/d", "k.a."),
    *("k. a.", "b.d.", "b/d", "н/д", "нет", "無", "无", "なし", "없음", "undefined", "unavailable", "empty"),
    *("not available", "no data", "no value", "no price", "no quote", "no trade", "no trades", "not traded"),
    *("n.t.", "halted", "halt", "trading halt", "trading halted", "suspended", "closed", "market closed"),
    *("holiday", "停牌", "休市", "暂停", "정지", "거래정지", "取引停止", "売買停止", "ausgesetzt"),
    *("suspendu", ".", "..", "...", "…", "-", "--", "---", "----", "-.-", "-.--", "--.--", "–", "—", "――"),
    *("−", "ー", "－", "*", "?", "#", "/", "//"),
)
# what a spreadsheet or a terminal writes where it has no value: `#REF!`, `#N/A Requesting Data...`
NOTHING = r"^#(?:n/a .*|\S+[!?])$"
# lines among prices that are none, in lower case
EVENT = (
    r"dividend|\bdiv\.|\bsplits?\b|capital gain|distribution|spin-?off|(?:bonus|rights) issue|fractionnement"
    r"|desdobramento|股息|分红|拆股|除权|除息|配当|分割|배당|дивиденд"
)


_NO_CODES = r"(?!(?:MIO|MLN|MLD|MRD|BLN|BIO|TSD|PCT|BPS)\b)"  # three letters that are no currency


class Written(NamedTuple):
    """A number as it is written: `$1.5M` is 9.9 with the currency $, in millions."""

    digits: str  # with its marks, as a shape
    before: str
    after: str
    scale: float  # 1 for a plain number, NaN for a percentage
    scale_text: str


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_CURRENCY = rf"(?:{_any_of(_CURRENCIES)}|[A-Z]{{0,3}}[{_SIGNS}]|{_NO_CODES}[A-Z]{{3}})"
_HEAD = (
    rf"(?P<sign>[+{MINUS}]?)(?:(?P<before>{_CURRENCY})[{SPACES}]*)?(?P<inner>[+{MINUS}]?)"
    rf"(?P<digits>[.,]?[09](?:[09.,'’{SPACES}]*[09.,])?(?:[eE][+-]?[09]+)?)"
)
_TAIL = rf"(?:[{SPACES}]*(?P<after>{_CURRENCY}))?"
# A number in any format, as it stands. Letters before it end in a point or a space, or its marks tell, else
# `SMA20` were one; a point before letters is part of a code, `7203.T`. No two parts that take spaces meet, or
# a long cell would take the square of its length.
NUMERAL = re.compile(
    rf"[+{MINUS}]?\s*(?:(?:[A-Z]{{0,3}}[{_SIGNS}]|[^\w\s.,+{MINUS}])\s*"
    rf"|{_CURRENCY}(?:\s+|(?<=\.)|(?=[0-9][0-9'’\s]*[.,][0-9])))?"
    rf"[+{MINUS}]?(?:[0-9][0-9.,'’\s_]*|\.[0-9]+\s*)(?!(?<=\.)[A-Za-z])(?:[eE][+-]?[0-9]+\s*)?"
    rf"(?:(?:{_any_of(_SCALES)})\s*)?(?:{_CURRENCY}|[^\w\s.,+-])?"
)


@cache
def _ways() -> tuple[re.Pattern[str], ...]:
    """The first that fits: `12 BUSD` is a price in BUSD, and `12B USD` twelve billions. Made when needed."""
    scales = "(?P<scale>)", rf"[{SPACES}]*(?P<scale>{_any_of(_SCALES)})"
    return tuple(re.compile(_HEAD + scale + _TAIL) for scale in scales)


# a number with anything short around it: `(0,49%)`, `▲ 1,5`, `12,5x`, `3,2 pp`
_LOOSE = re.compile(
    rf"[^\w.,]*(?P<digits>[.,]?[09](?:[09.,'’{SPACES}]*[09])?)[{SPACES}]*(?:[^\W\d_]{{1,5}}\.?)?[^\w.,]*"
)


def digits(shape: str) -> str | None:
    """The digits and marks of a number with whatever around it: how it is written, not how much it is."""
    found = number(shape)
    loose = None if found else _LOOSE.fullmatch(shape)
    return found.digits if found else loose["digits"] if loose else None


@lru_cache(maxsize=10_000)
def number(shape: str) -> Written | None:
    """The shape of a number, whatever stands around it; None where it is something else."""
    for way in _ways():
        if (found := way.fullmatch(shape)) and not (found["sign"] and found["inner"]):
            scale = found["scale"]
            texts = found["digits"], found["before"] or "", found["after"] or ""
            return Written(*texts, _SCALES[scale] if scale else 1.0, scale)
    return None
