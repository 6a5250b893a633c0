"""Work for `rnn_forecast.system.pool`: what a process can import by name."""

import time
from collections.abc import Callable
from typing import Any

from rnn_forecast.errors import DataError

POLL = 0.02
PATIENCE = 30.0  # seconds, for what must happen but nobody knows when
Report = Callable[[Any], None]


def double(job: int, report: Report) -> int:
    report(("at", job))
    return 2 * job


def fail(job: int) -> None:
    if job == 1:
        raise DataError("one is not two.", "Give two.")
    time.sleep(60)


def until(condition: object) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(POLL)
