"""Where a verb reads and writes when nothing was said, and that it writes nowhere that it reads."""

from pathlib import Path
from typing import Any

import pytest
from fakes import FakeVerbs

from rnn_forecast.cli.main import call
from rnn_forecast.errors import InputError, UsageError
from rnn_forecast.forecasts.wanted import Wanted
from rnn_forecast.prices.sources.opening import open_source


def test_predict_and_evaluate_find_the_model_by_the_source_s_name(verbs: FakeVerbs) -> None:
    call(["predict", "stock_prices.csv", "-q", "--steps", "5", "--any-ticker", "--wait", "2m"])
    _, (sources, _, model, run), named = verbs.calls[-1]
    assert (sources, model, run.wait) == (["stock_prices.csv"], Path("models/stock_prices"), 120.0)
    assert named.pop("choose")(Wanted((80.0,))) == Wanted((80.0,))
    assert named == {"steps": 5, "any_ticker": True, "market": None, "static": False}
    assert Path("forecasts/stock_prices.csv").is_file()
    call(["evaluate", "stock_prices.csv", "-q", "--from", "2024-01-01", "--to", "2024-02-01"])
    _, (_, _, model, _), named = verbs.calls[-1]
    assert model == Path("models/stock_prices")
    assert named["out"] == Path("evaluations/stock_prices")
    assert (named["span"].since, named["span"].until) == ("2024-01-01", "2024-02-01")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["train", "a.csv", "b.csv"], "--model"),
        (["train", "-"], "--model"),
        (["prepare", "-"], "--out"),
        (["predict", "a.csv", "b.csv"], "--model"),
        (["predict", "a.csv", "b.csv", "--model", "m"], "--out"),
        (["evaluate", "-", "--model", "m"], "--out"),
    ],
)
def test_without_a_name_the_option_that_gives_the_place_is_required(
    verbs: FakeVerbs, words: list[str], option: str
) -> None:
    with pytest.raises(UsageError, match=option):
        call(words)
    assert not verbs.calls


@pytest.mark.parametrize(
    ("words", "said", "example"),
    [
        (["predict", "-"], "--model and --out are required", "--model models/mine --out forecasts/mine.csv."),
        (["predict", "a", "b", "--format", "json"], "--model and --out are", "--out forecasts/mine.json."),
        (["evaluate", "-"], "--model and --out are required", "--model models/mine --out evaluations/mine."),
        (["evaluate", "-", "--model", "m"], "--out is required", "path, such as --out evaluations/mine."),
    ],
)
def test_all_options_that_are_missing_are_named_at_once(
    verbs: FakeVerbs, words: list[str], said: str, example: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(words)
    assert caught.value.message.startswith(said)
    assert caught.value.remedy.endswith(example)


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_missing_source_is_told_before_a_missing_model(verbs: FakeVerbs, verb: str) -> None:
    with pytest.raises(InputError, match=r"nope\.csv: there is no such file"):
        call([verb, "nope.csv"])
    Path("my prices.csv").touch()
    with pytest.raises(InputError) as caught:
        call([verb, "my prices.csv"])
    assert caught.value.message == "There is no model at models/my prices."
    assert caught.value.remedy == "Train one first: rnn-forecast train 'my prices.csv'"
    with pytest.raises(InputError) as caught:
        call([verb, "-", "--model", "m", "--out", "o"])
    assert caught.value.remedy == "Train one first: rnn-forecast train - --model m"
    assert not verbs.calls


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("predict ok.csv --model m --out ok.csv", "--out is the source ok.csv."),
        ("predict forecasts/q.csv --model m", "--out is the source forecasts/q.csv."),
        ("predict ok.csv x.csv --model m --out ./forecasts/../x.csv", "--out is the source x.csv."),
        ("predict ok.csv --model m --out link.csv", "--out is the source ok.csv."),
        ("predict link.csv --model m --out ok.csv", "--out is the source link.csv."),
        ("predict ok.csv --model m --out m/model.json", "--out, m/model.json, lies in the model's folder m."),
        ("predict ok.csv --model m --out m/new.csv", "--out, m/new.csv, lies in the model's folder m."),
        ("evaluate ok.csv --model m --out m", "--out is the model m."),
        ("train m/model.json --model m", "--model, m, is the folder that the source m/model.json lies in."),
        ("prepare m/model.json --out m", "--out, m, is the folder that the source m/model.json lies in."),
        ("batch b/forecasts.csv --out b", "--out is the source b/forecasts.csv."),
        ("batch ok.csv --global m --out m/b", "--out, m/b/forecasts.csv, lies in the model's folder m."),
        ("predict ok.csv --model m --log-file ok.csv", "--log-file is the source ok.csv."),
        ("predict ok.csv --model m --out q --log-file q", "--log-file is the --out q."),
        ("predict ok.csv --model m --log-file m/l", "--log-file, m/l, lies in the model's folder m."),
        ("train ok.csv --log-file link.csv", "--log-file is the source ok.csv."),
        ("train ok.csv --recipe r.toml --log-file r.toml", "--log-file is the recipe r.toml."),
        ("prepare ok.csv --log-file ok.csv", "--log-file is the source ok.csv."),
        ("evaluate ok.csv --model m --log-file ok.csv", "--log-file is the source ok.csv."),
        ("backtest ok.csv --log-file ok.csv", "--log-file is the source ok.csv."),
        ("batch ok.csv --out b --log-file ok.csv", "--log-file is the source ok.csv."),
        ("status b --log-file b/ledger.sqlite", "--log-file is the batch's file b/ledger.sqlite."),
    ],
)
def test_nothing_is_written_over_what_is_read(here: Any, folder: Path, words: str, said: str) -> None:
    for name in ("ok.csv", "x.csv", "forecasts/q.csv", "m/model.json", "m/MANIFEST.json", "r.toml",
                 "b/forecasts.csv", "b/ledger.sqlite"):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"what stands in {name}")
    (folder / "link.csv").symlink_to("ok.csv")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, out, errors = here(*words.split())
    assert (code, out) == (2, "")
    option = said.split(maxsplit=1)[0].rstrip(",")
    assert errors.splitlines() == [f"Error: {said}", f"Name another place with {option}."]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "words", ["--out /dev/null --log-file /dev/null", "--out new.csv --log-file new.log"]
)
def test_other_places_and_devices_may_be_written(here: Any, words: str) -> None:
    assert here("predict", "stock_prices.csv", *words.split())[0] == 0


def test_a_model_among_the_sources_is_said_to_be_one(here: Any, verbs: FakeVerbs, folder: Path) -> None:
    """`train models/m` writes models/m where nothing else is said, and that is the lesser mistake."""
    (folder / "models" / "m").mkdir(parents=True)
    (folder / "models" / "m" / "model.json").touch()
    here("train", "models/m")
    assert verbs.calls[-1][1][0] == ["models/m"]
    with pytest.raises(InputError, match=r"^models/m is a model, not prices"):
        open_source("models/m", 1000)
