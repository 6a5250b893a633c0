"""Cells and what surrounds them: marks of numbers, currencies, holes, packings, codes, lines that are no rows."""

import bz2
import gzip
import lzma
from collections.abc import Callable

import pyarrow as pa
from shapes_of_cases import zipped
from sheets import (
    COINS,
    DAILY,
    HOURLY,
    LARGE,
    OTHER,
    Bar,
    Sheet,
    comma,
    days,
    german,
    plain,
    rows_of,
    spaced,
    thousands,
    walk,
)

CELLS, OHLC = "{o},{h},{l},{c}", "Open,High,Low,Close"
THIRD = walk(days(90), seed=41, start=940)
WHOLE = tuple(
    Bar(b.when, *(round(x) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume) for b in LARGE
)
NEAR = tuple(
    Bar(b.when, *(round(10 * x) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume)
    for b in walk(days(300), 42)
)
YEN = walk(days(90), seed=44, start=110, digits=3)
RISING = walk(days(90, "2020-01-02"), seed=43, start=55)


def zst(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd").to_pybytes())


def scaled(by: float, at: int = 45) -> tuple[Bar, ...]:
    """A walk whose unit changes at a row."""
    return tuple(b if i < at else Bar(b.when, *(round(x * by, 6) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume)
                 for i, b in enumerate(COINS))  # fmt: skip


def missing(text: str, at: tuple[int, ...] = (9, 30)) -> tuple[bytes, tuple[Bar, ...]]:
    lines = [f"{b.when:%Y-%m-%d},{text if i in at else b.close},{b.volume}" for i, b in enumerate(DAILY)]
    return ("Date,Close,Volume\n" + "\n".join(lines) + "\n").encode(), tuple(
        b for i, b in enumerate(DAILY) if i not in at
    )


def money(sign: str) -> Callable[[float], str]:
    return sign.format


def delisted() -> bytes:
    """One ticker empty after its last day, one before its first: wide by rows."""
    lines = [f"{b.when:%Y-%m-%d},AAA,{b.close if i < 60 else ''}" for i, b in enumerate(DAILY)]
    lines += [f"{b.when:%Y-%m-%d},BBB,{b.close if i >= 50 else ''}" for i, b in enumerate(OTHER)]
    return ("date,ticker,close\n" + "\n".join(lines) + "\n").encode()


def spoilt(cell: str, mixed: bool, date: str = "") -> bytes:
    """Three tickers; a price of the second is the cell, or with the form of the dates a date."""
    of = {"AAA": DAILY, "BBB": OTHER, "CCC": LARGE}
    rows = [
        (b.when, [f"{b.when:{date or '%Y-%m-%d'}}", name, f"{b.close}"])
        for name, bars in of.items()
        for b in bars
    ]
    rows[140][1][0 if date else 2] = cell
    rows = sorted(rows, key=lambda row: row[0]) if mixed else rows
    return ("date,ticker,close\n" + "".join(",".join(cells) + "\n" for _, cells in rows)).encode()


def wide_holes(cell: str = "") -> bytes:
    lines = [
        f"{a.when:%Y-%m-%d},{a.close},{cell if i == 50 and cell else b.close if i >= 40 else ''}"
        for i, (a, b) in enumerate(zip(DAILY, OTHER, strict=True))
    ]
    return ("Date,AAPL,ABNB\n" + "\n".join(lines) + "\n").encode()


NUMBERS = [
    Sheet("Ibovespa's kin: volume shows the comma", "Data,Último,Abertura,Máxima,Mínima,Vol.,Var%", "{d}|{c}|{o}|{h}|{l}|64,49M|-0,49%", {"": WHOLE}, date="%d.%m.%Y", number=german(0), quoted=True,
          newest_first=True, either=True, phrase="--decimal"),
    Sheet("comma twin: volume shows the point", "Date,Price,Open,High,Low,Vol.,Change %", "{d}|{c}|{o}|{h}|{l}|64.49M|-0.49%", {"": WHOLE}, date="%m/%d/%Y", number=thousands(0), quoted=True,
          newest_first=True, either=True, phrase="--decimal"),
    Sheet("points are thousands, no other column says so", "Datum;Schluss", "{d};{c}", {"": WHOLE}, sep=";", date="%d.%m.%Y", number=german(0), code=65, phrase="--decimal"),
    Sheet("a mark of each kind, and nothing decides", files={"two.csv": ("Datum;Ticker;Kurs\n" + "".join(
          f"2022-0{1 + i // 28}-{1 + i % 28:02};DAX;15.{i:03}\n2022-0{1 + i // 28}-{1 + i % 28:02};EURUSD;1,{100 + i}\n" for i in range(80))).encode()},
          code=65, phrase="is 15 (decimal point) or 15000 (thousands)"),
    Sheet("one symbol, two contracts", files={"es.csv": ("Symbol,Contract,Date,Close\n" + "".join(
          f"ES,{'ESH22' if i < 40 else 'ESM22'},2022-0{1 + i // 28}-{1 + i % 28:02},{100 + i % 9}\n" for i in range(80))).encode()},
          code=65, phrase="'ESH22' becomes 'ESM22'"),
    Sheet("one symbol, two lengths of bars", files={"x.csv": ("symbol,timeframe,date,close\n" + "".join(
          f"X,{'1d' if i < 40 else '1w'},2022-0{1 + i // 28}-{1 + i % 28:02},{100 + i % 9}\n" for i in range(80))).encode()},
          code=65, phrase="'1d' becomes '1w'"),
    Sheet("the close of the day before is no price", "Date,Open,High,Low,Prev Close", "{d},{o},{h},{l},{c}", {"": DAILY}, code=65, phrase="which column is the price"),
    Sheet("points are thousands, told", "Datum;Schluss", "{d};{c}", {"": WHOLE}, sep=";", date="%d.%m.%Y", number=german(0), options={"decimal": ","}),
    Sheet("commas are thousands, told", "Date;Close", "{d};{c}", {"": WHOLE}, sep=";", number=thousands(0), options={"decimal": "."}),
    *(Sheet(f"points are thousands, {name}", f"Datum{sep}Schluss", "{d}|{c}", {"": WHOLE}, sep=sep, date=date, number=german(0), code=65, phrase="--decimal . or --decimal ,")
      for name, sep, date in (("tab", "\t", "%d.%m.%Y"), ("comma", ",", "%d.%m.%Y"), ("tab, two-digit years", "\t", "%d.%m.%y"), ("tab, names of months", "\t", "%d. %b %Y"))),
    Sheet("points are thousands, tab, told", "Datum\tSchluss", "{d}\t{c}", {"": WHOLE}, sep="\t", date="%d.%m.%Y", number=german(0), options={"decimal": ","}),
    Sheet("three decimals, MetaTrader 5", "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>", "{d}\t{o}\t{h}\t{l}\t{c}\t{v}\t0\t3", {"": YEN}, sep="\t", date="%Y.%m.%d", number=plain(3), phrase="(thousands) is possible"),
    Sheet("three decimals, Investing.com", "Date,Price,Open,High,Low", "{d},{c},{o},{h},{l}", {"": YEN}, date="%m/%d/%Y", number=plain(3), quoted=True, newest_first=True, phrase="(thousands) is possible"),
    Sheet("three decimals of a point, told", "Date;Close", "{d};{c}", sep=";", number=plain(3), options={"decimal": "."}),
    Sheet("three decimals of a comma, told", "Date;Close", "{d};{c}", sep=";", number=comma(3), options={"decimal": ","}),
    Sheet("crossing 1.000, percent beside", "Datum;Schluss;Änderung", "{d};{c};-0,49 %", {"": NEAR}, sep=";", date="%d.%m.%Y", number=german(0), either=True, phrase="--decimal"),
    Sheet("crossing 1,000, nothing beside", "Date,Close", "{d},{c}", {"": NEAR}, number=thousands(0), either=True, phrase="--decimal"),
    Sheet("crossing 1,000 with decimals", "Date,Close", "{d},{c}", {"": THIRD}, number=thousands()),
    Sheet("crossing 1.000,00", "Date;Close", "{d};{c}", {"": THIRD}, sep=";", number=german()),
    Sheet("Swiss thousands", "Datum;Schluss", "{d};{c}", {"": LARGE}, sep=";", date="%d.%m.%Y", number=lambda x: f"{x:,.2f}".replace(",", "’")),
    Sheet("Indian thousands", "Date,Close", "{d}|{c}", {"": tuple(Bar(b.when, b.open, b.high, b.low, round(b.close + 100_000, 2), b.adj, b.volume) for b in LARGE)},
          number=lambda x: f"{x:,.2f}" if x < 1e5 else f"{int(x) // 100_000},{x % 100_000:09,.2f}"),
    *(Sheet(f"unit changes {by:g} times", "Date,Close", "{d},{c}", {"": scaled(by)}, number=plain(6), phrase=said) for by, said in ((100, "a hundred times"), (1000, "1,000 times"))),
    Sheet("unit changes 10 times", "Date,Close", "{d},{c}", {"": scaled(10)}, number=plain(6), phrase=f"{COINS[45].when:%Y-%m-%d}"),
    *(Sheet(f"money as {sign}", "Date,Close,Volume", "{d}|{c}|{v}", {"": LARGE}, number=money(sign)) for sign in (
        "R$ {:.2f}", "R${:,.2f}", "US${:.2f}", "US$ {:,.2f}", "Rs. {:,.2f}", "Rs {:.2f}", "₹{:,.2f}", "₹ {:.2f}", "€{:.2f}", "£{:,.2f}", "¥{:.2f}", "{:.2f} zł", "{:.2f} kr", "CHF {:.2f}",
        "{:.2f} USDT", "{:.2f} PLN", "A${:.2f}", "C${:,.2f}", "HK${:.2f}", "₩{:,.2f}", "₽{:.2f}", "{:.2f} ₺", "kr {:.2f}", "{:,.2f} EUR")),
    Sheet("Swiss francs with apostrophes", "Datum;Schluss", "{d};{c}", {"": LARGE}, sep=";", number=lambda x: "CHF " + f"{x:,.2f}".replace(",", "'")),
    Sheet("Brazilian reals", "Data;Fechamento", "{d};{c}", {"": LARGE}, sep=";", date="%d/%m/%Y", number=lambda x: f"R$ {german()(x)}"),
    *(Sheet(f"thousands apart by a no-break space, {name}", header, "{d};{o};{h};{l};{c};{v}", {"": LARGE}, sep=";", date="%d.%m.%Y", number=spaced, encoding=codec, phrase=f"read as {codec}")
      for name, header, codec in (
        ("French", "Date;Ouverture;Haut;Bas;Clôture;Volume", "cp1252"), ("Swedish", "Datum;Öppning;Högst;Lägst;Stängning;Volym", "cp1252"), ("Russian", "Дата;Открытие;Макс;Мин;Цена;Объем", "cp1251"),
        ("Polish", "Data;Otwarcie;Najwyższy;Najniższy;Zamknięcie;Wolumen", "cp1250"), ("ASCII", "Date;Open;High;Low;Close;Volume", "cp1252"))),
    Sheet("thousands apart by a typeset apostrophe, code page", "Date;Open;High;Low;Close", "{d};{o};{h};{l};{c}", {"": LARGE}, sep=";", number=lambda x: f"{x:,.2f}".replace(",", "’"), encoding="cp1252"),
    Sheet("zlotys, ASCII header, code page", "Data;Zamkniecie", "{d};{c}", {"": LARGE}, sep=";", number=lambda x: f"{spaced(x)}\u00a0zł", encoding="cp1250", phrase="read as cp1250"),
    Sheet("one digit that is a no-break space", "Date,Close", "{d},{c}", {"": LARGE}, packed=lambda data: data.replace(b"60005.29", b"6\xa0005.29"), code=65, phrase="neither UTF-8 nor"),
    Sheet("Polish zlotys", "Data;Zamknięcie", "{d};{c}", {"": LARGE}, sep=";", number=lambda x: f"{x:,.2f} zł".replace(",", "\u00a0").replace(".", ","), encoding="cp1250"),
]  # fmt: skip
PRICES = [
    *(Sheet(f"{name} beside open, high, low and {price} is no price", f"Date,Open,High,Low,{price},{name}", "{d},{o},{h},{l},{c},{a}")
      for name, price in (("Value", "Close"), ("Turnover", "Last"), ("Amount", "Settle"), ("成交额", "收盘"), ("Umsatz", "Schluss"), ("Value", "LTP"), ("Turnover", "PX_LAST"))),
    Sheet("Value first", "Date,Value,Open,High,Low,Last", "{d},{a},{o},{h},{l},{c}"),
    *(Sheet(f"price called {name}", f"Date,Open,High,Low,{name},Volume", "{d},{o},{h},{l},{c},{v}") for name in (
        "NAV", "PX_LAST", "Last Price", "Settlement Price", "closing_price", "ClosePrice", "CLOSE", "Close*", "close_usd", "Close (BTC)", "bid_close", "<CLOSE>", "Schlusskurs", "Clôture", "Cierre", "Fechamento",
        "Chiusura", "Slotkoers", "Zamknięcie", "Закрытие", "Kapanış", "收盘价", "終値", "종가")),
    Sheet("close and VWAP", "Date,VWAP,Open,High,Low,Close", "{d},{x},{o},{h},{l},{c}"),
    Sheet("close and Previous Close", "Date,Previous Close,Open,High,Low,Close", "{d},{p},{o},{h},{l},{c}"),
    Sheet("only Value", "Date,Value", "{d},{c}"),
    Sheet("two prices of no name", "Date,alpha,beta", "{d},{c},{x}", code=65, phrase="--price-column"),
    Sheet("adjusted close in front", "Adj Close,Date,Close", "{x},{d},{c}", price="adj"),
    Sheet("price column told", "Date,Open,High,Low,Close", "{d},{o},{h},{l},{c}", options={"price_column": "High"}, price="high"),
]  # fmt: skip
TICKERS = [
    *(Sheet(f"tickers in {name}", f"Date,{name},Close", "{d},{t},{c}", {"000001": DAILY, "600519": OTHER}, by_date=mixed) for name, mixed in (
        ("股票代码", False), ("证券代码", True), ("종목코드", False), ("code", True), ("SECID", False), ("Stock Code", True), ("ticker_symbol", False))),
    *(Sheet(f"two codes in {name}, a name of no table", f"{name},Date,Close", "{t},{d},{c}", {"QX-1": DAILY, "QX-2": OTHER}, by_date=mixed, either=True, phrase=name)
      for name, mixed in (("Zzz", False), ("venture", True), ("银代码", False))),
    Sheet("two codes in blocks of no name, one after another in time", "kap,Date,Close", "{t},{d},{c}", {"QX-1": DAILY, "QX-2": RISING}, either=True, phrase="kap"),
    Sheet("two codes in blocks, known name, one after another in time", "SECID,Date,Close", "{t},{d},{c}", {"AAA": DAILY, "BBB": RISING}),
    Sheet("two number codes in blocks", "PERMNO,Date,Close", "{t},{d},{c}", {"10107": DAILY, "14593": RISING}),
    Sheet("BOARDID is no ticker", "BOARDID,SECID,TRADEDATE,CLOSE", "TQBR,{t},{d},{c}", {"SBER": DAILY, "GAZP": OTHER}),
    Sheet("SERIES EQ is no ticker", "Date,series,close", "{d},EQ,{c}"),
    Sheet("a constant remark is no ticker", "Date,Close,Note", "{d},{c},ok"),
    Sheet("Symbol before Name", "Name,Symbol,Date,Close", "Firm,{t},{d},{c}", {"AAPL": DAILY, "MSFT": OTHER}),
    Sheet("tickers that look like words for nothing", "ticker,date,close", "{t},{d},{c}", {"NA": DAILY, "NULL": OTHER}),
    *(Sheet(f"one cell of three tickers is {cell}, {'by day' if mixed else 'in blocks'}", files={"three.csv": spoilt(cell, mixed)}, rows={"AAA": rows_of(DAILY), "CCC": rows_of(LARGE)})
      for cell in ("abc", "0", "-1.5", "1e999", "12.5x") for mixed in (False, True)),
    *(Sheet(f"one cell of a wide table is {cell}", files={"wide.csv": wide_holes(cell)}, options={"wide": True}, rows={"AAPL": rows_of(DAILY)}) for cell in ("abc", "0")),
    Sheet("one date of three tickers is in another order", files={"three.csv": spoilt("05/23/2019", True, "%d/%m/%Y")}, rows={"AAA": rows_of(DAILY), "CCC": rows_of(LARGE)}),
    Sheet("one cell of three tickers has the other mark", files={"three.csv": spoilt('"12,5"', False)}, code=65, phrase="not written as the other prices are"),
    Sheet("an index of two levels, Parquet-like CSV", "Symbol,Date,Close", "{t},{d},{c}", {"BRK.B": DAILY, "BF-B": OTHER}),
]  # fmt: skip
HOLES = [
    *(Sheet(f"a hole written {text!r}", files={"AAPL.csv": missing(text)[0]}, rows={"AAPL": rows_of(missing(text)[1])}) for text in (
        "#N/A N/A", "--", "n/a", "halted", "null", "#N/A", "-", "NaN", "N.A.", "Halted", "#VALUE!", "suspended")),
    Sheet("delisted and late", files={"two.csv": delisted()}, rows={"AAA": rows_of(DAILY[:60]), "BBB": rows_of(OTHER[50:])}),
    Sheet("late in a wide table", files={"wide.csv": wide_holes()}, options={"wide": True}, rows={"AAPL": rows_of(DAILY), "ABNB": rows_of(OTHER[40:])}),
    Sheet("a tenth of the days missing", files={"AAPL.csv": missing("", tuple(range(5, 85, 8)))[0]}, either=True, phrase="of 90 rows",
          rows={"AAPL": rows_of(missing("", tuple(range(5, 85, 8)))[1])}),
]  # fmt: skip
PACKED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zst,
    "zip": lambda data: zipped("AAPL.csv", data)}  # fmt: skip
PACKINGS = [
    *(Sheet(f"packed as {kind}", "Date,Open,High,Low,Close", "{d},{o},{h},{l},{c}", file=f"AAPL.csv.{kind}", packed=pack) for kind, pack in PACKED.items()),
    *(Sheet(f"packed as {kind}, named otherwise", "Date,Close", "{d},{c}", file="AAPL.csv", packed=pack) for kind, pack in PACKED.items()),
    Sheet("zip of Binance", None, "{d},{o},{h},{l},{c},{v},{d},{a},400,1.2,1.3,0", {"": HOURLY}, date=lambda d: f"{(d - d.__class__(1970, 1, 1)).total_seconds() * 1000:.0f}", file="BTCUSDT-1h-2020-01.zip",
          packed=lambda data: zipped("BTCUSDT-1h-2020-01.csv", data), rows={"BTCUSDT-1h-2020-01": rows_of(HOURLY)}),
    Sheet("zip with a folder and a hidden file of a Mac", "Date,Close", "{d},{c}", file="AAPL.zip", packed=lambda data: zipped("AAPL/", b"", ("AAPL/AAPL.csv", data), ("__MACOSX/AAPL/._AAPL.csv", b"\0\5\x16")),
          rows={"AAPL": rows_of(DAILY)}),
    Sheet("zip with two tables", "Date,Close", "{d},{c}", file="AAPL.zip", packed=lambda data: zipped("A.csv", data, ("B.csv", data)), code=65),
    Sheet("zip with none", "Date,Close", "{d},{c}", file="AAPL.zip", packed=lambda data: zipped("A/", b""), code=65),
    Sheet("zip in a zip", "Date,Close", "{d},{c}", file="AAPL.zip", packed=lambda data: zipped("A.zip", zipped("A.csv", data)), phrase="zip, zip"),
]  # fmt: skip
LINES = [
    Sheet("every row ends with a comma, newest first", f"Date,{OHLC}", "{d}," + CELLS + ",", newest_first=True),
    Sheet("every row ends with a semicolon", "Date;Close", "{d};{c};", sep=";"),
    Sheet("a footnote of two lines", "Date,Close", "{d},{c}", after="\nSource: Example Exchange\n(c) 2020\n"),
    Sheet("a total at the end", "Date,Close", "{d},{c}", after="Total,90\n", code=65, phrase="Total"),
    Sheet("a title of a web address", "Date,Close", "{d},{c}", before="https://www.example.com/prices?id=7\n"),
    Sheet("comments before", "Date,Close", "{d},{c}", before="# prices of AAPL\n# adjusted: no\n"),
    Sheet("a title with commas", "Date,Close", "{d},{c}", before="Prices of Example, Inc., in dollars\n", either=True),
    Sheet("the header again", files={"AAPL.csv": (Sheet("", "Date,Close", "{d},{c}").text() + "Date,Close\n").encode()}, rows={"AAPL": rows_of(DAILY)}, phrase="header again"),
    Sheet("three names twice that nobody needs", "Date,MA,MA,Close,RSI,RSI,Signal,Signal", "{d},1.5,2.5,{c},50,51,0,1"),
    Sheet("a needed name twice", "Date,Close,Close", "{d},{c},{x}", code=65, phrase="twice"),
    Sheet("CRLF and quotes", "Date,Close", "{d},{c}", quoted=True, end="\r\n"),
    Sheet("blank lines between", "Date,Close", "{d},{c}", end="\n\n"),
    Sheet("a money in the title of the column", "Date,Close ($),Volume (m)", "{d},{c},{v}"),
]  # fmt: skip
CELLS_AND_LINES = [*NUMBERS, *PRICES, *TICKERS, *HOLES, *PACKINGS, *LINES]
