"""Moments as people have them: fractions of a second, zones by name, and offsets that some rows lack."""

import datetime
from collections.abc import Callable, Sequence

from sheets import HOURLY, Bar, Moment, Row, Sheet, epoch, hours, parquet, walk

HALF_SECONDS = tuple(Moment(2024, 1, 2, 9, 30) + datetime.timedelta(seconds=i / 2) for i in range(100))
LEVEL = tuple(100 + i // 2 for i in range(100))  # equal within each second
OVERNIGHT = walk(hours(30, "2023-11-05T00:00"), 31)  # UTC: four in New York is midnight
HALVES = walk(HALF_SECONDS[::2], 33)
SECONDS = walk([Moment(2024, 1, 2, 9, 30) + datetime.timedelta(seconds=i) for i in range(90)], 32)


def ticks(write: Callable[[Moment], str], head: str = "time,price") -> bytes:
    rows = [f"{write(when)},{price}" for when, price in zip(HALF_SECONDS, LEVEL, strict=True)]
    return "\n".join([head, *rows, ""]).encode()


def moments(unit: str, **columns: Sequence[object]) -> bytes:
    import pyarrow as pa

    return parquet({"time": pa.array(HALF_SECONDS, pa.timestamp(unit)), "price": LEVEL, **columns})


def new_york(summer: str, winter: str, bars: Sequence[Bar] = OVERNIGHT) -> tuple[bytes, tuple[Row, ...]]:
    """Hours across the night in November when the clock goes back, equal prices in the repeated one."""
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
CLOCKS = [*TICKS, *ZONES]
