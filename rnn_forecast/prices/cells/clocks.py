"""The clock that dates show, and the instants behind it: order and identity are those of instants."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rnn_forecast.arrays import Dates

UTC = "UTC"
_DAY, _MONDAY = 86_400, 4 * 86_400  # seconds; 1970-01-05
_NIGHT = 5 * 3600  # of a Sunday: summer time begins and ends, and the next bar of four hours is over
_MANY = 0.02  # of the rows: more that share a second with another are ticks


def settle(
    local: Dates, offsets: NDArray[np.int32], codes: NDArray[np.int32] | None
) -> tuple[Dates, str | None]:
    """The dates to go by, `(m,)`, and "UTC" where they are no longer those of the file's own clock.

    `local` is what the cells show, `offsets` how many seconds that is ahead of UTC, `codes` the ticker. Daily
    rows keep their own date. Within the day the local clock is kept where it orders and tells apart the rows
    as instants do. It does not where an hour is repeated in autumn, or an instant stands there twice.
    Rows on a Sunday before five tell of trade around the clock, which meets that hour sooner or later: they
    go by UTC too, so that the clock does not hang on the months that a file holds.
    """
    if not offsets.any():
        return local, None
    who = np.zeros(len(local), np.int32) if codes is None else codes
    seconds = local.astype("datetime64[s]").view(np.int64)
    instants = seconds - offsets
    order = np.lexsort((instants, who))
    same = who[order][1:] == who[order][:-1]
    shown, true = np.diff(seconds[order])[same], np.diff(instants[order])[same]
    clock = (seconds % _DAY)[order]
    if (clock[1:] == clock[:-1])[same].all() and (np.sign(shown) == np.sign(true)).all():
        return local, None
    nightly = (seconds - _MONDAY) // _DAY % 7 == 6
    nightly &= seconds % _DAY < _NIGHT
    if (np.sign(shown) == np.sign(true)).all() and not nightly.any():
        return local, None
    return instants.astype("datetime64[s]"), UTC


def zones_of(offsets: NDArray[np.int32], codes: NDArray[np.int32] | None) -> dict[int, str]:
    """By ticker's code (0 where there is but one) the offsets that its rows show: "UTC", "-05:00/-04:00"."""
    who = np.zeros(len(offsets), np.int64) if codes is None else codes.astype(np.int64)
    new = np.r_[True, (np.diff(offsets) != 0) | (np.diff(who) != 0)][: len(offsets)]  # few, in most files
    found: dict[int, set[int]] = {}
    for code, ahead in zip(who[new].tolist(), offsets[new].tolist(), strict=True):
        found.setdefault(code, set()).add(ahead)
    return {code: "/".join(map(_clock, sorted(some))) for code, some in found.items()}


def _clock(ahead: int) -> str:
    hours, minutes = divmod(abs(ahead) // 60, 60)
    return f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}" if ahead else UTC


def one_zone(zones: Iterable[str | None]) -> str | None:
    """Of several files' rows together; None where none of them says it."""
    said = {*zones}
    if said == {None}:
        return None
    return "/".join(sorted({part for zone in said for part in (zone or "unknown").split("/")}))


def is_ticks(dates: Dates, codes: NDArray[np.int32] | None) -> bool:
    """Whether many rows share a second with another one of their ticker: trades, and no bars."""
    seconds = dates.astype("datetime64[s]").view(np.int64)
    if not (seconds % _DAY).any():
        return False
    who = np.zeros(len(seconds), np.int64) if codes is None else codes.astype(np.int64)
    distinct = len(np.unique(np.stack([who, seconds], axis=1), axis=0))
    return len(seconds) - distinct > _MANY * len(seconds)


def finer_than_seconds(
    dates: Dates, fractions: NDArray[np.int32], codes: NDArray[np.int32] | None
) -> int | None:
    """The later of two rows of one ticker that a fraction of a second tells apart, where many are such."""
    who = np.zeros(len(dates), np.int32) if codes is None else codes
    order = np.lexsort((fractions, dates, who))
    same = (dates[order][1:] == dates[order][:-1]) & (who[order][1:] == who[order][:-1])
    same &= fractions[order][1:] > fractions[order][:-1]
    if same.sum() <= _MANY * len(dates):
        return None
    return int(order[np.flatnonzero(same)[0] + 1])


def join_clock(dates: pa.Array, clocks: pa.Array) -> pa.Array:
    """`20200102` and `93000`, or `2020-01-02` and `09:30`, as one text each; digits alone get six or four."""
    clocks = pc.utf8_trim_whitespace(clocks)
    if pc.all(pc.match_substring_regex(clocks, "^[0-9]{0,6}$")).as_py():
        longest = pc.max(pc.utf8_length(clocks)).as_py() or 0
        if longest <= 2:  # hours alone, 0 to 23
            clocks = pc.binary_join_element_wise(pc.utf8_lpad(clocks, 2, "0"), "00", "")
        clocks = pc.utf8_lpad(clocks, 6 if longest > 4 else 4, "0")
    joined = pc.binary_join_element_wise(dates, clocks, " ")
    return pc.if_else(pc.equal(dates, ""), dates, joined)
