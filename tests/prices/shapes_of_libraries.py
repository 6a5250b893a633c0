"""What libraries, data shops and coin exchanges write."""

from collections.abc import Sequence

from sheets import (
    COINS,
    DAILY,
    HOURLY,
    OTHER,
    Bar,
    Moment,
    Sheet,
    epoch,
    parquet,
    plain,
    rows_of,
    thousands,
)

CELLS, OHLC = "{o},{h},{l},{c}", "open,high,low,close"
TWO = {"AAPL": DAILY, "MSFT": OTHER}
BOTH = {"AAPL": rows_of(DAILY), "MSFT": rows_of(OTHER)}
ADJUSTED = {"AAPL": rows_of(DAILY, "adj"), "MSFT": rows_of(OTHER, "adj")}
FIELDS = {
    "Adj Close": "adj",
    "Close": "close",
    "High": "high",
    "Low": "low",
    "Open": "open",
    "Volume": "volume",
}
NAMED = {"Close": "close", "High": "high", "Low": "low", "Open": "open", "Volume": "volume"}


def levels(
    first: str, second: str, *, fields: Sequence[str], by_ticker: bool = False, third: str = "Date"
) -> bytes:
    """A frame of two tickers whose columns have two levels, as `to_csv` writes it."""
    pairs = [(f, t) for t in TWO for f in fields] if by_ticker else [(f, t) for f in fields for t in TWO]
    heads = [[f for f, _ in pairs], [t for _, t in pairs]]
    lines = [
        ",".join([name, *names])
        for name, names in zip((first, second), heads[::-1] if by_ticker else heads, strict=True)
    ]
    lines.append(third + "," * len(pairs))
    for i, bar in enumerate(DAILY):
        lines.append(
            ",".join([f"{bar.when:%Y-%m-%d}", *(str(getattr(TWO[t][i], FIELDS[f])) for f, t in pairs)])
        )
    return ("\n".join(lines) + "\n").encode()


def frame(
    names: str = "('{f}', '{t}')",
    date: str = "Date",
    tickers: Sequence[str] = ("AAPL", "MSFT"),
    fields: dict[str, str] = NAMED,
) -> bytes:
    columns = {date: [b.when for b in DAILY]}
    return parquet(
        columns
        | {
            names.format(f=f, t=t): [getattr(b, a) for b in TWO[t]]
            for f, a in fields.items()
            for t in tickers
        }
    )


def long_frame() -> bytes:
    bars: list[tuple[str, Bar]] = [(t, b) for t, of in TWO.items() for b in of]
    columns = {
        name: [getattr(b, name) for _, b in bars] for name in ("open", "high", "low", "close", "volume")
    }
    return parquet({"symbol": [t for t, _ in bars], "timestamp": [b.when for _, b in bars]} | columns)


def with_lines(sheet: Sheet, lines: dict[int, str]) -> bytes:
    """The sheet with lines put in before the rows of these numbers."""
    written = sheet.text().splitlines()
    for at in sorted(lines, reverse=True):
        written.insert(at, lines[at])
    return ("\n".join(written) + "\n").encode()


PAGE = Sheet(
    "",
    "Date,Open,High,Low,Close*,Adj Close**,Volume",
    "{d}|{o}|{h}|{l}|{c}|{x}|{v}",
    date="%b %d, %Y",
    newest_first=True,
)
YAHOO = Sheet("", "Date,Open,High,Low,Close,Adj Close,Volume", "{d},{o},{h},{l},{c},{x},{v}")
LIBRARIES = [
    Sheet("yfinance, one ticker, new", "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,", "{d},{c},{h},{l},{o},{v}", file="x.csv",
          rows={"AAPL": rows_of(DAILY)}),
    Sheet("yfinance, many tickers, new", files={"prices.csv": levels("Price", "Ticker", fields=[*NAMED])}, rows=BOTH),
    Sheet("yfinance, many tickers, with adjusted", files={"prices.csv": levels("Price", "Ticker", fields=[*FIELDS])}, rows=ADJUSTED),
    Sheet("yfinance, many tickers, grouped by ticker", files={"prices.csv": levels("Ticker", "Price", fields=["Open", "High", "Low", "Close", "Volume"], by_ticker=True)},
          rows=BOTH),
    Sheet("yfinance, many tickers, old", files={"prices.csv": levels("", "", fields=[*FIELDS])}, rows=ADJUSTED),
    Sheet("yfinance, many tickers, only closes", files={"prices.csv": levels("Price", "Ticker", fields=["Close"])}, rows=BOTH),
    Sheet("yfinance, one ticker, old", "Date,Open,High,Low,Close,Adj Close,Volume", "{d},{o},{h},{l},{c},{x},{v}", price="adj"),
    Sheet("yfinance, history", "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits", "{d},{o},{h},{l},{c},{v},0.0,0.0", date="%Y-%m-%d 00:00:00-05:00"),
    Sheet("yfinance, minutes", "Datetime,Open,High,Low,Close,Volume", "{d},{o},{h},{l},{c},{v}", {"": HOURLY}, date="%Y-%m-%d %H:%M:%S-05:00"),
    Sheet("yfinance, Parquet, many tickers", files={"prices.parquet": frame()}, rows=BOTH),
    Sheet("yfinance, Parquet, reset index", files={"prices.parquet": frame(date="('Date', '')")}, rows=BOTH),
    Sheet("yfinance, Parquet, grouped by ticker", files={"prices.parquet": frame("('{t}', '{f}')")}, rows=BOTH),
    Sheet("yfinance, Parquet, adjusted", files={"prices.parquet": frame(fields=FIELDS)}, rows=ADJUSTED),
    Sheet("yfinance, Parquet, one ticker", files={"prices.parquet": frame(tickers=("MSFT",))}, rows={"MSFT": rows_of(OTHER)}),
    Sheet("pandas-datareader, two tickers", files={"prices.csv": levels("Attributes", "Symbols", fields=[*FIELDS])}, rows=ADJUSTED),
    Sheet("pandas-datareader, stooq", "Date,Open,High,Low,Close,Volume", "{d},{o},{h},{l},{c},{v}", newest_first=True),
    Sheet("alpaca", f"symbol,timestamp,{OHLC},volume,trade_count,vwap", "{t},{d},{o},{h},{l},{c},{v},1500.0,{x}", TWO, date="%Y-%m-%d %H:%M:%S+00:00"),
    Sheet("alpaca, Parquet", files={"bars.parquet": long_frame()}, rows=BOTH),
    Sheet("alpaca, row numbers in front", f",symbol,timestamp,{OHLC},volume", "{n},{t},{d},{o},{h},{l},{c},{v}", TWO, date="%Y-%m-%dT%H:%M:%SZ"),
    Sheet("ccxt with a date", f"timestamp,datetime,{OHLC},volume", "{d},{T},{o},{h},{l},{c},{v}", {"": HOURLY}, date=epoch(1e3), clock="%Y-%m-%dT%H:%M:%S.000Z"),
    Sheet("ccxt, capitals, row numbers", "index,Timestamp,Open,High,Low,Close,Volume", "{n},{d},{o},{h},{l},{c},{v}", {"": HOURLY}, date=epoch(1e3), newest_first=True),
    Sheet("ccxt, columns by number", "0,1,2,3,4,5", "{d},{o},{h},{l},{c},{v}", {"": HOURLY}, date=epoch(1e3), either=True),
    Sheet("Alpha Vantage, CSV", f"timestamp,{OHLC},volume", "{d},{o},{h},{l},{c},{v}", newest_first=True),
    Sheet("Alpha Vantage, adjusted", f"timestamp,{OHLC},adjusted_close,volume,dividend_amount,split_coefficient", "{d},{o},{h},{l},{c},{x},{v},0.0000,1.0", newest_first=True, price="adj"),
    Sheet("Alpha Vantage, adjusted, numbered", "date,1. open,2. high,3. low,4. close,5. adjusted close,6. volume,7. dividend amount,8. split coefficient",
          "{d},{o},{h},{l},{c},{x},{v},0.0,1.0", newest_first=True, price="adj"),
    Sheet("Alpha Vantage, coins", "date,1a. open (USD),2a. high (USD),3a. low (USD),4a. close (USD),5. volume,6. market cap (USD)", "{d},{o},{h},{l},{c},{v},{a}", newest_first=True),
    Sheet("Alpha Vantage, coins in two moneys", "date,1a. open (EUR),1b. open (USD),2a. high (EUR),2b. high (USD),3a. low (EUR),3b. low (USD),4a. close (EUR),4b. close (USD),5. volume",
          "{d},{o},{o},{h},{h},{l},{l},{x},{c},{v}", newest_first=True, either=True, also=({"AAPL": rows_of(DAILY, "adj")},)),
    Sheet("Alpha Vantage, forex", f"timestamp,{OHLC}", "{d},{o},{h},{l},{c}", newest_first=True),
    Sheet("akshare, English", f"date,{OHLC},volume,outstanding_share,turnover", "{d},{o},{h},{l},{c},{v},1000000.0,0.0123"),
    Sheet("baostock", "date,code,open,high,low,close,preclose,volume,amount,adjustflag,turn,tradestatus,pctChg,isST", "{d},{t},{o},{h},{l},{c},{p},{v},{a},3,0.5,1,{g},0", {"sh.600000": DAILY}),
    Sheet("tushare, old, row numbers", "date,open,close,high,low,volume,code", "{d},{o},{c},{h},{l},{v},{t}", {"000001": DAILY}),
    Sheet("tushare, several, mixed", "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount", "{t},{d},{o},{h},{l},{c},{p},0.5,{g},{v},{a}",
          {"000001.SZ": DAILY, "600519.SH": OTHER}, date="%Y%m%d", newest_first=True, by_date=True),
    Sheet("tushare, row numbers, index", ",ts_code,trade_date,close,open,high,low,pre_close,vol", "{n},{t},{d},{c},{o},{h},{l},{p},{v}", {"000300.SH": DAILY}, date="%Y%m%d", newest_first=True),
    Sheet("tushare, fund", "ts_code,ann_date,nav_date,unit_nav,accum_nav,adj_nav", "{t},{d},{d},{c},{o},{x}", {"150008.SZ": DAILY}, date="%Y%m%d", newest_first=True, either=True,
          also=({"150008.SZ": rows_of(DAILY, "adj")},)),
    Sheet("Quandl, futures", "Date,Open,High,Low,Last,Change,Settle,Volume,Previous Day Open Interest", "{d},{o},{h},{l},{x},{g},{c},{v},120000.0", newest_first=True, either=True,
          also=({"AAPL": rows_of(DAILY, "adj")},)),
    Sheet("Quandl, WIKI", "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume", "{d},{o},{h},{l},{c},{v},0.0,1.0,{o},{h},{l},{x},{v}", price="adj"),
    Sheet("Quandl, WIKI, table", "ticker,date,open,high,low,close,volume,ex-dividend,split_ratio,adj_open,adj_high,adj_low,adj_close,adj_volume",
          "{t},{d},{o},{h},{l},{c},{v},0.0,1.0,{o},{h},{l},{x},{v}", TWO, price="adj"),
    Sheet("quantmod", ",AAPL.Open,AAPL.High,AAPL.Low,AAPL.Close,AAPL.Volume", '"{d}",{o},{h},{l},{c},{v}', also=({"prices": rows_of(DAILY)},)),
    Sheet("quantmod, adjusted", "Index,MSFT.Open,MSFT.High,MSFT.Low,MSFT.Close,MSFT.Volume,MSFT.Adjusted", "{d},{o},{h},{l},{c},{v},{x}", price="adj",
          also=({"MSFT": rows_of(DAILY, "adj")},)),
    Sheet("tidyquant", f"symbol,date,{OHLC},volume,adjusted", "{t},{d},{o},{h},{l},{c},{v},{x}", TWO, price="adj"),
    Sheet("tiingo", "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor", "{d},{c},{h},{l},{o},{v},{x},{h},{l},{o},{v},0.0,1.0",
          date="%Y-%m-%dT00:00:00.000Z", price="adj"),
    Sheet("tiingo, two symbols", "symbol,date,close,high,low,open,volume,adjClose", "{t},{d},{c},{h},{l},{o},{v},{x}", TWO, date="%Y-%m-%d 00:00:00+00:00", price="adj"),
    Sheet("polygon", "v,vw,o,c,h,l,t,n", "{v},{x},{o},{c},{h},{l},{d},5", {"": HOURLY}, date=epoch(1e3)),
    Sheet("finnhub", "c,h,l,o,s,t,v", "{c},{h},{l},{o},ok,{d},{v}", {"": HOURLY}, date=epoch()),
    Sheet("EOD historical", "Date,Open,High,Low,Close,Adjusted_close,Volume", "{d},{o},{h},{l},{c},{x},{v}", price="adj"),
    Sheet("Twelve Data", "datetime;open;high;low;close;volume", "{d};{o};{h};{l};{c};{v}", sep=";", newest_first=True),
    Sheet("IB, days", ",date,open,high,low,close,volume,average,barCount", "{n},{d},{o},{h},{l},{c},{v},{x},500"),
    Sheet("IB, hours of a zone", f"date,{OHLC},volume,average,barCount", "{d},{o},{h},{l},{c},{v},{x},500", {"": HOURLY}, date="%Y-%m-%d %H:%M:%S-04:00"),
    Sheet("TradingView, bands", f"time,{OHLC},VWAP,Upper Band #1,Lower Band #1,Volume,Volume MA", "{d},{o},{h},{l},{c},{x},{h},{l},{v},400", {"": HOURLY}, date="%Y-%m-%dT%H:%M:%SZ"),
    Sheet("TradingView, plots twice", f"time,{OHLC},Plot,Plot,Volume", "{d},{o},{h},{l},{c},1,2,{v}", date=epoch()),
    Sheet("CoinMarketCap, old", "Date,Open*,High,Low,Close**,Volume,Market Cap", "{d}|{o}|{h}|{l}|{c}|{v}|{v}", {"": COINS}, date="%b %d, %Y", number=thousands(), newest_first=True),
    Sheet("CoinMarketCap, old, adjusted", "Date,Open*,High,Low,Close*,Adj Close**,Volume", "{d}|{o}|{h}|{l}|{c}|{x}|{v}", {"": COINS}, date="%b %d, %Y", number=thousands(), newest_first=True, price="adj"),
    Sheet("CoinMarketCap, Kaggle", "SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap", "{n},Bitcoin,{t},{d},{h},{l},{o},{c},{v},{a}", {"BTC": COINS},
          date="%Y-%m-%d 23:59:59", rows={"BTC": tuple((Moment(*b.when.timetuple()[:3], 23, 59, 59), b.close) for b in COINS)},
          also=({"Bitcoin": tuple((Moment(*b.when.timetuple()[:3], 23, 59, 59), b.close) for b in COINS)}, {"BTC": rows_of(COINS)})),
    Sheet("CryptoDataDownload, title", "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD", "{d},{T},{t},{o},{h},{l},{c},0.5,{v}", {"BTC/USD": HOURLY}, date=epoch(),
          clock="%Y-%m-%d %H:%M:%S", newest_first=True, before="https://www.CryptoDataDownload.com\n"),
    Sheet("CryptoDataDownload, title, capitals and 12-AM", "Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USD", "{d},{t},{o},{h},{l},{c},0.5,{v}", {"BTCUSD": HOURLY},
          date="%Y-%m-%d %I-%p", newest_first=True, before="https://www.CryptoDataDownload.com\n"),
    Sheet("CryptoDataDownload, Unix Timestamp in ms", "Unix Timestamp,Date,Symbol,Open,High,Low,Close,Volume", "{d},{T},{t},{o},{h},{l},{c},{v}", {"ETHUSD": HOURLY}, date=epoch(1e3),
          clock="%Y-%m-%d %H:%M:%S", newest_first=True),
    Sheet("coinbase", "time,low,high,open,close,volume", "{d},{l},{h},{o},{c},{v}", {"": HOURLY}, date=epoch(), newest_first=True),
    Sheet("bitfinex", "timestamp,open,close,high,low,volume", "{d},{o},{c},{h},{l},{v}", {"": HOURLY}, date=epoch(1e3), newest_first=True),
    Sheet("binance, header of 2023", f"open_time,{OHLC},volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore",
          "{d},{o},{h},{l},{c},{v},{d}999,{a},400,1.2,1.3,0", {"": HOURLY}, date=epoch(1e3)),
    Sheet("binance, python-binance names", "Open time,Open,High,Low,Close,Volume,Close time,Quote asset volume,Number of trades,Taker buy base asset volume,Taker buy quote asset volume,Ignore",
          "{d},{o},{h},{l},{c},{v},{d},{a},400,1.2,1.3,0", {"": HOURLY}, date="%Y-%m-%d %H:%M:%S"),
    Sheet("binance without header, microseconds", None, "{d},{o},{h},{l},{c},{v},{d},{a},400,1.2,1.3,0", {"": HOURLY}, date=epoch(1e6), phrase="header"),
    Sheet("kraken without header", None, "{d},{o},{h},{l},{c},{v},12", {"": HOURLY}, date=epoch(), either=True, phrase="--columns"),
    Sheet("kraken without header, told", None, "{d},{o},{h},{l},{c},{v},12", {"": HOURLY}, date=epoch(), options={"columns": tuple("time,open,high,low,close,volume,count".split(","))}),
    Sheet("gecko", "snapped_at,price,market_cap,total_volume", "{d},{c},{a},{v}", date="%Y-%m-%d 00:00:00 UTC"),
    Sheet("Yahoo with null", "Date,Open,High,Low,Close,Adj Close,Volume", "", files={"AAPL.csv": with_lines(YAHOO, {9: "2019-01-13,null,null,null,null,null,null"})},
          rows={"AAPL": rows_of(DAILY, "adj")}),
    Sheet("Yahoo with dividends and a split", files={"AAPL.csv": with_lines(PAGE, {9: '"May 03, 2019","0.82 Dividend",,,,,', 30: '"Apr 01, 2019","4:1 Stock Split",,,,,'})},
          rows={"AAPL": rows_of(DAILY, "adj")}),
    Sheet("Yahoo with dividends in a comma-free row", files={"AAPL.csv": with_lines(YAHOO, {9: "2019-01-13,DIVIDEND,0.82,,,,"})}, rows={"AAPL": rows_of(DAILY, "adj")}, either=True),
    Sheet("Kaggle, all_stocks_5yr", "date,open,high,low,close,volume,Name", "{d},{o},{h},{l},{c},{v},{t}", TWO),
    Sheet("Kaggle, NYSE", "date,symbol,open,close,low,high,volume", "{d},{t},{o},{c},{l},{h},{v}", TWO, date="%Y-%m-%d 00:00:00", by_date=True),
    Sheet("Kaggle, huge stocks", "Date,Open,High,Low,Close,Volume,OpenInt", "{d},{o},{h},{l},{c},{v},0", file="aapl.us.txt", rows={"aapl.us": rows_of(DAILY)},
          also=({"aapl": rows_of(DAILY)},)),
    Sheet("Kaggle, bitstamp in epochs", "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price", "{d}.0,{o},{h},{l},{c},0.5,{v},{x}", {"": HOURLY}, date=epoch()),
    Sheet("Zerodha", f"date,{OHLC},volume", "{d},{o},{h},{l},{c},{v}", date="%Y-%m-%d 00:00:00+05:30"),
    Sheet("Unix Symbol", "Unix Symbol,Unix Time,Close,Volume", "{t},{d},{c},{v}", {"BTC-USD": HOURLY, "ETH-USD": tuple(Bar(b.when, b.open / 10, b.high / 10, b.low / 10, round(b.close / 10, 2), b.adj, b.volume) for b in HOURLY)},
          date=epoch()),
    Sheet("prices of one thousandth", f"date,{OHLC}", "{d},{o},{h},{l},{c}", {"": tuple(Bar(b.when, *(round(x / 1e6, 9) for x in (b.open, b.high, b.low, b.close, b.adj)), b.volume) for b in COINS)}, number=plain(9)),
]  # fmt: skip
