"""Whether tickers last succeeded too long ago, or the record raises an alarm: what `status` ends with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rnn_forecast.batch.choices import Limit
from rnn_forecast.batch.status import Status, more, oldest_first
from rnn_forecast.errors import AlarmError, BatchError
from rnn_forecast.prices.choosing import nearest
from rnn_forecast.record.stored_values import seconds_of, time_text
from rnn_forecast.words.figures import counted

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))  # in seconds
MOST_SAID = 5  # tickers, or alarms, in one message
NONE = Limit(count=0)


@dataclass(frozen=True)
class Allowed:
    """How long ago a ticker may have succeeded, and of how many it may be longer."""

    max_age: float | None = None  # seconds
    failures: Limit = NONE


def overdue(tickers: Mapping[str, str | None], max_age: float, now: datetime) -> list[tuple[str, str | None]]:
    """The tickers without a success within `max_age` seconds, with their last; those that have none first."""
    late = {t: at for t, at in tickers.items() if at is None or _age(at, now) > max_age}
    return oldest_first(late)


def require_recent(status: Status, allowed: Allowed) -> None:
    """Raise BatchError when too many tickers have no recent success, or no run has ever come to any."""
    if not status.tickers and not status.ignored:
        raise BatchError(f"{status.out} has never succeeded.", _remedy(status))
    if said := [*_overdue_said(status, allowed)]:
        raise BatchError(f"{said[0]}.", _remedy(status))


def require_calm(status: Status, allowed: Allowed) -> None:
    """Raise AlarmError where past forecasts were not as they said, or too few tickers have recent ones."""
    alarms = [alarm.sentence() for alarm in status.alarms]
    said = [*_too_old(status, allowed), *_overdue_said(status, allowed), *alarms]
    if said:
        look = f"See: rnn-forecast track-record {status.out}; train what no longer holds again."
        raise AlarmError(
            f"{'; '.join(said[:MOST_SAID])}{more(said, MOST_SAID, ';')}.", look if alarms else _remedy(status)
        )


def unknown(status: Status, ignore: Sequence[str]) -> Iterator[str]:
    """A sentence for each ticker to ignore that is not known: it may have gone, or be meant for another."""
    for ticker in dict.fromkeys(ignore):
        if ticker not in status.ignored:
            near = nearest([*status.tickers, *status.ignored], ticker)
            said = f"; nearest: {', '.join(near)}" if near else ""
            yield f"--ignore {ticker}: the batch has no such ticker{said}"


def _too_old(status: Status, allowed: Allowed) -> Iterator[str]:
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


def _overdue_said(status: Status, allowed: Allowed) -> Iterator[str]:
    """`2 of 40 tickers have no success within 26 hours: NEW, never; OLD, last at 2026-… (7 days ago)`."""
    if allowed.max_age is None:
        return
    now = datetime.now(UTC)
    late = overdue(status.tickers, allowed.max_age, now)
    if allowed.failures.passed(len(late), len(status.tickers)):
        each = [f"{t}, {f'last at {at} ({_span(_age(at, now))} ago)' if at else 'never'}" for t, at in late]
        named = "; ".join(each[:MOST_SAID]) + more(each, MOST_SAID, ";")
        have = "has" if len(late) == 1 else "have"
        many = f"{len(late):,} of {counted(len(status.tickers), 'ticker')} {have}"
        yield f"{many} no success within {_span(allowed.max_age)}: {named}"


def _remedy(status: Status) -> str:
    if status.last is None and status.newest is not None:  # the record of `predict --record`
        return f"Forecast again: rnn-forecast predict … --record {status.out}."
    return f"See why: rnn-forecast status {status.out}; leave one out with --ignore, or run the batch again."


def _age(at: str, now: datetime) -> float:
    """In seconds; `at` is a time as the ledger has it."""
    return now.timestamp() - seconds_of("a success", at)


def _span(seconds: float) -> str:
    """A time in the unit that fits it: `1 second`, `26 hours`, `3.5 days`."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= 2 * size or size == 1)
    number = f"{seconds / size:.4g}"
    return f"{number} {unit}{'' if number == '1' else 's'}"
