"""The command that a verb prints at its end works as it stands, from the folder that it was printed in."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pexpect
import pytest
from drawn import drawn
from fakes import environ

from rnn_forecast.cli.main import call
from rnn_forecast.cli.messages.session import Session
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.cli.terminal.words import next_command
from rnn_forecast.fitting import fit as fit_module

TESTS = Path(__file__).resolve().parents[1]
RECIPE = ("--lookback", "8", "--units", "4", "--valid-fraction", "0.3")
DAYS = np.arange("2022-01-03", "2022-10-01", dtype="datetime64[D]")
DAYS = DAYS[np.is_busday(DAYS)]
ONE = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, len(DAYS))))
TWO = ONE[::-1]


def write(name: str, header: str, row: str, rows: slice = slice(None)) -> None:
    """A file of rows such as `{day},{one:.2f}`."""
    each = list(enumerate(zip(DAYS.astype(object), ONE, TWO, strict=True)))[rows]
    text = "".join(f"{row.format(i=i, day=day, one=one, two=two)}\n" for i, (day, one, two) in each)
    Path(name).write_text(f"{header}\n{text}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name not in environ()]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run a command in this process, then all that are printed; gives what was printed."""
    said: list[str | None] = []
    real = Session.finish
    monkeypatch.setattr(fit_module, "fit_members", drawn)
    monkeypatch.setattr(Session, "finish", lambda self, one: said.append(one.then) or real(self, one))

    def run(*words: str) -> list[str]:
        printed: list[str] = []
        assert code_of(lambda: call(words)) == 0
        while (then := said.pop()) is not None:
            printed.append(then)
            program, *words_again = shlex.split(then)
            assert program == "rnn-forecast"
            assert code_of(lambda words=words_again: call(words)) == 0, then
        return printed

    return run


READINGS = {
    "wide": ("Date,A,B", "{day},{one:.2f},{two:.2f}", ("--wide",)),
    "price column": ("date,mine,yours", "{day},{one:.2f},{two:.2f}", ("--price-column", "yours")),
    "ticker column": (
        "date,who,price,ticker", "{day},A,{one:.2f},X", ("--ticker-column", "who")
    ),
    "date column": ("date,when,price", "{day},{day:%Y%m%d},{one:.2f}", ("--date-column", "when")),
    "date format": ("date,price", "{day:%y%m%d},{one:.2f}", ("--date-format", "%y%m%d")),
    "exclude": ("date,ticker,price", "{day},A,{one:.2f}\n{day},B,{two:.2f}", ("--exclude", "A")),
    "ticker": ("date,ticker,price", "{day},A,{one:.2f}\n{day},B,{two:.2f}", ("--ticker", "B")),
    "tickers": (
        "date,ticker,price", "{day},A,{one:.2f}\n{day},B,{two:.2f}\n{day},C,{two:.1f}",
        ("--ticker", "B", "--ticker", "A"),
    ),
    "as": ("date,price", "{day},{one:.2f}", ("--as", "BF/B C")),
    "below zero": ("date,price", "{day},{i}", ("--allow-nonpositive", "--no-log")),
    "size": ("date,price", "{day},{one:.2f}", ("--max-bytes", "1MB")),
}  # fmt: skip


@pytest.mark.parametrize("kind", READINGS)
def test_after_train_and_after_prepare(here: Callable[..., list[str]], kind: str) -> None:
    header, row, words = READINGS[kind]
    write("my prices.csv", header, row)
    (predict,) = here("train", "my prices.csv", *RECIPE, *words, "-q")
    told = {"as": " --as 'BF/B C'", "size": " --max-bytes 1000000"}.get(kind, "")
    assert predict == f"rnn-forecast predict 'my prices.csv'{told}"
    train, again = here("prepare", "my prices.csv", *RECIPE, *words, "-q")
    place = "prepared/BF%2FB%20C" if kind == "as" else "'prepared/my prices'"
    assert train == f"rnn-forecast train {place}"
    assert again == train.replace(" train ", " predict ")
    model = json.loads(next(Path("models").glob("*/model.json")).read_bytes())
    assert len(model["source"]["reading"]["options"]) == (kind != "size")
    train, _ = here("prepare", "--check", "my prices.csv", *RECIPE, *words, "-q")
    assert shlex.split(train)[:3] == ["rnn-forecast", "train", "my prices.csv"]


def test_a_folder_of_prepare_hands_on_how_its_sources_were_read(here: Callable[..., list[str]]) -> None:
    write("prices.csv", "Date,A,B", "{day},{one:.2f},{two:.2f}")
    here("prepare", "prices.csv", *RECIPE, "--wide", "-q", "--out", "p")
    assert code_of(lambda: call(["train", "p", "--model", "m", "-q"])) == 0
    assert code_of(lambda: call(["predict", "prices.csv", "--model", "m", "-q", "--out", "f.csv"])) == 0
    assert {line.split(",")[0] for line in Path("f.csv").read_text().splitlines()[1:]} == {"A", "B"}


def test_a_zero_a_jump_and_a_decimal_comma(here: Callable[..., list[str]]) -> None:
    write("prices.csv", "date;price", "{day};{i},0")
    write("more.csv", "date;price", "{day};{i},0")
    with Path("prices.csv").open("a") as file:
        file.write("2022-10-03;99999,0\n")
    words = ("--drop-nonpositive", "--allow-last-jump", "--decimal", ",")
    assert here("train", "prices.csv", *RECIPE, *words, "-q") == [
        "rnn-forecast predict prices.csv --allow-last-jump"  # of today's prices: no model keeps it
    ]


def test_how_old_prices_are_is_not_lost_among_notices_on_reading(
    here: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.csv", "date;price", "{day};{one:.2f}")
    here("train", *RECIPE, "a.csv", "-q")
    line = capsys.readouterr().err.splitlines()[-1]
    assert "(the last price is of " in line and line.endswith("; 1 notice; see --verbose)")


def test_several_sources_of_which_one_is_empty(
    here: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.csv", "-b.csv"):
        write(name, "date,price", "{day},{one:.2f}")
    Path("empty.csv").touch()
    (then,) = here("train", *RECIPE, "--model", "my models/m", "-q", "--", "a.csv", "empty.csv", "-b.csv")
    assert then == (
        "rnn-forecast predict a.csv empty.csv ./-b.csv --model 'my models/m' --out forecasts/m.csv"
    )
    warning = "warning: left out 1 of 3 sources: empty.csv is empty."
    first, *each, line = capsys.readouterr().err.splitlines()
    assert [one.split()[0] for one in each] == ["-b", "a"]
    assert first == warning
    assert f"({warning.removesuffix('.')}; the last prices of 2 of 2 tickers are of " in line
    assert Path("forecasts/m.csv").is_file()
    words = ["train", "a.csv", "empty.csv", "--model", "m", *RECIPE]
    assert code_of(lambda: call([*words, "--strict", "-q"])) == 65
    assert "empty.csv is empty." in capsys.readouterr().err
    assert code_of(lambda: call([*words, "--json", "-q"])) == 0
    left_out = json.loads(capsys.readouterr().out)["left_out"]
    assert left_out == [{"source": "empty.csv", "why": "empty.csv is empty."}]
    for verb in ("predict", "evaluate"):
        words = [verb, "a.csv", "empty.csv", "--model", "m", "--out", f"{verb}.d/x.csv", "--json", "-q"]
        assert code_of(lambda words=words: call(words)) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["left_out" if verb == "predict" else "sources_left_out"] == left_out


@pytest.mark.parametrize("source", ["my prices", "my prices/", "my prices/*.csv", "."])
def test_a_folder_and_a_pattern_stay_as_they_were_written(
    here: Callable[..., list[str]], source: str
) -> None:
    place = Path() if source == "." else Path("my prices")
    place.mkdir(exist_ok=True)
    for name in "abc":
        write(str(place / f"{name}.csv"), "date,price", "{day},{one:.2f}")
    (then,) = here("train", source, *RECIPE, "--model", "m", "-q")
    assert then == f"rnn-forecast predict {shlex.quote(source)} --model m --out forecasts/m.csv"
    (then, _) = here("prepare", "--check", source, *RECIPE, "-q")
    assert then.startswith(f"rnn-forecast train {shlex.quote(source)} --")


def test_a_bad_cell_costs_its_ticker_and_with_strict_the_run(folder: Path) -> None:
    rows = "{day},A,{one:.2f}\n{day},B,{two:.2f}\n{day},C,{one:.2f}"
    write("prices.csv", "date,ticker,price", rows)
    text = Path("prices.csv").read_text().split("\n")
    text[200] = "2022-04-08,B,abc"
    Path("prices.csv").write_text("\n".join(text))
    program = [sys.executable, str(TESTS / "cli/drawn.py"), "train", "prices.csv", *RECIPE]
    env = {**environ(), "PYTHONPATH": os.pathsep.join(sys.path)}
    said = "prices.csv, line 201, column 'price': 'abc' is no number"
    for words, code in (([], 0), (["--strict"], 65)):
        done = subprocess.run([*program, *words], capture_output=True, text=True, check=False, env=env)
        assert done.returncode == code and said in done.stderr, done.stderr
        assert ("left out 1 of 3 tickers: B: " in done.stderr) == (not code)
    tickers = json.loads(Path("models/prices/model.json").read_bytes())["source"]["tickers"]
    assert sorted(tickers) == ["A", "C"]


def test_years_of_one_ticker_and_a_name_for_files_of_any(here: Callable[..., list[str]]) -> None:
    for i, (name, other) in enumerate((("x-2021", "old"), ("x-2022", "new"))):
        for file in (name, other):
            write(f"{file}.csv", "date,price", "{day},{one:.2f}", slice(90 * i, 90 * i + 90))
    (then,) = here("train", "x-2022.csv", "x-2021.csv", "--model", "models/x", *RECIPE, "-q")
    assert then.endswith("predict x-2022.csv x-2021.csv --model models/x --out forecasts/x.csv")
    (then,) = here("train", "new.csv", "old.csv", "--as", "X", *RECIPE, "-q")
    assert then == "rnn-forecast predict new.csv old.csv --as X"
    assert Path("models/X/model.json").is_file() and Path("forecasts/X.csv").is_file()
    assert Path("forecasts/X.csv").read_text().replace("X,", "x,") == Path("forecasts/x.csv").read_text()


def test_where_there_is_no_model_the_remedy_says_how_to_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("prices.csv", "Date,A,B", "{day},{one:.2f},{two:.2f}")
    assert code_of(lambda: call(["predict", "prices.csv", "--wide", "--max-bytes", "2MB"])) == 66
    assert "rnn-forecast train prices.csv --wide --max-bytes 2000000\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["my prices.csv"], "'my prices.csv'"),
        (["-rf.csv"], "./-rf.csv"),
        (["it's.csv"], "'it'\"'\"'s.csv'"),
        (["a\nb'\\.csv"], r"$'a\012b\047\134.csv'"),
        (["\udce9.csv"], r"$'\351.csv'"),
        (["株.csv"], "'株.csv'"),
        (["$(rm x).csv", "*.csv"], "'$(rm x).csv' '*.csv'"),
    ],
)
def test_names_are_quoted_for_a_shell(words: list[str], printed: str) -> None:
    assert next_command("train", words) == f"rnn-forecast train {printed}"


def on_terminal(command: str, folder: Path) -> tuple[int | None, str]:
    """What a terminal of 80 columns shows of a command line in bash, and how it ended."""
    path = f"{folder}/bin:{os.environ['PATH']}"
    child = pexpect.spawn(
        "bash", ["-c", command], cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(40, 80),
        env={**environ(), "TERM": "xterm", "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", child.read())
    child.close()
    return child.exitstatus, shown


@pytest.mark.parametrize(
    "command",
    [
        "rnn-forecast train 'a long name of $HOME.csv' \"another name, it's long.csv\" --wide --model 'm'",
        "rnn-forecast train - --model piped --price-column A < 'a long name of $HOME.csv'",
    ],
)
def test_in_a_shell_word_for_word(folder: Path, command: str) -> None:
    """Longer than the terminal is wide, and still one line that can be copied."""
    for name in ("a long name of $HOME.csv", "another name, it's long.csv"):
        write(name, f"Date,A,X{name[:2]}", "{day},{one:.2f},{one:.2f}")
    (folder / "bin").mkdir()
    program = folder / "bin/rnn-forecast"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {TESTS / "cli/drawn.py"} "$@"\n')
    program.chmod(0o755)
    code, shown = on_terminal(f"{command} {' '.join(RECIPE)}", folder)
    assert code == 0, shown
    (then,) = re.findall(r"^next: (.*?)\r?$", shown, re.MULTILINE)
    assert len(then) > 66
    code, shown = on_terminal(then, folder)
    assert code == 0, shown
    assert "written to forecasts/" in shown
