"""MANIFEST.json: which files of a folder are ours, with the size and sha256 of each."""

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

NAME = "MANIFEST.json"
MAKER = "rnn-forecast"
LARGEST = 2**20  # bytes: some thousands of files
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # file managers leave these in any folder


def manifest_of(folder: Path) -> bytes:
    """The manifest of the files now in a folder, each flushed to the disk first. Raises OSError."""
    files = {}
    for path in folder.iterdir():
        if path.is_symlink() or not path.is_file():
            raise ValueError(f"{path.name} is not a plain file; a folder of ours holds only those")
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[path.name] = {"sha256": digest, "size": path.stat().st_size}
    return manifest_bytes(files)


def manifest_bytes(files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The manifest in the only spelling that we write and accept, so that no byte of it can change unseen."""
    document = {"made_by": MAKER, "files": {name: files[name] for name in sorted(files)}}
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def foreign_names(folder: Path) -> list[str]:
    """What a folder holds that its manifest does not list: all of it where there is no manifest of ours."""
    return unlisted([path.name for path in folder.iterdir()], _listed(folder / NAME))


def unlisted(names: Iterable[str], listed: Iterable[str] | None) -> list[str]:
    """Those of a folder's names that a manifest does not list, without what file managers leave."""
    ours = LITTER if listed is None else LITTER | {NAME, *listed}
    return sorted(set(names) - ours)


def _listed(manifest: Path) -> dict[str, Any] | None:
    try:
        with open(manifest, "rb", opener=_without_links) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            document = json.loads(file.read(LARGEST))
        return dict(document["files"]) if document["made_by"] == MAKER else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _without_links(path: str, flags: int) -> int:
    """Open no link, and wait for no pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
