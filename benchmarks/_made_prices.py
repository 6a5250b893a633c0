"""Files of made prices, of any number of rows: a process of its own, for what it holds in memory is large.

    python benchmarks/_made_prices.py FOLDER minutes:NAME:ROWS[:LAST_DAY] market:NAME:TICKERS:ROWS …

`minutes` is one series of minute bars, `market` some tickers of so many daily prices each; random walks whose
last day is 2 January 2026 unless another one is given.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

LAST_DAY = "2026-01-02"
OPENING, MINUTES = 34_200, 390  # seconds after midnight; bars of a day


def make(folder: Path, *files: str) -> None:
    """Write these files into `folder`, each as the module's docstring says."""
    subprocess.run([sys.executable, __file__, str(folder), *files], check=True)


def minutes(path: Path, rows: str, last_day: str = LAST_DAY) -> None:
    import numpy as np

    days = _days(-(-int(rows) // MINUTES), last_day).astype("datetime64[s]")
    bars = (OPENING + 60 * np.arange(MINUTES)).astype("timedelta64[s]")
    dates = (days[:, None] + bars).ravel()[: int(rows)]
    _write(path, {"date": dates, "price": _walk(1, 3e-4, int(rows))})


def market(path: Path, tickers: str, rows: str) -> None:
    import numpy as np

    names = np.repeat([f"T{i:03d}" for i in range(int(tickers))], int(rows))
    dates = np.tile(_days(int(rows), LAST_DAY), int(tickers))
    prices = _walk(2, 0.012, (int(tickers), int(rows))).ravel()
    _write(path, {"ticker": names, "date": dates, "price": prices})


def _days(count: int, last: str) -> Any:
    """The last so many weekdays up to `last`."""
    import numpy as np

    return np.busday_offset(last, np.arange(1 - count, 1), roll="backward").astype("datetime64[D]")


def _walk(seed: int, size: float, shape: int | tuple[int, int]) -> Any:
    import numpy as np

    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, size, shape), axis=-1))


def _write(path: Path, columns: dict[str, Any]) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    columns["price"] = np.round(columns["price"], 4)
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write(",".join(columns).encode() + b"\n")
        csv.write_csv(pa.table({name: pa.array(values) for name, values in columns.items()}), file, options)


MAKERS = {"minutes": minutes, "market": market}

if __name__ == "__main__":
    for text in sys.argv[2:]:
        kind, name, *sizes = text.split(":")
        MAKERS[kind](Path(sys.argv[1]) / f"{name}.csv", *sizes)
