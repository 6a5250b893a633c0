"""Packed bytes → bytes, never far beyond a bound."""

import io
import zlib
from typing import Protocol

from rnn_forecast.errors import DataError

CHUNK = 1 << 20


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


GZIP = b"\x1f\x8b"


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


def gunzip(packed: bytes, name: str, max_bytes: int) -> bytes:
    """Unpack every member, never far beyond `max_bytes`: a gzip bomb is small until it is opened."""
    import gzip  # only where it is needed

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            return read_bounded(file, f"{name}, unpacked,", max_bytes)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{name} is packed with gzip and cut short or damaged.", "Fetch it again.") from error
