"""Values as SQLite gave them → the rows that were put in. SQLite holds any value in any column.

What is not of its kind was not written by this program: it is damage, and is said to be, before it becomes a
forecast that nobody made.
"""

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, get_type_hints

TIME = "%Y-%m-%dT%H:%M:%SZ"
T = TypeVar("T")
Json = Mapping[str, Any] | Sequence[Any]


def row_of(kind: type[T], values: Sequence[Any]) -> T:
    """A dataclass from one value a field, in their order. Raises sqlite3.DatabaseError for another kind."""
    for (name, allowed), value in zip(_kinds(kind), values, strict=True):  # type: ignore[arg-type]
        if not isinstance(value, allowed) or (isinstance(value, float) and not math.isfinite(value)):
            raise damaged(f"{name} {value!r:.60} of {values[0]!r:.60}")
    return kind(*values)


@cache
def _kinds(kind: type) -> list[tuple[str, Any]]:
    """The fields of a dataclass and what a value of each has to be: anything, where that is a collection."""
    hints = get_type_hints(kind)
    named = ((field.name, hints[field.name]) for field in fields(kind))
    return [(name, object if hasattr(allowed, "__origin__") else allowed) for name, allowed in named]


def json_of(text: object, kind: type[Json]) -> Any:
    """The JSON object or array in a cell."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, kind):
        raise damaged(f"{str(text)[:40]!r} is no JSON {'object' if kind is dict else 'array'}")
    return found


def require_moment(what: str, value: object) -> None:
    """A date as `prices.series.iso` writes it, or the number of a row."""
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None:
            return
    except ValueError:
        pass
    if not isinstance(value, int) or abs(value) > 1 << 53:
        raise damaged(f"{what} {value!r} is no date")


def require_ends(ends: Mapping[str, Any], forecast: object) -> None:
    """Levels with their low and high end, finite numbers around the forecast, or None where there is none."""
    if not isinstance(forecast, float):
        raise damaged(f"{forecast!r} is no forecast")
    for level, pair in ends.items():
        both = isinstance(pair, list | tuple) and len(pair) == 2
        known = [end for end in (*pair[:1], forecast, *pair[1:]) if end is not None] if both else [math.nan]
        finite = all(isinstance(end, int | float) and math.isfinite(end) for end in known)
        if not finite or known != sorted(known):
            raise damaged(f"{pair!r} are no ends of a {level} % interval around {forecast!r}")


def require_numbers(further: Mapping[str, Any]) -> None:
    """Quantiles and risk: finite numbers, or None where there is none."""
    for name, value in further.items():
        if value is not None and (type(value) not in (int, float) or not math.isfinite(value)):
            raise damaged(f"{name} {value!r:.60} of a forecast is no number")


def require_run(run: Mapping[str, Any]) -> None:
    """A run's number, its times in UTC, its status."""
    if not isinstance(run["run"], int) or not isinstance(run["status"], str):
        raise damaged(f"run {run['run']!r} has status {run['status']!r}")
    seconds_of(f"run {run['run']}: started", run["started"])
    if run["ended"] is not None:
        seconds_of(f"run {run['run']}: ended", run["ended"])


def seconds_of(what: str, text: object) -> float:
    """Since 1970, of a time as the ledger writes it."""
    try:
        return datetime.strptime(str(text), TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise damaged(f"{what} {text!r} is no time") from None


def time_text(seconds: float) -> str:
    """What `seconds_of` reads."""
    return datetime.fromtimestamp(seconds, UTC).strftime(TIME)


def damaged(what: str) -> sqlite3.DatabaseError:
    """To be raised inside `schema.translated`, which names the file and what to do."""
    return sqlite3.DatabaseError(what)
