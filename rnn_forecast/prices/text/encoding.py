"""Bytes → UTF-8 with line ends that a CSV reader knows: one encoding, held by every byte."""

import codecs
import contextlib
import re
from dataclasses import dataclass

from rnn_forecast.errors import DataError

_CHUNK = 1 << 20  # bytes
_MARKS = (  # longest first: the UTF-32 mark begins as the UTF-16 one does
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
# `<DATE>,<CLOSE>`, all cells of a line alike, and no mark in the line below: the names of columns
_ANGLED = (
    rb"<(?!(?i:html|head|body|table|div|span|pre|title|script|center|error|[!?/]))[^<>\r\n]{1,40}>[\"' ]*"
    rb"(?:[,;|\t][\"' ]*<[^<>\r\n]{1,40}>[\"' ]*)*[,;|\t ]*[\r\n]+[^<\r\n]+(?:[\r\n]|\Z)"
)
_NO_TABLE = (
    (
        re.compile(
            rb"\s*(?!" + _ANGLED + rb")<|(?:[^\n]*\n){1,20}?\s*<(?i:!doctype|html|head|body|table|\?xml)[\s>]"
        ),
        "a web page (HTML or XML)",
        "Download the table itself; the site may want a login.",
    ),
    (re.compile(rb"\s*[{\[]"), "JSON", "Save it as CSV."),
    (re.compile(rb"\x80[\x02-\x05]"), "a Python pickle", "Save it as CSV; nothing is ever run from a file."),
)


@dataclass(frozen=True)
class Text:
    """A text file: `data` is UTF-8 without a mark, its lines end in LF or CRLF."""

    data: bytes
    encoding: str
    line_ends: str


def decode(data: bytes, name: str) -> Text:
    """Find the one encoding of `data`. Raises DataError where it has none, or is no table at all."""
    utf8, encoding = _recode(data, name)
    if not re.search(rb"[^ \t\r\n]", utf8):
        raise DataError(f"{name} is empty.", "A file needs a line of column names and rows of prices.")
    for start, what, remedy in _NO_TABLE:
        if start.match(utf8):
            raise DataError(f"{name} holds {what}, not a table of prices.", remedy)
    if (at := utf8.find(b"\0")) >= 0:
        line = utf8.count(b"\n", 0, at) + 1
        raise DataError(
            f"{name}, line {line}: a NUL byte; this is no text.", "Fetch or export the file again."
        )
    utf8, line_ends = _line_ends(utf8)
    return Text(utf8, encoding, line_ends)


def _recode(data: bytes, name: str) -> tuple[bytes, str]:
    for mark, codec, encoding in _MARKS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            whole = codec == "utf-8" and _valid(rest)
            return (rest if whole else _strictly(rest, codec, encoding, name)), encoding
    if b"\0" in data and (found := _unmarked_utf16(data)):
        return _strictly(data, found, "UTF-16", name), "UTF-16"
    if _valid(data):
        return data, "UTF-8"
    return _legacy(data, name)


def _legacy(data: bytes, name: str) -> tuple[bytes, str]:
    """One of the encodings that were before UTF-8, held by every byte. Raises DataError where none is."""
    from rnn_forecast.prices.text.legacy_encodings import ENCODINGS, find_encodings

    fitting, rival = find_encodings(data)
    for one in fitting:
        with contextlib.suppress(UnicodeDecodeError):
            guess = f" (or {rival.name})" if rival is not None else ""
            return data.decode(one.codec).encode("utf-8"), f"{one.name}{guess}"
    tried = ", ".join(one.name for one in ENCODINGS)
    what = f"is neither UTF-8 nor {tried} throughout: a byte is damaged, or two files were joined."
    remedy = "Save it as UTF-8; or, where you know how it is written: iconv -f ENCODING -t UTF-8 FILE > NEW."
    raise DataError(f"{name} {what}", remedy)


def _valid(data: bytes) -> bool:
    """Whether `data` is UTF-8, without making a string of it all."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _CHUNK):
            decoder.decode(data[at : at + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(data: bytes) -> str | None:
    """By the zeros that ASCII letters have: every second byte, but where letters of other scripts stand."""
    head = data[: 1 << 16]
    for codec, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) >= 8 and zeros.count(0) > 0.5 * len(zeros) and letters.count(0) < 0.02 * len(letters):
            return codec
    return None


def _strictly(data: bytes, codec: str, encoding: str, name: str) -> bytes:
    try:
        return data.decode(codec).encode("utf-8")
    except UnicodeError as error:
        raise DataError(f"{name} is not whole as {encoding}.", "Save it as UTF-8.") from error


def _line_ends(data: bytes) -> tuple[bytes, str]:
    returns = data.count(b"\r") if b"\r" in data else 0
    if not returns:
        return data, "LF"
    if returns == data.count(b"\r\n"):
        return data, "CRLF"
    ends = "CR" if b"\n" not in data else "mixed"
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), ends
