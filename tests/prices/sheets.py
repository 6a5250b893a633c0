"""Tables as an exporter writes them: prices drawn at random, a header and a row of cells, and what is right.

The writer knows the prices, so it is the oracle: nothing that it expects was read by the program.
"""

import datetime
import io
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Moment = datetime.datetime
Row = tuple[Moment | int, float]
Expected = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Bar:
    """A row of prices; every number of it is another one, so that no column stands in for another unseen."""

    when: Moment
    open: float
    high: float
    low: float
    close: float
    adj: float  # the close, adjusted
    volume: int

    @property
    def amount(self) -> float:
        return round(self.volume * self.close * 1.003, 2)


def days(count: int, start: str = "2019-01-02") -> list[Moment]:
    """Weekdays from `start`."""
    first = Moment.fromisoformat(start)
    every = (first + datetime.timedelta(days=i) for i in range(2 * count + 7))
    return [day for day in every if day.weekday() < 5][:count]


def hours(count: int, start: str = "2020-01-01", step: float = 1) -> list[Moment]:
    first = Moment.fromisoformat(start)
    return [first + datetime.timedelta(hours=i * step) for i in range(count)]


def months(count: int, start: int = 2008, step: int = 1) -> list[Moment]:
    """The first days of months, of quarters (`step` 3) or years (12)."""
    return [Moment(start + i * step // 12, i * step % 12 + 1, 1) for i in range(count)]


def walk(
    when: Sequence[Moment], seed: int = 0, start: float = 100.0, digits: int = 2, move: float = 0.01
) -> tuple[Bar, ...]:
    """A random walk with a bar about each close; high and low stand clear of both ends."""
    luck = random.Random(seed)
    unit = 10.0**-digits
    bars, last = [], start
    for one in when:
        opened = round(last * (1 + luck.uniform(0.1, 0.3) * move), digits)
        last = round(last * (1 + luck.gauss(0, move)), digits)
        if last == opened:
            last = round(last + unit, digits)
        high = round(max(last, opened) * (1 + luck.uniform(0.1, 0.9) * move) + unit, digits)
        low = round(min(last, opened) * (1 - luck.uniform(0.1, 0.9) * move) - unit, digits)
        adj = round(last * 0.9 - unit, digits)
        bars.append(Bar(one, opened, high, low, last, adj, luck.randrange(100_000, 999_999)))
    return tuple(bars)


def plain(digits: int = 2) -> Callable[[float], str]:
    return lambda x: f"{x:.{digits}f}"


CENTS = plain()


def german(digits: int = 2) -> Callable[[float], str]:
    """1.234,50"""
    return lambda x: f"{x:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def comma(digits: int = 2) -> Callable[[float], str]:
    """1234,50"""
    return lambda x: f"{x:.{digits}f}".replace(".", ",")


def thousands(digits: int = 2) -> Callable[[float], str]:
    """1,234.50"""
    return lambda x: f"{x:,.{digits}f}"


def spaced(x: float) -> str:
    """1 234,50 with a no-break space"""
    return f"{x:,.2f}".replace(",", "\u00a0").replace(".", ",")


def epoch(factor: float = 1) -> Callable[[Moment], str]:
    """Seconds since 1970 of a UTC clock, times `factor`."""
    return lambda when: f"{round(when.replace(tzinfo=datetime.UTC).timestamp() * factor)}"


def unpadded(shape: str) -> Callable[[Moment], str]:
    """`{d.month}/{d.day}/{d.year}` and its kin."""
    return lambda when: shape.format(d=when, y=f"{when:%y}", h=(when.hour - 1) % 12 + 1, p=f"{when:%p}")


def named_months(names: str, shape: str) -> Callable[[Moment], str]:
    """A date with a month's name of another language: twelve words in `names`."""
    words = names.split()
    return lambda when: shape.format(d=when, m=words[when.month - 1], dd=f"{when:%d}")


DAILY = walk(days(90))
HOURLY = walk(hours(96), seed=5, start=7166.92)
HALF_HOURS = walk(hours(96, "2021-03-25", 0.5), seed=25)
MINUTES = walk(hours(90, step=1 / 60), seed=6, start=1.19449, digits=5, move=0.001)
MONTHLY = walk(months(120), seed=7)
QUARTERS = walk(months(80, 1990, 3), seed=21)
WEEKS = walk([Moment(2018, 1, 1) + datetime.timedelta(days=7 * i) for i in range(120)], seed=23)
OTHER = walk(days(90), seed=8, start=20.26)
LARGE = walk(days(90), seed=9, start=60198.51)
COINS = walk(days(90), seed=10, start=9243.61)


@dataclass(frozen=True)
class Sheet:
    """One source, or several, and what reading them is to give.

    `row` holds, between its separators (or bars), `{d}` the date, `{T}` the clock where it stands alone,
    `{o} {h} {l} {c} {x}` the prices (x: adjusted), `{v}` the volume, `{a}` the turnover, `{t}` the ticker,
    `{p}` the close of the row before, `{g}` the change to it in per cent, `{n}` the row's number. `of` holds
    the bars by ticker; "" is the file's own name. `code` 65 or 2: refused. `either`: a refusal is as right
    as the numbers, if the message holds `phrase`, or where there is none, an option that decides.
    """

    name: str
    header: str | None = None
    row: str = ""
    of: Mapping[str, Sequence[Bar]] = field(default_factory=lambda: {"": DAILY})
    sep: str = ","
    date: str | Callable[[Moment], str] = "%Y-%m-%d"
    number: Callable[[float], str] = CENTS
    price: str = "close"
    newest_first: bool = False
    by_date: bool = False  # the tickers' rows mixed, as they come day by day
    quoted: bool = False
    before: str = ""
    after: str = ""
    end: str = "\n"
    encoding: str = "utf-8"
    packed: Callable[[bytes], bytes] = lambda data: data
    clock: str = "%H:%M"
    file: str = "AAPL.csv"
    files: Mapping[str, bytes] = field(default_factory=dict)  # instead of header and row
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: Expected | None = None  # where the bars do not say it
    also: tuple[Expected, ...] = ()  # as right: the same hours by another clock
    phrase: str = ""  # of the error; or of a notice or warning
    code: int = 0
    either: bool = False

    def written(self) -> dict[str, bytes]:
        """Each source by its name."""
        return dict(self.files) or {self.file: self.packed(self.text().encode(self.encoding))}

    def text(self) -> str:
        bars = [(ticker, *numbered) for ticker, of in self.of.items() for numbered in numbers(of)]
        if self.newest_first:
            bars.sort(key=lambda bar: bar[2].when, reverse=True)
            bars.sort(key=lambda bar: list(self.of).index(bar[0]))
        if self.by_date:
            bars.sort(key=lambda bar: bar[2].when, reverse=self.newest_first)
        cells = self.row.split("|" if "|" in self.row else self.sep)
        lines = [] if self.header is None else [self.head()]
        for ticker, number, bar, previous in bars:
            values = self.values(bar, previous) | {"t": ticker, "n": number}
            lines.append(self.sep.join(self.cell(cell.format(**values)) for cell in cells))
        return self.before + self.end.join(lines) + self.end + self.after

    def head(self) -> str:
        return self.sep.join(map(self.cell, (self.header or "").split(self.sep)))

    def values(self, bar: Bar, previous: float) -> dict[str, str]:
        prices = {"o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "x": bar.adj, "p": previous}
        when = bar.when.strftime(self.date) if isinstance(self.date, str) else self.date(bar.when)
        change = plain()((bar.close / previous - 1) * 100)
        written = {name: self.number(x) for name, x in prices.items()}
        clock = bar.when.strftime(self.clock)
        return written | {"d": when, "T": clock, "v": str(bar.volume), "a": plain()(bar.amount), "g": change}

    def cell(self, text: str) -> str:
        """In quotes where the sheet or the text needs them; a cell that brings its own keeps them."""
        if self.quoted or (self.sep in text and not text.startswith('"')):
            return f'"{text}"'
        return text

    def expected(self) -> Expected:
        if self.rows is not None:
            return self.rows
        stem = next(iter(self.written())).partition(".")[0]
        return {ticker or stem: rows_of(bars, self.price) for ticker, bars in self.of.items()}


def numbers(bars: Sequence[Bar]) -> Iterable[tuple[int, Bar, float]]:
    """Each bar with its number from 1 and the close before it."""
    return ((i + 1, bar, bars[i - 1].close if i else bar.open) for i, bar in enumerate(bars))


def rows_of(bars: Iterable[Bar], price: str = "close") -> tuple[Row, ...]:
    return tuple((bar.when, getattr(bar, price)) for bar in bars)


def counted(bars: Iterable[Bar], price: str = "close") -> tuple[Row, ...]:
    """The rows by number, as where a file has no dates."""
    return tuple((i + 1, getattr(bar, price)) for i, bar in enumerate(bars))


def parquet(columns: Mapping[str, Any], metadata: str = "") -> bytes:
    out, made = io.BytesIO(), pa.table(dict(columns))
    pq.write_table(made.replace_schema_metadata({"pandas": metadata}) if metadata else made, out)
    return out.getvalue()


def bare_periods(
    numbers: Sequence[int | None], prices: Sequence[float], said: str, name: str = "when"
) -> bytes:
    """pandas' periods in Parquet, as whole numbers with no more than what is `said` of them in the schema."""
    marks = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": said}
    schema = pa.schema([pa.field(name, pa.int64(), metadata=marks), pa.field("close", pa.float64())])
    out = io.BytesIO()
    pq.write_table(pa.table([numbers, prices], schema=schema), out)
    return out.getvalue()
