"""What asking for help loads: the command line must answer at once."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from rnn_forecast.cli.commands.app import ORDER, VERBS

HEAVY = {
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "keras",
    "tensorflow",
    "safetensors",
    "jax",
    "torch",
}
ASK = """
import json, sys
from rnn_forecast.cli.main import run
from rnn_forecast.cli.terminal.boundary import code_of
code = code_of(lambda: run(json.loads(sys.argv[1])))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
sys.exit(code)
"""

LIST = """
import contextlib, sys
from rnn_forecast.cli.main import run
with contextlib.suppress(SystemExit):
    run(sys.argv[1:])
print(*sys.modules)
"""


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["-h"], ["train", "--help"], ["evaluate", "-h"], []],
    ids=str,
)
def test_asking_for_help_loads_nothing_heavy(words: list[str]) -> None:
    asked = [sys.executable, "-c", ASK, json.dumps(words)]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == (0 if len(words) > 0 and words[-1].startswith("-") else 2)
    loaded = set(json.loads(ended.stderr.splitlines()[-1]))
    assert not loaded & HEAVY


@pytest.mark.parametrize(("words", "verbs"), [(["--help"], []), (["status", "-h"], ["status"])], ids=str)
def test_no_other_verb_is_made(words: list[str], verbs: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LIST, *words], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = ended.stdout.splitlines()[-1].split()
    assert [name for name in loaded if name.endswith("_command")] == [
        f"rnn_forecast.cli.commands.{verb}_command" for verb in verbs
    ]


def test_the_program_s_help_says_of_each_verb_what_its_own_help_says() -> None:
    from rnn_forecast.cli.main import command

    made = command().commands  # type: ignore[attr-defined]
    assert {name: made[name].help for name in made} == VERBS
    assert [made[name].name for name in made] == list(VERBS)


def test_a_verb_is_completed_by_its_first_letters() -> None:
    from rnn_forecast.cli.main import command

    program = command()
    with program.make_context("rnn-forecast", [], resilient_parsing=True) as context:
        found = [item.value for item in program.shell_complete(context, "tra")]
    assert found == ["train", "track-record"]


def test_the_version_is_the_package_s(rnn: Any) -> None:
    from rnn_forecast import __version__

    assert rnn("--version").stdout.decode() == f"rnn-forecast {__version__}\n"


def test_help_names_the_verbs_and_groups_the_options(rnn: Any) -> None:
    program = rnn("--help").stdout.decode()
    assert all(verb in program for verb in ("prepare", "train", "predict", "evaluate"))
    train = rnn("train", "--help").stdout.decode()
    headings = [line for line in train.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings[:3] == ["Arguments:", "Options:", "Reading:"]


def test_the_first_screen_of_batch_has_what_a_newcomer_needs(rnn: Any) -> None:
    lines = rnn("batch", "--help", env={"COLUMNS": "80"}).stdout.decode().splitlines()
    headings = {line: at for at, line in enumerate(lines) if line.endswith(":") and not line.startswith(" ")}
    assert [*headings][:4] == ["Arguments:", "Options:", "What to train, and when to stop:", "Workers:"]
    assert headings["Reading:"] <= 40
    assert len(lines) <= 80


@pytest.mark.parametrize("verb", ORDER)
def test_help_names_every_option(rnn: Any, verb: str) -> None:
    from rnn_forecast.cli.main import command

    text = rnn(verb, "--help").stdout.decode()
    for option in command().commands[verb].params:  # type: ignore[attr-defined]
        if option.param_type_name == "option":
            flags = (option.opts[0], *option.secondary_opts)
            assert all(re.search(rf"(?<![\w-]){flag}(?![\w-])", text) for flag in flags), flags


def test_nothing_at_all_shows_help_as_an_error(rnn: Any) -> None:
    ended = rnn()
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(b"Usage: rnn-forecast ")


def test_the_process_ends_without_taking_the_interpreter_apart() -> None:
    # a thread of a library's that wants the interpreter by then would end the run with an abort, 134
    ends = "import atexit; atexit.register(print, 'too late')\n"
    ends += "from rnn_forecast.cli.terminal.boundary import guarded\nguarded(lambda: print('done'))"
    ended = subprocess.run([sys.executable, "-c", ends], capture_output=True, text=True, check=True)
    assert ended.stdout == "done\n"
