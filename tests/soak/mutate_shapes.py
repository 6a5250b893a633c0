# ruff: noqa: E402, E501, PLR0911
"""Exports changed at random in ways whose effect is known: the right numbers, or a refusal, never another series.

The oracle is the generator that wrote the file (`tests/prices/sheets.py`).
"""

import bz2
import csv
import gzip
import io
import lzma
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tables import Table, by_way

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "prices")]
from draw_shapes import KINDS  # isort: skip
from prices import sheets  # isort: skip
from prices.sheet_outcomes import difference, found  # isort: skip
from prices.sheets import Expected, Sheet  # isort: skip
from prices.test_shapes import SHEETS  # isort: skip
from rnn_forecast.errors import ForecastError
from rnn_forecast.prices import ReadOptions, read_prices


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("table.csv", data)
    return out.getvalue()


BASES = [
    s for s in SHEETS if not (s.files or s.code or s.either or s.options or s.rows) and s.header and s.row
]
DAYS = ["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%m/%d/%y", "%Y/%m/%d"]  # fmt: skip
CLOCKS = [" %H:%M:%S", "T%H:%M:%SZ", " %I:%M %p", " %H:%M"]
NUMBERS = [
    sheets.german(),
    sheets.comma(),
    sheets.thousands(),
    lambda x: f"${x:.2f}",
    lambda x: f"{x:.2f} kr",
    lambda x: f"{x:,.2f}".replace(",", "'"),
]
PACKINGS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    bz2.compress,
    lzma.compress,
    zipped,
]
NOTHING = ["", "-", "N/A", "null", "#N/A N/A", "--"]


@dataclass(frozen=True)
class Changed:
    """A file, and what is right: any of these series, or a refusal."""

    data: bytes
    right: list[Expected]
    name: str


def _sheet(sheet: Sheet, luck: random.Random) -> Sheet:
    """Another way of writing the same: dates, numbers, separators, quotes, ends of lines, encodings, packings."""
    timed = any(bar.when.hour or bar.when.minute for bars in sheet.of.values() for bar in bars)
    way = luck.choice(
        ("dates", "numbers", "order", "quotes", "ends", "encoding", "packing", "titles", "separator")
    )
    if way == "dates" and isinstance(sheet.date, str) and "{T}" not in sheet.row and "%d" in sheet.date:
        return replace(sheet, date=luck.choice(DAYS) + (luck.choice(CLOCKS) if timed else ""))
    if way == "numbers" and sheet.number is sheets.CENTS:
        return replace(sheet, number=luck.choice(NUMBERS))
    if way == "order":
        return replace(sheet, newest_first=not sheet.newest_first)
    if way == "quotes" and '"' not in sheet.row:
        return replace(sheet, quoted=True)
    if way == "ends":
        return replace(sheet, end=luck.choice(("\r\n", "\r", "\n\n")), before="", after="")
    if way == "encoding" and sheet.encoding == "utf-8":
        return replace(sheet, encoding=luck.choice(("utf-8-sig", "utf-16")))
    if way == "packing":
        return replace(sheet, packed=luck.choice(PACKINGS))
    if way == "titles" and not sheet.before:
        return replace(
            sheet,
            before=luck.choice(("Prices of Example\n", "# made by hand\n\n", "https://www.example.com\n")),
        )
    if way == "separator" and "|" not in sheet.row and '"' not in sheet.row:
        other = luck.choice(";\t|")
        return (
            replace(
                sheet,
                sep=other,
                header=sheet.header.replace(sheet.sep, other),
                row=sheet.row.replace(sheet.sep, other),
            )
            if sheet.header and other != "|"
            else sheet
        )
    return sheet


def _plain(sheet: Sheet, luck: random.Random) -> Changed:
    return _as_it_is(_sheet(_sheet(sheet, luck), luck))


def _as_it_is(sheet: Sheet) -> Changed:
    ((name, data),) = sheet.written().items()
    return Changed(data, [sheet.expected(), *sheet.also], name)


def _grid(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    lines = list(
        csv.reader(io.StringIO(replace(sheet, before="", after="").text(), newline=""), delimiter=sheet.sep)
    )
    return lines[0], [line for line in lines[1:] if line]


def _text(sheet: Sheet, head: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=sheet.sep, lineterminator="\n").writerows([head, *rows])
    return sheet.packed((sheet.before + out.getvalue() + sheet.after).encode(sheet.encoding))


def _columns(sheet: Sheet, luck: random.Random) -> Changed:
    """Columns in another order, names in another case, a column more, or one less that nobody needs."""
    head, rows = _grid(sheet)
    cells = sheet.row.split("|" if "|" in sheet.row else sheet.sep)
    keep = list(range(len(head)))
    if len(cells) == len(head) and luck.random() < 0.5:
        spare = [
            i
            for i in keep
            if any(mark in cells[i] for mark in ("{v}", "{g}", "{p}")) and "{d}" not in cells[i]
        ]
        keep = [i for i in keep if not spare or i != luck.choice(spare)]
    if luck.random() < 0.5:
        luck.shuffle(keep)
    change = luck.choice((str, str.upper, str.lower, str.title, lambda name: f" {name} "))
    extra = luck.choice(([], ["note"], ["rank"]))
    filled = {"note": lambda i: "EQ", "rank": lambda i: str(1 + i % 7)}
    new = [[row[i] for i in keep] + [filled[name](n) for name in extra] for n, row in enumerate(rows)]
    return Changed(
        _text(sheet, [change(head[i]) for i in keep] + extra, new),
        [sheet.expected(), *sheet.also],
        next(iter(sheet.written())),
    )


def _rows(sheet: Sheet, luck: random.Random) -> Changed:
    """Rows shuffled, repeated, left out, without a price, or cut off at the end."""
    head, rows = _grid(sheet)
    order = [(ticker, bar) for ticker, bars in sheet.of.items() for bar in bars]
    if len(order) != len(rows) or sheet.newest_first or sheet.by_date or sheet.also:
        return _plain(sheet, luck)
    way = luck.choice(("shuffle", "repeat", "leave out", "hole", "cut"))
    gone: set[int] = set()
    if way == "repeat":
        rows = [row for row in rows for _ in range(1 if luck.random() < 0.95 else 2)]
    elif way == "leave out":
        gone = set(luck.sample(range(len(rows)), 3))
        rows = [row for i, row in enumerate(rows) if i not in gone]
    elif way == "hole":
        cells = sheet.row.split("|" if "|" in sheet.row else sheet.sep)
        mark = {"close": "{c}", "adj": "{x}", "open": "{o}"}.get(sheet.price, "{c}")
        at = [i for i, cell in enumerate(cells) if cell == mark]
        if len(cells) == len(head) and len(at) == 1:
            gone = {luck.randrange(1, len(rows) - 1)}
            for i in gone:
                rows[i][at[0]] = luck.choice(NOTHING)
    elif way == "shuffle":
        luck.shuffle(rows)
    right = _without(sheet, order, gone)
    data = _text(sheet, head, rows)
    name = next(iter(sheet.written()))
    if way == "cut" and sheet.packed(b"x") == b"x" and sheet.encoding == "utf-8":
        data = data[: luck.randrange(len(data) // 2, len(data))]
        whole = max(0, data.decode("utf-8", "ignore").count("\n") - 1 - sheet.before.count("\n"))
        return Changed(
            data,
            [_without(sheet, order, set(range(n, len(order)))) for n in (whole - 1, whole, whole + 1)],
            name,
        )
    return Changed(data, [right], name)


def _without(sheet: Sheet, order: list[tuple[str, sheets.Bar]], gone: set[int]) -> Expected:
    stem = next(iter(sheet.written())).partition(".")[0]
    kept: dict[str, list[tuple[object, float]]] = {}
    for i, (ticker, bar) in enumerate(order):
        if i not in gone:
            kept.setdefault(ticker or stem, []).append((bar.when, getattr(bar, sheet.price)))
    return {ticker: tuple(rows) for ticker, rows in kept.items()}  # type: ignore[misc]


def _drawn(_: Sheet, luck: random.Random, *, draw: Callable[[random.Random], Sheet]) -> Changed:
    """A table that has nothing to do with the sheet."""
    return _as_it_is(draw(luck))


DRAWN = {kind: partial(_drawn, draw=draw) for kind, draw in KINDS.items()}
WAYS = {"written otherwise": _plain, "columns changed": _columns, "rows changed": _rows, **DRAWN}


def outcome(changed: Changed, folder: Path) -> str:
    """`read`, `refused`, or what went wrong."""
    path = folder / changed.name
    path.write_bytes(changed.data)
    try:
        reading = read_prices([str(path)], ReadOptions())
    except ForecastError as error:
        return "refused" if error.exit_code == 65 else f"error {error.exit_code}: {error}"
    except Exception as error:
        return f"bug: {type(error).__name__}: {error}"
    finally:
        path.unlink()
    wrong = difference(found(reading), *changed.right)
    if any("is possible, and nothing in the file decides" in text for text in reading.decisions.warnings):
        return "refused" if wrong else "read"  # a person is shown both readings
    return wrong or "read"


def cases(numbers: range) -> Iterator[tuple[str, str, str]]:
    """The way, the words and the outcome of each: a number is always the same file."""
    with tempfile.TemporaryDirectory() as folder:
        for i in numbers:
            luck = random.Random(i)
            way, sheet = luck.choice(list(WAYS)), luck.choice(BASES)
            came = outcome(WAYS[way](sheet, luck), Path(folder))
            of = way if way in DRAWN else f"{sheet.name}, {way}"
            yield way, f"{of} (number {i})", came


def soak(scale: float = 1) -> Table:
    said = "Exports of `tests/prices/sheets.py`, changed at random in ways whose effect the generator knows. Right: the very dates and prices, or exit code 65; a warning that shows both readings counts as the latter."
    return by_way("Exports changed at random", said, "read", WAYS, cases(range(round(10_000 * scale))))


if __name__ == "__main__":
    print("\n".join(soak(0.1).markdown()))
