"""Tickers → file names, and back; sources → their names; names of the temporary files beside an output."""

import hashlib
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

FORMATS = ("csv", "json", "jsonl", "parquet")  # of a table of forecasts; also the endings of its file
EXPORTS = ("onnx", "keras")  # of a model; also the endings of its file
TABLES = (".csv", ".tsv", ".txt", ".dat", ".parquet", ".pq", ".xlsx", ".xls", ".ods")  # of files of prices
PACKINGS = (".gz", ".bz2", ".xz", ".zst", ".zstd", ".zip")  # after any of these endings, or alone
PACKED = ".gz"  # after any of these endings: compressed
COMPARISON = "comparison.json"  # of several recipes
TRIALS = "trials.csv"  # of a search
STDIN = "-"
MODEL_DOCUMENT = "model.json"  # what only the folder of a model holds
PREPARED = ("prices.csv", "report.json", "recipe.toml")  # what tells a folder that `prepare` wrote
LONGEST = 180  # bytes; 255 is the limit of common file systems, and endings and temporary names need room
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # open a device on Windows


def safe_name(ticker: str) -> str:
    """The ticker as a file name: always one plain name of ASCII characters, different for different tickers.

    Percent-encoded, so that people recognise it and `ticker_of` takes it back: `BF/B` → `BF%2FB`,
    `-rf` → `%2Drf`, `..` → `%2E%2E`, `CON` → `%43ON`, `` → `%`. Names over 180 bytes are cut and end in a
    hash; only those cannot be taken back. Names that differ in case only are one file on some systems: see
    `safe_names`.
    """
    return _bounded(_encode(ticker))


def safe_names(tickers: Iterable[str]) -> dict[str, str]:
    """A file name for each ticker, different even where the file system takes `aapl` and `AAPL` for one name.

    Of names that differ in case only, those with lower-case letters have them encoded: `%61%61%70%6C`.
    """
    names = {ticker: safe_name(ticker) for ticker in tickers}
    times = Counter(name.casefold() for name in names.values())
    return {
        ticker: _variants(ticker)[1] if times[name.casefold()] > 1 else name for ticker, name in names.items()
    }


def as_named_before(names: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """The names of `safe_names`, but those that tickers have had so far (`kept`) stay where they are theirs.

    A ticker that one of these is in the way of has every letter encoded: beside a `Goog` that was there
    first, `GOOG` is `%47%4F%4F%47`.
    """
    stay = {ticker: name for ticker, name in kept.items() if name in _variants(ticker)}
    taken = {name.casefold() for name in stay.values()}
    return {
        ticker: stay.get(ticker, _variants(ticker)[2] if name.casefold() in taken else name)
        for ticker, name in names.items()
    }


def ticker_of(name: str) -> str:
    """The ticker that `safe_name` or `safe_names` made this name of. Raises ValueError for a cut name."""
    if "%~" in name:
        raise ValueError(f"{name} was cut: its ticker cannot be read from it")
    return "" if name == "%" else unquote(name, errors="surrogatepass")


def stem_of(source: str) -> str:
    """What a source is called: its name without folder, packing and ending; standard input is `stdin`.

    `data/AAPL.csv.gz` → `AAPL`. The ticker of a file that names none, and the NAME of `models/NAME`. The
    name of a zip need not hold the ending of what is in it: `BRK.B.zip` → `BRK.B`.
    """
    if source == STDIN:
        return "stdin"
    name = Path(source).name
    bare = unpacked_name(name)
    if name.lower().endswith(".zip") and Path(bare).suffix.lower() not in TABLES:
        return bare or name
    return Path(bare).stem or name or source


def unpacked_name(name: str) -> str:
    """The name without the endings of packings: `AAPL.csv.gz.zip` → `AAPL.csv`."""
    while name.lower().endswith(PACKINGS):
        name = name[: name.rindex(".")]
    return name


def is_table_name(name: str) -> bool:
    """Whether a file's name says that a table of prices is in it: `AAPL.csv`, `AAPL.csv.gz`."""
    return unpacked_name(name).lower().endswith(TABLES)


def may_be_table(name: str) -> bool:
    """The same, or nothing but that it is packed: `AAPL.zip`, `BRK.B.zip`, `AAPL.gz`; not `a.tar.gz`."""
    bare = unpacked_name(name)
    return is_table_name(name) or (bare != name and ("." not in bare or name.lower().endswith(".zip")))


def format_of(path: Path) -> str | None:
    """The format that the ending of a table's file means, `.gz` aside; None for an ending that means none.

    `x.json.gz` → json; `x`, `x.txt`, `x.gz` → csv; `x.xlsx` → None.
    """
    name = path.name[: -len(PACKED)] if is_packed(path) else path.name
    ending = Path(name).suffix.removeprefix(".").lower()
    if ending in ("", "txt"):
        return "csv"
    return ending if ending in FORMATS else None


def sheet_name(exported: Path) -> Path:
    """Of a model that was written for other programs: `stock.onnx` → `stock.onnx.json`."""
    return exported.with_name(f"{exported.name}.json")


def is_packed(path: Path) -> bool:
    """Whether the file is to be compressed."""
    return path.name.lower().endswith(PACKED)


def is_prepared(folder: str | Path) -> bool:
    """Whether `prepare` may have written this folder: one file may be gone, to be missed by who reads it."""
    return sum(os.path.lexists(Path(folder, name)) for name in PREPARED) > 1


def is_model(folder: str | Path) -> bool:
    """Whether this is the folder of a model, whole or not."""
    return os.path.lexists(Path(folder, MODEL_DOCUMENT))


def beside(target: Path, ending: str) -> Path:
    """The hidden sibling of `target` that has to do with it alone: `out.csv` → `.out.csv.lock`."""
    return target.parent / f".{_stem(target)}.{ending}"


def temporary(target: Path) -> Path:
    """A name for a temporary sibling of `target` that nothing has yet: `.out.csv.0f3a9c2e.tmp`."""
    return beside(target, f"{secrets.token_hex(4)}.tmp")


def leftovers(target: Path, ending: str) -> list[Path]:
    """The siblings of `target` that runs have left (`ending` is `tmp` or `old`)."""
    pattern = re.compile(rf"\.{re.escape(_stem(target))}\.[0-9a-f]{{8}}\.{ending}")
    return [path for path in target.parent.iterdir() if pattern.fullmatch(path.name)]


def _encode(ticker: str) -> str:
    name = quote(ticker, safe="", errors="surrogatepass")
    if not name:
        return "%"
    if name[0] in "-." or _DEVICES.match(name):  # options, hidden files, `..`; devices
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return f"{name[:-1]}%2E" if name.endswith(".") else name  # Windows drops a dot at the end


def _variants(ticker: str) -> tuple[str, str, str]:
    """What we may call a ticker: plain, without lower-case letters, without letters."""
    name = _encode(ticker)
    return _bounded(name), _bounded(_spelled(name, "a-z")), _bounded(_spelled(name, "a-zA-Z"))


def _spelled(name: str, letters: str) -> str:
    """With these letters encoded, but for those of `%2F`."""
    spell = re.compile(f"%[0-9A-F]{{2}}|[{letters}]")
    return spell.sub(lambda m: m[0] if m[0][0] == "%" else f"%{ord(m[0]):02X}", name)


def _bounded(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode("ascii")).hexdigest()[:32]
    return f"{re.sub('%.?$', '', name[: LONGEST - 34])}%~{digest}"  # never cut inside %2F


def _stem(target: Path) -> str:
    raw = target.name.encode("utf-8", "surrogateescape")
    if len(raw) <= LONGEST + 20:
        return target.name
    return f"{raw[:LONGEST].decode('utf-8', 'ignore')}.{hashlib.sha256(raw).hexdigest()[:16]}"
