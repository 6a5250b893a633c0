# ruff: noqa: E501
"""How a file is written changes nothing in the forecast, and prices times 1000 give forecasts times 1000."""

import csv
import gzip
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from place import Rows, walk
from read_catalogue import CHOICES
from tables import Table

from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.prices import ReadOptions
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.verbs.predict import predict
from rnn_forecast.verbs.train import train

LUCK = random.Random(0)


def text(
    rows: Rows, price: Callable[[float], str] = lambda p: f"{p:.2f}", columns: str = "dpv", **dialect: object
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, **{"lineterminator": "\n", **dialect})  # type: ignore[arg-type]
    writer.writerow([{"d": "date", "p": "price", "v": "note"}[c] for c in columns])
    for day, value in rows:
        writer.writerow([{"d": day.isoformat(), "p": price(value), "v": "x"}[c] for c in columns])
    return out.getvalue().encode()


def comma(price: float) -> str:
    return f"{price:.2f}".replace(".", ",")


def points(price: float) -> str:
    return f"{price:,.2f}".translate(str.maketrans(",.", ".,"))


def shuffled(rows: Rows) -> Rows:
    return LUCK.sample(list(rows), len(rows))


def parquet(rows: Rows, **how: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"date": [day for day, _ in rows], "price": [p for _, p in rows]}), out, **how)
    return out.getvalue()


TWINS: dict[str, Callable[[Rows], bytes]] = {
    "byte order mark": lambda r: b"\xef\xbb\xbf" + text(r),
    "UTF-16": lambda r: text(r).decode().encode("utf-16"),
    "CRLF": lambda r: text(r, lineterminator="\r\n"),
    "CR": lambda r: text(r, lineterminator="\r"),
    "all quoted": lambda r: text(r, quoting=csv.QUOTE_ALL),
    "semicolon": lambda r: text(r, delimiter=";"),
    "tab": lambda r: text(r, delimiter="\t"),
    "bar": lambda r: text(r, delimiter="|"),
    "decimal comma": lambda r: text(r, comma, delimiter=";"),
    "decimal comma, quoted": lambda r: text(r, comma),
    "thousands, quoted": lambda r: text(r, lambda p: f"{p:,.2f}"),
    "thousands with points": lambda r: text(r, points, delimiter=";"),
    "thousands with blanks": lambda r: text(r, lambda p: f"{p:,.2f}".replace(",", "\u00a0")),
    "newest first": lambda r: text(r[::-1]),
    "rows in any order": lambda r: text(shuffled(r)),
    "columns in another order": lambda r: text(r, columns="vpd"),
    "no other column": lambda r: text(r, columns="dp"),
    "gzip": lambda r: gzip.compress(text(r)),
    "Parquet": parquet,
    "Parquet, in any order": lambda r: parquet(shuffled(r)),
    "Parquet, gzip inside": lambda r: parquet(r, compression="gzip"),
    "a row twice": lambda r: text([*r, r[5]]),
    "no newline at the end": lambda r: text(r)[:-1],
}


def predicted(path: Path, model: Path, data: bytes) -> tuple[bytes, object]:
    path.write_bytes(data)
    table = predict([str(path)], ReadOptions(), model, steps=3).table
    return write_table(table, "csv"), table


def trained(path: Path, folder: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return train([str(path)], ReadOptions(), with_choices(Recipe(), CHOICES), folder).folder


def soak(scale: float = 1) -> Table:
    tries = max(1, round(40 * scale))
    bad: dict[str, int] = dict.fromkeys([*TWINS, "times 1000", "the model trained on the twin"], 0)
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        place, path = Path(name), Path(name) / "X.csv"
        for seed in range(tries):
            rows = walk(100, seed=seed, start=4000.0)
            model = trained(path, place / "model", text(rows))
            wanted, base = predicted(path, model, text(rows))
            for twin, write in TWINS.items():
                bad[twin] += predicted(path, model, write(rows))[0] != wanted
            again = trained(path, place / "again", TWINS["decimal comma"](rows))
            bad["the model trained on the twin"] += predicted(path, again, text(rows))[0] != wanted
            large = [(day, price * 1000) for day, price in rows]
            _, scaled = predicted(path, trained(path, place / "large", text(large)), text(large))
            worst = max(worst, float(np.max(np.abs(scaled.forecast / base.forecast / 1000 - 1))))  # type: ignore[attr-defined]
        bad["times 1000"] = int(worst > 1e-6)
    table = [(twin, tries, count) for twin, count in bad.items()]
    said = (
        "Random walks, written in other ways: the forecasts, with their intervals, are the same to the byte. Prices "
        f"times 1000 give forecasts times 1000: the largest relative difference was {worst:.1g}."
    )
    faults = [f"{twin}: {count} other forecasts" for twin, count in bad.items() if count]
    return Table(
        "Other ways of writing the same prices", said, ("way", "series", "other forecasts"), table, faults
    )


if __name__ == "__main__":
    print("\n".join(soak(0.1).markdown()))
