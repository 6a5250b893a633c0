# ruff: noqa: E501
"""Tables drawn at random in kinds of writing that few exports have, and what is right of each.

The writer knows the prices; what two readers of the same cells could take for different dates or prices is to
be refused, or told with both readings.
"""

import datetime
import random
import string
from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

from prices import sheets
from prices.sheets import Bar, Row, Sheet

DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%d.%m.%y")
CLOCKS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y%m%d %H:%M:%S",
)
ZONES = {"America/New_York": (11, 5), "Europe/Berlin": (10, 30), "Australia/Sydney": (4, 2)}  # ends of summer


def _days(luck: random.Random, count: int | None = None) -> list[datetime.datetime]:
    start = datetime.date(2000, 1, 1) + datetime.timedelta(luck.randrange(9000))
    return sheets.days(count or luck.choice((20, 90, 300)), start.isoformat())


def _bars(luck: random.Random, digits: int = 2, start: float = 0.0) -> tuple[Bar, ...]:
    return sheets.walk(_days(luck), luck.randrange(10**6), start or 10 ** luck.uniform(0.5, 4.5), digits)


def _file(lines: Iterable[str], *right: Sequence[Row]) -> Sheet:
    data = ("\n".join(lines) + "\n").encode()
    expected = [{"AAPL": tuple(rows)} for rows in right]
    return Sheet("drawn", files={"AAPL.csv": data}, rows=expected[0], also=tuple(expected[1:]))


def compact_years(luck: random.Random) -> Sheet:
    """`310124`, `240131`, `013124`: digits alone, two of them the year."""
    date = luck.choice(("%d%m%y", "%y%m%d", "%m%d%y"))
    newest = luck.random() < 0.3
    return Sheet("drawn", "Date,Close", "{d},{c}", {"": _bars(luck)}, date=date, newest_first=newest)


def zones(luck: random.Random) -> Sheet:
    """The end of summer time, each moment with its zone's name or its offset, many prices equal."""
    zone = luck.choice(list(ZONES))
    month, day = ZONES[zone]
    begin = datetime.datetime(2022, month, day, 12, tzinfo=datetime.UTC) + datetime.timedelta(
        hours=luck.randrange(9)
    )
    step = datetime.timedelta(minutes=luck.choice((5, 15, 30, 60)))
    form, named = luck.choice(CLOCKS), luck.random() < 0.6
    moments = [begin + i * step for i in range(luck.choice((60, 200)))]
    local = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    prices, last = [], 100.0
    for _ in moments:
        last = last if luck.random() < 0.6 else round(last * luck.uniform(0.99, 1.01), 2)
        prices.append(last)
    said = [f"{one:{form} %Z}" if named else f"{one:{form}%z}" for one in local]
    lines = ["Date,Close", *(f"{when},{price:.2f}" for when, price in zip(said, prices, strict=True))]
    shown = [one.replace(tzinfo=None) for one in local]
    utc = list(zip((one.replace(tzinfo=None) for one in moments), prices, strict=True))
    once = len(set(shown)) == len(shown)
    return _file(lines, utc, *([list(zip(shown, prices, strict=True))] if once else []))


def fractions(luck: random.Random) -> Sheet:
    """Moments with parts of a second, behind a point or a comma."""
    step, digits, mark = luck.choice((1, 7, 60, 3600)), luck.choice((1, 3, 6, 9)), luck.choice("...,")
    when = _days(luck, 3)[0].replace(hour=9)
    moments = [when + datetime.timedelta(seconds=i * step) for i in range(90)]
    bars = sheets.walk(moments, luck.randrange(10**6), 100.0, 2)
    form, parts = luck.choice(CLOCKS), {one: luck.randrange(10**digits) for one in moments}
    suffix = luck.choice(("", "Z", "+00:00"))

    def date(one: datetime.datetime) -> str:
        return f"{one:{form}}{mark}{parts[one]:0{digits}}{suffix}"

    sep = ";" if mark == "," else ","
    return Sheet("drawn", f"Date{sep}Close", "{d}" + sep + "{c}", {"": bars}, sep=sep, date=date)


def offsets(luck: random.Random) -> Sheet:
    """One offset on all rows, or on some only."""
    hours, form = luck.choice((-5, 0, 1, 2, 9)), luck.choice(CLOCKS)
    suffix = luck.choice((f"{hours:+03}:00", f"{hours:+03}00", *(["Z"] if not hours else [])))
    some = luck.choice((1.0, 1.0, 0.9, 0.5, 0.02))
    bars = sheets.walk(sheets.hours(90, "2022-05-02"), luck.randrange(10**6), 100.0)
    lines = [f"{b.when:{form}}{suffix if luck.random() < some else ''},{b.close:.2f}" for b in bars]
    utc = [(b.when - datetime.timedelta(hours=hours), b.close) for b in bars]
    return _file(["Date,Close", *lines], sheets.rows_of(bars), utc)


def three_digits(luck: random.Random) -> Sheet:
    """`14.016` or `14,016` in every row: three decimals, or thousands."""
    sep, whole = luck.choice(",;\t"), luck.random() < 0.5
    start = 10 ** luck.uniform(3.6, 5.4) if whole else 10 ** luck.uniform(0, 2.8)
    number = luck.choice(
        (sheets.german(0), sheets.thousands(0)) if whole else (sheets.plain(3), sheets.comma(3))
    )
    bars = _bars(luck, 0 if whole else 3, start)
    header = luck.choice(("Date|Close", "Datum|Schluss", "Date|Open|High|Low|Close", "Fecha|Cierre"))
    row = "{d}|{o}|{h}|{l}|{c}" if "Open" in header else "{d}|{c}"
    return Sheet("drawn", header.replace("|", sep), row, {"": bars}, sep=sep, date=luck.choice(DAYS), number=number,
                 quoted=luck.random() < 0.3, newest_first=luck.random() < 0.3)  # fmt: skip


def spaced_pages(luck: random.Random) -> Sheet:
    """A no-break space between thousands, in a code page of one byte a letter."""
    headers = {
        "cp1252": ("Date;Ouverture;Plus haut;Plus bas;Clôture", "Datum;Öppning;Högst;Lägst;Stängning"),
        "cp1251": ("Дата;Открытие;Макс;Мин;Цена", "Дата;Откр.;Макс.;Мин.;Закрытие"),
        "cp1250": (
            "Data;Otwarcie;Najwyższy;Najniższy;Zamknięcie",
            "Data;Otwarcie;Najwyzszy;Najnizszy;Zamkniecie",
        ),
    }
    codec = luck.choice(list(headers))
    header = luck.choice((*headers[codec], "Date;Open;High;Low;Close"))
    sign = luck.choice(("", "", "\u00a0" + {"cp1252": "€", "cp1251": "руб.", "cp1250": "zł"}[codec]))
    digits, mark = luck.choice((0, 2, 2)), luck.choice(",,.")

    def number(x: float) -> str:
        return f"{x:,.{digits}f}".replace(",", "\u00a0").replace(".", mark) + sign

    bars = _bars(luck, digits, 10 ** luck.uniform(2.8, 5.5))
    return Sheet("drawn", header, "{d};{o};{h};{l};{c}", {"": bars}, sep=";", date=luck.choice(DAYS), number=number,
                 encoding=codec)  # fmt: skip


def headless(luck: random.Random) -> Sheet:
    """No names, and the columns of a bar in any order; a volume, an adjusted close, a clock perhaps."""
    cells = list("ohlc")
    luck.shuffle(cells)
    for one in luck.choice(("", "v", "v", "xv", "x")):
        cells.insert(luck.choice((0, len(cells), len(cells))), one)
    row = ",".join(["{d}", *(f"{{{one}}}" for one in cells)])
    newest = luck.random() < 0.4
    return Sheet("drawn", None, row, {"": _realistic(luck)}, date=luck.choice(DAYS), newest_first=newest)


def _realistic(luck: random.Random) -> tuple[Bar, ...]:
    """A bar is a path: its high and low may be its open or its close."""
    bars, last = [], luck.uniform(5, 500)
    for day in _days(luck):
        path = [last * (1 + luck.gauss(0, 0.004))]
        for _ in range(8):
            path.append(path[-1] * (1 + luck.gauss(0, 0.006)))
        opened, high, low, last = (round(x, 2) for x in (path[0], max(path), min(path), path[-1]))
        bars.append(
            Bar(day, opened, high, low, last, round(last * 0.9 - 0.01, 2), luck.randrange(10**5, 10**7))
        )
    return tuple(bars)


def unknown_tickers(luck: random.Random) -> Sheet:
    """Codes in a column of a name that is in no table, columns and rows in any order."""
    names = luck.sample(("AAPL", "MSFT", "7203.T", "BRK-B", "600519", "EURUSD"), luck.choice((2, 3)))
    when = _days(luck, luck.choice((60, 120)))
    of = {name: sheets.walk(when, luck.randrange(10**6), luck.uniform(5, 500)) for name in names}
    columns = {
        "Date": "{d}",
        "".join(luck.sample(string.ascii_lowercase, 5)): "{t}",
        "Open": "{o}",
        "Close": "{c}",
    }
    order = luck.sample(list(columns), len(columns))
    sheet = Sheet(
        "drawn", ",".join(order), ",".join(columns[one] for one in order), of, date=luck.choice(DAYS)
    )
    head, *rows = sheet.text().splitlines()
    if luck.random() < 0.7:
        luck.shuffle(rows)
    data = ("\n".join([head, *rows]) + "\n").encode()
    return Sheet("drawn", files={"AAPL.csv": data}, rows=sheet.expected())


KINDS: dict[str, Callable[[random.Random], Sheet]] = {
    "two digits of a year among digits": compact_years,
    "named zones in autumn": zones,
    "fractions of a second": fractions,
    "offsets on all rows or some": offsets,
    "three digits behind each mark": three_digits,
    "no-break spaces in code pages": spaced_pages,
    "no header, any order": headless,
    "tickers in an unknown column": unknown_tickers,
}
