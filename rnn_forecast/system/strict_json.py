"""JSON without what `json.loads` lets through: NaN, a key twice, a depth that ends the interpreter."""

import json
import math
import re
from typing import Any

DEEPEST = 32
DIGITS = 300
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # an open string runs to the end: no second try
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def loads(data: bytes) -> Any:
    """The value that the JSON text says. Assumes that the caller has bounded its size.

    Raises ValueError, one line, for text that is not UTF-8 JSON, NaN and numbers beyond a float, a key that
    stands twice in an object, half a surrogate pair, and nesting deeper than 32.
    """
    if _is_deep(data):
        raise ValueError(f"it nests deeper than {DEEPEST} or its brackets do not match")
    value = json.loads(
        data.decode("utf-8"),
        object_pairs_hook=_unique,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_whole,
    )
    # half a surrogate pair can be read and not be written; without indents json takes a tenth of the time
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def dumps(document: Any) -> bytes:
    """The document as UTF-8 JSON that `loads` takes. Raises ValueError for NaN and what JSON cannot say."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def _is_deep(data: bytes) -> bool:
    """Whether brackets remain after the innermost pairs were taken away 32 times (no recursion needed)."""
    brackets = _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} stands twice")
    return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _whole(text: str) -> int:
    if len(text) > DIGITS:  # a float cannot say all of those either
        _finite(text)
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]}… of {len(text)} signs is too large a number")
    return number
