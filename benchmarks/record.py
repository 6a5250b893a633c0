"""How large is the ledger of years of nights, and how long do its readers take?

    python benchmarks/record.py [--tickers 500] [--nights 750] [--steps 5]

The rows are put in as batches put them in, night after night, so that the pages are as full as theirs, and
the file is written anew as often. Prices are random walks, forecasts the last value, with two levels.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from rnn_forecast.batch.run import COMPACTED
from rnn_forecast.forecasts.formats import significant
from rnn_forecast.prices.series import iso
from rnn_forecast.record.ledger import KEPT_RUNS, Row, now_text, opened
from rnn_forecast.record.pruning import compact
from rnn_forecast.record.schema import LEDGER, connected, transaction
from rnn_forecast.record.standing_alarms import find_alarms

WIDTHS = {"80": 0.0128155, "95": 0.0195996}


def fill(folder: Path, tickers: int, nights: int, steps: int) -> None:
    days = np.arange("2020-01-01", "2040-01-01", dtype="datetime64[D]")
    days = days[np.is_busday(days)][: nights + steps + 1].astype("datetime64[s]")
    text, names = iso(days), [f"T{n:03}" for n in range(tickers)]
    walks = np.cumsum(np.random.default_rng(0).normal(0, 0.01, (tickers, len(days))), axis=1)
    prices = significant(100 * np.exp(walks))
    with opened(folder):
        pass
    for night in range(nights):
        with connected(folder / LEDGER, "rw") as do:
            do.execute("PRAGMA synchronous = OFF")
            do.execute(
                "INSERT INTO runs (started, ended, status) VALUES (?, ?, 'done')", (now_text(), now_text())
            )
            with transaction(do):
                do.execute("DELETE FROM tickers WHERE run <= ?", (night + 1 - KEPT_RUNS,))
                for name, path in zip(names, prices.tolist(), strict=True):
                    _night(do, name, path, text, night, steps)
        if night % COMPACTED == COMPACTED - 1:
            compact(folder)


def _night(do, name, path, text, night, steps) -> None:  # type: ignore[no-untyped-def]
    """A ticker's outcomes of that night, then its forecasts and its row."""
    made, last = 1_700_000_000 + 86_400 * night, path[night]
    came = [
        (name, text[night - k], k, None, last, path[night - k], night - k, made)
        for k in range(1, min(steps, night) + 1)
    ]
    do.executemany("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", came)
    model, prices = (hashlib.sha256(f"{name} {n}".encode()).digest()[:8] for n in (night // 22, -night))
    ends = {level: significant(last * np.exp([-width, width])).tolist() for level, width in WIDTHS.items()}
    bands = json.dumps(ends, separators=(",", ":"))
    do.executemany(
        "INSERT INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, 0)",
        [
            (name, text[night], k, model, prices, text[night + k], last, last, bands, made)
            for k in range(1, steps + 1)
        ],
    )
    row = vars(Row(name, "at_hand", "its model is fresh", hashlib.sha256(prices).hexdigest()))
    do.execute(
        f"INSERT INTO tickers (run, {', '.join(row)}) VALUES (?{', ?' * len(row)})",
        (night + 1, *row.values()),
    )


def seconds(do) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, number in (("tickers", 500), ("nights", 750), ("steps", 5)):
        parser.add_argument(f"--{name}", type=int, default=number)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        filling = seconds(lambda: fill(folder, asked.tickers, asked.nights, asked.steps))
        size = (folder / LEDGER).stat().st_size / 1e6
        print(
            f"{asked.nights} nights of {asked.tickers} tickers x {asked.steps} steps: {size:.0f} MB",
            flush=True,
        )
        print(
            f"  made in {filling:.0f} s; written anew in {seconds(lambda: compact(folder)):.1f} s", flush=True
        )
        print(f"  alarms of a night: {seconds(lambda: find_alarms(folder)):.1f} s", flush=True)
        for words in (["status"], ["status", "--check"], ["track-record", "--csv"]):
            command = [sys.executable, "-m", "rnn_forecast", words[0], str(folder), *words[1:]]
            run = lambda: subprocess.run(command, capture_output=True, check=False)  # noqa: E731, B023
            print(f"  {' '.join(words)}: {min(seconds(run), seconds(run)):.2f} s", flush=True)


if __name__ == "__main__":
    main()
