"""How many forecasts are dated on a day without trade, and how many days of trade are passed over?

    python benchmarks/trading_days.py [FOLDER]

FOLDER holds daily prices of American shares (default: ../shared/data/ohlc). From every row of 2010 to 2020
the date of the next is said by what the rows before it show, and held against the row that came: with the
weekdays alone, with the holidays that are learnt, and with the exchange's calendar, which needs the extra
`calendars` and is left out where that is not installed. Then what a call costs, of the longest file: the
first and the median.
Written into docs/DATES.md.
"""

import argparse
import statistics
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from _common import ROOT, machine, write_section

from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.calendar.choice import Calendar
from rnn_forecast.prices.calendar.learnt import next_dates

Dates = np.ndarray

WAYS = {"weekdays alone (`none`)": "none", "learnt (`learn`, the default)": "learn", "`XNYS`": "XNYS"}
FIRST, LAST = np.datetime64("2010-01-01"), np.datetime64("2021-01-01")
CALLS = 60


def dates_of(folder: Path) -> list[Dates]:
    files = sorted(map(str, folder.glob("*.csv")))
    if not files:
        raise SystemExit(f"{folder} holds no .csv files.")
    return [one.dates for file in files for one in read_prices([file], ReadOptions()).series]


def misses(dates: Dates, name: str) -> tuple[int, int, int]:
    """Origins, dates that the file lacks, and days of trade that were passed over."""
    origins = np.flatnonzero((dates >= FIRST) & (dates < LAST))
    origins = origins[origins < len(dates) - 1]
    said = np.array([next_dates(dates[: i + 1], 1, Calendar(name))[0] for i in origins])
    came = dates[origins + 1]
    return len(origins), int((said < came).sum()), int((said > came).sum())


def measured(every: list[Dates], name: str) -> tuple[int, int, int]:
    known: dict[bytes, tuple[int, int, int]] = {}
    for dates in every:
        if dates.tobytes() not in known:
            known[dates.tobytes()] = misses(dates, name)
    each = [known[dates.tobytes()] for dates in every]
    return sum(n for n, _, _ in each), sum(n for _, n, _ in each), sum(n for _, _, n in each)


def milliseconds(dates: Dates, name: str) -> tuple[float, float]:
    seen = []
    for i in range(CALLS):
        start = time.perf_counter()
        next_dates(dates[: len(dates) - i], 5, Calendar(name))
        seen.append(1000 * (time.perf_counter() - start))
    return seen[0], statistics.median(seen)


def main(folder: Path) -> None:
    every = dates_of(folder)
    longest = max(every, key=len)
    lines = [
        "| calendar | dates said | on a day without trade | a day of trade passed over | ms, first | ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for label, name in WAYS.items():
        if name == "XNYS" and find_spec("exchange_calendars") is None:
            print("XNYS is left out: exchange_calendars is not installed.")
            continue
        first, later = milliseconds(longest, name)
        origins, wrong, passed = measured(every, name)
        lines.append(f"| {label} | {origins:,} | {wrong:,} | {passed:,} | {first:.1f} | {later:.2f} |")
        print(lines[-1], flush=True)
    signed = f"Written by `benchmarks/trading_days.py`, {machine()}: {len(every)} shares, 2010 to 2020."
    write_section(ROOT / "docs" / "DATES.md", "trading_days", "\n".join([*lines, "", signed]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data" / "ohlc")
    main(parser.parse_args().folder)
