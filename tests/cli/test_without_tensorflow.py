"""A machine that only predicts: no TensorFlow, no Keras. What needs neither works, what does says so."""

import tomllib
from pathlib import Path

import pytest
from toys import small_recipe, toy_model, walk
from without_tensorflow import ROOT, ended

from rnn_forecast.errors import UsageError
from rnn_forecast.model.model_document import save_model, versions
from rnn_forecast.network.training import presence
from rnn_forecast.prices.series import iso
from rnn_forecast.scores.evaluation import evaluation_files, evaluation_of_dataset
from rnn_forecast.windows.dataset import make_dataset

SMALL = ("--lookback", "12", "--units", "4", "--horizon", "2", "--no-shrink")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with prices and a model of them, made elsewhere."""
    s = walk(120, ticker="AAA")
    pairs = zip(iso(s.dates), s.prices.tolist(), strict=True)
    text = "\n".join(["date,price", *(f"{day},{price!r}" for day, price in pairs)])
    (tmp_path / "AAA.csv").write_text(text + "\n")
    (tmp_path / "models").mkdir()
    model = toy_model([s])
    scored = evaluation_of_dataset(model, make_dataset([s], small_recipe(shrink=False)), "AAA")
    history = b"member,epoch,loss,val_loss,seconds\n0,1,1.5,1.7,0.1\n"
    save_model(model, tmp_path / "models/AAA", {**evaluation_files(scored), "history.csv": history})
    return tmp_path


def test_what_needs_no_tensorflow_works(place: Path) -> None:
    first = ended(
        place,
        ("predict", "AAA.csv", "--record", "kept"),
        ("evaluate", "AAA.csv", "--audit"),
        ("report", "models/AAA", "AAA.csv"),
        ("track-record", "kept"),
        ("prepare", "AAA.csv", *SMALL),
        ("schema", "metrics"),
        ("batch", "AAA.csv", "--out", "all", "--global", "models/AAA"),
        ("status", "all"),
    )
    assert [code for code, _ in first] == [0] * 8, first
    assert (place / "forecasts/AAA.csv").is_file()
    assert (place / "report.html").is_file()


def test_what_trains_ends_with_2_and_says_what_to_install(place: Path) -> None:
    before = sorted(place.rglob("*"))
    full = ("evaluate", "AAA.csv", "--audit", "full")
    for code, told in ended(place, ("train", "AAA.csv"), ("backtest", "AAA.csv", *SMALL), full):
        assert code == 2
        error, remedy = told.splitlines()
        assert error.endswith("needs Keras and TensorFlow, and here is no keras and no tensorflow.")
        assert remedy.startswith("Install: python -m pip install 'keras")
    assert [path for path in sorted(place.rglob("*")) if "site" not in path.parts] == before


def test_one_of_the_two_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    presence.require_trainable("train")
    monkeypatch.setattr(presence, "NEEDED", ("keras", "tensorflow_of_tomorrow"))
    with pytest.raises(UsageError, match="here is no tensorflow_of_tomorrow") as caught:
        presence.require_trainable("train")
    assert caught.value.remedy == "Install: python -m pip install 'tensorflow_of_tomorrow'"


def test_tensorflow_goes_by_one_name_whichever_package_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from rnn_forecast.model import model_document

    there = {"rnn-forecast": "1", "numpy": "2", "tensorflow-cpu": "3"}

    def version(name: str) -> str:
        if name not in there:
            raise model_document.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(model_document.metadata, "version", version)
    assert versions() == {"rnn-forecast": "1", "tensorflow": "3", "numpy": "2"}


def test_the_requirements_are_all_dependencies_but_those_two() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "requirements-predict.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if not line.startswith("#")]
    assert listed == [one for one in project["dependencies"] if not one.startswith(presence.NEEDED)]
