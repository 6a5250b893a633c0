"""Exports that were once read wrongly or refused without need: one sheet for each, and what is right."""

import datetime
import io
import json
import zipfile

from sheets import (
    DAILY,
    HOURLY,
    LARGE,
    OTHER,
    Bar,
    Moment,
    Sheet,
    counted,
    days,
    epoch,
    german,
    hours,
    months,
    parquet,
    plain,
    rows_of,
    thousands,
    unpadded,
    walk,
)

LONG = walk(days(400), seed=11)
CROSSING = tuple(
    Bar(b.when, *(round(10 * x) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume) for b in LONG
)
JUMPED = tuple(b if i < 300 else Bar(b.when, *(round(1000 * x, 2) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume)
               for i, b in enumerate(LONG))  # fmt: skip
COIN = walk(days(90), seed=12, start=18230.2880499079, digits=10)
FINE = walk(hours(90), seed=13, start=7166.91633151, digits=8)
MONTHS = walk(months(128), seed=14)
QUARTERS = walk(months(160, 1980, 3), seed=15)
WHOLE = walk(days(129), seed=16, start=30_000, digits=0)
LATE = OTHER[40:]


def zipped(name: str, data: bytes, *others: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in ((name, data), *others):
            archive.writestr(one, content)
    return out.getvalue()


def pandas_index(name: str, index: str | None) -> str:
    """What pandas writes about a frame whose index is the column `name`."""
    column = {
        "name": index,
        "field_name": name,
        "pandas_type": "datetime",
        "numpy_type": "datetime64[us]",
        "metadata": None,
    }
    return json.dumps(
        {"index_columns": [name], "column_indexes": [], "columns": [column], "pandas_version": "3.0.0"}
    )


def repeated_hour() -> tuple[str, tuple[Bar, ...], tuple[Moment, ...]]:
    """Hours of New York's clock across the night in November when one comes twice; with UTC beside."""
    bars = walk(hours(72, "2023-11-04T00:00"), seed=17, start=7166.92)  # UTC
    change = Moment(2023, 11, 5, 6)
    behind = [4 if bar.when < change else 5 for bar in bars]
    local = [bar.when - datetime.timedelta(hours=h) for bar, h in zip(bars, behind, strict=True)]
    lines = [f"{when.isoformat()}-0{h}:00,{b.open},{b.high},{b.low},{b.close},{b.volume}"
             for when, h, b in zip(local, behind, bars, strict=True)]  # fmt: skip
    return "\n".join(["time,open,high,low,close,Volume", *lines]) + "\n", bars, tuple(local)


def indexed_parquet() -> bytes:
    back = DAILY[::-1]
    columns = {
        name.title(): [getattr(b, name) for b in back] for name in ("open", "high", "low", "close", "volume")
    }
    return parquet(
        columns | {"__index_level_0__": [b.when for b in back]}, pandas_index("__index_level_0__", None)
    )


def multiindex_parquet() -> bytes:
    columns = {
        f"('{name.title()}', 'AAPL')": [getattr(b, name) for b in DAILY]
        for name in ("close", "open", "volume")
    }
    return parquet(columns | {"Date": [b.when for b in DAILY]}, pandas_index("Date", "Date"))


def holes(bars: tuple[Bar, ...], every: int = 4) -> str:
    """Rows of bars of which every fourth has no trade."""
    rows = [f"{b.when},{b.open},{b.high},{b.low},{b.close},0.45,2.0,{b.adj}" if i % every != every - 1
            else f"{b.when},NaN,NaN,NaN,NaN,NaN,NaN,NaN" for i, b in enumerate(bars)]  # fmt: skip
    return (
        "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price\n"
        + "\n".join(rows)
        + "\n"
    )


def late() -> str:
    """Two tickers, one above the other, of which one is listed 40 rows later than the file begins."""
    lines = [f"{b.when:%Y-%m-%d},MMM,{b.adj},{b.close},{b.high},{b.low},{b.open},{b.volume}" for b in DAILY]
    lines += [f"{b.when:%Y-%m-%d},ABNB,,,,,," for b in OTHER[:40]]
    lines += [f"{b.when:%Y-%m-%d},ABNB,{b.adj},{b.close},{b.high},{b.low},{b.open},{b.volume}" for b in LATE]
    return "Date,Symbol,Adj Close,Close,High,Low,Open,Volume\n" + "\n".join(lines) + "\n"


def halted(at: int = 50) -> str:
    lines = [f"{b.when:%Y-%m-%d},{b.open},{b.high},{b.low},{b.close},{b.volume}" if i != at
             else f"{b.when:%Y-%m-%d},0,0,0,0,0" for i, b in enumerate(DAILY)]  # fmt: skip
    return "Date,Open,High,Low,Close,Volume\n" + "\n".join(lines) + "\n"


def parts(of: tuple[Bar, ...], step: int) -> dict[str, bytes]:
    """Consecutive files of one ticker."""
    pieces = [of[i : i + step] for i in range(0, len(of), step)]
    return {f"BTCUSDT-1d-2019-0{i + 1}.csv": Sheet("", "date,close", "{d},{c}", {"": piece}).text().encode()
            for i, piece in enumerate(pieces)}  # fmt: skip


def old_two_level() -> str:
    lines = [
        f"{a.when:%Y-%m-%d},{a.adj},{b.adj},{a.close},{b.close},{a.volume},{b.volume}"
        for a, b in zip(DAILY, OTHER, strict=True)
    ]
    return (
        ",Adj Close,Adj Close,Close,Close,Volume,Volume\n,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT\nDate,,,,,,\n"
        + "\n".join(lines)
        + "\n"
    )


AUTUMN, HOURS, LOCAL = repeated_hour()
KEPT = tuple(b for i, b in enumerate(HOURLY) if i % 4 != 3)
OHLCV = "{o},{h},{l},{c},{v}"
TUSHARE = "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount"
PORTUGUESE = "Data,Último,Abertura,Máxima,Mínima,Vol.,Var%"
COINS = (
    "2020-02-05T00:00:00.000Z",
    "timeOpen;timeClose;timeHigh;timeLow;name;open;high;low;close;volume;marketCap;timestamp",
)
CASES = [
    Sheet("tushare_newest_first", TUSHARE, "{t},{d},{o},{h},{l},{c},{p},0.5,{g},{v},{a}", {"000001.SZ": DAILY}, date="%Y%m%d", newest_first=True),
    Sheet("tushare_two_stocks_welded", "ts_code,trade_date,open,high,low,close,vol", "{t},{d}," + OHLCV,
          {"000001.SZ": DAILY, "600519.SH": OTHER}, date="%Y%m%d", newest_first=True),
    Sheet("cryptodatadownload_unix_newest_first", "unix,symbol,open,high,low,close,Volume USD", "{d},{t}," + OHLCV, {"BTC/USD": HOURLY},
          date=epoch(), newest_first=True),
    Sheet("parquet_unnamed_index_newest_first", files={"AAPL.parquet": indexed_parquet()}),
    Sheet("ibovespa_point_thousands", PORTUGUESE, "{d}|{c}|{o}|{h}|{l}|64,49M|-0,49%", {"": tuple(
          Bar(b.when, *(round(x) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume % 100) for b in LARGE)},
          date="%d.%m.%Y", number=german(0), newest_first=True, quoted=True, either=True, phrase="--decimal"),
    Sheet("point_thousands_crossing_1000", "Date,Price,Open,Vol.,Change %", '{d},{c},{o},"34,31M","-0,49%"', {"": CROSSING},
          date="%d/%m/%Y", number=german(0), newest_first=True, quoted=False),
    Sheet("level_jump_1000_times", "Date,Close", "{d},{c}", {"": JUMPED}, phrase="1,000 times"),
    Sheet("turnover_column_value_taken_as_price", "Date,Open,High,Low,Last,Value", "{d},{o},{h},{l},{c},{a}"),
    Sheet("binance_microseconds", "open_time,open,high,low,close", "{d},{o},{h},{l},{c}", {"": HOURLY}, date=epoch(1e6)),
    Sheet("mt5_daily", "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>", "{d}\t{o}\t{h}\t{l}\t{c}\t{v}\t0\t2",
          sep="\t", date="%Y.%m.%d"),
    Sheet("stooq_bulk", "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>", "{t},D,{d},000000," + OHLCV + ",0",
          {"AAPL.US": DAILY}, date="%Y%m%d", file="aapl.us.txt"),
    Sheet("tradingview_unix_time", "time,open,high,low,close,Volume", "{d}," + OHLCV, {"": HOURLY}, date=epoch()),
    Sheet("ccxt_milliseconds", "timestamp,open,high,low,close,volume", "{d}," + OHLCV, {"": HOURLY}, date=epoch(1e3)),
    Sheet("close_named_by_alpha_vantage", "date,1. open,2. high,3. low,4. close,5. volume", "{d}," + OHLCV, newest_first=True),
    *(Sheet(f"close_price_name, {name}", f"Date,{names},Volume", "{d}," + OHLCV) for name, names in {
        "Close Price": "Open Price,High Price,Low Price,Close Price", "Close_Price": "Open_Price,High_Price,Low_Price,Close_Price",
        "close_price": "open_price,high_price,low_price,close_price", "Closing price": "Opening price,High price,Low price,Closing price",
        "Close (USD)": "Open (USD),High (USD),Low (USD),Close (USD)"}.items()),
    Sheet("last_as_price", "Date,Open,High,Low,Last,Volume", "{d}," + OHLCV),
    *(Sheet(f"last_as_price, {name}", f"Date,Open,High,Low,{name},Volume", "{d}," + OHLCV) for name in ("Settle", "LTP")),
    Sheet("yfinance_multiindex", files={"prices.parquet": multiindex_parquet()}, rows={"AAPL": rows_of(DAILY)}),
    Sheet("yfinance_old_two_level_header", files={"prices.csv": old_two_level().encode()},
          rows={"AAPL": rows_of(DAILY, "adj"), "MSFT": rows_of(OTHER, "adj")}),
    Sheet("investing_portuguese", PORTUGUESE, "{d}|{c}|{o}|{h}|{l}|34,31M|0,31%", {"": LARGE},
          date="%d.%m.%Y", number=german(), newest_first=True, quoted=True),
    Sheet("akshare_chinese", "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额", "{d},{t},{o},{c},{h},{l},{v},{a}", {"000001": DAILY}),
    Sheet("netease_gbk", "日期,股票代码,名称,收盘价,最高价,最低价,开盘价,前收盘,涨跌额,涨跌幅,成交量,成交金额",
          "{d},'{t},浦发银行,{c},{h},{l},{o},{p},0.1,{g},{v},{a}", {"600000": DAILY}, newest_first=True, encoding="gbk", also=({"'600000": rows_of(DAILY)},)),
    Sheet("coinmarketcap", COINS[1], '"{d:.10}T00:00:00.000Z";"{d}";"{d:.10}T10:03:00.000Z";"{d:.10}T02:14:00.000Z";"{t}";{o};{h};{l};{c};{v};{a};"{d}"',
          {"2781": COIN}, ";", "%Y-%m-%dT23:59:59.999Z", plain(10), newest_first=True,
          rows={"2781": tuple((b.when.replace(hour=23, minute=59, second=59), b.close) for b in COIN)},
          also=({"2781": rows_of(COIN)}, {"AAPL": rows_of(COIN)}, {"AAPL": tuple((b.when.replace(hour=23, minute=59, second=59), b.close) for b in COIN)})),
    Sheet("stacked_with_late_listing", files={"two.csv": late().encode()}, rows={"MMM": rows_of(DAILY, "adj"), "ABNB": rows_of(LATE, "adj")}),
    Sheet("bitstamp_minutes_nan", files={"BTC.csv": holes(HOURLY).encode()}, rows={"BTC": rows_of(KEPT)}, phrase="without a price"),
    Sheet("monthly_us_dates", "Date,Price", "{d},{c}", {"": MONTHS}, date=unpadded("{d.month}/{d.day}/{d.year}")),
    Sheet("dst_repeated_hour", files={"BTC.csv": AUTUMN.encode()}, rows={"BTC": tuple(zip(LOCAL, (b.close for b in HOURS), strict=True))},
          also=({"BTC": rows_of(HOURS)},)),
    Sheet("zip_with_one_csv", "Date,Close", "{d},{c}", file="AAPL.zip", packed=lambda data: zipped("clean.csv", data),
          also=({"clean": rows_of(DAILY)},)),
    Sheet("interactive_brokers_tz", "date,open,high,low,close,volume", "{d}," + OHLCV, {"": HOURLY}, date="%Y%m%d %H:%M:%S US/Eastern"),
    Sheet("interactive_brokers_tz, two blanks", "date,open,high,low,close,volume", "{d}," + OHLCV, {"": HOURLY}, date="%Y%m%d  %H:%M:%S"),
    Sheet("quarters", "Date,Close", "{d},{c}", {"": QUARTERS}, date=lambda d: f"{d.year}Q{d.month // 3 + 1}", also=({"AAPL": tuple(
          (Moment(b.when.year + (b.when.month > 9), (b.when.month + 3) % 12, 1) - datetime.timedelta(days=1), b.close) for b in QUARTERS)},)),
    Sheet("unrelated_header_twice", "Date,Open,High,Low,Close,Vol,EMA,EMA", "{d}," + OHLCV + ",1,2"),
    Sheet("rows_end_with_comma", "Date,Close", "{d},{c},", phrase=""),
    Sheet("whole_prices_comma_thousands", "Date,Close", "{d},{c}", {"": WHOLE}, number=thousands(0), either=True, phrase="--decimal"),
    Sheet("whole_prices_comma_thousands, told", "Date,Close", "{d},{c}", {"": WHOLE}, number=thousands(0), options={"decimal": "."}),
    Sheet("zero_on_a_halt", files={"A.csv": halted().encode()}, code=65, phrase="--drop-nonpositive"),
    Sheet("zero_on_a_halt, dropped", files={"A.csv": halted().encode()}, options={"drop_nonpositive": True},
          rows={"A": rows_of(b for i, b in enumerate(DAILY) if i != 50)}),
    Sheet("binance_klines_no_header", None, "{d},{o},{h},{l},{c},{v}.5,{d},1.5,400,1.2,1.3,0", {"": FINE}, date=epoch(1e3), number=plain(8),
          phrase="header"),
    Sheet("histdata_m1_no_header", None, "{d};{o};{h};{l};{c};0", {"": walk(hours(96, step=1 / 60), 18, 1.194486, 6, 0.001)}, ";",
          "%Y%m%d %H%M%S", plain(6), phrase="header"),
    Sheet("one_column_no_header", None, "{c}", {"": LARGE}, rows={"AAPL": counted(LARGE)}, phrase="header"),
    Sheet("date_and_time_in_two_columns", "Date,Time,Open,High,Low,Close,Volume", "{d},{T},{o},{h},{l},{c},100", {"": walk(hours(1200), 19, 7166.92)},
          date="%d/%m/%Y"),
    Sheet("next_hint_fails_wide", files={"wide.csv": ("Date,AAPL,MSFT\n" + "".join(
          f"{a.when:%Y-%m-%d},{a.close},{b.close}\n" for a, b in zip(DAILY, OTHER, strict=True))).encode()}, options={"wide": True},
          rows={"AAPL": rows_of(DAILY), "MSFT": rows_of(OTHER)}),
    Sheet("months_of_one_ticker, named", files=parts(DAILY, 30), options={"as_ticker": "BTCUSDT"}, rows={"BTCUSDT": rows_of(DAILY)}),
]  # fmt: skip
