"""What verbs say and write is what the schemas say, to the key; and what they said once, they say still."""

import copy
import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from published import FILE, lines_of
from toys import fit_by_hash, following_model, walk

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.errors import UsageError
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.model.model_document import model_bytes
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Recipe
from rnn_forecast.schemas.documents import DOCUMENTS, FILES
from rnn_forecast.schemas.json_schema import schema_of
from rnn_forecast.system import machine

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
SMALL = ("--lookback", "12", "--horizon", "2", "--units", "4", "--no-shrink", "--season", "5")
Documents = dict[str, list[Any]]


def closed(name: str) -> Draft202012Validator:
    """The schema, holding that no document has a key that it does not know."""
    schema = copy.deepcopy(schema_of(name))

    def close(node: Any) -> None:
        if isinstance(node, dict) and "properties" in node:
            node.setdefault("additionalProperties", False)
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            close(inner)

    close(schema)
    return Draft202012Validator(schema)


def write_prices(ticker: str, rows: int, seed: int) -> str:
    s = walk(rows, seed=seed, ticker=ticker)
    pairs = zip(iso(s.dates), s.prices.tolist(), strict=True)
    path = Path(f"{ticker}.csv")
    path.write_text("\n".join(["date,price", *(f"{day},{price!r}" for day, price in pairs)]) + "\n")
    return str(path)


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """What a verb says with --json, in an empty folder, and without Keras."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fit_module, "fit_members", fit_by_hash)
    monkeypatch.setattr(machine, "workers", lambda: 1)  # a process of its own would have Keras

    def run(*words: str, ends: int = 0) -> Any:
        capsys.readouterr()
        code = code_of(lambda: call([*words, "--json", "-q"]))
        out, told = capsys.readouterr()
        assert code == ends, told
        return json.loads(out)

    return run


def test_what_verbs_say_and_write_is_what_their_schemas_say(said: Callable[..., Any]) -> None:
    found = defaultdict[str, list[Any]](list)
    for name, document in (*of_one_model(said), *of_backtests(said), *of_a_batch(said)):
        found[name].append(document)
    assert found.keys() | {"recipe"} == DOCUMENTS.keys()
    for name, documents in found.items():
        validator = closed(name)
        for document in documents:
            errors = [
                f"{name}: {one.json_path}: {one.message[:200]}" for one in validator.iter_errors(document)
            ]
            assert not errors


def of_one_model(said: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    one, other, bad = write_prices("AAA", 300, 1), write_prices("BBB", 300, 2), "bad.csv"
    Path(bad).write_text("")
    yield "prepare", said("prepare", one, other, bad, "--out", "prepared", *SMALL)
    yield "prepare", json.loads(Path("prepared/report.json").read_bytes())
    yield "prepare", said("prepare", one, "--check", *SMALL)
    yield "train", said("train", one, other, bad, "--model", "m", *SMALL, "--risk", "99")
    yield (
        "train",
        said("train", one, "--model", "whole", *SMALL, "--train-fraction", "1", "--toward", "drift"),
    )
    for folder in ("m", "whole"):
        yield "model", json.loads(Path(folder, "model.json").read_bytes())
        yield "metrics", json.loads(Path(folder, "metrics.json").read_bytes())
    yield "evaluate", said("evaluate", one, bad, "--model", "m", "--out", "e", "--audit")
    yield "metrics", json.loads(Path("e/metrics.json").read_bytes())
    asked = ("--quantiles", "0.05,0.975", "--risk", "97.5", "--p-up", "--levels", "80,99.99")
    out = ("--out", "f.json", "--record", "kept")
    yield "predict", said("predict", one, bad, "--model", "m", *out, *asked)
    yield "forecasts", json.loads(Path("f.json").read_bytes())
    yield "track-record", said("track-record", "kept")
    write_prices("AAA", 330, 1)
    said("predict", one, "--model", "m", *out)
    yield "track-record", said("track-record", "kept")
    yield "report", said("report", "m", "f.json", "--out", "r.html")
    yield "export", said("export", "m", "--to", "onnx", "--out", "m.onnx")
    yield "sheet", json.loads(Path("m.onnx.json").read_bytes())
    two = write_prices("BBB", 300, 2)
    said("train", one, two, "--model", "z", *SMALL, "--normalize", "zscore")
    yield "export", said("export", "z", "--to", "onnx", "--out", "z.onnx")


def of_backtests(said: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    one = write_prices("CCC", 300, 3)
    how = ("--origins", "40", "--refit-every", "20", "--lookback", "12", "--units", "4")
    yield "backtest", said("backtest", one, *how, "--out", "b")
    yield "metrics", json.loads(Path("b/metrics.json").read_bytes())
    Path("gru.toml").write_text('[network]\ncell = "gru"\n')
    recipes = ("--recipe", "gru.toml", "--recipe", str(CONFIGS / "default.toml"))
    yield "comparison", said("backtest", one, *how, *recipes, "--out", "c")
    yield "comparison", json.loads(Path("c/comparison.json").read_bytes())
    keys = ("--search", "cell,lookback=6,12", "--trials", "2", "--lookback", "12", "--units", "4")
    yield "tune", said("tune", one, *keys, "--out", "t")
    yield "tune", said("tune", one, *keys, "--out", "u.toml", "--time-limit", "0s")


def of_a_batch(said: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    one, gone = write_prices("DDD", 200, 4), "gone.csv"
    said("train", one, "--model", "d", *SMALL)
    batch = ("batch", one, gone, "--out", "all", "--global", "d")
    yield "plan", said(*batch, "--dry-run")
    for _ in range(2):
        yield "batch", said(*batch, ends=3)
        yield "summary", json.loads(Path("all/summary.json").read_bytes())
        yield "status", said("status", "all")
        write_prices("DDD", 230, 4)


def test_every_recipe_is_one_by_its_schema() -> None:
    validator = closed("recipe")
    recipes = [tomllib.loads(path.read_text(encoding="utf-8")) for path in CONFIGS.glob("*.toml")]
    for recipe in [*recipes, {}, json.loads(Recipe().model_dump_json())]:
        validator.validate(recipe)
    for refused in ({"window": {"lookback": 1}}, {"windows": {}}, {"network": {"cell": "rnn"}}):
        assert not validator.is_valid(refused)


def test_a_model_of_any_schema_but_this_one_is_none_by_its_schema() -> None:
    document = json.loads(model_bytes(following_model([walk(300)]))["model.json"])
    validator = closed("model")
    validator.validate(document)
    for key in document:
        assert not validator.is_valid({name: document[name] for name in document if name != key})
    assert not validator.is_valid({**document, "schema": document["schema"] - 1})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_one_and_says_its_version(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:rnn-forecast:{name}:{schema['version']}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_was_published_under_a_version_is_there_still(name: str) -> None:
    """After a change that only adds: python tests/schemas/published.py; of any other, raise the version."""
    published = FILE.read_text(encoding="utf-8").splitlines()
    lines = lines_of(name)
    version = lines[0].partition(":")[0]
    assert [line for line in published if line.startswith(f"{version}:") and line not in lines] == []
    assert [line for line in lines if line not in published] == []


def test_files_go_by_their_names_and_what_is_near_is_named() -> None:
    assert all(schema_of(file) == schema_of(name) for file, name in FILES.items())
    with pytest.raises(UsageError) as caught:
        schema_of("metrix")
    assert caught.value.remedy.startswith("Nearest: metrics, train. There are: recipe, model, ")
