"""Killed processes, full disks, each system call failing in turn: old or new, whole; the next run works."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rnn_forecast.errors import ForecastError
from rnn_forecast.system import files
from rnn_forecast.system.files import locked, new_folder, write_file

PRELUDE = """
import os, sys
from pathlib import Path
from rnn_forecast.errors import BusyError, ForecastError
from rnn_forecast.system.files import locked, new_folder, write_file
place = Path(sys.argv[1])
def output(text):
    with locked(place / "model", wait=30), new_folder(place / "model") as draft:
        (draft / "a").write_text(text)
        (draft / "b").write_text(text)
    with locked(place / "out.csv", wait=30):
        write_file(place / "out.csv", text.encode())
def say(word):
    print(word, flush=True)
"""


@contextmanager
def running(place: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PRELUDE + script, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def whole(place: Path) -> tuple[str, str]:
    """The texts of both outputs, after checking that neither is half of one and half of another."""
    model = place / "model"
    assert {path.name for path in model.iterdir()} == {"a", "b", "MANIFEST.json"}
    first = (model / "a").read_text()
    assert (model / "b").read_text() == first
    listed = json.loads((model / "MANIFEST.json").read_bytes())["files"]
    assert {name: entry["size"] for name, entry in listed.items()} == {"a": len(first), "b": len(first)}
    return first, (place / "out.csv").read_text()


def output(place: Path, text: str) -> None:
    with locked(place / "model"), new_folder(place / "model") as draft:
        (draft / "a").write_text(text)
        (draft / "b").write_text(text)
    with locked(place / "out.csv"):
        write_file(place / "out.csv", text.encode())


@pytest.mark.parametrize("end", [signal.SIGKILL] * 6 + [signal.SIGINT] * 2)
def test_killed_at_any_moment_each_output_is_whole(tmp_path: Path, end: signal.Signals) -> None:
    output(tmp_path, "0" * 1000)
    with running(tmp_path, "say('go')\nfor i in range(1, 10**6): output(str(i) * 1000)") as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0, 0.05))
        process.send_signal(end)
        process.wait(30)
    numbers = [text[: len(text) // 1000] for text in whole(tmp_path)]
    assert [number * 1000 for number in numbers] == list(whole(tmp_path))
    assert int(numbers[0]) - int(numbers[1]) in (0, 1)
    output(tmp_path, "next")
    assert whole(tmp_path) == ("next", "next")
    assert {path.name for path in tmp_path.iterdir()} == {"model", "out.csv"}


WAIT_IN_THE_BODY = """
from rnn_forecast.cli.terminal.boundary import guarded
def run():
    with locked(place / "model"), new_folder(place / "model") as draft:
        (draft / "a").write_text("half")
        say("in the body")
        sys.stdin.readline()
guarded(run)
"""


@pytest.mark.parametrize(("end", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_and_leaves_nothing_behind(
    tmp_path: Path, end: signal.Signals, code: int
) -> None:
    output(tmp_path, "old")
    with running(tmp_path, WAIT_IN_THE_BODY) as process:
        assert ask(process) == "in the body"
        process.send_signal(end)
        assert process.wait(30) == code
    assert whole(tmp_path) == ("old", "old")
    assert {path.name for path in tmp_path.iterdir()} == {"model", "out.csv"}


CALLS = ["write", "fsync", "open", "mkdir", "rename", "replace", "chmod", "fchmod"]


def break_calls(patch: pytest.MonkeyPatch, k: int, *, for_ever: bool, swaps: bool) -> Callable[[], int]:
    """Let the k-th call that changes a disk fail, or that one and all after it; gives the count of calls."""
    count, honest_open = 0, os.open

    def shaky(call: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **choices: object) -> object:
            nonlocal count
            if call is honest_open and not int(args[1]) & (os.O_CREAT | os.O_DIRECTORY):
                return call(*args, **choices)  # a removal looks into a folder
            count += 1
            if count == k or (for_ever and count > k):
                raise OSError(errno.EIO, "Input/output error")
            return call(*args, **choices)

        return wrapped

    for name in CALLS:
        patch.setattr(os, name, shaky(getattr(os, name)))
    patch.setattr(files, "swap_folders", shaky(files.swap_folders) if swaps else lambda first, second: False)
    return lambda: count


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("swaps", [True, False], ids=["exchange", "two renames"])
@pytest.mark.parametrize("there", [True, False], ids=["replace", "first"])
def test_whichever_call_fails_the_old_or_the_new_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, for_ever: bool, swaps: bool, there: bool
) -> None:
    k = made = 0
    while made >= k:
        k += 1
        place = tmp_path / str(k)
        place.mkdir()
        if there:
            output(place, "old")
        with monkeypatch.context() as patch:
            calls = break_calls(patch, k, for_ever=for_ever, swaps=swaps)
            try:
                output(place, "new")
            except ForecastError as error:
                assert error.exit_code == 74
            made = calls()
        if not for_ever:
            assert {path.name for path in place.iterdir()} <= {"model", "out.csv"}
        if there:
            with locked(place / "model"):
                assert set(whole(place)) <= {"old", "new"}
        output(place, "next")
        assert whole(place) == ("next", "next")
        assert {path.name for path in place.iterdir()} == {"model", "out.csv"}
    assert k > 20  # every call was tried


def test_a_full_disk_leaves_the_old(tmp_path: Path) -> None:
    output(tmp_path, "old")
    script = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for name in ("model", "out.csv"):
    try:
        if name == "model":
            with new_folder(place / name) as draft:
                (draft / "a").write_text("x" * 5000)
        else:
            write_file(place / name, b"x" * 5000)
    except ForecastError as error:
        say(error.exit_code)
"""
    with running(tmp_path, script) as process:
        assert process.communicate(timeout=30)[0].split() == ["74", "74"]
    assert whole(tmp_path) == ("old", "old")
    assert {path.name for path in tmp_path.iterdir()} == {"model", "out.csv"}


COMPETE = """
say("ready")
sys.stdin.readline()
try:
    with locked(place / "model"):
        say("won")
        sys.stdin.readline()
        with new_folder(place / "model") as draft:
            (draft / "a").write_text("mine")
            (draft / "b").write_text("mine")
except BusyError as error:
    say(error)
"""


def test_of_two_runs_on_one_output_one_wins(tmp_path: Path) -> None:
    output(tmp_path, "old")
    for _ in range(3):
        with running(tmp_path, COMPETE) as one, running(tmp_path, COMPETE) as two:
            both = {one.pid: one, two.pid: two}
            for process in both.values():
                assert ask(process) == "ready"
            for process in both.values():
                tell(process)
            answers = {pid: ask(process) for pid, process in both.items()}
            (winner,) = [pid for pid, answer in answers.items() if answer == "won"]
            (busy,) = [answer for answer in answers.values() if answer != "won"]
            assert f"in use by process {winner} since" in busy
            tell(both[winner])
            assert both[winner].wait(30) == 0
        assert whole(tmp_path)[0] == "mine"


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def ask(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_lock_goes_with_its_process_and_can_be_waited_for(tmp_path: Path) -> None:
    with running(tmp_path, COMPETE) as holder:
        ask(holder)
        tell(holder)
        assert ask(holder) == "won"
        with running(tmp_path, "with locked(place / 'model', wait=60): say('mine')") as waiting:
            time.sleep(0.2)
            assert waiting.poll() is None
            holder.kill()
            assert ask(waiting) == "mine"


def test_many_runs_take_turns(tmp_path: Path) -> None:
    """Each release removes the lock file: a run that opened the removed one must not think it holds it."""
    (tmp_path / "count").write_text("0")
    script = """
for _ in range(100):
    with locked(place / "model", wait=60):
        count = int((place / "count").read_text())
        (place / "count").write_text(str(count + 1))
"""
    with running(tmp_path, script) as a, running(tmp_path, script) as b, running(tmp_path, script) as c:
        assert [process.wait(120) for process in (a, b, c)] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "300"
    assert {path.name for path in tmp_path.iterdir()} == {"count"}
