"""The four verbs over the real verbs, in real processes, in an empty folder."""

import contextlib
import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import environ

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of

pytestmark = pytest.mark.keras
QUICK = ("--lookback", "10", "--units", "4", "--epochs", "2", "--horizon", "2")


def rnn(folder: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnn_forecast", *words]
    settings = {"capture_output": True, "text": True, "timeout": 300, "env": environ(), **options}
    return subprocess.run(command, cwd=folder, check=False, **settings)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where `train prices.csv` has run, and said what it says."""
    folder = tmp_path_factory.mktemp("verbs")
    days = np.arange("2022-01-03", "2023-06-01", dtype="datetime64[D]")
    days = days[np.is_busday(days)]
    prices = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, len(days))))
    rows = "".join(f"{day},{price:.4f}\n" for day, price in zip(days, prices, strict=True))
    (folder / "prices.csv").write_text("date,price\n" + rows)
    ended = rnn(folder, "train", "prices.csv", *QUICK)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()  # neither Keras nor TensorFlow adds one, on file descriptor 2 either
    assert line.startswith("trained models/prices: forecast ")
    return folder


@pytest.fixture
def here(trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """A verb in this process and that folder: exit code, output, errors."""
    monkeypatch.chdir(trained)
    return lambda *words: (code_of(lambda: call(words)), *capsys.readouterr())


def test_the_model_folder_is_whole(trained: Path) -> None:
    names = {path.name for path in (trained / "models/prices").iterdir()}
    assert names == {
        "model.json", "weights.safetensors", "metrics.json", "predictions.csv", "history.csv",
        "MANIFEST.json",
    }  # fmt: skip


def test_predict_and_evaluate_work_with_no_option_at_all_and_without_tensorflow(trained: Path) -> None:
    lists = "import sys; from rnn_forecast.cli.main import run\nrun(sys.argv[1:]); print(*sys.modules)"
    for verb in ("predict", "evaluate"):
        ended = subprocess.run(
            [sys.executable, "-c", lists, verb, "prices.csv"],
            cwd=trained, capture_output=True, text=True, check=True, env=environ(),
        )  # fmt: skip
        loaded = {name.partition(".")[0] for name in ended.stdout.split()}
        assert not loaded & {"tensorflow", "keras", "pandas", "rich"}
        assert len(ended.stderr.splitlines()) == 2  # one on the only ticker, or on bands
    with (trained / "forecasts/prices.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == ["2023-06-01", "2023-06-02"]
    assert (trained / "evaluations/prices/metrics.json").is_file()
    assert (trained / "evaluations/prices/predictions.csv").is_file()


def test_what_train_says_of_the_test_part_is_what_evaluate_finds(trained: Path, here: Any) -> None:
    code, out, _ = here("evaluate", "prices.csv", "--json", "--out", "again")
    assert code == 0
    assert json.loads(out) == json.loads((trained / "models/prices/metrics.json").read_text())


@pytest.mark.parametrize(
    ("span", "months"),
    [
        (["--from", "2023-05"], {"2023-05"}),
        (["--to", "2023-03"], {"2023-02", "2023-03"}),
        (["--from", "2023-03-01", "--to", "2023-03-31"], {"2023-03"}),
    ],
)
def test_dates_narrow_what_is_scored(trained: Path, here: Any, span: list[str], months: set[str]) -> None:
    assert here("evaluate", "prices.csv", "-q", "--out", "some", *span)[0] == 0
    with (trained / "some/predictions.csv").open() as file:
        assert {row["date"][:7] for row in csv.DictReader(file)} == months


@pytest.mark.parametrize(
    ("words", "code", "phrase"),
    [
        (["predict", "nosuch.csv", "--model", "models/prices"], 66, "nosuch.csv"),
        (["predict", "models", "--model", "models/prices"], 66, "folder"),
        (["predict", "prices.csv", "--model", "nosuch"], 66, "nosuch"),
        (["predict", "prices.csv", "--price-column", "prize"], 65, "price"),
        (["predict", "prices.csv", "--out", "prices.csv/x"], 73, "prices.csv"),
        (["train", "prices.csv", "--lookback", "5000"], 65, "5001"),
        (["train", "prices.csv", "--units", "0"], 2, "--units"),
        (["train", "prices.csv", "--recipe", "nosuch.toml"], 66, "nosuch.toml"),
        (["evaluate", "prices.csv", "--from", "yesterday"], 2, "--from"),
        (["evaluate", "prices.csv", "--from", "2023-02-30"], 2, "2023-02-30"),
        (["evaluate", "prices.csv", "--from", "2030"], 65, "2030"),
    ],
)
def test_an_error_names_what_is_wrong_and_changes_nothing(
    trained: Path, here: Any, words: list[str], code: int, phrase: str
) -> None:
    before = snapshot(trained)
    ended = here(*words)
    assert ended[:2] == (code, "")
    first, second = ended[2].splitlines()
    assert phrase in first and second
    assert snapshot(trained) == before


def test_training_on_what_prepare_wrote_gives_the_same_weights(
    trained: Path, here: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process as in the one before it; from standard input too."""
    assert here("prepare", "prices.csv", "-q", "--out", "p", *QUICK)[0] == 0
    code, _, errors = here("train", "p", "--model", "from_prepared")
    assert code == 0, errors
    with (trained / "prices.csv").open() as given:
        monkeypatch.setattr(sys, "stdin", given)
        code, _, errors = here("train", "-", "--model", "from_pipe", *QUICK)
    assert code == 0, errors
    weights = [
        (trained / m / "weights.safetensors").read_bytes()
        for m in ("models/prices", "from_prepared", "from_pipe")
    ]
    assert weights[0] == weights[1] == weights[2]


def test_a_prepared_folder_gives_the_forecasts_and_scores_of_its_file(trained: Path, here: Any) -> None:
    assert here("prepare", "prices.csv", "-q", "--out", "p2/prices", *QUICK)[0] == 0
    for verb in (("predict", "--out", "-"), ("evaluate", "--json", "--out", "e2")):
        of_file, of_folder = (
            here(verb[0], source, "-q", *verb[1:]) for source in ("prices.csv", "p2/prices")
        )
        assert of_file == of_folder
        assert of_file[0] == 0 and of_file[1]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["--price-column", "close"], "'price'; expected 'close'"),
        (["--ticker", "prices", "--ticker", "MSFT"], "no ticker 'MSFT'"),
    ],
)
def test_a_prepared_folder_without_what_is_asked_for_is_refused(
    trained: Path, here: Any, words: list[str], phrase: str
) -> None:
    assert here("prepare", "prices.csv", "-q", "--out", "p3/prices", *QUICK)[0] == 0
    for verb in ("predict", "evaluate"):
        code, out, errors = here(verb, "p3/prices", *words)
        assert (code, out) == (65, "") and phrase in errors


def test_a_prepared_folder_that_was_edited_is_refused(trained: Path, here: Any) -> None:
    assert here("prepare", "prices.csv", "-q", "--out", "p4/prices", *QUICK)[0] == 0
    for name in ("recipe.toml", "prices.csv"):
        with (trained / "p4/prices" / name).open("ab") as file:
            file.write(b"\n")
        for verb in ("train", "predict", "evaluate"):
            code, out, errors = here(verb, "p4/prices", "--model", "models/prices")
            assert (code, out) == (76, "")
            assert errors.splitlines()[1].endswith("Run prepare again.")


def test_a_signal_in_training_leaves_the_model_that_was_there(trained: Path, tmp_path: Path) -> None:
    """Both signals to two programs that train at once."""
    ends = {signal.SIGINT: 130, signal.SIGTERM: 143}
    words = ["train", "prices.csv", *QUICK[:4], "--epochs", "100000", "--patience", "0", "-v"]
    with contextlib.ExitStack() as stack:
        processes = {}
        for sent in ends:
            folder = shutil.copytree(trained, tmp_path / sent.name)
            processes[sent] = subprocess.Popen(
                [sys.executable, "-m", "rnn_forecast", *words],
                cwd=folder, stderr=subprocess.PIPE, text=True, env=environ(),
            )  # fmt: skip
            stack.callback(processes[sent].kill)
        for sent, process in processes.items():
            assert process.stderr is not None
            while "epoch 3/" not in process.stderr.readline():
                assert process.poll() is None
                time.sleep(0.001)
            process.send_signal(sent)
            errors = process.communicate(timeout=60)[1]
            assert process.returncode == ends[sent]
            assert "Traceback" not in errors
    before = snapshot(trained)
    for sent in ends:
        after = snapshot(tmp_path / sent.name)
        assert {name: after[name] for name in before} == before
        assert not [name for name in set(after) - set(before) if "lock" not in name]
