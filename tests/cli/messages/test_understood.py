"""What was understood, in words and in 80 columns."""

import datetime
import unicodedata
from pathlib import Path

import pytest

from rnn_forecast.cli.main import call
from rnn_forecast.cli.messages.understood import date_words, price_of, understood
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.prices import ReadOptions, read_prices

DAYS = [f"2019-{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 29)]
PRICES = [100 + i % 13 / 10 for i in range(len(DAYS))]


def block(text: str, folder: Path, name: str = "a.csv", **options: object) -> dict[str, str]:
    """What is said of a file, by label."""
    (folder / name).write_text(text)
    reading = read_prices([str(folder / name)], ReadOptions(**options))  # type: ignore[arg-type]
    said: dict[str, str] = {}
    for line in understood(reading.decisions.to_json()):
        if line.startswith("  ") and line[2:14].strip():
            said[line[2:14].strip()] = line[14:]
    return said


def test_a_plain_file(tmp_path: Path) -> None:
    rows = "".join(f"{day},{price}\n" for day, price in zip(DAYS, PRICES, strict=True))
    assert block("date,close\n" + rows, tmp_path) == {
        "written": "UTF-8 text, fields end at a comma",
        "dates": "date, written as YYYY-MM-DD",
        "prices": "close",
        "rows": "336",
        "ticker": "a",
        "first": "2019-01-01   100",
        "last": "2019-12-28   101",
    }


def test_a_file_in_its_own_way(tmp_path: Path) -> None:
    """Semicolons, a decimal comma, thousands, newest first, a row twice, further columns."""
    rows = [
        f"{day[8:]}.{day[5:7]}.{day[:4]};1.{round(price):03d},50;1.200,00;1,5"
        for day, price in zip(DAYS, PRICES, strict=True)
    ]
    text = "\n".join(["Datum;Schlusskurs;Hoch;Volumen", *reversed(rows), rows[0]]) + "\n"
    said = block(text, tmp_path)
    assert said["written"] == "UTF-8 text, fields end at a semicolon"
    assert said["dates"] == "Datum, written as DD.MM.YYYY (01.01.2019 is 1 January 2019)"
    assert said["prices"] == "Schlusskurs, with a decimal comma, thousands apart by a point"
    assert said["kept too"] == "Hoch is the high, Volumen is the volume"
    assert said["rows"] == "336, were not in order and are now; left out: 1 repeated"
    assert said["first"] == "2019-01-01   1100.5"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("{d} 15:30", "date, written as YYYY-MM-DD with a time of day"),
        ("{d:%m/%d/%Y}", "date, written as MM/DD/YYYY (01/02/2019 is 2 January 2019)"),
        ("{d:%d.%m.%y} 9:30", "date, written as DD.MM.YY with a time of day (02.01.19 is 2 January 2019)"),
        ("{d:%d %b %Y}", "date, written as DD Month YYYY"),
        ("{d:%Y%m%d}", "date, written as YYYYMMDD"),
    ],
)
def test_dates_come_with_their_clock_and_with_an_example(cell: str, said: str, tmp_path: Path) -> None:
    rows = [cell.format(d=datetime.date(2019, 1, 2) + datetime.timedelta(i)) for i in range(60)]
    path = tmp_path / "a.csv"
    path.write_text("date,close\n" + "".join(f"{day},{100 + i % 7 / 10}\n" for i, day in enumerate(rows)))
    lines = understood(read_prices([str(path)]).decisions.to_json())
    assert f"dates {said} prices" in " ".join(" ".join(lines).split())


def test_hours_from_midnight_to_midnight_show_their_clock(tmp_path: Path) -> None:
    rows = [datetime.datetime(2019, 1, 2) + datetime.timedelta(hours=6 * i) for i in range(61)]
    said = block("date,close\n" + "".join(f"{when},{100 + i % 7}\n" for i, when in enumerate(rows)), tmp_path)
    assert said["dates"] == "date, written as YYYY-MM-DD with a time of day"
    assert said["first"] == "2019-01-02 00:00:00   100"


def test_tickers_each_with_first_and_last(tmp_path: Path) -> None:
    names = [f"T{i}" for i in range(7)]
    rows = "".join(
        f"{day},{name},{price}\n" for day, price in zip(DAYS, PRICES, strict=True) for name in names
    )
    said = block("date,symbol,price\n" + rows, tmp_path)
    assert said["tickers"] == "7, in column symbol"
    assert said["T4"] == "2019-01-01 100 to 2019-12-28 101, 336 rows"
    assert "T5" not in said
    lines = understood(read_prices([str(tmp_path / "a.csv")]).decisions.to_json())
    assert f"{' ' * 14}and 2 more tickers" in lines


def test_many_files_that_are_alike_are_counted(tmp_path: Path) -> None:
    paths = []
    for i in range(9):
        path = tmp_path / f"s{i}.csv"
        price = "price" if i < 8 else "Price"
        path.write_text(f"date,{price}\n" + "".join(f"{d},{p}\n" for d, p in zip(DAYS, PRICES, strict=True)))
        paths.append(str(path))
    (tmp_path / "t.csv").touch()
    lines = understood(read_prices([*paths, str(tmp_path / "t.csv")]).decisions.to_json())
    text = "".join("".join(lines).split())  # a long path is cut anywhere
    assert "s0.csv(and7filesmorelikeit)" in text and "s8.csv" in text
    assert "taken9tickers,3,024rows" in text and text.endswith("isempty.")
    few = understood(read_prices(paths[:4]).decisions.to_json())
    assert sum(line.strip().startswith("written") for line in few) == 4


@pytest.mark.parametrize("length", [1, 70, 200])
def test_nothing_is_wider_than_a_terminal_and_no_figure_is_cut(tmp_path: Path, length: int) -> None:
    name = "x" * length
    rows = "".join(
        f"{day},{1234567.123456789 + i},{'株' * length},{1e-7 * (i + 1)}\n" for i, day in enumerate(DAYS)
    )
    path = tmp_path / "a.csv"
    path.write_text(f"date,{name} close,ticker,{'値' * length}\n{rows}", encoding="utf-8")
    reading = read_prices([str(path)], ReadOptions(price_column=f"{name} close"))
    lines = understood(reading.decisions.to_json())
    for line in lines:
        assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 80
    words = {word.strip(",") for line in lines for word in line.split()}
    assert {repr(1234567.123456789), repr(1234567.123456789 + 335)} <= words


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (66218.0, "66218"),
        (0.1, "0.1"),
        (1e-05, "0.00001"),
        (1.5e-300, "1.5e-300"),
        (1e17, "100000000000000000"),
    ],
)
def test_prices_keep_every_figure(price: float, text: str) -> None:
    assert price_of(price) == text and float(text) == price


def test_dates_are_said_as_people_write_them() -> None:
    assert date_words("%d.%m.%y %H:%M:%S") == "DD.MM.YY hh:mm:ss"
    assert date_words("%YQ%q") == "year and quarter"
    assert date_words("seconds since 1970") == "seconds since 1970"


def test_check_writes_the_table_to_standard_output_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{day},{price}\n" for day, price in zip(DAYS, PRICES, strict=True))
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("date,price\n" + rows)
    Path("empty.csv").touch()
    assert code_of(lambda: call(["prepare", "--check", "a.csv", "b.csv"])) == 0
    found = capsys.readouterr()
    assert found.out.startswith("a.csv\n  written     UTF-8 text")
    assert found.err == "checked 2 sources: 2 tickers, 672 rows; nothing is written\n"
    assert code_of(lambda: call(["prepare", "--check", "a.csv", "--json", "-q"])) == 0
    assert '"price_column": "price"' in capsys.readouterr().out
    assert code_of(lambda: call(["prepare", "--check", "a.csv", "-q"])) == 0
    assert capsys.readouterr() == ("", "")
    for words, code in (
        (["empty.csv"], 65),
        (["a.csv", "--lookback", "900", "--json"], 65),
        (["none.csv"], 66),
    ):
        assert code_of(lambda words=words: call(["prepare", "--check", *words])) == code
        assert capsys.readouterr().out == ""
    assert code_of(lambda: call(["prepare", "--check", "a.csv", "--lookback", "900"])) == 65
    found = capsys.readouterr()
    assert found.out.startswith("a.csv\n  written     UTF-8 text") and "first       2019-01-01" in found.out
    assert "lookback 900" in found.err and "checked" not in found.err
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "b.csv", "empty.csv"}
