"""Errors, signals and closed or full outputs, in real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fakes import environ, error_called

from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.cli.terminal.streams import write_stdout
from rnn_forecast.errors import WriteError

FAKES = Path(__file__).with_name("fakes.py")
CODES = {
    "UsageError": 2, "BatchError": 3, "DataError": 65, "InputError": 66, "TrainingError": 70,
    "StartError": 71, "OutputError": 73, "WriteError": 74, "BusyError": 75, "ModelError": 76,
    "RecipeError": 78, "ENOSPC": 74, "EPIPE": 74, "MemoryError": 74,
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_an_error_is_two_lines_and_its_exit_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error_called(name)

    assert code_of(fail) == CODES[name]
    printed = capsys.readouterr()
    assert printed.out == ""
    first, second = printed.err.splitlines()
    assert first.startswith("Error: ") and second


def test_an_error_in_a_real_process_shows_no_traceback(rnn: Any) -> None:
    ended = rnn("train", "stock_prices.csv", "--quiet", plan={"raise": "DataError"})
    assert (ended.returncode, ended.stdout) == (65, b"")
    assert ended.stderr.decode().splitlines() == [
        "Error: TSLA has 41 prices; lookback 60 needs 61.",
        "Lower --lookback or add rows.",
    ]


def test_verbose_shows_where_an_error_came_from(rnn: Any) -> None:
    ended = rnn("train", "stock_prices.csv", "--verbose", plan={"raise": "DataError"})
    assert ended.returncode == 65
    assert ended.stderr.startswith(b"Traceback")
    assert ended.stderr.decode().splitlines()[-2:] == [
        "Error: TSLA has 41 prices; lookback 60 needs 61.",
        "Lower --lookback or add rows.",
    ]


def test_anything_else_is_a_bug_and_says_how_to_report_it(rnn: Any) -> None:
    ended = rnn("train", "stock_prices.csv", plan={"raise": "ValueError"})
    assert ended.returncode == 1
    assert b"Traceback" in ended.stderr and b"Please report it" in ended.stderr
    assert b"\x1b" not in ended.stderr  # the message holds an escape sequence


@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")]
)
def test_a_signal_unwinds_and_ends_with_its_code(
    folder: Path, sent: signal.Signals, code: int, said: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, str(FAKES), "train", "stock_prices.csv"],
        cwd=folder, stderr=subprocess.PIPE, text=True, env={**environ(), "FAKE": json.dumps({"sleep": 60})},
    )  # fmt: skip
    while not (folder / "started").exists():
        time.sleep(0.01)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert errors.splitlines() == [said]
    assert (folder / "finally").exists()


EARLY = """
import importlib.abc, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
class Watch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), int(sys.argv[2]))
sys.meta_path.insert(0, Watch())
from rnn_forecast.__main__ import main
sys.argv[1:] = sys.argv[1:3] + ["--help"]
main()
"""
PLACES = ["rnn_forecast.cli.main", "rnn_forecast.errors", "rnn_forecast.system.signals", "typer"]


@pytest.mark.parametrize("module", PLACES)
@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, b"Interrupted."), (signal.SIGTERM, 143, b"Terminated.")]
)
def test_a_signal_while_the_program_is_imported_is_quiet(
    module: str, sent: signal.Signals, code: int, said: bytes
) -> None:
    command = [sys.executable, "-c", EARLY, module, str(int(sent))]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr.splitlines()) == (code, b"", [said])


AT = """
import os, runpy, signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
sent, script, sys.argv = int(sys.argv[1]), sys.argv[2], sys.argv[2:]
replace = Path.replace
def replace_and_hit(self, target):
    replace(self, target)
    os.kill(os.getpid(), sent)
Path.replace = replace_and_hit
sys.path.insert(0, os.path.dirname(script))
runpy.run_path(script, run_name="__main__")
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_output_is_in_its_place_comes_too_late(folder: Path, sent: signal.Signals) -> None:
    words = [str(int(sent)), str(FAKES), "predict", "stock_prices.csv"]
    ended = subprocess.run(
        [sys.executable, "-c", AT, *words, "--json"],
        cwd=folder, env=environ(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stderr.splitlines()) == 1 and b"forecasts/stock_prices.csv" in ended.stderr
    assert json.loads(ended.stdout)["verb"] == "predict"
    assert [p.name for p in (folder / "forecasts").iterdir()] == ["stock_prices.csv"]  # no lock is left


def test_what_is_ignored_from_the_start_stays_ignored(folder: Path) -> None:
    """As `rnn-forecast batch … &` in a script."""
    program = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(*sys.argv[1:])"
    program = program.replace("*sys.argv[1:]", "sys.argv[1], sys.argv[1:]")
    process = subprocess.Popen(
        [sys.executable, "-c", program, sys.executable, str(FAKES), "train", "stock_prices.csv"],
        cwd=folder, stderr=subprocess.PIPE, env={**environ(), "FAKE": json.dumps({"sleep": 0.5})},
    )  # fmt: skip
    while not (folder / "started").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "stock_prices.csv", "--out", "-"],
        ["predict", "stock_prices.csv", "--out", "/dev/stdout"],
        ["train", "stock_prices.csv", "--json"],
        ["--help"],
    ],
)
def test_a_full_standard_output_is_an_io_error(rnn: Any, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ended = rnn(*words, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 74
    assert len(ended.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "stock_prices.csv", "--out", "-", "-q"],
        ["train", "stock_prices.csv", "--json", "-q"],
        ["--help"],
        ["train", "-h"],
        ["--version"],
    ],
)
def test_a_reader_that_leaves_is_no_error(rnn: Any, words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = rnn(*words, capture_output=False, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_broken_pipe_inside_a_verb_is_no_reader_that_left(rnn: Any) -> None:
    """A worker's, say: nothing was written, and that must not pass for success."""
    ended = rnn("train", "stock_prices.csv", "--json", plan={"raise": "EPIPE"})
    assert (ended.returncode, ended.stdout) == (74, b"")
    assert ended.stderr.decode().splitlines() == ["Error: Broken pipe.", "Try again."]


def test_closed_outputs_are_told_or_borne(rnn: Any) -> None:
    words = [sys.executable, str(FAKES), "predict", "stock_prices.csv", "--out"]
    shell = '"$@" >&-; echo $? > code'
    ended = rnn_shell(rnn, shell, [*words, "-"])
    assert ended == 74
    assert rnn_shell(rnn, '"$@" 2>&-; echo $? > code', [*words, "out.csv"]) == 0
    assert rnn_shell(rnn, '"$@" >&- 2>&-; echo $? > code', [*words, "out.csv"]) == 0


def rnn_shell(rnn: Any, script: str, words: list[str]) -> int:
    folder = rnn.folder
    subprocess.run(["sh", "-c", script, "sh", *words], cwd=folder, check=False, env=environ(), timeout=60)
    return int((folder / "code").read_text())


def test_no_encoding_of_the_terminal_is_an_error(rnn: Any) -> None:
    plan = {"ticker": "Ünï→株", "record": {"name": "Ünï→株"}, "tell": ["株 → x"]}
    env = {"PYTHONIOENCODING": "ascii"}
    made = rnn("predict", "stock_prices.csv", "--out", "-", "-v", plan=plan, env=env)
    assert made.returncode == 0
    assert "Ünï→株" in made.stdout.decode("utf-8")
    record = rnn("predict", "stock_prices.csv", "--json", plan=plan, env=env)
    assert json.loads(record.stdout)["name"] == "Ünï→株"


def test_the_remedy_for_a_closed_output_is_one_that_every_verb_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(WriteError, match="standard output is closed") as caught:
        write_stdout(b"{}")
    assert "--out" not in caught.value.remedy
