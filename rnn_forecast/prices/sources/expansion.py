"""Folders and patterns among sources → the files in them: what a shell would make of `DIR/*.csv`."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rnn_forecast.errors import InputError
from rnn_forecast.system.file_names import STDIN, is_model, is_prepared, may_be_table


class Found(str):
    """A file, and the folder or pattern that it was found by: what is printed to be typed again."""

    by: str


def expanded(sources: Sequence[str]) -> list[str]:
    """Every source as it is, but for folders and patterns such as `data/*.csv`: the tables in them, by name.

    A folder's own folders and hidden files are left alone. Folders that are ours (a model, what `prepare`
    wrote) stay, for who reads them says what they are. Raises InputError where there is no table.
    """
    return [file for source in sources for file in _files(source)]


def _files(source: str) -> Iterator[str]:
    is_pattern = glob.has_magic(source) and "://" not in source and not os.path.lexists(source)
    if is_pattern:
        yield from _tables(source, map(Path, glob.glob(source)))  # noqa: PTH207  it may be absolute
    elif source not in ("", STDIN) and _is_folder(source):
        yield from _tables(source, Path(source).iterdir())
    else:
        yield source


def _is_folder(source: str) -> bool:
    """A folder that is not ours; a name with a NUL is none."""
    try:
        return Path(source).is_dir() and not is_prepared(source) and not is_model(source)
    except ValueError:
        return False


def _tables(source: str, paths: Iterable[Path]) -> list[Found]:
    found = [p for p in paths if may_be_table(p.name) and p.name[0] != "." and p.is_file()]
    if not found:
        kinds = ".csv, .tsv, .txt, .parquet, .xlsx, packed or not"
        what = f"The folder or pattern {source!r} holds no table of prices ({kinds})."
        raise InputError(what, "Name the files, or the folder that they are in.")
    files = [Found(path) for path in sorted(map(str, found))]
    for file in files:
        file.by = source
    return files
