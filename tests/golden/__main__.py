"""Every verb on sample files, every byte kept: run before and after a change that is to change nothing.

    python tests/golden DIR [--tree CHECKOUT]       write the outputs of a checkout (this one) into DIR
    python tests/golden DIR --against OTHER         and name each file that differs from OTHER's

What a clock or a process decides (seconds, times of day, hashes of files that hold them) is left out; all else
is held to the byte, so both runs must be of one machine and one set of library versions. `--renamed OLD=NEW`
(repeatable) says which words are allowed to differ.
"""

import argparse
import difflib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from cases import COMMANDS, write_sources

ROOT = Path(__file__).resolve().parents[2]
CLOCK = (  # what differs between two runs of one program
    (re.compile(r'("seconds": |"training_seconds": )[0-9.e-]+'), r"\1S"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r'(\{\s*"sha256": ")[0-9a-f]{64}(",\s*"size": )\d+'), r"\1HASH\2SIZE"),  # of a manifest
    (re.compile(r"^(\d+,\d+,[^,\n]*,[^,\n]*),\d+\.\d{6}$", re.MULTILINE), r"\1,S"),  # history.csv
    (re.compile(r"/tmp/golden-[a-z0-9_]+"), "FOLDER"),
)
UNSTABLE = {
    "started",
    "ended",
    "seconds",
    "megabytes",
    "trained",
    "manifest_sha256",
    "made",
    "model",
    "key",
    "summary",
}  # of the ledger


def run_all(folder: Path, tree: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of what each command printed, then of each file that stands in the folder at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RNN_FORECAST_")}
    environment |= {"PYTHONPATH": str(tree), "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"}
    for number, words in enumerate(COMMANDS):
        done = subprocess.run(
            [sys.executable, "-m", "rnn_forecast", *words],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        said = f"$ {' '.join(words)}\n== {done.returncode}\n== stdout\n".encode() + done.stdout
        yield f"said/{number:02d}-{words[0].strip('-')}.txt", said + b"\n== stderr\n" + done.stderr
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".lock"):
            name = f"files/{path.relative_to(folder)}"
            yield (name + ".txt", _ledger(path)) if path.suffix == ".sqlite" else (name, path.read_bytes())


def _ledger(path: Path) -> bytes:
    """The rows of every table as text, without what a clock decides."""
    lines = []
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for (table,) in tables.fetchall():
        found = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in found.description]
        lines += sorted(
            table
            + json.dumps(
                {n: v for n, v in zip(names, row, strict=True) if n not in UNSTABLE}, default=bytes.hex
            )
            for row in found
        )
    connection.close()
    return "\n".join(lines).encode()


def settled(name: str, data: bytes, renamed: Sequence[str]) -> bytes:
    """The bytes without what a clock decides, and with old words in place of the new ones."""
    if name.endswith((".safetensors", ".parquet", ".npz")):
        return data
    text = data.decode("utf-8", "surrogateescape")
    for pattern, instead in CLOCK:
        text = pattern.sub(instead, text)
    for pair in renamed:
        old, _, new = pair.partition("=")
        text = text.replace(new, old)
    return text.encode("utf-8", "surrogateescape")


def compare(ours: Path, theirs: Path) -> int:
    """How many files differ; each is named, with the first lines of its difference."""
    names = {str(p.relative_to(root)) for root in (ours, theirs) for p in root.rglob("*") if p.is_file()}
    differing = 0
    for name in sorted(names):
        one, other = ours / name, theirs / name
        if not (one.exists() and other.exists()):
            print(f"{name}: only in {ours if one.exists() else theirs}")
        elif one.read_bytes() == other.read_bytes():
            continue
        else:
            print(f"{name} differs")
            texts = [path.read_text(errors="replace").splitlines() for path in (other, one)]
            print(*list(difflib.unified_diff(*texts, "before", "now", lineterm="", n=0))[:12], sep="\n")
        differing += 1
    print(f"{len(names)} files, {differing} differ")
    return differing


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--tree", type=Path, default=ROOT)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--renamed", action="append", default=[])
    chosen = parser.parse_args()
    shutil.rmtree(chosen.out, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        write_sources(Path(folder))
        for name, data in run_all(Path(folder), chosen.tree.resolve()):
            target = chosen.out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(settled(name, data, chosen.renamed))
    return min(compare(chosen.out, chosen.against), 1) if chosen.against else 0


if __name__ == "__main__":
    sys.exit(main())
