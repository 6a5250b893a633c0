"""One exporter in thirteen languages, and the tables of exchanges and brokers that write in no English."""

from collections.abc import Callable

from sheets import (
    DAILY,
    HOURLY,
    LARGE,
    OTHER,
    Moment,
    Sheet,
    comma,
    counted,
    days,
    german,
    plain,
    rows_of,
    spaced,
    thousands,
    unpadded,
    walk,
)

WON = walk(days(90), seed=31, start=62_000, digits=0)
YEN = walk(days(90), seed=32, start=2_910, digits=1)
LIRA = walk(days(90), seed=33, start=1_205)
INDEX = walk(days(90), seed=34, start=5_007)


def french(x: float) -> str:
    """1 234,50 with a narrow no-break space"""
    return f"{x:,.2f}".replace(",", "\u202f").replace(".", ",")


INVESTING: dict[str, tuple[str, str | Callable[[Moment], str], Callable[[float], str], str]] = {
    "English": ("Date,Price,Open,High,Low,Vol.,Change %", "%m/%d/%Y", thousands(), "utf-8-sig"),
    "German": ("Datum,Zuletzt,Eröffn.,Hoch,Tief,Vol.,+/- %", "%d.%m.%Y", german(), "utf-8-sig"),
    "French": ("Date,Dernier,Ouv., Plus Haut,Plus Bas,Vol.,Variation %", "%d/%m/%Y", french, "utf-8-sig"),
    "Spanish": ("Fecha,Último,Apertura,Máximo,Mínimo,Vol.,% var.", "%d.%m.%Y", german(), "utf-8-sig"),
    "Portuguese": ("Data,Último,Abertura,Máxima,Mínima,Vol.,Var%", "%d.%m.%Y", german(), "utf-8-sig"),
    "Italian": ("Data,Ultimo,Apertura,Massimo,Minimo,Vol.,Var. %", "%d.%m.%Y", german(), "utf-8-sig"),
    "Dutch": ("Datum,Laatste,Open,Hoog,Laag,Vol.,Verschil %", "%d-%m-%Y", german(), "utf-8-sig"),
    "Polish": ("Data,Ostatnio,Otwarcie,Max.,Min.,Wol.,Zmiana%", "%d.%m.%Y", german(), "utf-8-sig"),
    "Turkish": ("Tarih,Şimdi,Açılış,Yüksek,Düşük,Hac.,Fark %", "%d.%m.%Y", german(), "utf-8-sig"),
    "Russian": ("Дата,Цена,Откр.,Макс.,Мин.,Объём,Изм. %", "%d.%m.%Y", german(), "utf-8-sig"),
    "Chinese": ("日期,收盘,开盘,高,低,交易量,涨跌幅", unpadded("{d.year}年{d.month}月{d.day}日"), thousands(), "utf-8-sig"),
    "Japanese": ("日付け,終値,始値,高値,安値,出来高,変化率 %", "%Y年%m月%d日", thousands(), "utf-8-sig"),
    "Korean": ("날짜,종가,시가,고가,저가,거래량,변동 %", "%Y년 %m월 %d일", thousands(), "utf-8-sig"),
    "Korean, dashes": ("날짜,종가,시가,고가,저가,거래량,변동 %", "%Y- %m- %d", thousands(), "utf-8-sig"),
    "German, code page": ("Datum,Zuletzt,Eröffn.,Hoch,Tief,Vol.,+/- %", "%d.%m.%Y", german(), "cp1252"),
    "Polish, code page": ("Data,Zamknięcie,Otwarcie,Najwyższy,Najniższy,Wol.,Zmiana%", "%d.%m.%Y", german(), "cp1250"),
    "Russian, code page": ("Дата,Цена,Откр.,Макс.,Мин.,Объём,Изм. %", "%d.%m.%Y", german(), "cp1251"),
    "Chinese, GBK": ("日期,收盘,开盘,高,低,交易量,涨跌幅", "%Y-%m-%d", thousands(), "gbk"),
    "Chinese, GB18030": ("日期,收盘价,开盘价,最高价,最低价,交易量,涨跌幅", "%Y年%m月%d日", thousands(), "gb18030"),
    "Chinese, Big5": ("日期,收市,開市,最高,最低,成交量,升跌", "%Y/%m/%d", thousands(), "big5"),
    "Japanese, Shift-JIS": ("日付け,終値,始値,高値,安値,出来高,変化率 %", "%Y年%m月%d日", thousands(), "shift_jis"),
    "Korean, EUC-KR": ("날짜,종가,시가,고가,저가,거래량,변동 %", "%Y/%m/%d", thousands(), "euc_kr"),
    "Turkish, UTF-16": ("Tarih,Şimdi,Açılış,Yüksek,Düşük,Hac.,Fark %", "%d.%m.%Y", german(), "utf-16"),
}  # fmt: skip


def investing(language: str) -> Sheet:
    header, date, number, encoding = INVESTING[language]
    points = number in (INVESTING["English"][2],) or number(1234.5).endswith(".50")
    volume, change = ("34.31M", "-0.49%") if points else ("34,31M", "-0,49%")
    return Sheet(
        f"investing, {language}", header, f"{{d}}|{{c}}|{{o}}|{{h}}|{{l}}|{volume}|{change}", {"": LARGE},
        date=date, number=number, encoding=encoding, newest_first=True, quoted=True,
    )  # fmt: skip


OTHERS = [
    Sheet("stooq in Polish", "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen", "{d},{o},{h},{l},{c},{v}"),
    Sheet("GPW, cp1250", "Data;Nazwa;ISIN;Waluta;Kurs otwarcia;Kurs max;Kurs min;Kurs zamknięcia;Zmiana;Wolumen;Liczba Transakcji;Obrót",
          "{d};{t};PLPKN0000018;PLN;{o};{h};{l};{c};0,5;{v};120;9000,5", {"PKNORLEN": DAILY}, sep=";", number=comma(), encoding="cp1250",
          also=({"PLPKN0000018": rows_of(DAILY)},)),
    Sheet("wallstreet-online", "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen", "{d};{o};{h};{l};{c};{v}", sep=";", date="%d.%m.%Y", number=german(), newest_first=True),
    Sheet("German with Umsatz", "Datum;Eröffnung;Tageshoch;Tagestief;Schlusskurs;Umsatz in Stück;Umsatz in EUR", "{d};{o};{h};{l};{c};{v};{a}",
          sep=";", date="%d.%m.%Y", number=plain(), encoding="cp1252"),
    Sheet("German with Umsatz and Kurs", "Datum;Eröffnung;Hoch;Tief;Kurs;Umsatz", "{d};{o};{h};{l};{c};98.765,43", sep=";", date="%d.%m.%y", number=german()),
    Sheet("Boursorama", "date\touv\thaut\tbas\tclot\tvol\tdevise\t", "{d}\t{o}\t{h}\t{l}\t{c}\t{v}\tEUR\t", sep="\t", date="%d/%m/%Y 00:00"),
    Sheet("French broker", "Date;Ouverture;Plus haut;Plus bas;Clôture;Volume", "{d};{o};{h};{l};{c};{v}", {"": INDEX}, sep=";", date="%d/%m/%Y",
          number=spaced, encoding="cp1252", newest_first=True),
    Sheet("Spanish broker", "Fecha;Cierre;Apertura;Máximo;Mínimo;Volumen;Importe", "{d};{c};{o};{h};{l};{v};99,5", sep=";", date="%d/%m/%Y", number=comma()),
    Sheet("B3 in capitals", "DATPRE,CODNEG,PREABE,PREMAX,PREMIN,PREULT,QUATOT", "{d},{t},{o},{h},{l},{c},{v}", {"PETR4": DAILY, "VALE3": OTHER}, date="%Y%m%d"),
    Sheet("Portuguese with a code", "Código;Data do pregão;Abertura;Máximo;Mínimo;Fechamento;Volume", "{t};{d};{o};{h};{l};{c};{v}",
          {"PETR4": DAILY, "VALE3": OTHER}, sep=";", date="%d/%m/%Y", number=comma(), encoding="cp1252"),
    Sheet("Italian broker", "Data;Apertura;Massimo;Minimo;Chiusura;Volumi", "{d};{o};{h};{l};{c};{v}", {"": INDEX}, sep=";", date="%d/%m/%Y", number=german()),
    Sheet("Dutch broker", "Datum;Openingskoers;Hoogste;Laagste;Slotkoers;Volume", "{d};{o};{h};{l};{c};{v}", {"": INDEX}, sep=";", date="%d-%m-%Y", number=german()),
    Sheet("Borsa Istanbul", "Tarih;Hisse;Açılış Fiyatı;En Yüksek;En Düşük;Kapanış Fiyatı;Hacim", "{d};{t};{o};{h};{l};{c};{v}",
          {"GARAN": LIRA, "AKBNK": DAILY}, sep=";", date="%d.%m.%Y", number=german()),
    Sheet("Moscow exchange, history", "BOARDID;TRADEDATE;SHORTNAME;SECID;NUMTRADES;VALUE;OPEN;LOW;HIGH;LEGALCLOSEPRICE;WAPRICE;CLOSE;VOLUME;MARKETPRICE2;WAVAL;TRADINGSESSION",
          "TQBR;{d};Сбербанк;{t};75000;{a};{o};{l};{h};{p};{x};{c};{v};{x};0;3", {"SBER": DAILY}, sep=";", encoding="cp1251", before="history\n\n"),
    Sheet("Moscow exchange, decimal comma, two shares", "BOARDID;TRADEDATE;SHORTNAME;SECID;OPEN;LOW;HIGH;CLOSE;VOLUME", "TQBR;{d};Акция;{t};{o};{l};{h};{c};{v}",
          {"SBER": DAILY, "GAZP": OTHER}, sep=";", number=comma(), encoding="cp1251", by_date=True),
    Sheet("Finam, hours", "<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>", "{t};60;{d};{T};{o};{h};{l};{c};{v}", {"SBER": HOURLY}, sep=";",
          date="%Y%m%d", clock="%H%M%S"),
    Sheet("Finam, days with slashes", "<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>", "{t};D;{d};00:00;{o};{h};{l};{c};{v}", {"SBER": DAILY}, sep=";",
          date="%d/%m/%y"),
    Sheet("TSETMC", "<TICKER>,<DTYYYYMMDD>,<FIRST>,<HIGH>,<LOW>,<CLOSE>,<VALUE>,<VOL>,<OPENINT>,<PER>,<OPEN>,<LAST>",
          "{t},{d},{o},{h},{l},{c},{a},{v},120,D,{p},{x}", {"IRO1FOLD0001": DAILY}, date="%Y%m%d", newest_first=True),
    Sheet("TSE of Tehran, name in Persian", "<TICKER>,<DTYYYYMMDD>,<FIRST>,<HIGH>,<LOW>,<CLOSE>,<VALUE>,<VOL>,<OPENINT>,<PER>,<OPEN>,<LAST>",
          "{t},{d},{o},{h},{l},{c},{a},{v},120,D,{p},{x}", {"فولاد": DAILY}, date="%Y%m%d", newest_first=True),
    Sheet("wind in GBK", "代码,简称,日期,前收盘价(元),开盘价(元),最高价(元),最低价(元),收盘价(元),成交量(股),成交金额(元)", "{t},平安银行,{d},{p},{o},{h},{l},{c},{v},{a}",
          {"000001.SZ": DAILY}, encoding="gbk"),
    Sheet("tdx in GBK", "日期\t开盘\t最高\t最低\t收盘\t成交量\t成交额", "{d}\t{o}\t{h}\t{l}\t{c}\t{v}\t{a}", sep="\t", date="%Y/%m/%d", encoding="gbk",
          before="000001 平安银行 日线 前复权\n", after="数据来源:通达信\n"),
    Sheet("eastmoney, two shares", "日期,股票代码,股票名称,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率", "{d},{t},甲,{o},{c},{h},{l},{v},{a},1.2,{g},0.1,0.3",
          {"000001": DAILY, "600519": OTHER}),
    Sheet("TWSE with years of the republic", "日期,成交股數,成交金額,開盤價,最高價,最低價,收盤價,漲跌價差,成交筆數", "{d},{v},{a},{o},{h},{l},{c},0.5,100",
          date=lambda d: f"{d.year - 1911}/{d:%m/%d}", encoding="big5", either=True),
    Sheet("HKEX in Big5", "日期,開市價,最高價,最低價,收市價,成交量,成交金額", "{d},{o},{h},{l},{c},{v},{a}", date="%Y/%m/%d", encoding="big5", newest_first=True),
    Sheet("kabuoji, Shift-JIS with a title", "日付,始値,高値,安値,終値,出来高,終値調整値", "{d},{o},{h},{l},{c},{v},{x}", {"": YEN}, number=plain(1), quoted=True,
          encoding="shift_jis", before="1301 東証1部 極洋(水産・農林業)\n", also=({"AAPL": rows_of(YEN, "adj")},)),
    Sheet("JPX, codes", "日付,銘柄コード,銘柄名,始値,高値,安値,終値,売買高,売買代金", "{d},{t},社名,{o},{h},{l},{c},{v},{a}", {"7203": YEN, "1301": DAILY}, date="%Y/%m/%d",
          number=plain(2), encoding="cp932"),
    Sheet("KRX in EUC-KR", "일자,종가,대비,등락률,시가,고가,저가,거래량,거래대금,시가총액,상장주식수", "{d},{c},100,{g},{o},{h},{l},{v},{a},1000000,50000", {"": WON},
          date="%Y/%m/%d", number=plain(0), quoted=True, encoding="euc_kr", newest_first=True),
    Sheet("KRX, codes with zeros in front", "일자,종목코드,종목명,종가,시가,고가,저가,거래량", "{d},{t},삼성전자,{c},{o},{h},{l},{v}", {"005930": WON, "000660": DAILY},
          date="%Y%m%d", number=plain(2)),
    Sheet("naver", "날짜,종가,전일비,시가,고가,저가,거래량", "{d},{c},100,{o},{h},{l},{v}", {"": WON}, date="%Y.%m.%d", number=thousands(0), newest_first=True,
          either=True),
    Sheet("Chinese fund", "净值日期,单位净值,累计净值,日增长率,申购状态", "{d},{c},{x},{g}%,开放申购", newest_first=True),
    Sheet("one column in German", None, "{c}", {"": INDEX}, number=comma(), rows={"AAPL": counted(INDEX)}, either=True),
]  # fmt: skip
LANGUAGES = [*map(investing, INVESTING), *OTHERS]
