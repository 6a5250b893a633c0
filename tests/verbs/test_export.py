"""A model as a file for other programs: the sheet, the refusals, and a program that runs the file alone."""

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import COLUMNS, following_model, walk, with_columns

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.errors import Notice, UsageError
from rnn_forecast.model import save_model
from rnn_forecast.model.model import Model
from rnn_forecast.network.training import presence
from rnn_forecast.system import strict_json
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.export import export

CONSUMER = Path(__file__).parents[1] / "exporting" / "consumer.py"
HORIZON = 3


def saved(model: Model, folder: Path) -> Path:
    save_model(model, folder, {})
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command line in a folder with a model of prices.csv, which is there, too."""
    monkeypatch.chdir(tmp_path)
    series = walk(300, ticker="prices")
    pairs = zip(series.dates.astype(str), series.prices.tolist(), strict=True)
    rows = "".join(f"{day[:10]},{price!r}\n" for day, price in pairs)
    Path("prices.csv").write_text(f"date,price\n{rows}")
    saved(following_model([series], cell="lstm", members=2, horizon=HORIZON), Path("models/prices"))
    return lambda *words: (code_of(lambda: call(words)), *capsys.readouterr())


def static(here: Any, *words: str) -> list[dict[str, str]]:
    code, out, error = here("predict", "prices.csv", "--static", "--out", "-", *words)
    assert code == 0, error
    return list(csv.DictReader(out.splitlines()))


def test_another_program_forecasts_what_predict_says(here: Any) -> None:
    pytest.importorskip("onnxruntime")
    assert here("export", "models/prices")[0] == 0
    ended = subprocess.run(
        [sys.executable, "-I", str(CONSUMER), "exports/prices.onnx", "prices.csv"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found, rows = json.loads(ended.stdout), static(here)
    assert found["ours"] == []
    assert len(rows) == HORIZON
    expected = [float(row["forecast"]) for row in rows]
    np.testing.assert_allclose(found["forecast"], expected, rtol=1e-5)
    assert min(abs(price / float(rows[0]["last"]) - 1) for price in expected) > 5e-5


def test_a_static_forecast_has_no_bands_and_nothing_learnt_since(here: Any) -> None:
    columns = ["ticker", "origin", "step", "date", "forecast", "last"]
    rows = static(here)
    assert list(rows[0]) == columns
    _, moved, _ = here("predict", "prices.csv", "--out", "-")
    assert next(csv.DictReader(moved.splitlines()))["forecast"] != rows[0]["forecast"]
    longer = static(here, "--steps", "7")
    assert [row["forecast"] for row in longer[:HORIZON]] == [row["forecast"] for row in rows]
    assert len(longer) == 7


@pytest.mark.parametrize(
    "more", [("--levels", "80"), ("--quantiles", "0.1"), ("--risk", "99"), ("--p-up",), ("--record", "r")]
)
def test_static_does_not_go_with_what_needs_more(here: Any, more: tuple[str, ...]) -> None:
    code, _, error = here("predict", "prices.csv", "--static", *more)
    assert code == 2
    assert more[0] in error
    assert not Path("r").exists()


def test_the_sheet_says_what_the_file_is(here: Any) -> None:
    code, out, _ = here("export", "models/prices", "--json")
    assert code == 0
    data, told = Path("exports/prices.onnx").read_bytes(), json.loads(out)
    sheet = strict_json.loads(Path("exports/prices.onnx.json").read_bytes())
    assert told == {"out": "exports/prices.onnx", "described": "exports/prices.onnx.json", **sheet}
    digest = hashlib.sha256(data).hexdigest()
    assert sheet["file"] == {"name": "prices.onnx", "format": "onnx", "bytes": len(data), "sha256": digest}
    manifest = Path("models/prices/MANIFEST.json").read_bytes()
    assert sheet["model"]["sha256"] == hashlib.sha256(manifest).hexdigest()
    assert sheet["trust"]["shrinkage"] == [0.5] * HORIZON
    assert {name: of["shape"] for name, of in sheet["inputs"].items()} == {
        "prices": ["n", 12],
        "length": ["n"],
    }
    assert sheet["outputs"]["forecast"]["shape"] == ["n", HORIZON]


def test_tickers_of_their_own_scale_are_numbered_in_the_sheet(tmp_path: Path) -> None:
    series = [walk(300, seed=i, ticker=ticker) for i, ticker in enumerate("BA")]
    folder = saved(following_model(series, normalize="zscore"), tmp_path / "m")
    sheet = export(folder, "onnx", tmp_path / "m.onnx").sheet
    assert sheet["tickers"] == list(sheet["scaling"]["by_ticker"])
    assert "ticker" in sheet["inputs"]


def test_a_network_that_nobody_trusts_is_told_of(tmp_path: Path) -> None:
    model = following_model([walk(300)])
    told: list[Notice] = []
    export(
        saved(replace(model, shrinkage=np.zeros(2)), tmp_path / "m"), "onnx", tmp_path / "f", Run(told.append)
    )
    assert "nothing to trust" in told[0].text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("models/prices", "--to", "torch"), 2, "onnx, keras"),
        (("models/prices", "--to", "keras", "--out", "x.onnx"), 2, "must end in .keras"),
        (("models/prices", "--to", "onnx", "--out", "x.keras"), 2, "must end in .onnx"),
        (("models/prices", "--out", "x.pt"), 2, "--to"),
        (("models/prices", "--out", "-"), 2, "standard output"),
        (("models/prices", "--out", "models/prices/x.onnx"), 2, "models/prices"),
        (("models/none",), 66, "models/none"),
        (("prices.csv",), 76, "prices.csv"),
    ],
)
def test_refusals(here: Any, words: tuple[str, ...], code: int, said: str) -> None:
    found, out, error = here("export", *words)
    assert (found, out) == (code, "")
    assert said in error
    assert not list(Path().rglob("x.*"))


def test_any_other_ending_goes_with_the_format_named(here: Any) -> None:
    assert here("export", "models/prices", "--to", "ONNX", "--out", "a.model")[0] == 0
    assert {path.name for path in Path().glob("a.*")} == {"a.model", "a.model.json"}


def test_a_damaged_model_is_refused_and_the_file_before_stays(here: Any) -> None:
    assert here("export", "models/prices")[0] == 0
    before = Path("exports/prices.onnx").read_bytes()
    weights = Path("models/prices/weights.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert here("export", "models/prices")[0] == 76
    assert Path("exports/prices.onnx").read_bytes() == before


def test_without_the_library_the_line_that_installs_it(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    code, _, error = here("export", "models/prices")
    assert code == 2
    assert 'pip install "rnn-forecast[onnx]"' in error
    assert not Path("exports").exists()


def test_without_keras_the_line_that_installs_it(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_is_there", lambda name: False)
    code, _, error = here("export", "models/prices", "--to", "keras")
    assert code == 2
    assert "pip install" in error
    assert not Path("exports").exists()


def test_a_model_that_sees_columns_is_no_file_of_prices(tmp_path: Path) -> None:
    folder = saved(following_model([with_columns(300)], **COLUMNS), tmp_path / "m")
    with pytest.raises(UsageError, match="'volume'"):
        export(folder, "onnx", tmp_path / "m.onnx")


def test_a_full_disk_is_told_and_no_sheet_is_left_alone(here: Any) -> None:
    assert here("export", "models/prices", "--to", "onnx", "--out", "/dev/full")[0] == 74
    assert not Path("/dev/full.json").exists()
