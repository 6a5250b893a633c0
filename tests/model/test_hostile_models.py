"""Spoiled model folders: always a ModelError, never another model, nothing run, nothing opened elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from model_folders import NAMES, SHAPES, faults, small_model

from rnn_forecast.errors import ModelError
from rnn_forecast.model.model_files import read_model_files


def refused(folder: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        read_model_files(folder, lambda _: SHAPES)
    return caught.value


@pytest.mark.parametrize("fault", faults())
def test_every_fault_is_a_model_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.chdir(tmp_path)
    folder = small_model(tmp_path / "m")
    faults()[fault](folder)
    error = refused(folder)
    assert error.exit_code == 76
    assert error.message.startswith(f"{folder}/")
    assert len(error.message) < len(str(folder)) + 300
    assert error.message.isprintable()
    assert error.remedy
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mask", [0x01, 0x29, 0x80, 0xFF])
def test_a_flipped_byte_is_noticed(tmp_path: Path, name: str, mask: int) -> None:
    folder = small_model(tmp_path / "m")
    data = (folder / name).read_bytes()
    for place in range(mask % 3, len(data), 3):  # every byte: tests/soak/flip_bytes.py
        spoiled = bytearray(data)
        spoiled[place] ^= mask
        (folder / name).write_bytes(spoiled)
        refused(folder)
    (folder / name).write_bytes(data)
    read_model_files(folder, lambda _: SHAPES)


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_or_longer_file_is_noticed(tmp_path: Path, name: str) -> None:
    folder = small_model(tmp_path / "m")
    data = (folder / name).read_bytes()
    for length in range(0, len(data), 3):
        (folder / name).write_bytes(data[:length])
        refused(folder)
    for more in (b"\0", b"\n", b" ", data):
        (folder / name).write_bytes(data + more)
        refused(folder)


AUDITED = """
import sys
from pathlib import Path
from rnn_forecast.errors import ModelError
from rnn_forecast.model.model_files import read_model_files

good, *bad = map(Path, sys.argv[1:])
read_model_files(good)
try:
    read_model_files(good, lambda _: {"x": ()})  # an error too, so that all is imported
except ModelError:
    pass
seen = []
allowed = set()
listening = False

def hook(event, arguments):
    if not listening or event in ("object.__getattr__", "builtins.id", "os.listdir"):
        return
    if event == "open" and (isinstance(arguments[0], int) or str(arguments[0]) in allowed):
        return
    seen.append((event, arguments))

sys.addaudithook(hook)
for folder in bad:
    allowed = {str(folder), *(path.name for path in folder.iterdir())}
    listening = True
    try:
        read_model_files(folder)
    except ModelError:
        pass
    listening = False
assert not seen, seen[:5]
print("nothing else was done in", len(bad))
"""


def test_no_load_runs_anything_or_opens_anything_else(tmp_path: Path) -> None:
    folders = [small_model(tmp_path / "good")]
    for number, spoil in enumerate(faults().values()):
        folders.append(small_model(tmp_path / "bad" / str(number)))
        spoil(folders[-1])
    command = [sys.executable, "-c", AUDITED, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout == f"nothing else was done in {len(folders) - 1}\n"
    assert not (tmp_path / "owned").exists()
