import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from model_folders import DOCUMENT, EXTRA, SHAPES, TENSORS, seal, small_model

from rnn_forecast.errors import InputError, ModelError, OutputError
from rnn_forecast.model.model_files import read_model_files, write_model_files

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
values = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | text
documents = st.dictionaries(text.filter("schema".__ne__), values | st.lists(values, max_size=3), max_size=4)
floats = st.floats(allow_nan=False, allow_infinity=False, width=32)
tensors = st.dictionaries(
    st.from_regex(r"[a-z0-9_.]{1,12}", fullmatch=True),
    arrays(np.float32, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=floats),
    max_size=4,
)


@given(documents, tensors)
def test_what_is_written_is_read_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, document: dict, weights: dict
) -> None:
    folder = tmp_path_factory.mktemp("models") / "m"
    write_model_files(folder, document, weights, {"metrics.json": b"{}"})
    got, got_weights = read_model_files(folder, lambda _: {name: a.shape for name, a in weights.items()})
    assert got == document
    assert got_weights.keys() == weights.keys()
    assert all(got_weights[name].tobytes() == weights[name].tobytes() for name in weights)
    oracle = safetensors.numpy.load_file(folder / "weights.safetensors")
    assert all(np.array_equal(oracle[name], got_weights[name]) for name in oracle)


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    one, two = small_model(tmp_path / "one"), small_model(tmp_path / "two")
    write_model_files(two, DOCUMENT, dict(reversed(TENSORS.items())), dict(reversed(EXTRA.items())))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}
    assert {p.name for p in one.iterdir()} == {"model.json", "weights.safetensors", "MANIFEST.json", *EXTRA}


def test_arrays_that_are_views_are_written_as_they_look(tmp_path: Path) -> None:
    grid = np.arange(12, dtype="f4").reshape(3, 4)
    write_model_files(tmp_path / "m", {}, {"t": grid.T, "s": grid[::2, 1::2]}, {})
    _, got = read_model_files(tmp_path / "m")
    assert np.array_equal(got["t"], grid.T)
    assert np.array_equal(got["s"], grid[::2, 1::2])


@pytest.mark.parametrize(
    "bad", [np.array([np.nan], "f4"), np.array([np.inf], "f4"), np.array([1.0]), np.array([1], "i4")]
)
def test_what_reading_would_refuse_is_not_written(tmp_path: Path, bad: np.ndarray) -> None:
    small_model(tmp_path / "m")
    with pytest.raises(ValueError, match="float32 and finite"):
        write_model_files(tmp_path / "m", {}, {"bad": bad}, {})
    with pytest.raises(ValueError):
        write_model_files(tmp_path / "m", {"a": float("nan")}, {}, {})
    assert read_model_files(tmp_path / "m")[0] == DOCUMENT


def test_no_folder_is_a_missing_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model at") as caught:
        read_model_files(tmp_path / "none")
    assert caught.value.exit_code == 66
    (tmp_path / "AAPL.csv").write_text("date,price\n")
    with pytest.raises(ModelError, match="expected a folder"):
        read_model_files(tmp_path / "AAPL.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match="expected a folder"):
        read_model_files(tmp_path / "pipe")


def test_a_folder_may_be_reached_by_a_link_and_looked_at(tmp_path: Path) -> None:
    small_model(tmp_path / "m")
    (tmp_path / "latest").symlink_to("m")
    for name in (".DS_Store", ".gitignore", "Thumbs.db"):
        (tmp_path / "m" / name).touch()
    assert read_model_files(tmp_path / "latest")[0] == DOCUMENT


def test_expected_shapes_come_from_the_document(tmp_path: Path) -> None:
    small_model(tmp_path / "m")
    seen = []
    read_model_files(tmp_path / "m", lambda document: seen.append(document) or SHAPES)
    assert seen == [DOCUMENT]
    with pytest.raises(ModelError, match=r"expected tensor '0\.head.bias' of shape \[7\], found .* \[1\]"):
        read_model_files(tmp_path / "m", lambda _: {**SHAPES, "0.head.bias": (7,)})
    with pytest.raises(ModelError, match=r"expected tensor 'x' of shape .*, found no tensor 'x'"):
        read_model_files(tmp_path / "m", lambda _: {**SHAPES, "x": (7,)})
    with pytest.raises(ModelError, match=r"expected no tensor '0\.head.bias'"):
        read_model_files(tmp_path / "m", lambda _: {"0.head.kernel": (2, 1)})


def test_a_newer_model_asks_for_an_upgrade(tmp_path: Path) -> None:
    small_model(tmp_path / "m")
    (tmp_path / "m" / "model.json").write_text('{"schema": 99}')
    seal(tmp_path / "m")
    with pytest.raises(ModelError, match="found 99") as caught:
        read_model_files(tmp_path / "m")
    assert "pip install --upgrade" in caught.value.remedy


def test_a_model_with_notes_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    small_model(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").touch()
    with pytest.raises(ModelError, match=r"notes\.txt") as caught:
        read_model_files(tmp_path / "m")
    assert caught.value.remedy == "Move it elsewhere."
    with pytest.raises(OutputError, match=r"notes\.txt"):
        small_model(tmp_path / "m")


def test_a_reader_beside_a_trainer_gets_one_whole_model(tmp_path: Path) -> None:
    script = """
import sys, numpy as np
from pathlib import Path
from rnn_forecast.model.model_files import write_model_files
for i in range(10**6):
    write_model_files(Path(sys.argv[1]), {"i": i}, {"w": np.full(3, i, "f4")}, {"metrics.json": b"{}"})
    if i == 0: print("go", flush=True)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "m")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as trainer:
        try:
            assert trainer.stdout is not None
            trainer.stdout.readline()
            seen, reads, end = set(), 0, time.monotonic() + 30
            while reads < 300 or (len(seen) < 4 and time.monotonic() < end):  # a busy machine writes slowly
                reads += 1
                document, weights = read_model_files(tmp_path / "m")
                assert set(weights["w"].tolist()) == {document["i"]}
                seen.add(document["i"])
            assert len(seen) > 3
        finally:
            trainer.kill()
