"""Dates that are easily read wrongly: fractions of a second, zones by name, offsets that some rows lack, digits
without marks, spans of days, and years of other calendars."""

import datetime
from collections.abc import Callable, Sequence

import pyarrow as pa
from sheets import (
    DAILY,
    HOURLY,
    QUARTERS,
    WEEKS,
    Bar,
    Moment,
    Row,
    Sheet,
    bare_periods,
    days,
    epoch,
    hours,
    parquet,
    plain,
    rows_of,
    walk,
)

HALF_SECONDS = tuple(Moment(2024, 1, 2, 9, 30) + datetime.timedelta(seconds=i / 2) for i in range(100))
LEVEL = tuple(100 + i // 2 for i in range(100))  # equal within each second
OVERNIGHT = walk(hours(30, "2023-11-05T00:00"), 31)  # UTC: four in New York is midnight
HALVES = walk(HALF_SECONDS[::2], 33)
LONG = walk(days(400), 37)
SECONDS = walk([Moment(2024, 1, 2, 9, 30) + datetime.timedelta(seconds=i) for i in range(90)], 32)


def ticks(write: Callable[[Moment], str], head: str = "time,price") -> bytes:
    rows = [f"{write(when)},{price}" for when, price in zip(HALF_SECONDS, LEVEL, strict=True)]
    return "\n".join([head, *rows, ""]).encode()


def moments(unit: str) -> bytes:
    return parquet({"time": pa.array(HALF_SECONDS, pa.timestamp(unit)), "price": LEVEL})


def periods(freq: str, bars: Sequence[Bar], step: int, ahead: int, name: str = "when") -> bytes:
    """Bare numbers, as pandas writes its periods: of `step` days each, counted from `ahead` days before 1970."""
    numbers = [((bar.when - Moment(1970, 1, 1)).days + ahead) // step for bar in bars]
    return bare_periods(numbers, [bar.close for bar in bars], f'{{"freq": "{freq}"}}', name)


def new_york(summer: str, winter: str) -> tuple[bytes, tuple[Row, ...]]:
    """Hours across the night in November when the clock goes back, equal prices in the repeated one."""
    bars = OVERNIGHT
    closes = [bars[4].close if i == 6 else bar.close for i, bar in enumerate(bars)]
    closes[5] = closes[6] = bars[5].close  # one o'clock, twice
    lines = []
    for i, (bar, close) in enumerate(zip(bars, closes, strict=True)):
        local = bar.when - datetime.timedelta(hours=4 if i < 6 else 5)
        lines.append(f"{local:%Y-%m-%d %H:%M:%S} {summer if i < 6 else winter},{close}")
    rows = tuple((bar.when, close) for bar, close in zip(bars, closes, strict=True))
    return "\n".join(["time,close", *lines, ""]).encode(), rows


def zoned(*zones: str) -> Callable[[Moment], str]:
    """One zone for each row, in turn."""
    return lambda when: f"{when:%Y-%m-%d %H:%M:%S}{zones[when.hour % len(zones)]}"


EASTERN, INSTANTS = new_york("EDT", "EST")
TICKS = [
    *(Sheet(f"ticks of equal prices, {name}", files={"T.csv": ticks(write)}, code=65, phrase="These are ticks")
      for name, write in {
          "text": lambda d: f"{d:%Y-%m-%d %H:%M:%S}.{d.microsecond // 100_000}",
          "day first": lambda d: f"{d:%d.%m.%Y %H:%M:%S},{d.microsecond // 1000:03}".replace(",", "."),
          "epoch ms": epoch(1e3), "epoch ns": epoch(1e9), "epoch of floats": lambda d: f"{d.replace(tzinfo=datetime.UTC).timestamp()}"}.items()),
    Sheet("ticks of equal prices, clock apart", files={"T.csv": ticks(lambda d: f"{d:%Y%m%d},{d:%H:%M:%S.%f}", "date,time,price")},
          code=65, phrase="These are ticks"),
    *(Sheet(f"ticks of equal prices, Parquet in {unit}", files={"T.parquet": moments(unit)}, code=65, phrase="These are ticks") for unit in ("ms", "ns")),
    Sheet("ticks of equal prices, Parquet, clock apart", code=65, phrase="These are ticks", files={"T.parquet": parquet(
          {"date": [d.date() for d in HALF_SECONDS], "time": [d.time() for d in HALF_SECONDS], "price": LEVEL})}),
    *(Sheet(f"bars of a second that end in {end}", "time,close", "{d},{c}", {"": SECONDS}, date=f"%Y-%m-%d %H:%M:%S{end}") for end in (".000", ".999")),
    Sheet("ticks of two tickers in turn are bars of each", "time,ticker,close", "{d},{t},{c}", {"A": SECONDS, "B": HALVES}, date="%Y-%m-%d %H:%M:%S.5"),
    Sheet("one pair within a second among many bars", "time,close", "{d},{c}", {"": SECONDS}, date="%Y-%m-%d %H:%M:%S.000",
          after=f"{SECONDS[-1].when:%Y-%m-%d %H:%M:%S}.500,{SECONDS[-1].close}\n", phrase="1 repeated row"),
    Sheet("the same tick twice", files={"T.csv": b"time,close\n" + b"".join(
          2 * f"{b.when:%Y-%m-%d %H:%M:%S}.250,{b.close}\n".encode() for b in SECONDS)},
          rows={"T": tuple((b.when, b.close) for b in SECONDS)}, phrase="90 repeated rows"),
]  # fmt: skip
ZONES = [
    Sheet("the repeated hour by names of zones", files={"X.csv": EASTERN}, rows={"X": INSTANTS}),
    *(Sheet(f"the repeated hour, {summer} beside EST", files={"X.csv": new_york(summer, "EST")[0]}, code=65, phrase="no offset from UTC")
      for summer in ("CST", "XYZ")),
    *(Sheet(f"one name, {zone}, changes nothing", "time,close", "{d},{c}", {"": HOURLY}, date=zoned(f" {zone}")) for zone in ("BST", "IST", "EST")),
    Sheet("two names of one clock", "time,close", "{d},{c}", {"": HOURLY}, date=zoned(" UTC", " GMT")),
    Sheet("offsets on some rows", "time,close", "{d},{c}", {"": HOURLY}, date=zoned("", "+02:00"), code=65, phrase="line 2"),
    Sheet("offsets from some row on", "time,close", "{d},{c}", {"": HOURLY}, date=lambda d: f"{d.isoformat()}{'-05:00' if d.hour else ''}",
          code=65, phrase="says no offset from UTC"),
    Sheet("Z on some rows", "time,close", "{d},{c}", {"": HOURLY}, date=zoned("", "Z")),
]  # fmt: skip
FEW_DAYS = walk(days(18, "2019-11-01"), 34)  # none after the 26th
EVERY_DAY = walk([Moment(2019, 11, 1) + datetime.timedelta(days=i) for i in range(25)], 35)
BEHIND = {"a slash": "{d}/{e}", "blanks and a dash": "{d} - {e}", "a tilde": "{d} ~ {e}"}
COMPACT = [
    *(Sheet(f"{shape} of {name}", "date,close", "{d},{c}", {"": bars}, date=shape, newest_first=name == "many months")
      for shape in ("%y%m%d", "%d%m%y", "%m%d%y") for name, bars in (("weeks", FEW_DAYS), ("many months", DAILY))),
    Sheet("%d%m%y beside a clock", "<DATE>;<TIME>;<CLOSE>", "{d};{T};{c}", {"": SECONDS}, sep=";", date="%d%m%y", clock="%H%M%S",
          options={"date_format": "%d%m%y"}),
    *(Sheet(f"{shape} of every day of a month up to its 25th", "date,close", "{d},{c}", {"": EVERY_DAY}, date=shape, code=65,
            phrase="--date-format %y%m%d or --date-format %d%m%y") for shape in ("%y%m%d", "%d%m%y")),
    Sheet("six digits that are prices", "date,close", "{d},{c}", {"": walk(days(90), 36, start=190_101, digits=0)}, number=plain(0)),
    Sheet("six digits that are numbers of rows", "no,date,close", "{n},{d},{c}"),
]  # fmt: skip
SHAPES = [
    *(Sheet(f"a month first and {behind!r}, told as the refusal says", "date,close", "{d}|{c}", {"": FEW_DAYS}, date=f"%m/%d/%Y{behind}",
            options={"date_format": "%m/%d/%Y"}) for behind in (" 00:00", " 12:00 AM", "T00:00:00Z", " (%a)")),
    Sheet("a weekday in front, told without it", "date,close", "{d},{c}", date="%a %d.%m.%Y", options={"date_format": "%d.%m.%Y"}),
    *(Sheet(f"an underscore before the clock, called {name}", f"{name},close", "{d},{c}", {"": HOURLY}, date="%Y-%m-%d_%H:%M") for name in ("date", "run")),
    Sheet("an underscore before the clock, digits", "run,close", "{d},{c}", {"": HOURLY}, date="%Y%m%d_%H%M"),
    *(Sheet(f"spans of days with {name} between, called {head}, as {shape}", f"{head},close", "{d},{c}", date=lambda d, mark=mark, shape=shape: mark.format(
            d=f"{d:{shape}}", e=f"{d + datetime.timedelta(days=6):{shape}}"))
      for name, mark in BEHIND.items() for head, shape in (("week", "%Y-%m-%d"), ("span", "%d.%m.%Y"))),
    *(Sheet(f"days of the year, called {name}", f"{name},close", "{d},{c}", {"": LONG}, date=shape) for name, shape in (("date", "%Y-%j"), ("run", "%Y-%jT00:00:00Z"))),
    Sheet("no 366th day", files={"X.csv": b"date,close\n2019-365,1.5\n2019-366,1.6\n2020-001,1.7\n"}, code=65, phrase="no day of the calendar"),
    *(Sheet(f"quarters as 1990-1, called {name}", f"{name},close", "{d},{c}", {"": QUARTERS}, date=lambda d: f"{d.year}-{d.month // 3 + 1}") for name in ("date", "run")),
]  # fmt: skip
CALENDARS = [
    *(Sheet(f"{name}, days of {year}", "date,close", "{d},{c}", {"": FEW_DAYS}, date=f"{year}-%m-%d", code=65, phrase="calendar")
      for name, year in (("Persian", 1398), ("Islamic", 1445))),
    Sheet("Persian, weeks", files={"X.csv": "".join(["date,close\n", *(f"{1390 + i // 48}/{i % 48 // 4 + 1:02}/{7 * (i % 4) + 1:02},{9 + i}\n"
          for i in range(90))]).encode()}, code=65, phrase="calendar"),
    Sheet("gold since 1257", files={"X.csv": "".join(["date,close\n", *(f"{1257 + i}-01-01,{9 + i}\n" for i in range(90))]).encode()},
          rows={"X": tuple((Moment(1257 + i, 1, 1), 9 + i) for i in range(90))}),
]  # fmt: skip
CUT = [
    *(Sheet(f"an epoch cut to {digits} digits, in {unit}, called {name}", f"{name},close", "{d},{c}", {"": bars}, code=65, phrase="few digits",
            date=lambda d, factor=factor, digits=digits: f"{d.replace(tzinfo=datetime.UTC).timestamp() * factor:.{digits - 1}E}")
      for unit, factor, digits, bars in (("s", 1, 6, LONG), ("ms", 1e3, 6, LONG), ("ms", 1e3, 8, SECONDS)) for name in ("date", "Open time")),
    Sheet("an epoch in powers of ten with all that days need", "date,close", "{d},{c}", {"": LONG}, date=lambda d: f"{float(epoch(1e3)(d)):.7E}"),
]  # fmt: skip
PERIODS = [
    Sheet("pandas' periods of a day in Parquet", files={"X.parquet": periods("D", LONG, 1, 0)}, rows={"X": rows_of(LONG)}),
    Sheet("pandas' periods of a week, as an index without a name", files={"X.parquet": periods("W-SUN", WEEKS, 7, 10, "__index_level_0__")}, rows={"X": rows_of(WEEKS)}),
    Sheet("pandas' periods of no known length", files={"X.parquet": periods("ms", LONG, 1, 0)}, code=65, phrase="holds periods"),
]  # fmt: skip
MISREAD = [*PERIODS, *CUT, *TICKS, *ZONES, *COMPACT, *SHAPES, *CALENDARS]
