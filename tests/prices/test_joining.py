"""Several files of one ticker, and what of many sources will not do."""

import re
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import ColumnError, DataError, InputError, UsageError
from rnn_forecast.prices import Reading, ReadOptions, read_prices
from rnn_forecast.prices.findings import left_out_notices

DAYS = [f"20{y}-{m:02d}-{d:02d}" for y in (19, 20) for m in range(1, 13) for d in range(1, 29)]
ROWS = [f"{day},{100 + i % 13 / 10:.1f}" for i, day in enumerate(DAYS)]
YEARS = {"X-2019": ROWS[:336], "X-2020": ROWS[336:]}


def read(folder: Path, files: dict[str, list[str]], header: str = "date,price", **options: object) -> Reading:
    paths = []
    for name, rows in files.items():
        path = folder / (name if "." in name else f"{name}.csv")
        path.write_text("\n".join([header, *rows]) + "\n" if rows else "")
        paths.append(str(path))
    return read_prices(paths, ReadOptions(**options))  # type: ignore[arg-type]


def tickers(reading: Reading) -> dict[str, int]:
    return {one.ticker: len(one) for one in reading.series}


def test_files_whose_names_differ_by_a_date_are_joined(tmp_path: Path) -> None:
    reading = read(tmp_path, YEARS)
    assert tickers(reading) == {"X": 672}
    assert "2 files joined as X." in reading.decisions.notices
    whole = read(tmp_path, {"X": ROWS}).series[0]
    (one,) = reading.series
    assert one.dates.tolist() == whole.dates.tolist() and one.prices.tolist() == whole.prices.tolist()


def test_months_that_are_not_those_of_the_name_are_joined_where_they_follow(tmp_path: Path) -> None:
    files = {"BTC-1d-2019-01": ROWS[:120], "BTC-1d-2019-02": ROWS[120:240], "BTC-1d-2019-03": ROWS[240:360]}
    assert tickers(read(tmp_path, files)) == {"BTC-1d": 360}
    assert tickers(read(tmp_path, dict(reversed(files.items())))) == {"BTC-1d": 360}


@pytest.mark.parametrize(
    "files",
    [
        {"X-2019": ROWS[:340], "X-2020": ROWS[330:]},  # overlap
        {"X-2020": ROWS[:336], "X-2019": ROWS[336:]},  # the other way round
        {**YEARS, "X": ROWS[500:]},  # and a whole one of that name
    ],
)
def test_what_contradicts_its_names_stays_apart_with_a_warning(
    tmp_path: Path, files: dict[str, list[str]]
) -> None:
    reading = read(tmp_path, files)
    assert tickers(reading).keys() == files.keys()
    assert any("--as NAME joins them" in warning for warning in reading.decisions.warnings)
    with pytest.raises(DataError, match="are 2 tickers"):
        read(tmp_path, files, strict=True)
    assert tickers(read(tmp_path, files, as_ticker="X")) == {"X": 672}


@pytest.mark.parametrize("names", [("600519", "600520"), ("AAPL", "MSFT"), ("sh200011", "sh200012")])
def test_codes_are_never_joined(tmp_path: Path, names: tuple[str, str]) -> None:
    reading = read(tmp_path, dict(zip(names, (ROWS[:336], ROWS[336:]), strict=True)))
    assert tickers(reading) == dict.fromkeys(names, 336)
    assert not any("joined" in said or "--as" in said for said in reading.decisions.notices)
    assert not any(finding.kind == "apart" for finding in reading.decisions.checks)


def test_a_year_without_a_separator_counts_where_the_rows_are_of_it(tmp_path: Path) -> None:
    assert tickers(read(tmp_path, {"X2019": ROWS[:336], "X2020": ROWS[336:]})) == {"X": 672}
    assert len(read(tmp_path, {"X2018": ROWS[:336], "X2020": ROWS[336:]}).series) == 2


def test_a_ticker_that_somebody_named_stays(tmp_path: Path) -> None:
    assert tickers(read(tmp_path, YEARS, tickers=("X-2019",))) == {"X-2019": 336}


def test_as_joins_files_of_any_name(tmp_path: Path) -> None:
    reading = read(tmp_path, {"old": ROWS[:400], "new": ROWS[300:]}, as_ticker="AAPL")
    assert tickers(reading) == {"AAPL": 672}
    assert any("100 rows that stand in several sources" in notice for notice in reading.decisions.notices)
    assert reading.decisions.options == {"as_ticker": "AAPL"}


def test_as_refuses_files_that_disagree(tmp_path: Path) -> None:
    other = [ROWS[0], f"{DAYS[1]},55", *ROWS[2:]]
    with pytest.raises(DataError, match=r"AAPL at 2019-01-02: .*55 in .*b.csv"):
        read(tmp_path, {"a": ROWS, "b": other}, as_ticker="AAPL")


def test_as_refuses_a_source_of_several_tickers_and_names_them(tmp_path: Path) -> None:
    rows = [f"{row},{who}" for row in ROWS for who in ("MSFT", "GOOG")]
    with pytest.raises(DataError, match=r"a.csv holds 2 tickers, MSFT, GOOG, and --as AAPL names one"):
        read(tmp_path, {"a": rows}, "date,price,ticker", as_ticker="AAPL")
    one = read(tmp_path, {"a": rows}, "date,price,ticker", as_ticker="AAPL", tickers=("GOOG",))
    assert tickers(one) == {"AAPL": 672}


BAD = {
    "empty": ("", "is empty"),
    "header": ("date,price\n", ""),
    "page": ("<html><body>Daily hits limit</body></html>\n", "web page"),
    "words": ("date,price\n2019-01-01,abc\n2019-01-02,def\n", ""),
    "negative": ("date,price\n2019-01-01,1\n2019-01-02,-1\n2019-01-03,2\n", "not above 0"),
    "contradiction": ("date,price\n2019-01-01,1\n2019-01-01,2\n2019-01-02,3\n", ""),
    "binary": ("\0\1\2", ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_source_among_several_is_left_out_and_named(tmp_path: Path, kind: str) -> None:
    text, why = BAD[kind]
    bad = tmp_path / "bad.csv"
    bad.write_text(text)
    good = read(tmp_path, {"a": ROWS, "c": ROWS})
    paths = [str(tmp_path / f"{name}.csv") for name in ("bad", "a", "c")]
    reading = read_prices(paths)
    assert tickers(reading) == tickers(good) == {"a": 672, "c": 672}
    (left,) = reading.decisions.left_out
    assert left["source"] == str(bad) and why in left["why"] and "bad.csv" in left["why"]
    with pytest.raises(DataError, match=r"bad\.csv"):
        read_prices(paths, ReadOptions(strict=True))
    with pytest.raises(DataError, match=r"bad\.csv"):
        read_prices(paths[:1])
    with pytest.raises(DataError, match=r"bad\.csv"):  # the first of two
        read_prices([paths[0], paths[0]])


def test_what_is_not_there_or_asked_wrongly_ends_all(tmp_path: Path) -> None:
    read(tmp_path, {"a": ROWS, "b": ROWS})
    (tmp_path / "c.csv").write_text("date,close\n2019-01-01,1\n2019-01-02,2\n2019-01-03,3\n")
    paths = [str(tmp_path / f"{name}.csv") for name in "abc"]
    with pytest.raises(InputError):
        read_prices([*paths, str(tmp_path / "gone.csv")])
    with pytest.raises(InputError):
        read_prices([*paths, str(tmp_path)])
    with pytest.raises(ColumnError, match=r"c\.csv: no column 'price'"):
        read_prices(paths, ReadOptions(price_column="price"))
    with pytest.raises(UsageError):
        read_prices(["-", "-"])


def test_a_ticker_of_which_two_files_disagree_is_left_out(tmp_path: Path) -> None:
    header = "date,price,ticker"
    one = [f"{row},{who}" for row in ROWS for who in "AB"]
    two = [f"{day},77,B" for day in DAYS]
    reading = read(tmp_path, {"one": one, "two": two}, header)
    assert tickers(reading) == {"A": 672}
    (left,) = reading.decisions.left_out
    assert left["ticker"] == "B" and "77 in" in left["why"]
    assert tickers(read(tmp_path, {"one": one, "two": two}, header, exclude=("B",))) == {"A": 672}
    for options in ({"strict": True}, {"tickers": ("B",)}):
        with pytest.raises(DataError, match="77 in"):
            read(tmp_path, {"one": one, "two": two}, header, **options)


def test_a_bad_file_that_is_excluded_or_asked_for(tmp_path: Path) -> None:
    files: dict[str, list[str]] = {"a": ROWS, "bad": []}
    assert tickers(read(tmp_path, files, exclude=("bad",))) == {"a": 672}
    with pytest.raises(DataError, match=r"bad\.csv is empty"):
        read(tmp_path, files, tickers=("bad",))


def test_what_was_left_out_is_counted(tmp_path: Path) -> None:
    files: dict[str, list[str]] = {"a": ROWS, "b": [], "c": []}
    left = read(tmp_path, files).decisions.left_out
    (notice,) = left_out_notices(left, 1, 1)
    assert notice.kind == "warning" and len(notice.each) == 2
    assert notice.text.startswith("left out 2 of 3 sources, the first: ") and notice.text.endswith(
        "is empty."
    )
    (alone,) = left_out_notices(left[:1], 2, 2)
    assert alone.text.startswith("left out 1 of 3 sources: ") and not alone.each
    assert (
        left_out_notices([{"ticker": "T", "why": "T: no."}], 1, 4)[0].text
        == "left out 1 of 5 tickers: T: no."
    )


def test_files_whose_prices_do_not_meet_are_two_instruments(tmp_path: Path) -> None:
    for name, start, level in (("ES-2021-03", "2021-01-04", 81.0), ("ES-2021-06", "2021-04-05", 325.0)):
        days = np.arange(start, np.datetime64(start) + 40, dtype="datetime64[D]")
        rows = "".join(f"{day},{level + i % 5}\n" for i, day in enumerate(days))
        (tmp_path / f"{name}.csv").write_text(f"date,close\n{rows}", encoding="utf-8")
    reading = read_prices(sorted(map(str, tmp_path.glob("*.csv"))), ReadOptions())
    assert [one.ticker for one in reading.series] == ["ES-2021-03", "ES-2021-06"]
    assert any("prices do not meet (--as NAME joins them)" in text for text in reading.decisions.warnings)


def many(folder: Path, headers: dict[str, str], **options: object) -> Reading:
    for name, header in headers.items():
        rows = ROWS if header.startswith("date") else [row.partition(",")[2] for row in ROWS]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")
    return read_prices([str(folder / f"{name}.csv") for name in headers], ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ("close", r"b.csv has dates and \S*a.csv has none"),
        ("date,value", r"a.csv has its prices in 'value', \S*b.csv in 'close'"),
    ],
)
def test_a_file_that_is_not_as_most_are_is_left_out(tmp_path: Path, odd: str, words: str) -> None:
    files = {"a": odd, "b": "date,close", "c": "date,close"}
    reading = many(tmp_path, files)
    assert tickers(reading) == {"b": 672, "c": 672}
    (left,) = reading.decisions.left_out
    assert re.search(words, left["why"]) and left["source"] == f"{tmp_path}/a.csv"
    for few in (files, {"a": odd, "b": "date,close"}, files | {"d": odd}):
        with pytest.raises(DataError, match="has dates and" if odd == "close" else "has its prices in"):
            many(tmp_path, few, strict=few is files)


def test_tickers_that_are_named_need_not_be_as_most(tmp_path: Path) -> None:
    files = {"a": "close", "b": "date,close", "c": "date,close"}
    assert tickers(many(tmp_path, files, tickers=("a",))) == {"a": 672}
    assert tickers(many(tmp_path, files, exclude=("a",))) == {"b": 672, "c": 672}


def marked(level: float, mark: str) -> list[str]:
    """`1.234` of 1234, or `1234,5`, in quotes."""
    numbers = [f"{level + i % 13:,.0f}" if mark == "." else f"{level + i % 13}" for i in range(336)]
    return [f'"{number.translate(str.maketrans(",.", ".,"))}"' for number in numbers]


@pytest.mark.parametrize("level", [1234.5, 1.2])
def test_parts_of_one_ticker_are_not_read_with_two_marks(tmp_path: Path, level: float) -> None:
    halves = {"X-2019": marked(1234, "."), "X-2020": marked(level, ",")}
    files = {
        name: [f"{day},{number}" for day, number in zip(DAYS[336 * i :], numbers, strict=False)]
        for i, (name, numbers) in enumerate(halves.items())
    }
    words = r"X has a decimal comma in X-2020, and X-2019 is read with a decimal point, which is a guess"
    for some in (files, dict(reversed(files.items()))):
        with pytest.raises(DataError, match=words) as caught:
            read(tmp_path, some)
        assert caught.value.remedy == "Say which: --decimal . or --decimal ,"
    assert all(price > 1 for one in read(tmp_path, files, decimal=",").series for price in one.prices)
    assert tickers(read(tmp_path, files | {"Y": ROWS})) == {"Y": 672}
    for folder in ("a", "b"):  # one part in two files is a guess still
        (tmp_path / folder).mkdir(exist_ok=True)
    year = files["X-2019"]
    parted = {"a/X-2019.csv": year[:200], "b/X-2019.csv": year[200:], "X-2020": files["X-2020"]}
    with pytest.raises(DataError, match=r"decimal comma in .*, which is a guess"):
        read(tmp_path, parted)
    apart = {"Y": files["X-2019"], "Z": files["X-2020"]}
    assert tickers(read(tmp_path, apart)) == {"Y": 336, "Z": 336}  # of two tickers, each as it is
    named = read(tmp_path, {"Y": ["A," + row for row in files["X-2019"]]}, "ticker,date,price")
    assert named.decisions.warnings
