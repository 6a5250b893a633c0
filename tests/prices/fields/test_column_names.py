"""What names say, in the languages of exports: each header as a site or a library writes it."""

import pytest

from rnn_forecast.prices.fields.column_names import KEPT, PRICES, is_known, key, mentions, rank, role

OHLCV = ("date", "open", "high", "low", "close", "volume")
HEADERS = {  # of what is in OHLCV, in that order
    "English": "Date|Open|High|Low|Close|Volume",
    "MetaTrader 5": "<DATE>|<OPEN>|<HIGH>|<LOW>|<CLOSE>|<VOL>",
    "Alpha Vantage": "timestamp|1. open|2. high|3. low|4. close|5. volume",
    "Alpha Vantage, coins": "date|1a. open (USD)|2a. high (USD)|3a. low (USD)|4a. close (USD)|5. volume",
    "quantmod": "date|AAPL.Open|AAPL.High|AAPL.Low|AAPL.Close|AAPL.Volume",
    "flattened": "Date|Open_BRK-B|High_BRK-B|Low_BRK-B|Close_BRK-B|Volume_BRK-B",
    "spelt out": "date|Open Price|High Price|Low_Price|Closing Price|Total Trade Quantity",
    "NSE": "TradDt|OpnPric|HghPric|LwPric|ClsPric|TtlTradgVol",
    "Bitstamp": "Timestamp|Open|High|Low|Close|Volume_(BTC)",
    "German": "Datum|Eröffnung|Hoch|Tief|Schlusskurs|Volumen",
    "French": "Horodatage|Ouverture|Plus Haut|Plus Bas|Clôture|Volumes",
    "Spanish": "Fecha|Apertura|Máximo|Mínimo|Cierre|Volumen",
    "Portuguese": "Data|Abertura|Máxima|Mínima|Fechamento|Quantidade",
    "Italian": "Data|Apertura|Massimo|Minimo|Chiusura|Volume",
    "Dutch": "Datum|Openingskoers|Hoog|Laag|Slotkoers|Volume",
    "Polish": "Data|Otwarcie|Najwyzszy|Najnizszy|Zamknięcie|Wolumen",
    "Russian": "Дата|Открытие|Максимум|Минимум|Закрытие|Объём",
    "Turkish": "Tarih|Açılış|Yüksek|Düşük|Kapanış|Hacim",
    "Chinese": "日期|开盘|最高|最低|收盘|成交量",
    "Chinese, traditional": "日期|開盤價|最高價|最低價|收盤價|成交量",
    "Japanese": "日付|始値|高値|安値|終値|出来高",
    "Korean": "날짜|시가|고가|저가|종가|거래량",
}


@pytest.mark.parametrize("who", HEADERS)
def test_a_header_of_each_kind(who: str) -> None:
    assert tuple(role(name) for name in HEADERS[who].split("|")) == OHLCV


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ("Adj Close|Adj. Close|Adjusted Close|adjClose|adj_close|Adj Close**|close_adj|bereinigter Schlusskurs", "adj close"),
        ("Último|Zuletzt|Dernier|Ultimo|Laatst|Ostatnio|Şimdi|Last|LTP|PX_LAST|Last Price|現在値", "last"),
        ("Settle|Settlement Price|结算价", "settle"),
        ("Price|Цена|PRICE (EUR)|Prix", "price"),
        ("ts_code|SECID|股票代码|<TICKER>|Symbol|ISIN|Pair|Name|Unix Symbol|종목코드|unique_id", "ticker"),
        ("trade_date|TRADEDATE|<DTYYYYMMDD>|Gmt time|Local time|timeOpen|open_time|ds|交易日期|날짜", "date"),
        ("NAV|净值", "nav"),
        ("Dividends|配当", "dividend"),
        ("Stock Splits|Split Factor", "split"),
    ],
)  # fmt: skip
def test_names_of_one_thing(names: str, what: str) -> None:
    for name in names.split("|"):
        assert role(name) == what, name


@pytest.mark.parametrize(
    "name",
    """Prev Close|PREV. CLOSE|Previous Close|Change %|Var%|Open Interest|Weighted_Price|VWAP|Turnover|Amount|成交额
    Umsatz|Close MA|SMA_close|log_close|close pct|52w high|前收盘|marketCap|<PER>|Previous Day Open Interest""".replace("\n", "|").split("|"),
)  # fmt: skip
def test_what_is_near_a_price_and_none(name: str) -> None:
    assert role(name) is None


def test_names_that_say_nothing():
    for name in ("AAPL", "x", "", "venue", "foo", "(column)"):
        assert role(name) is None and not is_known(name)
    assert is_known("Open Interest") and is_known("成交额")


def test_case_accents_blanks_and_brackets_do_not_matter():
    assert key("  CLÔTURE* ") == key("cloture") == key("Clôture (EUR)")
    assert key("(USD)") == "usd"  # where nothing else is left


def test_the_surer_name_has_the_lower_rank():
    for sure, less in (
        ("date", "time"),
        ("symbol", "name"),
        ("close", "Closing Price"),
        ("close", "AAPL.Close"),
    ):
        what = role(sure)
        assert what is not None
        one, other = rank(sure, what), rank(less, what)
        assert one is not None and other is not None and one < other
    assert rank("close", "open") is None


def test_a_word_of_a_longer_name():
    assert (
        mentions("Gold close", "close")
        and not mentions("prev close", "close")
        and not mentions("closet", "close")
    )


def test_every_role_is_one_that_columns_know():
    known = {"date", "moment", "time", "ticker", *PRICES, *KEPT}
    assert {role(name) for header in HEADERS.values() for name in header.split("|")} <= known
