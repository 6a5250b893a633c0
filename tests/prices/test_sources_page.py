"""docs/SOURCES.md: each row shows what its source writes, and its command reads that to the number."""

import csv
import functools
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest
from sheet_outcomes import difference, write
from sheets import Expected, Moment, Row, Sheet
from test_shapes import SHEETS

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "SOURCES.md"
BY_NAME = {sheet.name.replace("_", " "): sheet for sheet in SHEETS}
IN_A_PROCESS = ("yfinance, many tickers, new", "MT5, hours", "investing, German", "packed as zip", "BSE")


class Line(NamedTuple):
    """A row of the page."""

    source: str  # the name of its sheet
    looks: str
    command: str

    @property
    def sheet(self) -> Sheet:
        return BY_NAME[self.source]


def lines() -> list[Line]:
    cells = [re.split(r" \| ", row.strip("| \n")) for row in PAGE.read_text(encoding="utf-8").splitlines()
             if row.startswith("| ") and "`rnn-forecast" in row]  # fmt: skip
    return [Line(source, looks.strip("`"), command.strip("`")) for source, looks, command in cells]


LINES = lines()
PARAMETERS = pytest.mark.parametrize("line", LINES, ids=lambda line: line.source)


def first_line(sheet: Sheet) -> str:
    """What a person sees on opening the file: its columns' names, or the first row where it has none."""
    (name, data), *_ = sheet.written().items()
    if name.endswith(".parquet"):
        return "Parquet: " + ", ".join(pq.read_schema(io.BytesIO(data)).names)
    text = sheet.head() if sheet.header else sheet.text() if sheet.row else data.decode(sheet.encoding)
    return re.sub("\t+", "\N{RIGHTWARDS ARROW}", text.splitlines()[0].strip()).replace("|", "\\|")


def prepared(folder: Path) -> Expected:
    """The prices that `prepare` wrote."""
    (table,) = folder.glob("prepared/*/prices.csv")
    rows: dict[str, list[Row]] = {}
    for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))):
        when = int(row["date"]) if row["date"].isdigit() else Moment.fromisoformat(row["date"])
        rows.setdefault(row["ticker"], []).append((when, float(row["price"])))
    return {ticker: tuple(of) for ticker, of in rows.items()}


def wrong(sheet: Sheet, folder: Path) -> str:
    return difference(prepared(folder), sheet.expected(), *sheet.also)


@PARAMETERS
def test_a_row_shows_the_first_line_of_its_source(line: Line) -> None:
    assert line.looks == first_line(line.sheet)


@PARAMETERS
def test_a_row_s_command_reads_its_source_to_the_number(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("RNN_FORECAST_")]:
        monkeypatch.delenv(name)
    write(tmp_path, line.sheet)
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(line.command)
    assert program == "rnn-forecast"
    code = code_of(lambda: call(words))
    assert code == 0, capsys.readouterr().err
    assert wrong(line.sheet, tmp_path) == ""


@pytest.mark.parametrize("source", IN_A_PROCESS)
def test_a_command_runs_as_a_person_runs_it(source: str, tmp_path: Path) -> None:
    (line,) = [line for line in LINES if line.source == source]
    write(tmp_path, line.sheet)
    _, *words = shlex.split(line.command)
    done = subprocess.run(
        [sys.executable, "-m", "rnn_forecast", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert wrong(line.sheet, tmp_path) == ""


def test_no_row_is_there_twice() -> None:
    assert len({line.source for line in LINES}) == len(LINES) > 60


def test_the_commands_on_columns_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"<!-- beside -->\n```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    headers = {
        "prepared/AAPL": ["volume", "past:vix", "known:earnings"],
        "prepared/with_market": ["volume", "market"],
        "prepared/two": ["volume", "market"],
    }
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 29)]
    rows = [f"{d},{100 + i % 7},{i % 5},{i % 3},{i % 30 // 29}" for i, d in enumerate(days)]
    rows = ["date,close,Vol.,VIX,Earnings", *rows, "2024-06-29,,,,1"]
    (tmp_path / "AAPL.csv").write_text("\n".join(rows) + "\n")
    market = [f"{d},{200 + i % 9}\n" for i, d in enumerate(days)]
    (tmp_path / "SPY.csv").write_text("".join(["date,close\n", *market]))
    monkeypatch.chdir(tmp_path)
    for command, (folder, wanted) in zip(block[1].splitlines(), headers.items(), strict=True):
        words = shlex.split(command)[1:]
        assert code_of(functools.partial(call, words)) == 0
        text = (tmp_path / folder / "prices.csv").read_text(encoding="utf-8")
        assert text.splitlines()[0].replace('"', "").split(",") == ["ticker", "date", "price", *wanted]
        ahead = [line for line in text.splitlines() if '"2024-06-29"' in line]
        assert ahead == (['"AAPL","2024-06-29",,,,1'] if "known:earnings" in wanted else [])
