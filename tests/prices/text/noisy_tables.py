"""Tables with what stands around and among their rows, drawn at random: the writer knows the prices."""

import datetime
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rnn_forecast.prices import Reading, ReadOptions, read_prices

Row = tuple[datetime.datetime, float]

TITLES = (
    "Monthly prices of Example Inc.",
    "https://www.example.com/prices?id=7&from=2019",
    "# source: Example Exchange, 2019",
    "Symbol: AAPL",
    "Prices of Example, Inc., in dollars",
    '"These prices, of a share, are\ndelayed by ""15"" minutes."',
    "Symbol{m}AAPL",
    "Start date{m}2020-01-01",
    "",
)
FOOTERS = (
    "* adjusted close",
    "** adjusted for splits and dividends",
    "Source: Example Exchange",
    "Source: Example Exchange, 2020",
    '"The data, from 2019 to 2020, are ""as is""."',
    '"The data are\ndelayed."',
    "# rows: {n}",
    "(c) 2020",
    "END",
    "Total{rest}",
    "Close price adjusted for splits{rest}",
    "",
)
EVENTS = (
    '"{date}"{m}"4:1 Stock Splits"',
    '"{date}"{m}0.77 Dividend',
    '"{date}"{m}"Dividend 0.25 (cash)"',
)
FORMS = ("%Y-%m-%d", "%Y%m%d", "%b %d, %Y", "%d.%m.%Y", "%Y.%m.%d")
HEADERS = {
    "c": (("Date", "Close"), ("<DATE>", "<CLOSE>"), ("datum", "schlusskurs"), ("日期", "收盘")),
    "ohlcv": (
        ("Date", "Open", "High", "Low", "Close", "Volume"),
        ("<DATE>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<VOL>"),
        ("Date", "1. open", "2. high", "3. low", "4. close", "5. volume"),
    ),
}


@dataclass(frozen=True)
class Noisy:
    """A table as text, and the rows that it holds, each with its line."""

    text: str
    rows: list[Row]
    lines: list[str]


def bars(
    chance: random.Random, count: int
) -> list[tuple[datetime.datetime, float, float, float, float, int]]:
    when, last, found = datetime.datetime(2018, 3, 1), chance.uniform(50, 900), []
    for _ in range(count):
        when += datetime.timedelta(days=chance.choice((1, 1, 1, 3)))
        opened, last = (
            round(last * chance.uniform(0.999, 1.001), 2),
            round(last * chance.uniform(0.98, 1.02), 2),
        )
        high = round(max(opened, last) + chance.uniform(0.01, 1), 2)
        low = round(min(opened, last) - chance.uniform(0.01, 1), 2)
        found.append((when, opened, high, low, last, chance.randrange(1000, 99_999)))
    return found


def noisy(chance: random.Random, *, header: bool = True) -> Noisy:
    """One table; without a header it has open, high, low and close, which tell themselves."""
    of, mark = bars(chance, chance.randint(12, 60)), chance.choice(",;\t|")
    kind, form = (chance.choice(("c", "ohlcv")) if header else "ohlcv"), chance.choice(FORMS)
    names = chance.choice(HEADERS[kind])
    trailing = chance.choice(("", "", mark, mark * 2))
    head = mark.join(names) + chance.choice(("", trailing))
    lines = [_row(bar, kind, form, mark) + trailing for bar in of]
    width, held = len(names) + len(trailing), list(lines)
    for _ in range(chance.choice((0, 0, 1, 3)) if kind == "ohlcv" else 0):
        event = chance.choice(EVENTS).format(date=of[3][0].strftime(form), m=mark)
        lines.insert(chance.randint(2, len(lines)), event)
    if header and chance.random() < 0.3:
        lines.insert(chance.randint(2, len(lines)), head)
    if header:
        lines.insert(0, head)
    above = [title.format(m=mark) for title in chance.sample(TITLES, chance.choice((0, 0, 1, 2)))]
    rest = mark * (width - 1)
    below = [
        foot.format(n=len(of), rest=rest) for foot in chance.sample(FOOTERS, chance.choice((0, 0, 1, 3)))
    ]
    text = "\n".join([*(above if header else above[:0]), *lines, *below]) + "\n"
    return Noisy(text, [(when, last) for when, _, _, _, last, _ in of], held)


def _row(
    bar: tuple[datetime.datetime, float, float, float, float, int], kind: str, form: str, mark: str
) -> str:
    date = bar[0].strftime(form)
    date = f'"{date}"' if mark in date else date
    prices = bar[4:5] if kind == "c" else bar[1:5]
    return mark.join([date, *(f"{x:.2f}" for x in prices), *([str(bar[5])] if kind == "ohlcv" else [])])


OF = bars(random.Random(7), 40)
RIGHT = [(when, close) for when, _, _, _, close, _ in OF]


def read(text: str | bytes, **options: object) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "AAPL.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_prices([str(path)], ReadOptions(allow_last_jump=True, **options))  # type: ignore[arg-type]


def rows(reading: Reading) -> list[Row]:
    (one,) = reading.series
    return list(zip(one.dates.tolist(), one.prices.tolist(), strict=True))


def lines(row: str = "{d:%Y-%m-%d},{o},{h},{l},{c},{v}") -> list[str]:
    return [row.format(d=d, o=o, h=h, l=low, c=c, v=v) for d, o, h, low, c, v in OF]


def joined(*parts: str | list[str]) -> str:
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(flat) + "\n"
