"""What no training could have come from: a source whose rows, dates, steps or notes contradict themselves."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from rnn_forecast.model.provenance import SAMPLES, KnownTicker, Source
from rnn_forecast.prices.calendar.periods import Frequency
from rnn_forecast.prices.decisions import Decisions, left_outs
from rnn_forecast.prices.fields.read_options import recalled
from rnn_forecast.prices.reader import today

MOST_ROWS = 2**53
DATE, ROW = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", re.ASCII), re.compile(r"\d{1,18}", re.ASCII)
SHA256 = re.compile("[0-9a-f]{64}")
SPAN = {"rows", "from", "to"}
STEPS = {"scaling", "fit", "stopping", "shrinkage", "volatility", "calibration"}  # and drift, if any
# of a model that was trained on a prepared folder, beside the decisions' own names
PARTS = {"dated", "windows", "rows_used", "columns"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "allow_nonpositive": bool,
    "dated": bool,
    "tickers": int,
    "rows": int,
    "price_column": (str, type(None)),
    "calendar": (str, type(None)),
    **dict.fromkeys(("sources", "notices", "warnings", "checks", "left_out"), list),
}


def require(key: str, found: object, sound: bool, expected: str = "what the recipe says") -> None:
    """Raises ValueError, `key: what was expected and what came`, cut short."""
    if not sound:
        text = repr(found)
        raise ValueError(f"{key}: expected {expected}, found {text if len(text) < 80 else text[:80] + '…'}")


def require_plausible_source(source: Source, *, logs: bool) -> None:
    """All that is compared with the dates of a file: dates as we write them, or row numbers.

    Raises ValueError. What a reader would have refused is refused here too: a row later than today anywhere.
    """
    kind = ROW if ROW.fullmatch(source.test_from) else DATE
    _moment("source.test_from", source.test_from, kind)
    named = source.spacing in get_args(Frequency) and (source.spacing == "rows") == (kind is ROW)
    require("source.spacing", source.spacing, named, "a frequency")
    require("source.tickers", 0, bool(source.tickers), "one at least")
    for ticker, known in source.tickers.items():
        _require_known(f"source.tickers.{ticker[:80]}", known, kind, logs=logs)
    last = max(_moment("", known.last, kind) for known in source.tickers.values())
    _require_after("source.test_from", source.test_from, last, kind)
    steps = source.rows_used.keys()
    require("source.rows_used", sorted(steps)[:8], steps - {"drift"} == STEPS, f"{', '.join(sorted(STEPS))}")
    for step, used in source.rows_used.items():
        _require_rows_used(f"source.rows_used.{step}", used, source, kind)
    unknown = source.reading.keys() - Decisions.__dataclass_fields__.keys() - PARTS
    require("source.reading", sorted(unknown)[:3], not unknown, "what a reader decides")
    for name, types in KINDS.items():
        if name in source.reading:
            value = source.reading[name]
            sound = isinstance(value, types) and (types is bool or not isinstance(value, bool))
            require(f"source.reading.{name}", value, sound, f"{getattr(types, '__name__', 'a text or null')}")
    try:
        recalled(source.reading.get("options", {}))
        left_outs(source.reading.get("left_out", []))
    except ValueError as error:
        raise ValueError(f"source.reading.{error}") from error


def _require_known(key: str, known: KnownTicker, kind: re.Pattern[str], *, logs: bool) -> None:
    first, last = (_moment(f"{key}.{name}", getattr(known, name), kind) for name in ("first", "last"))
    require(f"{key}.last", known.last, first <= last, f"no date before the first, {known.first}")
    if kind is DATE:
        require(f"{key}.last", known.last, last < _end(1), "a date that has been")
    room = min(last - first + 1, MOST_ROWS)
    require(f"{key}.rows", known.rows, 1 <= known.rows <= room, f"1 to {room} rows from first to last")
    _require_after(f"{key}.test_from", known.test_from, last, kind)
    require(f"{key}.sha256", known.sha256, bool(SHA256.fullmatch(known.sha256)), "64 hex digits")
    many = len(known.sampled_prices)
    require(f"{key}.sampled_prices", many, many <= SAMPLES, f"at most {SAMPLES}")
    moments = [_moment(f"{key}.sampled_prices", moment, kind) for moment, _ in known.sampled_prices]
    inside = sorted(set(moments)) == moments and all(first <= moment <= last for moment in moments)
    dates = [moment for moment, _ in known.sampled_prices]
    require(f"{key}.sampled_prices", dates, inside, f"dates up to {known.last}, ascending")
    prices = [price for _, price in known.sampled_prices]
    require(f"{key}.sampled_prices", prices, not logs or all(price > 0 for price in prices), "prices above 0")


def _require_after(key: str, found: str, last: int, kind: re.Pattern[str]) -> None:
    """The test part begins after the rows that were learnt from; at a row, or a day after the last of all."""
    moment = _moment(key, found, kind)
    require(key, found, moment > last, "one later than the last row that was learnt from")
    if kind is DATE:
        require(key, found, moment < _end(2), "a date that has been")


def _require_rows_used(key: str, used: Any, source: Source, kind: re.Pattern[str]) -> None:
    known = source.tickers.values()
    most = sum(one.rows for one in known)
    sound = isinstance(used, Mapping) and used.keys() <= SPAN and type(used.get("rows")) is int
    require(key, used, sound and 0 <= used["rows"] <= most, f"at most {most} rows, from and to")
    require(
        key, used, used.keys() == (SPAN if used["rows"] else {"rows"}), "from and to where there are rows"
    )
    if used["rows"]:
        since, until = (_moment(f"{key}.{end}", used[end], kind) for end in ("from", "to"))
        first = min(_moment(key, one.first, kind) for one in known)
        last = max(_moment(key, one.last, kind) for one in known)
        require(key, used, first <= since <= until <= last, "from and to among the rows of the tickers")


def _moment(key: str, found: object, kind: re.Pattern[str]) -> int:
    """The row number, or the seconds since 1970."""
    expected = "a row number" if kind is ROW else "a date"
    require(key, found, isinstance(found, str) and bool(kind.fullmatch(found)), expected)
    if kind is ROW:
        return int(str(found))
    try:
        return int(np.datetime64(str(found).replace(" ", "T"), "s").astype(np.int64))
    except ValueError:  # 30 February
        require(key, found, sound=False, expected=expected)
        raise


def _end(days: int) -> int:
    """Seconds since 1970 at which the day `days` after today, in the earliest time zone, is over."""
    return int(np.datetime64(today(), "s").astype(np.int64)) + (days + 1) * 86_400
