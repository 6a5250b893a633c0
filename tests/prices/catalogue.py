"""The catalogue of inputs as data: what comes in, the exit code, and a phrase of the message or notice."""

import calendar
import datetime
import gzip
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

START = datetime.date(2023, 11, 1)


def _days(count: int) -> list[datetime.date]:
    days = (START + datetime.timedelta(days=i) for i in range(2 * count))
    return [day for day in days if day.weekday() < 5][:count]


DAYS = _days(60)
PRICES = [round(1150 + 9 * math.sin(i / 5) + 3 * math.cos(i * 1.7) + i * 0.61, 2) for i in range(len(DAYS))]
ROWS = list(zip(DAYS, PRICES, strict=True))


@dataclass(frozen=True)
class Entry:
    """One input. `code` 0: it reads as its clean twin does, ROWS unless `rows` says otherwise."""

    name: str
    data: bytes
    code: int = 0
    phrase: str = ""  # of the error; for what is handled, of the one notice
    options: dict[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[datetime.date, float], ...] | None = None
    ticker: str | None = None
    warns: str = ""


def table(
    date: Callable[[datetime.date], str] = datetime.date.isoformat,
    price: Callable[[float], str] = lambda p: f"{p:.2f}",
    header: str = "date,price",
    row: str = "{d},{p}",
    rows: Iterable[tuple[datetime.date, float]] = ROWS,
) -> str:
    return "\n".join([header, *(row.format(d=date(d), p=price(p)) for d, p in rows)]) + "\n"


def german(price: float) -> str:
    return f"{price:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def changed(line: int, text: str, base: str | None = None) -> bytes:
    """The clean file with one line (from 1) replaced."""
    lines = (base or CLEAN).splitlines()
    lines[line - 1] = text
    return ("\n".join(lines) + "\n").encode()


def parquet(columns: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


CLEAN = table()
US = "%m/%d/%Y"
OHLC = "Date,Open,High,Low,Close,Adj Close,Volume"
YF = "Price,Close,High\nTicker,AAPL,AAPL\nDate,,"
HANDLED = [
    Entry("clean", CLEAN.encode()),
    Entry("no newline at the end, whole", CLEAN.rstrip().encode()),
    Entry("bom", b"\xef\xbb\xbf" + CLEAN.encode(), phrase="byte order mark"),
    Entry("utf-16 le", b"\xff\xfe" + CLEAN.encode("utf-16-le"), phrase="UTF-16"),
    Entry("utf-16 be", b"\xfe\xff" + CLEAN.encode("utf-16-be"), phrase="UTF-16"),
    Entry("utf-16 without a mark", CLEAN.encode("utf-16-le"), phrase="UTF-16"),
    Entry("cp1252", table(header="date,price,Währung", row="{d},{p},€").encode("cp1252"), phrase="cp1252"),
    Entry("utf-8 beyond ascii", table(header="date,price,Währung", row="{d},{p},€").encode()),
    Entry("semicolon, decimal comma", table(price=lambda p: f"{p:.2f}".replace(".", ","), row="{d};{p}",
          header="date;price").encode(), phrase="decimal comma"),
    Entry("tab", table(header="date\tprice", row="{d}\t{p}").encode(), phrase="tab"),
    Entry("bar", table(header="date|price", row="{d}|{p}").encode(), phrase="bar"),
    Entry("sep= line", ("sep=;\n" + table(header="date;price", row="{d};{p}")).encode(), phrase="semicolon"),
    Entry("quoted thousands", table(price=lambda p: f'"{p:,.2f}"').encode(), phrase="thousands"),
    Entry("decimal comma, quoted, in a comma file",
          table(price=lambda p: '"' + f"{p:.2f}".replace(".", ",") + '"').encode(), phrase="decimal comma"),
    Entry("thousands point", table(price=german, header="date;price", row="{d};{p}").encode(), phrase="thousands"),
    Entry("thousands apostrophe", table(price=lambda p: f"{p:,.2f}".replace(",", "'")).encode(), phrase="thousands"),
    Entry("thousands space", table(price=lambda p: f"{p:,.2f}".replace(",", "\u00a0")).encode(), phrase="thousands"),
    Entry("currency sign", table(price=lambda p: f"${p:.2f}").encode(), phrase="prices in $"),
    Entry("currency behind", table(price=lambda p: f"{german(p)} €", header="d;Close", row="{d};{p}").encode(),
          phrase="prices in €"),
    Entry("currency code", table(price=lambda p: f"{p:.2f} USD").encode(), phrase="prices in USD"),
    *(Entry(f"missing as {text!r}", table(price=lambda p, t=text: t if p == PRICES[7] else f"{p:.2f}").encode(),
            phrase="1 row without a price", rows=tuple(r for i, r in enumerate(ROWS) if i != 7))
      for text in ("", "null", "N/A", "-", "NaN", "None", "#N/A", ".")),
    Entry("yfinance, three header lines", table(header=YF, row="{d},{p},9").encode(), ticker="AAPL",
          phrase="header of several lines"),
    Entry("yfinance, tickers first", table(header="Ticker,AAPL,AAPL\nPrice,Close,High\nDate,,", row="{d},{p},9").encode(),
          ticker="AAPL"),
    Entry("nasdaq", table(lambda d: d.strftime(US), lambda p: f"${p:.2f}", "Date,Close/Last,Volume,Open",
          "{d},{p},100,$1.00", rows=ROWS[::-1]).encode(), phrase="oldest first"),
    Entry("investing.com", b"\xef\xbb\xbf" + table(lambda d: d.strftime("%b %d, %Y"), lambda p: f"{p:,.2f}",
          '"Date","Price","Open","Vol.","Change %"', '"{d}","{p}","1.00","190.28M","0.12%"', rows=ROWS[::-1]).encode(),
          phrase="%b %d, %Y"),
    Entry("ariva", table(lambda d: d.strftime("%d.%m.%y"), german, "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen",
          "{d};1,00;1,00;1,00;{p};10;1.000").encode(), phrase="%d.%m.%y"),
    Entry("nse", table(lambda d: d.strftime("%d-%b-%Y"), lambda p: f"{p:,.2f}",
          '"Date ","series ","OPEN ","PREV. CLOSE ","close ","VOLUME ","VALUE "',
          '"{d}","EQ","1.00","1.00","{p}","1,00,000","1,23,456.70"', rows=ROWS[::-1]).encode(), phrase="%d-%b-%Y"),
    Entry("yahoo", table(header=OHLC, row="{d},1,1,1,2,{p},100").encode(), phrase="'Adj Close'"),
    Entry("yahoo, dividend-free", table(header="Date,Open,Close,Volume", row="{d},1,{p},100").encode()),
    Entry("stooq", table(header="Date,Open,High,Low,Close,Volume", row="{d},1,1,1,{p},100").encode()),
    Entry("dd.mm.yyyy", table(lambda d: d.strftime("%d.%m.%Y")).encode(), phrase="%d.%m.%Y"),
    Entry("d.m.yyyy", table(lambda d: f"{d.day}.{d.month}.{d.year}").encode(), phrase="%d.%m.%Y"),
    Entry("dd/mm/yyyy", table(lambda d: d.strftime("%d/%m/%Y")).encode(), phrase="%d/%m/%Y"),
    Entry("m/d/yy", table(lambda d: f"{d.month}/{d.day}/{d:%y}").encode(), phrase="%m/%d/%y"),
    Entry("yyyymmdd", table(lambda d: d.strftime("%Y%m%d")).encode(), phrase="%Y%m%d"),
    Entry("yyyy/mm/dd", table(lambda d: d.strftime("%Y/%m/%d")).encode(), phrase="%Y/%m/%d"),
    Entry("long month", table(lambda d: d.strftime('"%B %d, %Y"')).encode(), phrase="%b %d, %Y"),
    Entry("weekday and month", table(lambda d: d.strftime('"%a, %d %b %Y"')).encode(), phrase="%d %b %Y"),
    Entry("midnight", table(lambda d: f"{d} 00:00:00").encode()),
    Entry("offsets that change", table(lambda d: f"{d} 00:00:00-0{4 if d.month < 12 else 5}:00").encode()),
    Entry("zulu", table(lambda d: f"{d}T00:00:00Z").encode()),
    Entry("am and pm", table(lambda d: f"{d:%m/%d/%Y} 12:00:00 AM").encode(), phrase="%m/%d/%Y"),
    Entry("newest first", table(rows=ROWS[::-1]).encode(), phrase="oldest first"),
    Entry("shuffled", table(rows=sorted(ROWS, key=lambda r: (r[0].day, r[0]))).encode(), phrase="oldest first"),
    Entry("same row twice", (CLEAN + CLEAN.splitlines()[-1] + "\n").encode(), phrase="1 repeated row"),
    Entry("title line", ("Prices of Example Inc.\n\n" + CLEAN).encode(), phrase="title left out"),
    Entry("padded title", ("Example Inc.,\n" + CLEAN).encode(), phrase="title left out"),
    Entry("two titles", ("Example Inc.\nDaily prices\n" + CLEAN).encode(), phrase="title left out"),
    Entry("footer", (CLEAN + "\nSource: Example Exchange\n").encode(), phrase="footer left out"),
    Entry("footer without a blank line", (CLEAN + "Source: Example Exchange\n").encode(), phrase="footer left out"),
    Entry("crlf", CLEAN.replace("\n", "\r\n").encode()),
    Entry("cr", CLEAN.replace("\n", "\r").encode(), phrase="CR"),
    Entry("mixed line ends", CLEAN.replace("\n", "\r\n", 5).replace("\n", "\r", 1).encode(), phrase="mixed"),
    Entry("blank lines", CLEAN.replace("\n", "\n\n").encode()),
    Entry("blank lines of spaces", CLEAN.replace("\n", "\n  \n", 9).encode()),
    Entry("rows of nothing", (CLEAN + ",\n,\n").encode(), phrase="2 rows with nothing"),
    Entry("names with spaces", table(header=" Date , PRICE ").encode()),
    Entry("spaces around cells", table(row=" {d} , {p} ").encode()),
    Entry("all quoted", table(header='"date","price"', row='"{d}","{p}"').encode()),
    Entry("other columns first", table(header="volume,price,date", row="100,{p},{d}").encode()),
    Entry("first column without a name", table(header=",Open,Close", row="{d},1,{p}").encode(), phrase="without a name"),
    Entry("first column of dates", table(header="when,price").encode()),
    Entry("row numbers first", table(header=",date,price", row="7,{d},{p}").encode()),
    Entry("trailing comma", table(header="date,price,", row="{d},{p},").encode()),
    Entry("only numeric column", table(header="date,venue,AAPL", row="{d},XN,{p}").encode(), phrase="'AAPL'"),
    Entry("gzip", gzip.compress(CLEAN.encode()), phrase="gzip"),
    Entry("gzip of two members", gzip.compress(CLEAN[:200].encode()) + gzip.compress(CLEAN[200:].encode())),
    Entry("parquet", parquet({"date": DAYS, "price": PRICES})),
    Entry("parquet, text", parquet({"date": [f"{d:%d.%m.%Y}" for d in DAYS], "price": [german(p) for p in PRICES]})),
    Entry("parquet, whole numbers as dates", parquet({"date": [int(f"{d:%Y%m%d}") for d in DAYS], "price": PRICES})),
    Entry("parquet, gzip", gzip.compress(parquet({"date": DAYS, "price": PRICES}))),
    Entry("parquet, zone", parquet({"date": pa.array([datetime.datetime.combine(d, datetime.time()) for d in DAYS],
          pa.timestamp("ns")).cast(pa.timestamp("ns", "America/New_York")), "price": PRICES}), rows=tuple(
          (datetime.datetime.combine(d, datetime.time(20 if d < datetime.date(2023, 11, 6) else 19)) -
           datetime.timedelta(days=1), p) for d, p in ROWS)),
    *(Entry(f"ticker {name}", table(header="ticker,date,price", row=f"{name},{{d}},{{p}}").encode(), ticker=name)
      for name in ("NA", "TRUE", "null", "BF/B", "^GSPC", "[/]", "../../x", "=cmd", "-rf", "600519")),
    Entry("ticker with a newline", table(header="ticker,date,price", row='"A\nB",{d},{p}').encode(), ticker="A\nB"),
    Entry("ticker beyond ascii", table(header="ticker,date,price", row="Müller,{d},{p}").encode("cp1252"),
          ticker="Müller"),
    Entry("epoch", table(lambda d: str(calendar.timegm(d.timetuple()))).encode(), phrase="epoch s"),
    Entry("epoch in ms", table(lambda d: f"{calendar.timegm(d.timetuple())}000").encode(), phrase="epoch ms"),
    Entry("finer than a second", table(lambda d: f"{d} 00:00:00.5").encode()),
    Entry("date format told", table(lambda d: f"{d.day % 12 + 1:02}/{d.month:02}/{d.year}",
          rows=[]).encode() + "".join(f"0{d}/03/2024,{d}.5\n" for d in range(1, 8)).encode(),
          options={"date_format": "%d/%m/%Y"},
          rows=tuple((datetime.date(2024, 3, d), d + 0.5) for d in range(1, 8))),
]  # fmt: skip


def _one(text: str) -> bytes:
    return changed(20, text)


AMBIGUOUS = "date,price\n" + "".join(f"0{d}/0{d + 1}/2024,{d}.5\n" for d in range(1, 8))
REFUSED = [
    Entry("empty", b"", 65, "is empty"),
    Entry("blank", b"\n \n\n", 65, "is empty"),
    Entry("mark only", b"\xef\xbb\xbf", 65, "is empty"),
    Entry("header only", b"date,price\n", 65, "no rows of prices"),
    Entry("header only, gzip", gzip.compress(b"date,price\n"), 65, "no rows of prices"),
    Entry("binary", bytes(range(256)) * 9, 65, ""),
    Entry("nul", changed(20, "2023-11-27,11\0.5"), 65, "line 20: a NUL byte"),
    Entry("html", b"<!DOCTYPE html><html><body>Sign in</body></html>", 65, "web page"),
    Entry("json", b'{"chart": {"result": [1, 2]}}', 65, "JSON"),
    Entry("daily hits limit", b"Exceeded the daily hits limit", 65, "Exceeded the daily hits limit"),
    Entry("zip", b"PK\x03\x04" + b"x" * 50, 65, "zip"),
    Entry("pickle", b"\x80\x04\x95" + b"x" * 50, 65, ""),
    Entry("truncated gzip", gzip.compress(CLEAN.encode())[:-20], 65, "cut short or damaged"),
    Entry("gzip and rubbish", gzip.compress(CLEAN.encode()) + b"rubbish", 65, "damaged"),
    Entry("gzip bomb", gzip.compress(b"0" * 5_000_000), 65, "larger than 1,000,000 bytes",
          {"max_bytes": 1_000_000}),
    Entry("too large", CLEAN.encode(), 65, "larger than 100 bytes", {"max_bytes": 100}),
    Entry("damaged parquet", parquet({"date": DAYS, "price": PRICES})[:-9], 65, "Parquet"),
    Entry("parquet of text", parquet({"date": DAYS, "price": ["x"] * len(DAYS)}), 65, "no number"),
    Entry("parquet, infinite", parquet({"date": DAYS, "price": [*PRICES[:-1], math.inf]}), 65, "row 60, column 'price'"),
    Entry("unquoted thousands", table(price=lambda p: f"{p:,.2f}").encode(), 65, "line 2: 3 fields where the header has 2"),
    Entry("one unquoted thousand", _one("2023-11-27,1,234.50"), 65, "line 20: 3 fields"),
    Entry("only one field under two names", b"date,price\n20240102\n20240103\n20240104\n", 65, "line 2: 1 field where the header has 2"),
    Entry("cut inside the first row", b"date,price\n2023", 65, "line 2: 1 field"),
    Entry("a field too few", _one("2023-11-27"), 65, "line 20: 1 field"),
    Entry("mixed currencies", changed(20, "2023-11-27,€5.00", table(price=lambda p: f"${p:.2f}")), 65, "line 20"),
    Entry("currency once", _one("2023-11-27,$5.00"), 65, "line 20"),
    Entry("decimal comma once", _one('2023-11-27,"1150,25"'), 65, "line 20, column 'price': '1150,25'"),
    Entry("only comma and three digits", b"date,price\n2024-01-02,\"1,250\"\n2024-01-03,\"1,251\"\n", 65,
          "'1,250' is 1.25 (decimal comma) or 1250 (thousands)"),
    Entry("only point and three digits, semicolon", b"date;price\n2024-01-02;1.250\n2024-01-03;1.251\n", 65,
          "'1.250' is 1.25 (decimal point) or 1250 (thousands)"),
    *(Entry(f"price {text}", _one(f"2023-11-27,{text}"), 65, f"line 20, column 'price': {text!r}")
      for text in ("inf", "-inf", "1e400", "1_000", "abc", "0x10", "١٢", "0", "-5.5", "0.0", "1.2.3", "12abc",
                   "190.28M", "5%", "(5.00)")),
    Entry("header twice", table(header="date,price,price", row="{d},{p},{p}").encode(), 65, "stands there twice"),
    Entry("header twice but for case", table(header="date,Close,close", row="{d},{p},{p}").encode(), 65, "twice"),
    Entry("no such column", CLEAN.encode(), 65, "no column 'pirce'", {"price_column": "pirce"}),
    Entry("two numeric columns", table(header="date,AAPL,MSFT", row="{d},{p},{p}").encode(), 65, "--price-column"),
    Entry("no header", CLEAN.split("\n", 1)[1].encode(), 65, "names of the columns"),
    Entry("no header, one column", b"1.5\n1.6\n", 65, "names of the columns"),
    Entry("day or month", AMBIGUOUS.encode(), 65, "--date-format %d/%m/%Y or --date-format %m/%d/%Y"),
    Entry("year or day", b"date,price\n24-01-05,1\n24-01-06,2\n24-01-08,3\n", 65, "--date-format"),
    Entry("two date formats", _one("27.11.2023,5"), 65, "line 20, column 'date': '27.11.2023'"),
    Entry("excel serial", table(lambda d: str((d - datetime.date(1899, 12, 30)).days)).encode(), 65, "serial number"),
    Entry("30 February", _one("2024-02-30,5"), 65, "line 20, column 'date': '2024-02-30' is no day"),
    Entry("30 February, dotted", changed(20, "30.02.2024,5", table(lambda d: f"{d:%d.%m.%Y}")), 65, "is no day"),
    Entry("after today", changed(61, "2199-01-04,5"), 65, "line 61, column 'date': '2199-01-04' is a date after today"),
    Entry("no date", _one(",5"), 65, "line 20, column 'date': '' is no date"),
    Entry("text for a date", _one("soon,5"), 65, "line 20, column 'date': 'soon'"),
    Entry("one date, two prices", (CLEAN + f"{DAYS[3]},7.5\n").encode(), 65, "line 62, column 'price': '7.5' for"),
    Entry("short last row", CLEAN.encode()[:-9], 65, "ends inside its last row"),
    Entry("cut inside the last price", CLEAN.encode()[:-5], 65, "cut"),
    Entry("cut after the first decimal", CLEAN.encode()[:-2], 65, "cut"),
    Entry("cut after the point", CLEAN.encode()[:-3], 65, "cut"),
    Entry("cut inside the last date", CLEAN.encode()[:-14], 65, "ends inside its last row"),
    Entry("open quote", _one('2023-11-27,"5.00'), 65, "line 20"),
    Entry("open quote at the end", (CLEAN + '2024-01-24,"5.00').encode(), 65, "line 62"),
    Entry("quote inside", _one('2023-11-27,5"0'), 65, "line 20"),
    Entry("text behind a quote", _one('2023-11-27,"5"0'), 65, "line 20"),
    Entry("a price that never changes", table(price=lambda p: "7.00").encode(), 65, "never changes"),
    Entry("too many missing", table(price=lambda p: "" if p in PRICES[20:24] else str(p)).encode(), 65, "4 of 60 rows"),
    Entry("all missing", table(price=lambda p: "").encode(), 65, "60 of 60 rows"),
    Entry("no ticker", changed(20, ",2023-11-27,5", table(header="ticker,date,price", row="A,{d},{p}")), 65,
          "is no ticker"),
    Entry("half utf-16", (b"\xff\xfe" + CLEAN.encode("utf-16-le"))[:-1], 65, "not whole"),
    Entry("two encodings", table(header="date,price,a,b", row="{d},{p},ä,b").encode().replace(b"b\n", b"\xe4\n"), 65,
          "neither UTF-8 nor cp1252"),
    Entry("words", b"date,price\nfoo,bar\nbaz,qux\n", 65, "line 2"),
    Entry("no such ticker", table(header="ticker,date,price", row="AAPL,{d},{p}").encode(), 65, "AAPL",
          {"tickers": ("APPL",)}),
    Entry("bad date format", CLEAN.encode(), 2, "--date-format", {"date_format": "%Q"}),
]  # fmt: skip


def _with(prices: list[float], days: list[datetime.date] | None = None) -> bytes:
    return table(rows=list(zip(days or DAYS, prices, strict=True)), price=lambda p: f"{p:.4f}").encode()


WARNED = [  # each a warning, an error with --strict
    *(Entry(f"split {times}:1", _with([p if i < 30 else p / times for i, p in enumerate(PRICES)]),
            warns=f"{DAYS[30]} is like an unadjusted {times}:1 split") for times in (2, 3, 10)),
    Entry("one price ten times its neighbours", _with([p * 10 if i == 30 else p for i, p in enumerate(PRICES)]),
          warns=f"{DAYS[30]} stands alone"),
    Entry("reverse split", _with([p if i < 30 else p * 10 for i, p in enumerate(PRICES)]), warns="1:10 split"),
    Entry("flat tail", _with([p if i < 50 else 1160.0 for i, p in enumerate(PRICES)]), warns="the last 10 rows"),
    Entry("gap", _with(PRICES, [d if i < 30 else d + datetime.timedelta(days=70) for i, d in enumerate(DAYS)]),
          warns="no prices between"),
    Entry("a hundred times", _with([p * 100 if i == 30 else p for i, p in enumerate(PRICES)]), warns="a hundred times"),
    Entry("pence from here on", _with([p if i < 30 else p * 100 for i, p in enumerate(PRICES)]), warns="a hundred times"),
    Entry("one of two never changes", table(header="ticker,date,price", row="A,{d},{p}").encode()
          + "".join(f"B,{d},5\n" for d in DAYS).encode(), warns="B: the price never changes, 5 in all 60 rows"),
    Entry("one of two ends early", table(header="ticker,date,price", row="A,{d},{p}").encode()
          + "".join(f"B,{d},{p}\n" for d, p in list(zip(DAYS, PRICES, strict=True))[:40]).encode(), warns="--exclude leaves it out"),
    Entry("stale", CLEAN.encode(), options={"max_age": 3.0}, warns="days ago"),
]  # fmt: skip
