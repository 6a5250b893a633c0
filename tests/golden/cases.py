"""What the golden run reads and which commands it gives: small files of every shape, every verb, every error."""

import gzip
import math
import random
from datetime import date, timedelta
from pathlib import Path

FEW = ("--epochs", "3", "--lookback", "20")

COMMANDS = (
    ("--version",),
    *((verb, "--help") for verb in ("prepare", "train", "predict", "evaluate", "backtest", "batch", "status")),
    ("prepare", "one.csv", "--lookback", "20"),
    ("prepare", "many.csv", "--lookback", "20", "--horizon", "3", "--json"),
    ("prepare", "wide.csv", "--wide", "--lookback", "20", "--verbose"),
    ("prepare", "german.csv", "--lookback", "20", "--verbose"),
    ("prepare", "hourly.csv", "--lookback", "20"),
    ("prepare", "numbers.csv", "--lookback", "20"),
    ("prepare", "packed.csv.gz", "--lookback", "20"),
    ("prepare", "split.csv", "--lookback", "20"),
    ("prepare", "split.csv", "--lookback", "20", "--strict", "--out", "no"),
    ("train", "one.csv", *FEW, "--json"),
    ("train", "prepared/one", *FEW, "--model", "models/prepared"),
    ("train", "one.csv", *FEW, "--cell", "gru", "--members", "2", "--horizon", "3", "--season", "5", "--model", "models/gru"),
    ("train", "one.csv", *FEW, "--cell", "lstm", "--layers", "2", "--dropout", "0.1", "--normalize", "minmax", "--model", "models/lstm"),
    ("train", "one.csv", *FEW, "--normalize", "zscore", "--no-shrink", "--no-skip", "--loss", "mae", "--model", "models/zscore"),
    ("train", "many.csv", *FEW, "--horizon", "3", "--refit", "--toward", "drift", "--levels", "50,90", "--model", "models/many"),
    ("train", "many.csv", *FEW, "--split", "rows", "--max-windows-per-epoch", "200", "--model", "models/rows"),
    ("train", "one.csv", *FEW, "--train-fraction", "1", "--valid-fraction", "0", "--model", "models/whole"),
    ("train", "hourly.csv", *FEW, "--no-log", "--loss", "huber", "--schedule", "cosine"),
    ("train", "numbers.csv", *FEW, "--verbose"),
    ("train", "pulled.csv", "--epochs", "30", "--lookback", "10", "--horizon", "2"),
    ("predict", "one.csv"),
    ("predict", "one.csv", "--steps", "5", "--out", "-"),
    ("predict", "one.csv", "--steps", "2", "--json"),
    ("predict", "pulled.csv", "--steps", "9", "--out", "pulled.jsonl"),
    ("predict", "one.csv", "--model", "models/gru", "--steps", "8", "--out", "gru.json"),
    ("predict", "one.csv", "--model", "models/lstm", "--out", "lstm.parquet"),
    ("predict", "one.csv", "--model", "models/zscore", "--out", "-"),
    ("predict", "many.csv", "--model", "models/many", "--steps", "4", "--out", "many.csv.out"),
    ("predict", "many.csv", "--model", "models/rows", "--ticker", "BBB", "--out", "-"),
    ("predict", "hourly.csv", "--steps", "30"),
    ("predict", "numbers.csv", "--steps", "3", "--out", "-"),
    ("evaluate", "one.csv"),
    ("evaluate", "pulled.csv", "--audit", "--json"),
    ("evaluate", "one.csv", "--model", "models/gru", "--out", "evaluations/gru", "--verbose"),
    ("evaluate", "many.csv", "--model", "models/many", "--out", "evaluations/many"),
    ("evaluate", "many.csv", "--model", "models/rows", "--out", "evaluations/rows"),
    ("evaluate", "one.csv", "--from", "2021-03-01", "--to", "2021-03-31", "--out", "evaluations/march"),
    ("evaluate", "pulled.csv", "--model", "models/one", "--any-ticker", "--out", "evaluations/other"),
    ("backtest", "one.csv", *FEW, "--origins", "12", "--every", "2", "--refit-every", "6"),
    ("backtest", "many.csv", *FEW, "--horizon", "2", "--origins", "8", "--refit-every", "0", "--json"),
    ("batch", "many.csv", *FEW, "--out", "night", "--dry-run"),
    ("batch", "many.csv", "one.csv", "short.csv", *FEW, "--out", "night", "--workers", "1"),
    ("batch", "many.csv", "one.csv", "short.csv", *FEW, "--out", "night", "--workers", "1"),
    ("batch", "many.csv", "--global", "models/many", "--out", "night_global"),
    ("batch", "many.csv", *FEW, "--out", "night", "--dry-run", "--json"),
    ("status", "night"),
    ("status", "night_global", "--json"),
    ("train", "missing.csv"),
    ("train", "empty.csv"),
    ("train", "short.csv"),
    ("train", "constant.csv"),
    ("train", "one.csv", "--price-column", "nothing"),
    ("train", "one.csv", "--epochs", "0"),
    ("train", "one.csv", "--cell", "LSTM"),
    ("train", "one.csv", "--recipe", "bad.toml"),
    ("train", "one.csv", "many.csv"),
    ("train", "one.csv", *FEW, "--learning-rate", "10", "--clip-norm", "0", "--model", "models/wild"),
    ("predict", "short.csv"),
    ("predict", "hourly.csv", "--model", "models/one"),
    ("predict", "two_columns.csv", "--model", "models/one", "--ticker-column", "name"),
    ("predict", "one.csv", "--model", "one.csv"),
    ("evaluate", "one.csv", "--from", "2030-01-01", "--out", "evaluations/none"),
    ("backtest", "short.csv", "--origins", "200"),
    ("status", "models"),
)  # fmt: skip


def walk(rows: int, seed: int, *, pull: float = 0.0) -> list[float]:
    """A random walk of prices, drawn back to its start by `pull`."""
    draw, log = random.Random(seed), 0.0
    prices = []
    for _ in range(rows):
        log += draw.gauss(0.0003, 0.01) - pull * log
        prices.append(round(100 * math.exp(log), 4))
    return prices


def weekdays(rows: int) -> list[str]:
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(2 * rows))
    return [f"{day}" for day in days if day.weekday() < 5][:rows]


def write_sources(folder: Path) -> None:
    """The files that COMMANDS name."""

    def table(name: str, header: str, rows: list[str]) -> None:
        (folder / name).write_text("\n".join([header, *rows]) + "\n")

    def dated(name: str, prices: list[float]) -> None:
        pairs = zip(weekdays(len(prices)), prices, strict=True)
        table(name, "date,price", [f"{day},{price}" for day, price in pairs])

    dated("one.csv", walk(400, 1))
    dated("pulled.csv", walk(1000, 2, pull=0.5))
    dated("short.csv", walk(15, 3))
    dated("constant.csv", [7.0] * 60)
    dated("split.csv", [p / (2 if i > 200 else 1) for i, p in enumerate(walk(300, 4))])
    tickers = {
        name: walk(rows, seed) for name, rows, seed in (("AAA", 300, 5), ("BBB", 260, 6), ("CCC", 300, 7))
    }
    days = weekdays(300)
    table(
        "many.csv",
        "ticker,date,close",
        [
            f"{t},{d},{p}"
            for t, prices in tickers.items()
            for d, p in zip(days[-len(prices) :], prices, strict=True)
        ],
    )
    columns = [walk(200, seed) for seed in (8, 9)]
    table("wide.csv", "Date,X,Y", [f"{d},{x},{y}" for d, x, y in zip(weekdays(200), *columns, strict=True)])
    german = [f"{p:,.2f}".translate(str.maketrans(",.", ".,")) for p in (30 * q for q in walk(200, 10))]
    dates = [f"{d[8:]}.{d[5:7]}.{d[:4]}" for d in weekdays(200)]
    table(
        "german.csv",
        "Datum;Schlusskurs",
        [f"{d};{p}" for d, p in zip(dates[::-1], german[::-1], strict=True)],
    )
    hours = [f"{d} {hour:02d}:00:00" for d in weekdays(40) for hour in range(9, 17)]
    table("hourly.csv", "time,close", [f"{h},{p}" for h, p in zip(hours, walk(len(hours), 11), strict=True)])
    table("numbers.csv", "price", [str(p) for p in walk(300, 12)])
    table(
        "two_columns.csv",
        "date,high,low,name",
        [f"{d},{p},{p},one" for d, p in zip(weekdays(90), walk(90, 13), strict=True)],
    )
    table("empty.csv", "date,price", [])
    (folder / "bad.toml").write_text("[window]\nlookbak = 3\n")
    packed = "date,close\n" + "".join(f"{d},{p}\n" for d, p in zip(weekdays(200), walk(200, 14), strict=True))
    (folder / "packed.csv.gz").write_bytes(gzip.compress(packed.encode(), mtime=0))
