"""Every byte of a model folder flipped and every length cut: always refused, never another model.

    python tests/soak/flip_bytes.py [MODEL_FOLDER]

Without a folder a small one is made. Each byte is changed in eleven ways (each bit, all bits, and two that
turn one blank into another); each file is cut to every length, and made longer. Prints a table; ends with 1
if anything went through or ended in anything but a ModelError.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from model_folders import SHAPES, small_model

from rnn_forecast.errors import ModelError
from rnn_forecast.model_files import read_model_files

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


def soak(folder: Path, load: Callable[[Path], object]) -> Iterator[tuple[str, str, Counter[str]]]:
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


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        if arguments:
            shutil.copytree(arguments[0], folder)
            from rnn_forecast.model_folder import load_model as load
        else:
            small_model(folder)

            def load(folder: Path) -> object:  # type: ignore[misc]
                return read_model_files(folder, lambda _: SHAPES)

        bad = 0
        print("| file | spoiled by | tries | refused | anything else |\n| --- | --- | ---: | ---: | --- |")
        for name, way, outcomes in soak(folder, load):
            tries, refused = outcomes.total(), outcomes.pop("refused", 0)
            bad += tries - refused
            print(f"| {name} | {way} | {tries} | {refused} | {dict(outcomes) or '-'} |", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
