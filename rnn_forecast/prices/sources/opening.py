"""Source → bytes: opened without hanging, bounded in size, unpacked, the same at the end as at the start."""

import hashlib
import os
import re
import stat
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from rnn_forecast.errors import DataError, InputError
from rnn_forecast.prices.cells.cell_positions import plain, shown
from rnn_forecast.prices.sources.archives import CHUNK, is_document, read_bounded, too_large, unpack
from rnn_forecast.system.file_names import STDIN, is_model, is_prepared, stem_of

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_FOREIGN = (  # how files that are no tables of ours begin
    (b"PK\x05\x06", "an empty zip archive", "Fetch it again."),
    (b"%PDF", "a PDF", "Export the prices as CSV."),
    (b"SQLite format 3", "an SQLite database", "Export the prices as CSV."),
    (b"\x89HDF", "an HDF5 file", "Export the prices as CSV."),
    (b"ARROW1", "an Arrow or Feather file", "Save it as Parquet or CSV."),
    (b"\x93NUMPY", "a NumPy file", "Save it as CSV."),
)


@dataclass(frozen=True)
class Source:
    """What was read from one place."""

    name: str  # as the user wrote it, fit to be shown
    stem: str  # the ticker where the file names none
    data: bytes  # unpacked
    kind: str  # "text" or "parquet", by content
    packed: str | None  # with what: "gzip"; "zip, gzip", the outer one first
    size: int  # bytes as they came
    digest: Future[str]  # see sha256
    sheet: str | None = None  # of a workbook, that was read

    @property
    def sha256(self) -> str:
        """Of the bytes as they came; waits for it."""
        return self.digest.result()


def open_source(path: str, max_bytes: int) -> Source:
    """Read all of `path`, or of standard input for `-`.

    Raises InputError where there is nothing to read (missing, folder, FIFO, device, URL), DataError where the
    content is too large, changes, is broken, or is another kind of file.
    """
    name = "standard input" if path == STDIN else plain(path)
    raw = _read_stdin(max_bytes) if path == STDIN else _read_file(path, name, max_bytes)
    digest, size, sheet = _hashing(raw), len(raw), None
    data, packed = unpack(raw, name, max_bytes)
    if is_document(data):
        from rnn_forecast.prices.sources.spreadsheet import sheet_text

        data, sheet = sheet_text(data, name, max_bytes)
        packed = ", ".join(filter(None, [packed, "workbook"]))
    return Source(name, stem_of(path), data, _kind(data, name), packed, size, digest, sheet)


def _hashing(data: bytes) -> Future[str]:
    """The sha256 of `data`, worked out beside what else is done with them where they are many."""
    digest: Future[str] = Future()

    def work() -> None:
        digest.set_result(hashlib.sha256(data).hexdigest())

    if len(data) < CHUNK:
        work()
    else:
        threading.Thread(target=work, daemon=True).start()
    return digest


def require_there(path: str) -> None:
    """Raises InputError where nothing stands at `path`. `-` and addresses are left to the reader."""
    if path == STDIN or _URL.match(path):
        return
    try:
        os.stat(path)  # noqa: PTH116  a name with a NUL is a ValueError here
    except (OSError, ValueError) as error:
        raise _cannot_open(plain(path), error) from error


def _read_stdin(max_bytes: int) -> bytes:
    if sys.stdin is None:
        raise InputError("Standard input is closed.", "Pipe a file into it: cat prices.csv | rnn-forecast …")
    try:
        return read_bounded(sys.stdin.buffer, "standard input", max_bytes)
    except (OSError, ValueError) as error:
        raise InputError(f"Standard input cannot be read: {error}.", "Name a file instead of -.") from error


def _read_file(path: str, name: str, max_bytes: int) -> bytes:
    if _URL.match(path):
        raise InputError(
            f"{name} is an address on the network, and nothing is fetched from there.",
            "Download it first, and name the file.",
        )
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _cannot_open(name, error) from error
    before = os.fstat(handle)
    try:
        _check_regular(before, path, name)  # before fdopen, which has words of its own for a folder
    except InputError:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb", buffering=0) as file:
        if before.st_size > max_bytes:
            raise too_large(name, max_bytes)
        try:
            data = read_bounded(file, name, max_bytes, before.st_size)
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror}.", "Check the disk.") from error
        after = os.fstat(handle)
    if (len(data), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or before.st_size != len(data):
        raise DataError(f"{name} changed while it was read.", "Wait until it is written, then try again.")
    return data


def _cannot_open(name: str, error: Exception) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(
            f"{name or shown(name)}: there is no such file.", "Check the spelling and the folder."
        )
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return InputError(f"{name} cannot be opened: {why}.", "Check that it is a file that you may read.")


def _check_regular(status: os.stat_result, path: str, name: str) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise _folder(path, name)
    raise InputError(f"{name} is a pipe or a device, not a file.", "Write - and send it to standard input.")


def _folder(path: str, name: str) -> InputError:
    """What a folder is, if it is one of ours."""
    if is_model(path):
        return InputError(f"{name} is a model, not prices.", "Give the prices that it was trained on.")
    if is_prepared(path):
        return InputError(f"{name} is a folder that prepare wrote.", f"Name {name.rstrip('/')}/prices.csv.")
    return InputError(f"{name} is a folder, not a file.", "Name the files in it.")


def _kind(data: bytes, name: str) -> str:
    if data.startswith(b"PAR1"):
        return "parquet"
    for start, what, remedy in _FOREIGN:
        if data.startswith(start):
            raise DataError(f"{name} is {what}, not a table of prices.", remedy)
    return "text"
