# ruff: noqa: E501
"""Files spoiled at random: never a traceback, a hang, or a forecast that is not finite and positive."""

import random
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from read_catalogue import make_model
from tables import Table, by_way

from prices.catalogue import HANDLED, REFUSED  # isort: skip
from rnn_forecast.errors import ForecastError
from rnn_forecast.prices import ReadOptions
from rnn_forecast.verbs.predict import predict

SECONDS = 5  # no file here is larger than some kilobytes
ODD = [b",", b";", b"\t", b'"', b"'", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"-", b"e", b".", b"1e308", b"nan",
       b"inf", b"1_0", b"0", b"9" * 400, b"\xd9\xa1", b" ", b"\xa0", b"$", b"%", b"=", b"2024-02-30", b"PAR1", b"\x1f\x8b",
       b"\xe2\x80\xae", b"(", b"2199-01-01", b"N/A", b"#", b"\\"]  # fmt: skip


def _flip(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data) + 1)
    return data[:at] + luck.choice(ODD) + data[at:]


def _replace(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + luck.choice(ODD) + data[at + luck.randrange(1, 12) :]


def _cut(data: bytes, luck: random.Random) -> bytes:
    return data[: luck.randrange(1, len(data) + 1)]


def _drop(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + data[at + luck.randrange(1, 40) :] or b"x"


def _repeat(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + data[at : at + luck.randrange(1, 60)] * luck.randrange(2, 4) + data[at:]


def _digit(data: bytes, luck: random.Random) -> bytes:
    places = [i for i, byte in enumerate(data) if byte in b"0123456789"] or [0]
    at = luck.choice(places)
    return data[:at] + luck.choice(list(b"0123456789")).to_bytes(1, "big") + data[at + 1 :]


def _swap(data: bytes, luck: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _number(data: bytes, luck: random.Random) -> bytes:
    """Another number in place of a row's last cell."""
    lines = data.split(b"\n")
    at = luck.randrange(len(lines))
    head, comma, _ = lines[at].rpartition(b",")
    number = luck.choice(
        [
            f"{luck.uniform(-5, 5) * 10 ** luck.uniform(-320, 308):.4g}",
            f"{luck.random():.30f}",
            "1,5",
            "+3",
            "5e-324",
            "1.8e308",
            "007",
        ]
    )
    lines[at] = head + comma + number.encode()
    return b"\n".join(lines)


WAYS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "a byte changed": _flip, "a digit changed": _digit, "an odd text put in": _insert, "an odd text in place of some bytes": _replace, "cut": _cut,
    "some bytes left out": _drop, "some bytes repeated": _repeat, "two lines swapped": _swap, "another number": _number,
}  # fmt: skip


class Hung(BaseException):
    pass


def _hang(_signal: int, _frame: object) -> None:
    raise Hung


def outcome(path: Path, model: Path) -> str:
    """`forecast`, `refused`, or what went wrong."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        table = predict([str(path)], ReadOptions(), model, steps=2, any_ticker=True).table
        numbers = np.concatenate(
            [table.forecast, table.last, *(end for ends in table.intervals.values() for end in ends)]
        )
    except ForecastError as error:
        tidy = error.exit_code == 65 and error.message.isprintable() and error.remedy.isprintable()
        return "refused" if tidy else f"error {error.exit_code}: {error}"
    except Hung:
        return "hung"
    except BaseException as error:
        return f"bug: {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    good = np.isfinite(table.forecast).all() and (table.forecast > 0).all() and not np.isinf(numbers).any()
    return "forecast" if good else f"forecast not finite and positive: {table.forecast}"


def cases(tries: int) -> Iterator[tuple[str, str, str]]:
    """The way, the words and the outcome of each."""
    luck = random.Random(0)
    seeds = [entry.data for entry in HANDLED if not entry.options]
    seeds = 4 * seeds + [entry.data for entry in REFUSED]
    signal.signal(signal.SIGALRM, _hang)
    np.seterr(all="ignore")  # as the program does
    with tempfile.TemporaryDirectory() as name:
        model, path = make_model(Path(name)), Path(name) / "AAPL.csv"
        for i in range(tries):
            way = luck.choice(list(WAYS))
            data = luck.choice(seeds) or b"x"
            for _ in range(luck.choice((1, 1, 1, 2, 5))):
                data = WAYS[way](data, luck) or b"x"
            path.write_bytes(data)
            yield way, f"{way} (number {i}), {data[:80]!r}", outcome(path, model)


def soak(scale: float = 1) -> Table:
    said = "Inputs of the catalogue, clean and spoiled ones, changed at random one to five times. Right: a forecast that is finite and positive, or exit code 65 with a message, within five seconds."
    return by_way("Files changed at random", said, "forecast", WAYS, cases(round(10_000 * scale)))


if __name__ == "__main__":
    import sys

    print("\n".join(soak(float(sys.argv[1])).markdown()))
