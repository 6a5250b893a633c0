"""Dates as people have them: any name, any place, epochs, periods, clocks apart, zones, and a night of 25 hours."""

import datetime
from collections.abc import Mapping, Sequence

from sheets import (
    DAILY,
    HALF_HOURS,
    HOURLY,
    LARGE,
    MINUTES,
    MONTHLY,
    OTHER,
    QUARTERS,
    WEEKS,
    Bar,
    Moment,
    Row,
    Sheet,
    days,
    epoch,
    hours,
    months,
    named_months,
    parquet,
    plain,
    rows_of,
    unpadded,
    walk,
)

OHLC, CELLS = "Open,High,Low,Close", "{o},{h},{l},{c}"
YEARS = walk(months(60, 1950, 12), seed=22)
EARLY = walk(days(90, "1962-01-02"), seed=24)
ENGLISH = "January February March April May June July August September October November December"
RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"


def shifted(bars: Sequence[Bar], **by: int) -> tuple[Row, ...]:
    return tuple((bar.when + datetime.timedelta(**by), bar.close) for bar in bars)


def ends(bars: Sequence[Bar], step: int) -> Mapping[str, tuple[Row, ...]]:
    """The last days of periods that are `step` months long."""

    def last(d: Moment) -> Moment:
        month = d.month - 1 + step
        return Moment(d.year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)

    return {"AAPL": tuple((last(bar.when), bar.close) for bar in bars)}  # fmt: skip


def iso_week(d: Moment) -> str:
    year, week, _ = d.isocalendar()
    return f"{year}-W{week:02}"


def berlin() -> tuple[str, tuple[Bar, ...], tuple[Moment, ...]]:
    """Half hours across the night in October when the clock goes back, with offsets and equal prices in it."""
    bars = [*walk(hours(96, "2023-10-28T12:00", 0.5), 26, 30_000)]
    ahead = [2 if bar.when < Moment(2023, 10, 29, 1) else 1 for bar in bars]
    local = [bar.when + datetime.timedelta(hours=h) for bar, h in zip(bars, ahead, strict=True)]
    lines = [
        f"{when:%Y-%m-%d %H:%M:%S}+0{h}:00,{b.open},{b.close}"
        for when, h, b in zip(local, ahead, bars, strict=True)
    ]
    return "time,open,close\n" + "\n".join(lines) + "\n", tuple(bars), tuple(local)


def two_offsets() -> str:
    """Every hour by one of two clocks; the last one by both, which is the same bar twice."""

    def line(b: Bar, h: int) -> str:
        return f"{(b.when + datetime.timedelta(hours=h)).isoformat()}+0{h}:00,{b.close}"

    lines = [line(b, 1 + i % 2) for i, b in enumerate(HOURLY)]
    return "time,close\n" + "\n".join([*lines, line(HOURLY[-1], 1 + len(HOURLY) % 2)]) + "\n"  # fmt: skip


def ticks(shape: str) -> bytes:
    """Several prices in one second."""
    lines = [f"{b.when + datetime.timedelta(seconds=i // 3):{shape}},{b.close},{b.volume}"
             for i, b in enumerate(walk([Moment(2020, 1, 1)] * 90, 27))]  # fmt: skip
    return ("timestamp,price,amount\n" + "\n".join(lines) + "\n").encode()


def trades() -> bytes:
    """Trades a few milliseconds apart, in epoch milliseconds."""
    lines = [
        f"{1577836800000 + 137 * i},{b.close},{b.volume}"
        for i, b in enumerate(walk([Moment(2020, 1, 1)] * 90, 28))
    ]
    return ("time,price,qty\n" + "\n".join(lines) + "\n").encode()


NIGHT, NIGHT_BARS, NIGHT_LOCAL = berlin()
NAMES = ("日期", "Datum", "Fecha", "Data", "Дата", "Tarih", "日付", "날짜", "交易日期", "Handelstag", "data_date", "t", "Period", "TRADEDATE",
         "index", "", "dt", "when_closed", "Stichtag", "As of", "DATE_VALUE", "asOf")  # fmt: skip
FOUND = [
    *(Sheet(f"newest first, dates called {name!r}, not in front", f"Open,High,{name},Low,Close", "{o},{h},{d},{l},{c}", newest_first=True)
      for name in NAMES),
    *(Sheet(f"newest first, numbers as dates called {name!r}", f"Close,{name},Volume", "{c},{d},{v}", date="%Y%m%d", newest_first=True)
      for name in ("tarih", "日期", "day_key", "TRADEDATE")),
    Sheet("newest first, day.month.year called Schluss_am", "Schlusskurs;Schluss_am", "{c};{d}", sep=";", date="%d.%m.%Y", newest_first=True),
    Sheet("epoch called t, last, newest first", "o,h,l,c,v,t", CELLS + ",{v},{d}", date=epoch(), newest_first=True),
    *(Sheet(f"two candidates, {late} before {date}", f"{late},{date},{OHLC}", f"{when},{{d}},{CELLS}", of={"": DAILY}, date="%Y-%m-%d")
      for late, date, when in (("Expiry", "Date", "2019-12-20"), ("ann_date", "trade_date", "2019-06-30"), ("ex_date", "date", "2019-03-08"))),
    Sheet("two candidates, trade_date and a later ann_date", "ann_date,trade_date,close", "20{n:02}0630,{d},{c}", date="%Y%m%d", newest_first=True,
          options={"date_column": "trade_date"}),
    Sheet("two candidates, open_time and close_time", f"open_time,{OHLC},close_time", "{d},{o},{h},{l},{c},{d}", {"": HOURLY}, date=epoch(1e3)),
    Sheet("two candidates, timestamp and date", f"timestamp,date,{OHLC}", "{d},{T}," + CELLS, {"": DAILY}, date=epoch(), clock="%Y-%m-%d"),
    Sheet("two candidates, date and last_updated", "last_updated,date,close", "2024-01-05 10:11:12,{d},{c}"),
    Sheet("two candidates of unknown names", "alpha,beta,close", "{d},{T},{c}", clock="%d.%m.%Y", code=65, phrase="--date-column"),
    Sheet("two candidates of unknown names, told", "alpha,beta,close", "{d},{T},{c}", clock="%d.%m.%Y", options={"date_column": "beta"}),
    Sheet("parquet, index named by number, newest first", files={"AAPL.parquet": parquet({"Close": [b.close for b in DAILY[::-1]],
          "level_0": [b.when for b in DAILY[::-1]]})}),
    Sheet("parquet, epoch nanoseconds as whole numbers", files={"AAPL.parquet": parquet({"close": [b.close for b in HOURLY],
          "ts": [int(epoch(1e9)(b.when)) for b in HOURLY]})}, rows={"AAPL": rows_of(HOURLY)}),
    Sheet("no dates at all, newest last", "Open,High,Low,Close", CELLS, rows={"AAPL": tuple((i + 1, b.close) for i, b in enumerate(DAILY))},
          phrase=str(DAILY[-1].close)),
]  # fmt: skip
EPOCHS = [
    *(Sheet(f"epoch in {unit}, {name}", f"{name},open,high,low,close", "{d}," + CELLS, {"": HOURLY}, date=epoch(factor), newest_first=newest)
      for (unit, factor), (name, newest) in zip((("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)),
                                               (("timestamp", True), ("unix", False), ("Open time", True), ("date", False)), strict=True)),
    Sheet("epoch as floats", "timestamp,close", "{d}.0,{c}", {"": HOURLY}, date=epoch()),
    Sheet("epoch with a fraction of zeros", "time,close", "{d}.000000,{c}", {"": HOURLY}, date=epoch()),
    Sheet("epoch in powers of ten", "time,close", "{d},{c}", {"": HOURLY}, date=lambda d: f"{float(epoch(1e3)(d)):.8e}", either=True),
    Sheet("epoch before 2001", "time,close", "{d},{c}", {"": walk(days(90, "1999-01-04"), 29)}, date=epoch(), either=True),
    Sheet("epoch told", "a,b", "{d},{c}", {"": HOURLY}, date=epoch(), options={"date_format": "epoch", "date_column": "a"}),
    Sheet("epoch in ms told", "when,b", "{d},{c}", {"": HOURLY}, date=epoch(1e3), options={"date_format": "epoch"}),
    Sheet("epoch of days in s", "Date,Close", "{d},{c}", date=epoch(), newest_first=True),
]  # fmt: skip
CLOCKS = [
    *(Sheet(f"date and time apart, {date} {clock}, {head}", f"{head},Open,High,Low,Close", "{d},{T}," + CELLS, {"": HALF_HOURS}, date=date,
            clock=clock, newest_first=newest) for head, date, clock, newest in (
        ("Date,Time", "%Y-%m-%d", "%H:%M:%S", False), ("date,time", "%Y%m%d", "%H%M%S", True), ("Date,Time", "%m/%d/%Y", "%I:%M %p", False),
        ("Datum,Uhrzeit", "%d.%m.%Y", "%H:%M", True), ("Date,Timestamp", "%Y%m%d", "%H:%M:%S", False), ("Дата,Время", "%d/%m/%y", "%H:%M", True),
        ("日期,时间", "%Y/%m/%d", "%H:%M:%S", False), ("Date,Time", "%Y.%m.%d", "%H:%M", False))),
    Sheet("date and time apart, time first", "Time,Date,Close", "{T},{d},{c}", {"": HOURLY}),
    Sheet("date and time apart, time as hhmm without zeros", "Date,Time,Close", "{d},{T},{c}", {"": HALF_HOURS}, clock="%-H%M", either=True),
    Sheet("date and time apart, days of midnight", "Date,Time,Close", "{d},00:00:00,{c}"),
]  # fmt: skip
FORMS = [
    *(Sheet(f"date as {shape}", "Date,Close", "{d}|{c}", date=shape, newest_first=i % 2 == 1) for i, shape in enumerate((
        "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%A, %B %d, %Y", "%d-%B-%Y", "%m-%d-%Y", "%d-%m-%Y",
        "%Y年%m月%d日", "%Y년 %m월 %d일", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%d 00:00:00 UTC",
        "%a %b %d %H:%M:%S %Y", "%d%b%Y", "%b-%d-%Y"))),
    Sheet("date as 2019年1月2日", "日期,收盘", "{d},{c}", date=unpadded("{d.year}年{d.month}月{d.day}日"), newest_first=True),
    Sheet("date as 2019/1/2", "Date,Close", "{d},{c}", date=unpadded("{d.year}/{d.month}/{d.day}")),
    Sheet("date as 2. Januar 2019", "Datum;Schluss", "{d};{c}", sep=";", date=named_months(GERMAN, "{d.day}. {m} {d.year}"), either=True),
    Sheet("date as 2 января 2019", "Дата;Закрытие", "{d};{c}", sep=";", date=named_months(RUSSIAN, "{d.day} {m} {d.year}"), either=True),
    Sheet("date as Wednesday, 2 January 2019", "Date,Close", "{d}|{c}", date=lambda d: f"{d:%A}, {d.day} {d:%B %Y}"),
    Sheet("months in the American way, two digits", "Date,Price", "{d},{c}", {"": MONTHLY}, date="%m/%d/%y"),
    Sheet("months in the European way", "Date,Price", "{d},{c}", {"": MONTHLY}, date="%d/%m/%Y"),
    Sheet("months in the American way, newest first", "Date,Price,Open", "{d},{c},{o}", {"": MONTHLY}, date="%m/%d/%Y", newest_first=True),
    Sheet("months in the American way, dashes", "Date,Price", "{d},{c}", {"": MONTHLY}, date="%m-%d-%Y"),
    Sheet("quarters in the American way", "DATE,VALUE", "{d},{c}", {"": QUARTERS}, date="%m/%d/%Y"),
    *(Sheet(f"months as {shape}", "Date,Close", "{d},{c}", {"": MONTHLY}, date=shape, also=(ends(MONTHLY, 1),), either=shape in ("%b-%y", "%y-%b"))
      for shape in ("%Y-%m", "%b %Y", "%B %Y", "%Y/%m", "%Y%m", "%b-%y", "%Y-%b", "%m/%Y", "%YM%m", "%Y.%m")),
    *(Sheet(f"quarters as {name}", "Date,Close", "{d},{c}", {"": QUARTERS}, date=write, also=(ends(QUARTERS, 3),), either=name == "1/1990") for name, write in {
        "1990-Q1": lambda d: f"{d.year}-Q{d.month // 3 + 1}", "1990 Q1": lambda d: f"{d.year} Q{d.month // 3 + 1}",
        "Q1 1990": lambda d: f"Q{d.month // 3 + 1} {d.year}", "Q1/1990": lambda d: f"Q{d.month // 3 + 1}/{d.year}",
        "1990q1": lambda d: f"{d.year}q{d.month // 3 + 1}", "1990:Q1": lambda d: f"{d.year}:Q{d.month // 3 + 1}"}.items()),
    Sheet("weeks as 2018-W01", "week,close", "{d},{c}", {"": WEEKS}, date=iso_week, also=({"AAPL": shifted(WEEKS, days=6)}, {"AAPL": shifted(WEEKS, days=4)})),
    Sheet("weeks as 2018W01", "week,close", "{d},{c}", {"": WEEKS}, date=lambda d: iso_week(d).replace("-", ""),
          also=({"AAPL": shifted(WEEKS, days=6)}, {"AAPL": shifted(WEEKS, days=4)})),
    Sheet("years", "Year,Close", "{d},{c}", {"": YEARS}, date="%Y", also=(ends(YEARS, 12),)),
    Sheet("years, newest first", "Close,Year", "{c},{d}", {"": YEARS}, date="%Y", newest_first=True, also=(ends(YEARS, 12),)),
    Sheet("before 1970", "Date,Close", "{d},{c}", {"": EARLY}, date="%m/%d/%Y"),
    Sheet("AM and PM", "Date,Close", "{d},{c}", {"": HALF_HOURS}, date="%m/%d/%Y %I:%M:%S %p"),
    Sheet("AM and PM, four days of January", "Date,Close", "{d},{c}", {"": HOURLY}, date="%m/%d/%Y %I:%M:%S %p", either=True),
    Sheet("AM and PM, unpadded, newest first", "Date,Close", "{d},{c}", {"": HALF_HOURS}, date=unpadded("{d.month}/{d.day}/{d.year} {h}:{d:%M} {p}"), newest_first=True),
    Sheet("4 in the afternoon", "Date,Close", "{d},{c}", date=unpadded("{d.month}/{d.day}/{d.year} 16:00:00"), rows={"AAPL": shifted(DAILY, hours=16)}),
    *(Sheet(f"clock of {zone}", "date,open,high,low,close", "{d}," + CELLS, {"": HOURLY}, date=f"{shape} {zone}") for zone, shape in (
        ("US/Eastern", "%Y%m%d %H:%M:%S"), ("America/New_York", "%Y-%m-%d %H:%M:%S"), ("UTC", "%Y-%m-%d %H:%M:%S"), ("GMT", "%d.%m.%Y %H:%M:%S"),
        ("GMT+0100", "%d.%m.%Y %H:%M:%S.000"), ("EST", "%Y-%m-%d %H:%M"), ("Asia/Tokyo", "%Y%m%d %H:%M:%S"))),
    Sheet("Gmt time, milliseconds of zeros", "Gmt time,Open,High,Low,Close,Volume", "{d}," + CELLS + ",{v}", {"": HOURLY}, date="%d.%m.%Y %H:%M:%S.000"),
    Sheet("Local time with its offset", "Local time,Open,High,Low,Close,Volume", "{d}," + CELLS + ",{v}", {"": HOURLY}, date="%d.%m.%Y %H:%M:%S.000 GMT+0300",
          also=({"AAPL": shifted(HOURLY, hours=-3)},)),
    Sheet("minutes", "Datetime,Close", "{d},{c}", {"": MINUTES}, date="%Y-%m-%d %H:%M", number=plain(5)),
    Sheet("the repeated hour, half hours in Berlin", files={"BTC.csv": NIGHT.encode()},
          rows={"BTC": tuple(zip(NIGHT_LOCAL, (b.close for b in NIGHT_BARS), strict=True))}, also=({"BTC": rows_of(NIGHT_BARS)},)),
    Sheet("one instant by two clocks", files={"BTC.csv": two_offsets().encode()}, rows={"BTC": rows_of(HOURLY)}, either=True, also=(
          {"BTC": tuple((b.when + datetime.timedelta(hours=1 + i % 2), b.close) for i, b in enumerate(HOURLY))},)),
    Sheet("ticks of a second", files={"T.csv": ticks("%Y-%m-%d %H:%M:%S")}, code=65, phrase="aggregate"),
    Sheet("ticks with microseconds", files={"T.csv": ticks("%Y-%m-%d %H:%M:%S.%f")}, code=65, phrase="aggregate"),
    Sheet("trades in milliseconds", files={"T.csv": trades()}, code=65, phrase="aggregate"),
    Sheet("weekends empty", "Date,Close", "{d},{c}", files={"AAPL.csv": ("Date,Close\n" + "".join(
          f"{LARGE[0].when + datetime.timedelta(days=i):%Y-%m-%d},{by.get(LARGE[0].when + datetime.timedelta(days=i), '')}\n"
          for by in [{b.when: b.close for b in LARGE}] for i in range((LARGE[-1].when - LARGE[0].when).days + 1))).encode()},
          rows={"AAPL": rows_of(LARGE)}, phrase="without a price"),
    Sheet("months as Dec-20, newest first", "Month,Price", "{d},{c}", {"": MONTHLY}, date="%b-%y", newest_first=True),
    Sheet("months as 202012, newest first", "Month,Price", "{d},{c}", {"": MONTHLY}, date="%Y%m", newest_first=True),
    Sheet("months as 12.2020, newest first", "Monat;Kurs", "{d};{c}", {"": MONTHLY}, sep=";", date="%m.%Y", newest_first=True),
    Sheet("two tickers by day, dates called Período", "Período,Papel,Fechamento", "{d},{t},{c}", {"PETR4": DAILY, "VALE3": OTHER}, by_date=True, newest_first=True),
]  # fmt: skip
DATES = [*FOUND, *EPOCHS, *CLOCKS, *FORMS]
