# ruff: noqa: E501
"""Thirty nights of one batch: what it publishes is held against a script that shares no line with the program.

Twelve files grow by a row a night. On the way one share is split and its history rewritten, one file is cut in a
row and mended the next night, one share is listed, one delisted, and every third night the run is killed at a
random moment and given again, on some of them while it trains everything anew. The other script reads the files by `csv` and the model folders by `json` and
`struct`, and works the network out in plain Python, number by number.
"""

import csv
import datetime
import itertools
import json
import math
import random
import signal
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tables import Table
from verbs import PROGRAM, leftovers

NIGHTS, TICKERS, ROWS = 30, 12, 160
SPLIT, BROKEN, LISTED, DELISTED = 6, 10, 15, 20  # nights; every ninth trains all anew
RECIPE = ["--units", "3", "--lookback", "8", "--epochs", "2", "--no-shrink", "--patience", "0"]
Prices = dict[str, list[tuple[str, float]]]  # by ticker: (date, price)


def soak(scale: float = 1) -> Table:
    rows, found, rng = [], [], random.Random(13)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "prices").mkdir()
        market = _market(rng)
        before: dict[str, tuple[str, float, str, float]] = {}
        for night in range(1, max(2, round(NIGHTS * scale)) + 1):
            what = _happens(night, market, place, rng)
            command = [*_command(place), *(["--force"] if night % 9 == 0 else [])]
            killed = night % 3 == 0 and _killed(command, rng.uniform(0.1, 12 if night % 9 == 0 else 1))
            ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
            published = _published(place)
            broken = {"T03"} if night == BROKEN else set()
            wanted = {t: _expected(place, t, prices) for t, prices in market.items() if t not in broken}
            wanted |= {t: before[t] for t in broken}
            faults = [f"night {night}: {fault}" for fault in _compared(published, wanted)]
            faults += [f"night {night}: left behind {name}" for name in leftovers(place)]
            if ended.returncode != (3 if broken else 0):
                faults.append(f"night {night}: ended with {ended.returncode}: {ended.stderr[-200:]}")
            rows.append((night, what, "yes" if killed else "", len(published), len(faults)))
            found += faults
            before = published
    said = (
        "Each night's `forecasts.csv` beside a script that reads the files and the model folders with nothing of the "
        "program's: origin, last price and next weekday equal, forecasts to one part in 100,000."
    )
    return Table(
        "Thirty nights", said, ("night", "what happened", "killed", "rows", "otherwise"), rows, found
    )


def _market(rng: random.Random) -> Prices:
    return {f"T{k:02}": _listed(rng, ROWS) for k in range(TICKERS)}


def _listed(
    rng: random.Random, rows: int, last: datetime.date = datetime.date(2024, 6, 28)
) -> list[tuple[str, float]]:
    days = [day for back in range(2 * rows) if (day := last - datetime.timedelta(back)).weekday() < 5][:rows]
    price, prices = rng.uniform(5, 500), []
    for day in reversed(days):
        price *= math.exp(rng.gauss(0, 0.015))
        prices.append((day.isoformat(), round(price, 2)))
    return prices


def _happens(night: int, market: Prices, place: Path, rng: random.Random) -> str:
    """The next day on the market, and its files; what was special about it, in words."""
    special = []
    for prices in market.values():
        prices.append((_after(prices[-1][0]), round(prices[-1][1] * math.exp(rng.gauss(0, 0.015)), 2)))
    if night == SPLIT:
        market["T01"] = [(day, round(price / 4, 4)) for day, price in market["T01"]]
        special.append("T01 split 4:1, its history adjusted")
    if night == LISTED:
        market["T99"] = _listed(rng, 90, datetime.date.fromisoformat(market["T00"][-1][0]))
        special.append("T99 listed")
    if night == DELISTED:
        del market["T05"]
        (place / "prices" / "T05.csv").unlink()
        special.append("T05 delisted")
    for ticker, prices in market.items():
        text = "date,close\n" + "".join(f"{day},{price}\n" for day, price in prices)
        if night == BROKEN and ticker == "T03":
            text = text[:-9]
            special.append("T03.csv cut in its last row")
        (place / "prices" / f"{ticker}.csv").write_text(text)
    return ", ".join(special)


def _command(place: Path) -> list[str]:
    files = sorted(str(path) for path in (place / "prices").iterdir())
    return [*PROGRAM, "batch", *files, "--out", str(place / "all"), "--quiet", "--workers", "2", *RECIPE]


def _killed(command: Sequence[str], seconds: float) -> bool:
    """Start the night and kill it after a time; False where it was done by then."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def _published(place: Path) -> dict[str, tuple[str, float, str, float]]:
    """By ticker: origin, last price, date and forecast, as they stand in forecasts.csv."""
    with (place / "all" / "forecasts.csv").open(newline="") as file:
        return {
            row["ticker"]: (row["origin"], float(row["last"]), row["date"], float(row["forecast"]))
            for row in csv.DictReader(file)
        }


def _expected(place: Path, ticker: str, prices: Sequence[tuple[str, float]]) -> tuple[str, float, str, float]:
    """The same by the other way: from the prices and the numbers in the model folder."""
    folder = place / "all" / "models" / ticker
    document = json.loads((folder / "model.json").read_text())
    recipe, floor = document["recipe"], document["scaling"]["floor"]
    logs = [math.log(price) for _, price in prices[-recipe["window"]["lookback"] :]]
    changes = [abs(b - a) for a, b in itertools.pairwise(logs)]
    spread = max(sum(changes) / len(changes), floor)
    said = _network(
        dict(_tensors(folder / "weights.safetensors")), [(log - logs[-1]) / spread for log in logs]
    )
    day, last = prices[-1]
    return day, last, _after(day), math.exp(logs[-1] + spread * said)


def _network(weights: dict[str, list[list[float]]], x: Sequence[float]) -> float:
    """One SimpleRNN, its head and the skip: h' = tanh(W h + K x + b), y = V h + S x + c, number by number."""
    part = {name.removeprefix("member0."): matrix for name, matrix in weights.items()}
    kernel, recurrent, bias = (part[f"rnn0.{name}"] for name in ("kernel", "recurrent_kernel", "bias"))
    state = [0.0] * len(recurrent)
    for value in x:
        state = [
            math.tanh(
                sum(h * row[unit] for h, row in zip(state, recurrent, strict=True))
                + value * kernel[0][unit]
                + bias[0][unit]
            )
            for unit in range(len(state))
        ]
    straight = sum(value * row[0] for value, row in zip(x, part["head.skip"], strict=True))
    read = sum(h * row[0] for h, row in zip(state, part["head.kernel"], strict=True))
    return read + part["head.bias"][0][0] + straight


def _tensors(path: Path) -> Iterator[tuple[str, list[list[float]]]]:
    """Name and rows of each tensor of a safetensors file, whose header is JSON and whose numbers are float32."""
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        start, stop = entry["data_offsets"]
        flat = struct.unpack(f"<{(stop - start) // 4}f", data[8 + size + start : 8 + size + stop])
        width = entry["shape"][-1]
        yield name, [list(flat[i : i + width]) for i in range(0, len(flat), width)]


def _after(day: str) -> str:
    """The next weekday."""
    date = datetime.date.fromisoformat(day) + datetime.timedelta(1)
    while date.weekday() > 4:
        date += datetime.timedelta(1)
    return date.isoformat()


def _compared(
    published: dict[str, tuple[str, float, str, float]], wanted: dict[str, tuple[str, float, str, float]]
) -> Iterator[str]:
    for ticker in sorted(published.keys() | wanted.keys()):
        ours, theirs = published.get(ticker), wanted.get(ticker)
        if (
            ours is None
            or theirs is None
            or ours[:3] != theirs[:3]
            or not math.isclose(ours[3], theirs[3], rel_tol=1e-5)
        ):
            yield f"{ticker}: published {ours}, expected {theirs}"


if __name__ == "__main__":
    print("\n".join(soak().markdown()))
