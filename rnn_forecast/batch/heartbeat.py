"""When each ticker last succeeded, and whether that is too long ago: what `status` says, and ends with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rnn_forecast.batch.choices import Limit
from rnn_forecast.errors import AlarmError, BatchError
from rnn_forecast.prices.choosing import nearest
from rnn_forecast.record.stored_values import TIME
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rnn_forecast.batch.status import Status

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))  # in seconds
MOST_SAID = 5  # tickers, or alarms, in one message
MOST_NAMED = 3  # tickers in one line
NONE = Limit(count=0)


@dataclass(frozen=True)
class Allowed:
    """How long ago a ticker may have succeeded, and of how many it may be longer."""

    max_age: float | None = None  # seconds
    failures: Limit = NONE


def succeeded_line(tickers: Mapping[str, str | None], ignored: Sequence[str] = ()) -> str:
    """`last succeeded: 38 of 40 tickers at 2026-…; the oldest: NEW never, OLD at 2026-…`.

    `tickers`: when each last succeeded, None for never.
    """
    latest = max((at for at in tickers.values() if at is not None), default=None)
    left_out = f" ({len(ignored):,} ignored)" if ignored else ""
    if latest is None:
        return f"last succeeded: {f'none of {_many(tickers)}' if tickers else 'never'}{left_out}"
    older = {ticker: at for ticker, at in tickers.items() if at != latest}
    if not older:
        every = "all " if len(tickers) > 1 else ""
        return f"last succeeded: {every}{_many(tickers)} at {latest}{left_out}"
    named = [f"{ticker} {f'at {at}' if at else 'never'}" for ticker, at in _oldest_first(older)]
    line = f"last succeeded: {len(tickers) - len(older):,} of {_many(tickers)} at {latest}; the oldest: "
    return f"{line}{', '.join(named[:MOST_NAMED])}{_more(named, MOST_NAMED)}{left_out}"


def overdue(tickers: Mapping[str, str | None], max_age: float, now: datetime) -> list[tuple[str, str | None]]:
    """The tickers without a success within `max_age` seconds, with their last; those that have none first."""
    late = {t: at for t, at in tickers.items() if at is None or _age(at, now) > max_age}
    return _oldest_first(late)


def require_recent(status: "Status", allowed: Allowed) -> None:
    """Raise BatchError when too many tickers have no recent success, or no run has ever come to any."""
    if not status.tickers and not status.ignored:
        raise BatchError(f"{status.out} has never succeeded.", _remedy(status))
    if said := [*_overdue_said(status, allowed)]:
        raise BatchError(f"{said[0]}.", _remedy(status))


def require_calm(status: "Status", allowed: Allowed) -> None:
    """Raise AlarmError where past forecasts were not as they said, or too few tickers have recent ones."""
    alarms = [alarm.sentence() for alarm in status.alarms]
    said = [*_too_old(status, allowed), *_overdue_said(status, allowed), *alarms]
    if said:
        more = f"; and {len(said) - MOST_SAID:,} more" if len(said) > MOST_SAID else ""
        look = f"See: rnn-forecast track-record {status.out}; train what no longer holds again."
        raise AlarmError(f"{'; '.join(said[:MOST_SAID])}{more}.", look if alarms else _remedy(status))


def unknown(ignore: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """A sentence for each ticker to ignore that is not known: it may have gone, or be another's name."""
    for ticker in ignore:
        if ticker not in known:
            near = nearest(known, ticker)
            yield f"--ignore {ticker}: the batch has no such ticker" + (
                f"; nearest: {', '.join(near)}" if near else ""
            )


def time_text(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(TIME)


def _too_old(status: "Status", allowed: Allowed) -> Iterator[str]:
    """Of the newest forecast: whether it is older than is allowed."""
    if allowed.max_age is None or (status.newest is None and status.ignored):
        return
    if status.newest is None:
        yield f"{status.out} has no forecast"
        return
    ticker, made = status.newest
    age = datetime.now(UTC).timestamp() - made
    if age > allowed.max_age:
        yield (
            f"the newest forecast, of {ticker}, was made {time_text(made)}, {_span(age)} ago; "
            f"--max-age allows {_span(allowed.max_age)}"
        )


def _overdue_said(status: "Status", allowed: Allowed) -> Iterator[str]:
    """`2 of 40 tickers have no success within 26 hours: NEW, never; OLD, last at 2026-… (7 days ago)`."""
    if allowed.max_age is None:
        return
    now = datetime.now(UTC)
    late = overdue(status.tickers, allowed.max_age, now)
    if allowed.failures.passed(len(late), len(status.tickers)):
        each = [f"{t}, {f'last at {at} ({_span(_age(at, now))} ago)' if at else 'never'}" for t, at in late]
        named = "; ".join(each[:MOST_SAID]) + _more(each, MOST_SAID, ";")
        have = "has" if len(late) == 1 else "have"
        many = f"{len(late):,} of {_many(status.tickers)} {have}"
        yield f"{many} no success within {_span(allowed.max_age)}: {named}"


def _remedy(status: "Status") -> str:
    return f"See why: rnn-forecast status {status.out}; leave one out with --ignore, or run the batch again."


def _oldest_first(tickers: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    return sorted(tickers.items(), key=lambda item: (item[1] or "", item[0]))


def _age(at: str, now: datetime) -> float:
    """In seconds; `at` is a time as the ledger has it."""
    return (now - datetime.strptime(at, TIME).replace(tzinfo=UTC)).total_seconds()


def _many(tickers: Mapping[str, str | None]) -> str:
    return counted(len(tickers), "ticker")


def _more(said: Sequence[str], most: int, mark: str = "") -> str:
    return f"{mark} and {len(said) - most:,} more" if len(said) > most else ""


def _span(seconds: float) -> str:
    """A time in the unit that fits it: `1 second`, `26 hours`, `3.5 days`."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= 2 * size or size == 1)
    number = f"{seconds / size:.4g}"
    return f"{number} {unit}{'' if number == '1' else 's'}"
