"""One encoding, told by the words, held by every byte, and said; what has none is refused."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from catalogue import CLEAN, DAYS, PRICES, ROWS

from rnn_forecast.errors import DataError
from rnn_forecast.prices import read_prices
from rnn_forecast.prices.fields import column_names
from rnn_forecast.prices.text import legacy_encodings
from rnn_forecast.prices.text.encoding import decode

# the header of an export, Python's codecs for it, and what they are called here
HEADERS = {
    "Chinese": ("日期,开盘,最高,最低,收盘,成交量", dict.fromkeys(["gb18030", "gbk", "gb2312"], "GB18030")),
    "Taiwanese": ("日期,成交股數,開盤價,最高價,最低價,收盤價", {"big5": "Big5", "cp950": "Big5"}),
    "Japanese": ("日付,始値,高値,安値,終値,出来高", {"cp932": "Shift-JIS", "euc_jp": "EUC-JP"}),
    "Korean": ("날짜,종가,시가,고가,저가,거래량", {"euc_kr": "cp949", "cp949": "cp949"}),
    "Polish": ("Data,Otwarcie,Najwyższy,Najniższy,Zamknięcie,Wolumen", {"cp1250": "cp1250"}),
    "Czech": ("Datum,Závěr,Otevření,Nejvyšší,Nejnižší,Objem", {"cp1250": "cp1250"}),
    "Russian": ("Дата,Цена,Откр.,Макс.,Мин.,Объём", {"cp1251": "cp1251", "koi8_r": "KOI8-R"}),
    "Russian capitals": ("ДАТА,ЦЕНА,ОБЪЕМ,ВРЕМЯ", {"cp1251": "cp1251", "koi8_r": "KOI8-R"}),
    "Turkish": ("Tarih,Şimdi,Açılış,Yüksek,Düşük", {"cp1254": "cp1254"}),
    "German": ("Datum,Erster,Stücke,Währung", {"cp1252": "cp1252"}),
    "French": ("Date,Clôture,Ouverture,Élevé", {"cp1252": "cp1252"}),
    "Portuguese": ("Data,Último,Máxima,Mínima,Variação", {"cp1252": "cp1252"}),
    "Spanish": ("Fecha,Último,Apertura,Máximo,Mínimo", {"cp1252": "cp1252"}),
}  # fmt: skip
CASES = [
    pytest.param(header, codec, name, id=f"{language}, {codec}")
    for language, (header, codecs) in HEADERS.items()
    for codec, name in codecs.items()
]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of names, for those of a few letters that statistics cannot tell."""
    words = {word for header, _ in HEADERS.values() for word in header.split(",")}
    monkeypatch.setattr(column_names, "role", lambda name: "close" if name in words else None)


def table(header: str, name: str = "") -> str:
    width = header.count(",")
    rows = [
        f"{day},{','.join([f'{price}'] * (width - bool(name)))}{name and ',' + name}" for day, price in ROWS
    ]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("header", "codec", "name"), CASES)
def test_a_header_in_its_language_tells_the_encoding(header: str, codec: str, name: str) -> None:
    text = table(header)
    found = decode(text.encode(codec), "x.csv")
    assert (found.data.decode(), found.encoding) == (text, name)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("header", "codec", "name"), CASES)
def test_a_large_file_is_told_by_pieces_and_held_to_it(
    header: str, codec: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_encodings, "_WHOLE", 100)
    monkeypatch.setattr(legacy_encodings, "_PIECE", 300)
    monkeypatch.setattr(legacy_encodings, "_PIECES", 3)
    text = table(header)
    assert decode(text.encode(codec), "x.csv").data.decode() == text


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("codec", ["gb18030", "cp950", "cp932", "cp949", "euc_jp"])
def test_a_cut_inside_a_letter_is_refused(codec: str) -> None:
    header = next(header for header, codecs in HEADERS.values() if codec in codecs)
    word = header.split(",")[-1].encode(codec)
    whole = table(header, word.decode(codec)).encode(codec)
    chance = random.Random(5)
    for _ in range(60):
        at = chance.choice([i for i in range(len(whole)) if whole.startswith(word, i)])
        cut = at + chance.randrange(1, len(word), 2)
        for data in (whole[:cut], whole[: at + 1] + whole[at + len(word) :]):
            with pytest.raises(DataError):
                decode(data, "x.csv")


UTF8 = table("日期,开盘,收盘,名称", "贵州茅台")
JOINED = {
    "UTF-8 with a byte changed": UTF8.encode().replace("茅".encode(), b"\xe8\x8c", 1),
    "UTF-8 with a byte lost, German": table("Datum,Währung,Stücke", "Müller")
    .encode()
    .replace(b"\xc3", b"", 1),
    "one byte of many, German": table("Datum,Währung,Stücke", "Müller").encode()[:-4] + b"\xc3ler\n",
    "UTF-8, then GB18030": UTF8.encode() + UTF8.encode("gb18030"),
    "GB18030, then a line of UTF-8": UTF8.encode("gb18030") + UTF8.splitlines()[-1].encode(),
    "UTF-8, then cp1251": table("Дата,Цена,Макс.", "Газпром").encode() + table("Дата,Цена").encode("cp1251"),
    "UTF-8, then cp1250": table("Data,Zamknięcie", "").encode() + "Najwyższy,1\n".encode("cp1250"),
    "letters of nothing": CLEAN.encode() + b"2024-01-01,\x81\x98\xff\x8d\x9d\n",
}


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("case", JOINED)
def test_two_encodings_in_one_file_are_refused(case: str) -> None:
    with pytest.raises(DataError) as caught:
        decode(JOINED[case], "x.csv")
    assert caught.value.message.startswith("x.csv is neither UTF-8 nor cp1252, cp1250, ")
    assert "GB18030, Big5, Shift-JIS" in caught.value.message
    assert "iconv -f" in caught.value.remedy


@pytest.mark.parametrize("codec", ["gb18030", "big5", "cp949", "cp932", "cp1251"])
def test_names_of_many_tickers_are_read_without_known_columns(codec: str) -> None:
    names = {
        "gb18030": "平安银行 万科企业 贵州茅台 招商银行 中国平安 五粮液 美的集团 格力电器 海康威视",
        "big5": "台積電 鴻海 聯發科 中華電 國泰金 富邦金 台塑 南亞 統一",
        "cp949": "삼성전자 현대자동차 기아 카카오 네이버 셀트리온 포스코 신한지주",
        "cp932": "トヨタ自動車 ソニー 任天堂 三菱商事 日立製作所 キーエンス",
        "cp1251": "Газпром Сбербанк Лукойл Роснефть Яндекс Магнит",
    }[codec].split()
    text = "name,date,price\n" + "".join(f"{name},{d},{p}\n" for name in names for d, p in ROWS)
    found = decode(text.encode(codec), "x.csv")
    assert found.data.decode() == text and "or" not in found.encoding.split()


@pytest.mark.parametrize("names", ["Ereğli Şişe", "İş Şişecam Türkiye Koç Garanti"])
def test_letters_that_are_turkish_or_icelandic_are_turkish(names: str) -> None:
    text = table("date,price,venue", "x").replace(",x", f",{names}")
    found = decode(text.encode("cp1254"), "x.csv")
    assert (found.data.decode(), found.encoding) == (text, "cp1254")


def test_what_fits_twice_is_said_to_be_a_guess() -> None:
    found = decode(table("Data,Zamkn", "Mięso").encode("cp1250"), "x.csv")
    assert found.encoding in ("cp1250 (or cp1252)", "cp1252 (or cp1250)")


def test_encodings_that_give_one_text_are_no_guess() -> None:
    assert decode(table("Datum,Währung", "€").encode("cp1252"), "x.csv").encoding == "cp1252"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("language", ["Chinese", "Korean", "Russian"])
def test_utf_16_of_other_scripts(language: str, mark: str, codec: str) -> None:
    text = table(HEADERS[language][0], "贵州茅台")
    found = decode((mark + text).encode(codec), "x.csv")
    assert (found.data.decode(), found.encoding) == (text, "UTF-16")


def test_the_encoding_is_said_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "600519.csv"
    rows = "".join(f"{d},{p},贵州茅台\n" for d, p in ROWS)
    path.write_bytes(f"date,price,名称\n{rows}".encode("gbk"))
    reading = read_prices([str(path)])
    assert reading.series[0].prices.tolist() == PRICES and len(reading.series[0]) == len(DAYS)
    assert reading.decisions.notices == (f"{path}: read as GB18030.",)
    assert reading.decisions.sources[0].encoding == "GB18030"


def test_utf_8_needs_no_statistics(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(table("date,price,名称", "贵州茅台"), "utf-8")
    code = (
        "import sys; from rnn_forecast.prices import read_prices; read_prices([sys.argv[1]]);"
        "assert 'charset_normalizer' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.csv")], check=True, timeout=60)
