# ruff: noqa: E501
"""Every byte of a model folder flipped and every length cut: always refused, never another model.

Each byte is changed in eleven ways (each bit, all bits, and two that turn one blank into another); each file is
cut to every length, and made longer.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from model_folders import SHAPES, small_model
from tables import Table

from rnn_forecast.errors import ModelError
from rnn_forecast.model.model_files import read_model_files

MASKS = (1, 2, 4, 8, 16, 32, 64, 128, 255, 0x29, 0x2A)  # the last two: a space becomes a tab, a line feed


def flipped(data: bytes) -> Iterator[bytes]:
    for place, byte in enumerate(data):
        for mask in MASKS:
            yield b"%b%c%b" % (data[:place], byte ^ mask, data[place + 1 :])


def resized(data: bytes) -> Iterator[bytes]:
    yield from (data[:length] for length in range(len(data)))
    yield from (data + more for more in (b"\0", b"\n", b" ", data, bytes(2**20)))


def outcome(load: Callable[[Path], object], folder: Path) -> str:
    try:
        load(folder)
    except ModelError:
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


def spoil(folder: Path, load: Callable[[Path], object]) -> Iterator[tuple[str, str, Counter[str]]]:
    """For each file and each way of spoiling it: how often what came of it."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        for way in (flipped, resized):
            outcomes: Counter[str] = Counter()
            for spoiled in way(data):
                path.write_bytes(spoiled)
                outcomes[outcome(load, folder)] += 1
            path.write_bytes(data)
            yield path.name, way.__name__, outcomes
    load(folder)  # whole again


def load(folder: Path) -> object:
    return read_model_files(folder, lambda _: SHAPES)


def soak(scale: float = 1) -> Table:
    rows, found = [], []
    with tempfile.TemporaryDirectory() as name:
        for file, way, outcomes in spoil(small_model(Path(name) / "model"), load):
            tries, refused = outcomes.total(), outcomes.pop("refused", 0)
            rows.append((f"`{file}`", way, tries, refused, tries - refused))
            found += [f"{file}, {way}: {count} × {what}" for what, count in outcomes.items()]
    said = "Every byte of a small model folder changed in eleven ways, every file cut to every length and made longer. Right: code 76, always."
    return Table(
        "Model folders with a byte changed or a file cut",
        said,
        ("file", "how", "tries", "refused", "anything else"),
        rows,
        found,
    )


if __name__ == "__main__":
    print("\n".join(soak().markdown()))
