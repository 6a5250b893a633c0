"""Packed bytes → bytes, in memory and never far beyond a bound: gzip, bzip2, xz, zstd, a zip of one table.

What is packed is told by its first bytes, never by its name. Data that is cut short, damaged, or followed by
something else is refused: half a table looks like a whole one.
"""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import first_of
from rnn_forecast.system.file_names import is_table_name

if TYPE_CHECKING:
    import zipfile

CHUNK = 1 << 20
ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_DEEPEST = 2  # packings one inside another: a zip of a .csv.gz
_XZ_MEMORY = 1 << 29  # bytes; a dictionary of 64 MiB is the largest that xz itself makes
_BESIDE = re.compile(  # names of files that come with a table and are none
    r"(readme|read_me|licen[sc]e|copying|copyright|changelog|notice|disclaimer)\b.*"
    r"|.*\.(pdf|md|html?|xml|json|rels|docx?|rtf|png|jpe?g|gif|svg|py|ipynb|r|url|exe|sig|asc|md5|sha\d+)",
    re.IGNORECASE,
)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


def read_bounded(file: Readable, name: str, max_bytes: int, expected: int = 0) -> bytes:
    """Everything, in one piece where the size is known: no copy, so that a large file fits in memory."""
    first = file.read(expected + 1) or b""
    more = file.read(CHUNK)
    if not more and len(first) <= max_bytes:
        return first
    whole = io.BytesIO()
    whole.write(first)
    while more:
        if whole.tell() + len(more) > max_bytes:
            raise too_large(name, max_bytes)
        whole.write(more)
        more = file.read(CHUNK)
    return whole.getvalue()


def too_large(name: str, max_bytes: int) -> DataError:
    return DataError(f"{name} is larger than {max_bytes:,} bytes.", "Raise --max-bytes if it is meant.")


def unpack(data: bytes, name: str, max_bytes: int) -> tuple[bytes, str | None]:
    """What is packed in `data`, and with what (`gzip`; `zip, gzip`, the outer one first); None: it is bare.

    Raises DataError where it is damaged, larger than `max_bytes`, packed too often, or no zip of one table.
    """
    words: list[str] = []
    while (found := _packing(data)) is not None:
        if len(words) == _DEEPEST:
            raise DataError(
                f"{name} is packed more than twice: {', '.join(words)}, {found}.", "Unpack it first."
            )
        data = _unpacked(data, found, name, max_bytes)
        words.append(found)
    return data, ", ".join(words) or None


def _packing(data: bytes) -> str | None:
    known = (name for name, (start, _) in _PACKINGS.items() if data.startswith(start))
    found = next(known, None)
    return None if found == "zip" and is_document(data) else found


def is_document(data: bytes) -> bool:
    """Whether this is one document, such as a workbook: an old one, or a zip that is no archive of files."""
    if not data.startswith(ZIP):
        return data.startswith(_OLD_WORKBOOK)
    import zipfile  # only where it is needed, as the others below

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not {"[Content_Types].xml", "mimetype"}.isdisjoint(archive.namelist())
    except Exception:  # who unpacks it says what is wrong
        return False


def _unpacked(data: bytes, packing: str, name: str, max_bytes: int) -> bytes:
    try:
        return _PACKINGS[packing][1](data, name, max_bytes)
    except (DataError, MemoryError):
        raise
    except NotImplementedError as error:
        what = f"{name} is a zip archive that is packed in a way that is not known here."
        raise DataError(what, "Unpack it first.") from error
    except Exception as error:  # each library has errors of its own, and zip those of all others
        what = "a zip archive" if packing == "zip" else f"packed with {packing}"
        raise DataError(f"{name} is {what} and cut short or damaged.", "Fetch it again.") from error


def _gunzip(packed: bytes, name: str, max_bytes: int) -> bytes:
    import gzip

    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        return read_bounded(file, f"{name}, unpacked,", max_bytes)


def _bunzip2(packed: bytes, name: str, max_bytes: int) -> bytes:
    import bz2

    return _decompress(bz2.BZ2Decompressor, packed, name, max_bytes)


def _unxz(packed: bytes, name: str, max_bytes: int) -> bytes:
    import lzma

    def stream() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    return _decompress(stream, packed.rstrip(b"\0"), name, max_bytes)  # zeros after the end are allowed


def _decompress(stream: Callable[[], Any], packed: bytes, name: str, max_bytes: int) -> bytes:
    """All streams, one after another. The library's own files pass over what follows the last of them."""
    whole = io.BytesIO()
    while packed:
        one, piece = stream(), packed
        while not one.eof:
            part = one.decompress(piece, CHUNK)
            piece = b""
            whole.write(part)
            if whole.tell() > max_bytes:
                raise too_large(f"{name}, unpacked,", max_bytes)
            if not part and one.needs_input and not one.eof:
                raise EOFError
        packed = one.unused_data
    return whole.getvalue()


def _unzstd(packed: bytes, name: str, max_bytes: int) -> bytes:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as file:
        return read_bounded(file, f"{name}, unpacked,", max_bytes)


def _unzip(packed: bytes, name: str, max_bytes: int) -> bytes:
    """The only table in a zip, whatever lies beside it."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = _only_table(archive.infolist(), name)
        if member.flag_bits & 1:
            raise DataError(f"{name} is an encrypted zip archive.", "Unpack it with its password first.")
        with archive.open(member) as file:
            return read_bounded(file, f"{name}, unpacked,", max_bytes)


def _only_table(members: "Sequence[zipfile.ZipInfo]", name: str) -> "zipfile.ZipInfo":
    found = [one for one in members if _may_be_table(one)]
    if len(tables := [one for one in found if is_table_name(one.filename)]) == 1:
        found = tables
    if len(found) == 1:
        return found[0]
    listed = first_of([one.filename for one in found or members], 6)
    if not found:
        what = f"{name} is a zip archive without a table: {listed or 'it is empty'}."
        raise DataError(what, "Fetch it again, or name the table itself.")
    what = f"{name} is a zip archive of {len(found)} files where one table was expected: {listed}."
    raise DataError(what, "Unpack it, and name the folder or those that you want.")


def _may_be_table(member: "zipfile.ZipInfo") -> bool:
    """No folder, nothing that systems leave, no words that come with a table."""
    path = PurePosixPath(member.filename)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not (member.is_dir() or hidden or _BESIDE.fullmatch(path.name))


_PACKINGS: dict[str, tuple[bytes, Callable[[bytes, str, int], bytes]]] = {
    "gzip": (b"\x1f\x8b", _gunzip),
    "bzip2": (b"BZh", _bunzip2),
    "xz": (b"\xfd7zXZ\x00", _unxz),
    "zstd": (b"\x28\xb5\x2f\xfd", _unzstd),
    "zip": (ZIP, _unzip),
}
