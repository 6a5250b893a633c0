"""What a column's name says that it holds, in the languages that exports are written in: one table of words.

Names are compared without case, accents, blanks and marks, without a number in front (`4. close`) and without
what stands in brackets (`close (USD)`); a ticker (`AAPL.Close`) or a filler (`Close_Price`) may stand beside
the word. A name tells columns apart whose cells allow both; what a column can be, its cells say.
"""

import re
import unicodedata
from functools import lru_cache

# Of each role, the surer names first; a "moment" is a date where its cells are. English; then German, French,
# Spanish, Portuguese, Italian, Dutch, Polish, Russian, Turkish, Swedish, Chinese (both scripts), Japanese, Korean.
_WORDS = {
    "date": """date datetime timestamp tradedate tradingdate traddt bizdt datetimeutc dateutc businessdate
        quotedate pricedate valuedate asofdate businessday observationdate time ds localtime gmttime dates
        dtyyyymmdd unixtimestamp unixtime unix epoch timeopen opentime starttime timestart candlebegintime
        datum handelstag handelsdatum zeitpunkt zeitstempel buchungstag horodatage dateheure fecha fechahora
        data dataora datahora datapregao дата датавремя датаивремя tarih tarihsaat
        日期 交易日期 交易日 时间 時間 日時 日付 日付け 年月日 交易时间 成交日期 净值日期 날짜 일자 일시 거래일 기준일""",
    "moment": """t dt day period month quarter year week yearmonth monat mois mese maand miesiac месяц 月份 年月 연월 begin bar index tag jour dia giorno gun dzien
        timeclose closetime candleendtime end""",
    "time": """time tijd uhrzeit zeit heure hora ora godzina czas время saat 时间 時間 時刻 시간 시각
        tradetime hour clock""",
    "ticker": """ticker symbol tscode uniqueid tickersymbol unixsymbol secid stockcode tradingsymbol tckrsymb
        securitycode sccode mnemonic isin ric figi cusip sedol wkn permno gvkey instrument instrumentid
        instrumentname contract pair currencypair asset assetid security stock code seriesid kod kodpapieru
        nomewertpapier wertpapier kurzel kuerzel valeur codeisin simbolo codigo codneg titolo titulo papel
        strumento walor тикер код бумага инструмент sembol hisse hissekodu
        股票代码 股票代碼 证券代码 證券代號 證券代碼 代码 代碼 基金代码 合约代码 合约 指数代码 コード 銘柄コード 銘柄
        종목코드 종목 단축코드 티커 name company companyname stockname securityname scname nazwa nome nombre
        denominazione 名称 名稱 股票名称 证券简称 简称 銘柄名 종목명 코인""",
    "price": """price preis prix precio preco prezzo prijs cena цена fiyat 价格 價格 価格 가격""",
    "adj close": """adjclose adjustedclose closeadj closeadjusted adjustedclosingprice adjclosingprice
        adjcloseprice adjusted adjclosed adj totalreturnindex bereinigterschlusskurs schlusskursbereinigt
        coursajuste cierreajustado cierreajust fechamentoajustado fechamentoajust chiusuraaggiustata
        chiusuraadj duzeltilmiskapanis
        后复权收盘价 前复权收盘价 复权收盘价 调整收盘价 調整收市價 調整後収盤価 調整後終値 수정종가""",
    "close": """close closeprice closingprice closing c schlusskurs schluss schlusspreis schlu schl
        cloture coursdecloture clot cierre preciodecierre preciocierre fechamento fecho
        precodefechamento ultimopreco preult chiusura prezzodichiusura slotkoers slot sluitkoers zamkniecie
        kurszamkniecia закрытие ценазакрытия закр kapanis kapanisfiyati kapanisfiyat
        stangning stangningskurs stangningspris slutkurs
        收盘 收盘价 收市 收市價 收盤 收盤價 最新价 終値 終値円 終値単価 終り値 종가 closelast legalcloseprice clspric
        closepric closingpx pxclose dayclose""",
    "settle": "settle settlement settlementprice settleprice sttlmpric abrechnungspreis 结算价 結算價 清算値 정산가",
    "last": """last lastprice ltp lasttradedprice lasttrade lasttradeprice lastpric pxlast tradeprice
        zuletzt letzter letzterkurs kurs rate dernier dernierprix derniercours cours ultimo ultimoprecio
        ultimoprezzo ultimovalor laatst laatste koers ostatnio ostatnia последняя последн simdi son senast
        sonfiyat 最新 最新價 现价 成交价 成交價 現在値 현재가""",
    "nav": "nav netassetvalue nettoinventarwert rucknahmepreis valeurliquidative vl 单位净值 净值 基準価額 기준가",
    "value": "value y wert valeurs valor valore waarde wartosc значение deger 値 값",
    "open": """open openprice openingprice opening o opnpric pxopen openpric eroffnung eroffn erster eroffnungskurs
        ouverture ouv apertura abertura precodeabertura preabe openingskoers otwarcie kursotwarcia
        открытие ценаоткрытия откр acilis acilisfiyati oppning oppningskurs oppningspris
        开盘 开盘价 開市 開盤 開盤價 始値 시가 오픈""",
    "high": """high highprice h hghpric pxhigh dayhigh highest hoch tageshoch hochst hoechst plushaut haut
        maximo maxima precomaximo premax massimo max hoog hoogste najwyzszy maks kursmax kursmaksymalny
        максимум макс максимальнаяцена yuksek enyuksek hogst hogsta hogstakurs
        最高 最高价 最高價 高 高値 고가""",
    "low": """low lowprice l lwpric pxlow daylow lowest tief tagestief tiefst plusbas bas minimo minima
        precominimo premin min laag laagste najnizszy kursmin kursminimalny
        минимум мин минимальнаяцена dusuk endusuk lagst lagsta lagstakurs
        最低 最低价 最低價 低 安値 저가""",
    "volume": """volume vol v totalvolume tradedvolume tradedquantity totaltradequantity tottrdqty ttltradgvol
        noofshares shares pxvolume sharestraded volumebtc basevolume basevolumetraded stuecke stucke
        volumen umsatzinstuck volumes volumi quantidade hoeveelheid wolumen wol объем hac hacim islemmiktari volym totalvolym
        成交量 交易量 成交股数 成交股數 出来高 売買高 거래량""",
    "dividend": """dividend dividends divcash dividendamount exdividend dividende dividendes dividendo dividendos
        dividendi dywidenda дивиденд дивиденды temettu 分红 股息 配当 配当金 배당 배당금""",
    "split": "split splits stocksplit stocksplits splitfactor splitcoefficient splitratio aktiensplit",
    # known, so that no part of the name is taken for one of the above
    "": """openinterest openint oi prevclose lastclose previousclose preclose prclose priorclose
        prevclosingprice prvsclsgpric yesterdaysclose lastclosingprice vortag vorherigerschlusskurs
        previousdayopeninterest change chg pctchange pctchg changepercent netchange marketcap trades vwap
        averageprice avgprice weightedprice turnover amount quotevolume numberoftrades tickvol spread per
        handelsvolumen umsatz montant importe giro obrot оборот 成交额 成交額 成交金额 成交金額 前收盘 前收盤 昨收 涨跌额
        涨跌幅 売買代金 前日比 거래대금 전일비 전일대비 series board boardid exchange currency bid ask""",
}
_ALIKE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ё": "е"})


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FILLERS = _set(
    """price px prices kurs preis daily day raw unadjusted unadj in the of usd eur gbp jpy chf cny inr brl
    rub usdt btc pric value last session regular official mid fx spot eod stock rate"""
)
_OTHERS = _set(  # beside a word of the table: no such column
    """prev previous prior pre yesterday pct percent change chg diff return returns log ma sma ema avg average
    mean std var time date ratio signal pred forecast next target 52w
    strike base ceiling floor issue ref reference limit unit marginal qty quantity size oi face market total
    trade traded upper lower band rsi"""
)
LONGER = 1000  # from this rank on the word stands in a longer name
PRICES = ("price", "adj close", "close", "settle", "last", "nav", "value")  # the surer price first
RANGE = ("open", "high", "low")
KEPT = (*RANGE, "close", "volume", "dividend", "split")  # what is kept beside the price


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """The name as names are compared: `<CLOSE>`, `4. close`, `Close (USD)` and `Close*` are `close`."""
    bare = re.sub(r"[(\[（【].*?[)\]）】]", "", name)
    bare = re.sub(r"^\s*[0-9]+[a-z]?\.\s+", "", bare if re.search(r"\w", bare) else name)
    return "".join(c for c in _folded(bare) if c.isalnum())


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))


def _table() -> dict[str, dict[str, int]]:
    return {
        what: {key(word): i for i, word in reversed(list(enumerate(words.split())))}
        for what, words in _WORDS.items()
    }


_TABLE = _table()


def rank(name: str, what: str) -> int | None:
    """How sure the name is one of `what`, 0 the surest; None where it is none."""
    if (known := _TABLE[what].get(key(name))) is not None:
        return known
    word = _word(name)
    return None if word is None or (found := _TABLE[what].get(word)) is None else LONGER + found


@lru_cache(maxsize=4096)
def role(name: str) -> str | None:
    """What the name says that the column holds: "date", "close", "open", …; None where it says nothing."""
    roles = [(place, what) for what in _TABLE if what and (place := rank(name, what)) is not None]
    exact = [what for place, what in roles if place < LONGER]
    if exact:
        return exact[0]
    return None if key(name) in _TABLE[""] or not roles else roles[0][1]


def parted(name: str) -> tuple[str, str] | None:
    """The word and the ticker of a name that holds both: `Close_AAPL` and `AAPL.Close` are `close` of AAPL."""
    found = _found(name)
    if found is None:
        return None
    word, rest = found
    ticker = ".".join(part for part in rest if key(part) not in _FILLERS or part.isupper())
    return (word, ticker) if ticker else None


def _word(name: str) -> str | None:
    found = _found(name)
    return None if found is None else found[0]


@lru_cache(maxsize=4096)
def _found(name: str) -> tuple[str, tuple[str, ...]] | None:
    """The word of the table in a longer name, and what else stands there: `AAPL.Close`, `close_price`."""
    if key(name) in _TABLE[""]:
        return None
    bare = re.sub(r"[(\[（【].*?[)\]）】]", " ", name)
    parts = [part for part in re.split(r"[^\w^=-]+|_|(?<=[a-z])(?=[A-Z])", bare) if part]
    folded = [key(part) for part in parts]
    if not 1 < len(parts) <= 5 or _OTHERS & set(folded):
        return None
    for first in range(len(parts)):  # the longest run of parts that is a word, the rest fillers or a ticker
        for last in range(len(parts), first, -1):
            word = "".join(folded[first:last])
            if len(word) > 1 and any(word in _TABLE[what] for what in _TABLE if what not in ("", "time")):
                rest = [*range(first), *range(last, len(parts))]
                if all(folded[i] in _FILLERS or _is_ticker(parts[i]) for i in rest):
                    return word, tuple(parts[i] for i in rest)
                return None
    return None


def is_other(name: str) -> bool:
    """Whether the name says that the column holds what we do not keep: `amount`, `previous close`."""
    return key(name) in _TABLE[""]


def is_known(name: str) -> bool:
    """Whether the name says what the column holds, be it nothing that we keep."""
    return is_other(name) or role(name) is not None


def mentions(name: str, what: str) -> bool:
    """Whether the word itself stands in a longer name that says nothing else: `Gold close`."""
    parts = {key(part) for part in re.split(r"[\W_]+", name)}
    return what in parts and not parts & _OTHERS


def _is_ticker(part: str) -> bool:
    return part.isupper() or not re.search(r"[^\W\d_]", part)
