# ruff: noqa: E501  a line for each fault
"""The faults of the system as data: what is done first, the command, the exit code, a phrase, what to look at after.

What a file may hold is the catalogue's; here is what stands around it: sources, names, places, streams, models.
"""

import contextlib
import datetime
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command import Ended
from place import SMALL, csv_of, walk

PREDICT = ["predict", "prices.csv"]
TRAIN = ["train", "prices.csv", *SMALL]


@dataclass(frozen=True)
class Case:
    name: str
    words: list[str]
    code: int
    phrase: str = ""  # of what is said
    before: Callable[[Path], object] = lambda place: None
    after: Callable[[Path, Ended], object] = lambda place, ended: None  # a true value is a fault
    how: dict[str, Any] = field(default_factory=dict)


def tickers(*names: str) -> bytes:
    cells = ['"' + name.replace('"', '""') + '"' for name in names]
    rows = [f"{cell},{day},{price + i}\n" for i, cell in enumerate(cells) for day, price in walk(200)]
    return ("ticker,date,price\n" + "".join(rows)).encode()


def with_tickers(*names: str) -> Callable[[Path], object]:
    def before(place: Path) -> None:
        (place / "many.csv").write_bytes(tickers(*names))

    return before


def put(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda place: (place / name).write_bytes(data)


def no_formula(place: Path, ended: Ended) -> str:
    lines = (place / "f.csv").read_bytes().splitlines()[1:]
    return (
        "a formula" if any(line.lstrip(b'"').startswith((b"=", b"-", b"+", b"@")) for line in lines) else ""
    )


def inside(place: Path, ended: Ended) -> str:
    """All that a batch wrote stands in its folder."""
    strays = [p.name for p in place.parent.iterdir() if p.name not in ("base", "case")]
    strays += [p.name for p in place.iterdir() if p.name in ("x", "owned")]
    return f"outside: {strays}" if strays else ""


def contains(*names: str) -> Callable[[Path], list[str]]:
    return lambda place: [name for name in names if not (place / name).exists()]


def small_disk(place: Path) -> None:
    (place / "full").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", place / "full"], check=True)
    shutil.copytree(place / "forecasts", place / "full" / "old")
    with (place / "full" / "filler").open("wb") as file, contextlib.suppress(OSError):
        file.write(bytes(2**20))


def unmount(place: Path, ended: Ended) -> str:
    same = (place / "full/old/prices.csv").read_bytes() == (place / "forecasts/prices.csv").read_bytes()
    names = sorted(path.name for path in (place / "full").iterdir())
    subprocess.run(["umount", place / "full"], check=True)
    return "" if same and names == ["filler", "old"] else f"left on the disk: {names}"


def read_only(place: Path) -> None:
    (place / "full").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place / "full"], check=True)


def unmount_plain(place: Path, ended: Ended) -> None:
    subprocess.run(["umount", place / "full"], check=True)


def rewritten(place: Path) -> None:
    rows = [(day, price / 2) for day, price in walk()]
    (place / "prices.csv").write_bytes(csv_of(rows))


def diverging(place: Path) -> None:
    rows = [(day, price * (1e40 if i >= 220 else 1)) for i, (day, price) in enumerate(walk())]
    (place / "prices.csv").write_bytes(csv_of(rows))


def weekly(place: Path) -> None:
    rows = [(datetime.date(2016, 1, 4) + datetime.timedelta(weeks=i), p) for i, (_, p) in enumerate(walk())]
    (place / "prices.csv").write_bytes(csv_of(rows))


def other_column(place: Path) -> None:
    text = (place / "prices.csv").read_text().replace("date,price", "date,open")
    (place / "prices.csv").write_text(text)


def same_model(place: Path, ended: Ended) -> str:
    """The old model is there to the bit."""
    for path in (place.parent / "base" / "models/prices").iterdir():
        if (place / "models/prices" / path.name).read_bytes() != path.read_bytes():
            return f"{path.name} of the old model has changed"
    return ""


def sources() -> Iterator[Case]:
    yield Case(
        "folder as source",
        ["predict", "dir", "--model", "models/prices"],
        66,
        "folder",
        lambda p: (p / "dir").mkdir(),
    )
    yield Case(
        "FIFO as source",
        ["predict", "pipe", "--model", "models/prices"],
        66,
        "pipe",
        lambda p: os.mkfifo(p / "pipe"),
    )
    for device in ("/dev/zero", "/dev/null", "/dev/tty"):
        yield Case(f"{device} as source", ["predict", device, "--model", "models/prices"], 66)
    for url in ("https://example.com/a.csv", "file:///etc/passwd", "s3://b/a.csv", "ftp://h/a"):
        yield Case(f"{url} as source", ["predict", url, "--model", "models/prices"], 66, "network")
    yield Case("missing source", ["predict", "none.csv", "--model", "models/prices"], 66, "no such file")
    yield Case("missing source, train", ["train", "none.csv"], 66, "no such file")
    yield Case("missing source, prepare", ["prepare", "none.csv"], 66, "no such file")
    yield Case(
        "link to itself", ["train", "loop.csv"], 66, "", lambda p: (p / "loop.csv").symlink_to("loop.csv")
    )
    yield Case(
        "name with NUL-like and newline", ["predict", "a\nb.csv", "--model", "models/prices"], 66, "a\\nb.csv"
    )
    yield Case(
        "standard input empty", ["predict", "-", "--model", "models/prices", "--out", "-"], 65, "empty"
    )
    yield Case(
        "standard input",
        ["predict", "-", "--model", "models/prices", "--out", "-"],
        0,
        "",
        how={"stdin": csv_of(walk())},
    )
    yield Case("no model yet", ["predict", "q.csv"], 66, "no model", put("q.csv", csv_of(walk())))
    yield Case("source is a model folder", ["train", "models/prices"], 66)
    yield Case(
        "an unclosed quote on a ticker",
        ["train", "q.csv", *SMALL],
        65,
        "",
        put("q.csv", tickers("A") + b'"B,2020-01-01,5\n'),
    )


def names() -> Iterator[Case]:
    bad = [
        "../../x",
        "CON",
        "-rf",
        "=cmd|' /C calc'!A0",
        "[/]",
        "^GSPC",
        "BF/B",
        "A\nB",
        "\x1b[31mred",
        "x\u202ey",
        "@SUM(1)",
        "+1",
        "\tx",
        ".",
        "..",
    ]
    both = with_tickers(*bad)
    yield Case("hostile tickers, train", ["train", "many.csv", *SMALL, "--model", "m"], 0, "", both)
    yield Case("hostile tickers, prepare", ["prepare", "many.csv", "--lookback", "8"], 0, "", both)
    yield Case(
        "hostile tickers, batch",
        ["batch", "many.csv", "--out", "b", *SMALL, "--workers", "1"],
        0,
        "",
        both,
        inside,
        {"real": True},
    )
    for name in bad:
        yield Case(
            f"ticker {name!r}, forecasts.csv",
            ["predict", "one.csv", "--model", "models/prices", "--any-ticker", "--out", "f.csv", "-v"],
            0,
            "",
            put("one.csv", tickers(name)),
            no_formula,
        )
        yield Case(
            f"ticker {name!r}, refused by a model of another",
            ["predict", "one.csv", "--model", "models/prices"],
            65,
            "ticker",
            put("one.csv", tickers(name)),
            lambda place, ended: "raw control" * any(ord(c) < 32 for c in ended.err.replace("\n", "")),
        )


def places() -> Iterator[Case]:
    yield Case("output is a folder", [*PREDICT, "--out", "models"], 73, "folder")
    yield Case("output below a file", [*PREDICT, "--out", "prices.csv/f.csv"], 73)
    yield Case("model is a file", [*TRAIN, "--model", "notes.txt"], 73, "file", put("notes.txt", b"x"))
    yield Case("model is the source", [*TRAIN, "--model", "prices.csv"], 2, "--model is the source")
    yield Case(
        "model folder holds another's files",
        [*TRAIN, "--model", "mine"],
        73,
        "did not put there",
        lambda p: ((p / "mine").mkdir(), put("mine/thesis.txt", b"x")(p)),
    )
    yield Case(
        "prepare over the model folder",
        ["prepare", "prices.csv", "--lookback", "8", "--out", "models/prices"],
        73,
        "a model",
        after=same_model,
    )
    yield Case(
        "evaluate over the model folder",
        ["evaluate", "prices.csv", "--out", "models/prices"],
        2,
        "--out is the model",
        after=same_model,
    )
    yield Case("read-only disk", [*PREDICT, "--out", "full/f.csv"], 73, "", read_only, unmount_plain)
    yield Case("read-only disk, train", [*TRAIN, "--model", "full/m"], 73, "", read_only, unmount_plain)
    yield Case("full disk, predict", [*PREDICT, "--out", "full/old/prices.csv"], 74, "", small_disk, unmount)
    yield Case("full disk, train", [*TRAIN, "--model", "full/m"], 74, "", small_disk, unmount)
    yield Case(
        "full disk, evaluate", ["evaluate", "prices.csv", "--out", "full/e"], 74, "", small_disk, unmount
    )
    yield Case(
        "full disk, prepare",
        ["prepare", "prices.csv", "--lookback", "8", "--out", "full/p"],
        74,
        "",
        small_disk,
        unmount,
    )
    yield Case(
        "standard output full", [*PREDICT, "--out", "-"], 74, "standard output", how={"stdout": "/dev/full"}
    )
    yield Case(
        "standard output full, --json",
        [*PREDICT, "--json"],
        74,
        "standard output",
        how={"stdout": "/dev/full"},
    )
    yield Case("/dev/full as output", [*PREDICT, "--out", "/dev/full"], 74)
    yield Case("log file full", [*PREDICT, "--log-file", "/dev/full"], 74, "log file")
    yield Case("log file in no folder", [*PREDICT, "--log-file", "no/l"], 73, "log file")
    yield Case(
        "write-protected output",
        PREDICT,
        73,
        "",
        lambda p: subprocess.run(["chattr", "+i", p / "forecasts/prices.csv"], check=False),
        lambda p, e: (
            subprocess.run(["chattr", "-i", p / "forecasts/prices.csv"], check=False).returncode
            * "chattr failed"
        ),
    )


def models() -> Iterator[Case]:
    yield Case(
        "loss not finite",
        ["train", "prices.csv", *SMALL, "--normalize", "zscore", "--no-log"],
        70,
        "not a finite number",
        diverging,
        after=same_model,
        how={"real": True},
    )
    yield Case("model of another column", PREDICT, 65, "price", other_column)
    yield Case("model of another frequency", PREDICT, 65, "weekly", weekly)
    yield Case(
        "model of another ticker",
        ["predict", "msft.csv", "--model", "models/prices"],
        65,
        "any-ticker",
        put("msft.csv", csv_of(walk())),
    )
    yield Case(
        "the same with --any-ticker",
        ["predict", "msft.csv", "--model", "models/prices", "--any-ticker"],
        0,
        "",
        put("msft.csv", csv_of(walk())),
    )
    yield Case("rewritten history", [*PREDICT, "-v"], 0, "factor of 0.5", rewritten)
    yield Case("model is no folder", [*PREDICT, "--model", "prices.csv"], 76)
    yield Case(
        "model without manifest", PREDICT, 76, "", lambda p: (p / "models/prices/MANIFEST.json").unlink()
    )
    yield Case(
        "weights of another model",
        PREDICT,
        76,
        "",
        put("models/prices/weights.safetensors", bytes(300)),
    )
    yield Case(
        "bad recipe key",
        [*TRAIN, "--recipe", "r.toml"],
        78,
        "epochs",
        put("r.toml", b"[training]\nepoch = 3\n"),
    )
    yield Case("bad recipe value", [*TRAIN, "--dropout", "1.5"], 2, "dropout")
    yield Case("bad option", [*TRAIN, "--bogus"], 2)
    yield Case("too few rows", ["train", "few.csv"], 65, "", put("few.csv", csv_of(walk(20))))
    yield Case("several sources, no place", ["train", "prices.csv", "other.csv"], 2, "--model")
