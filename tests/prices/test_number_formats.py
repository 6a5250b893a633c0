"""Whole files in every number format: the number that was written, or a refusal that names both readings."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.reader import Reading

DAYS = [datetime.date(2019, 1, 1) + datetime.timedelta(days=i) for i in range(300)]
STEPS = np.random.default_rng(3).normal(0, 0.01, len(DAYS))
WALK = np.exp(np.cumsum(STEPS) - STEPS.sum() * np.linspace(0, 1, len(DAYS)))  # ends where it begins


def read(folder: Path, header: str, rows: list[str], **options: str) -> Reading:
    path = folder / "X.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return read_prices([str(path)], ReadOptions(**options))  # type: ignore[arg-type]


def prices(reading: Reading) -> list[float]:
    return [float(value) for value in reading.series[0].prices]


def dotted(value: float, places: int = 0) -> str:
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def test_points_are_thousands_where_another_column_shows_a_decimal_comma(tmp_path: Path) -> None:
    level = np.round(66_000 * WALK)
    rows = [f'"{d}","{dotted(v)}","64,49M","-0,49%"' for d, v in zip(DAYS, level, strict=True)]
    reading = read(tmp_path, '"Date","Close","Vol.","Var%"', rows)
    assert prices(reading) == level.tolist()
    assert "thousands separated by '.'" in reading.decisions.notices[0]


@pytest.mark.parametrize(
    "first", [800, 1150]
)  # the first hundred rows, that the layout looks at, are all of one kind
def test_a_column_that_crosses_1000_is_read_one_way(tmp_path: Path, first: int) -> None:
    level = np.round(np.linspace(first, 1950 - first, len(DAYS)))
    rows = [f"{d},{dotted(v)}" for d, v in zip(DAYS, level, strict=True)]
    assert prices(read(tmp_path, "Date,Close", rows)) == level.tolist()
    few = rows[:3] + rows[-3:]
    with pytest.raises(
        DataError, match=r"\(decimal point\) or 1\d{3} \(thousands\).*--decimal \. or --decimal ,"
    ):
        read(tmp_path, "Date,Close", [few[0], few[-1]])
    assert prices(read(tmp_path, "Date,Close", few, decimal=",")) == [*level[:3], *level[-3:]]


def test_quoted_whole_prices_are_read_with_the_option_that_the_refusal_names(tmp_path: Path) -> None:
    level = np.round(30_000 * WALK)
    rows = [f'{d},"{v:,.0f}"' for d, v in zip(DAYS, level, strict=True)]
    with pytest.raises(DataError, match=r"line 2, column 'Close': .* or 30\d* \(thousands\).*--decimal \."):
        read(tmp_path, "Date,Close", rows)
    assert prices(read(tmp_path, "Date,Close", rows, decimal=".")) == level.tolist()
    assert prices(read(tmp_path, "Date,Close", rows, decimal=",")) == (level / 1000).tolist()


def test_the_option_holds_for_a_clean_file_too(tmp_path: Path) -> None:
    rows = [f"{d},{v:.2f}" for d, v in zip(DAYS, 50 * WALK, strict=True)]
    assert prices(read(tmp_path, "Date,Close", rows, decimal=".")) == [round(v, 2) for v in 50 * WALK]
    with pytest.raises(DataError, match=r"line 2, column 'Close': .* cannot be read with --decimal ,"):
        read(tmp_path, "Date,Close", rows, decimal=",")


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_three_decimals_throughout_are_decimals(tmp_path: Path, delimiter: str) -> None:
    level = np.round(110 * WALK, 3)
    rows = [f"{d}{delimiter}{v:.3f}" for d, v in zip(DAYS, level, strict=True)]
    assert prices(read(tmp_path, f"Date{delimiter}Close", rows)) == level.tolist()


@pytest.mark.parametrize(
    ("before", "after", "currency"),
    [
        *(
            (sign, "", sign)
            for sign in ("R$", "US$", "HK$", "C$", "A$", "NT$", "S$", "MX$", "₹", "₩", "₿", "Rs.")
        ),
        *((f"{sign}\u00a0", "", sign) for sign in ("R$", "kr.", "INR", "CHF", "Fr.", "TL")),
        *(
            ("", f" {sign}", sign)
            for sign in ("zł", "Kč", "Ft", "lei", "kr", "руб.", "р.", "USDT", "USDC", "GBX")
        ),
        *(("", sign, sign) for sign in ("p", "元", "円", "원", "₽", "₺", "₫", "฿", "€", "GBp")),
        ("-", "", ""),
        ("\u2212", "", ""),
        ("\u2212$", "", "$"),
        ("$\u2212", "", "$"),
    ],
)
def test_one_currency_with_every_price(tmp_path: Path, before: str, after: str, currency: str) -> None:
    level = np.round(1200 * WALK, 2)
    rows = [f"{d};{before}{dotted(v, 2)}{after}" for d, v in zip(DAYS, level, strict=True)]
    options = {"allow_nonpositive": True} if {"-", "\u2212"} & set(before) else {}
    reading = read(tmp_path, "Date;Close", rows, **options)  # type: ignore[arg-type]
    assert prices(reading) == ((-level if options else level).tolist())
    assert reading.decisions.sources[0].number_format.currency == currency
    rows[20] = f"{DAYS[20]};¥ 5,00"
    with pytest.raises(DataError, match="line 22"):
        read(tmp_path, "Date;Close", rows, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["0x10", "12abc", "190.28M", "5%", "(5.00)", "1_000", "١٢", "1.2万", "--5", "5 Mio"]
)
@pytest.mark.parametrize("every", [True, False])
def test_what_is_no_price(tmp_path: Path, cell: str, every: bool) -> None:
    rows = [
        f"{d},{cell if every or i == 9 else round(v, 2)}"
        for i, (d, v) in enumerate(zip(DAYS, WALK, strict=True))
    ]
    with pytest.raises(DataError, match=rf"line {2 if every else 11}, column 'Close': .* is no number"):
        read(tmp_path, "Date,Close,Note", [f"{row},x" for row in rows], price_column="Close")


def test_halts_dividends_and_splits_are_rows_without_a_price(tmp_path: Path) -> None:
    texts = {5: "0.77 Dividend", 9: "4:1 Stock Splits", 14: "halted", 20: "#N/A N/A", 30: "停牌"}
    rows = [
        f"{d},{texts.get(i, round(float(v), 2))}"
        for i, (d, v) in enumerate(zip(DAYS, WALK * 90, strict=True))
    ]
    reading = read(tmp_path, "Date,Close", rows)
    assert len(reading.series[0]) == len(DAYS) - len(texts)
    assert "3 rows without a price left out; 2 rows of dividends and splits" in reading.decisions.notices[0]
