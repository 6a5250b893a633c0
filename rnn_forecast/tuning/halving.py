"""All trials at few origins, and the best of them at all: successive halving, by a third.

Jamieson and Talwalkar 2016 (AISTATS 51, 240-248). The recipe as it is goes on in any case.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from rnn_forecast.errors import DataError, TrainingError
from rnn_forecast.recipe import Recipe
from rnn_forecast.system import machine
from rnn_forecast.system.pool import Limits, WorkerLost, WorkerPool, sharing
from rnn_forecast.tuning.before_test import LEAST_BLOCKS, Ground
from rnn_forecast.tuning.cost import multiply_adds
from rnn_forecast.tuning.one_standard_error import GIVEN
from rnn_forecast.tuning.trial import Measured, measure

FIRST_LOOK = 2  # blocks
KEPT = 3  # one in so many goes on
MOST_PROCESSES = 8
LOOKING = 0.5  # of a limited time, at most: what is left is for those that go on

Trials = Mapping[int, Measured]


@dataclass(frozen=True)
class Search:
    ground: Ground
    recipes: Sequence[Recipe]  # of the trials; the first is the recipe as it is

    @property
    def blocks(self) -> range:
        return range(len(self.ground.rolling.fits))

    def is_done(self, trials: "Trials") -> bool:
        """Whether nothing is left to be measured."""
        looked = all(_has(trials.get(i), self.first_look) for i in range(len(self.recipes)))
        return looked and all(_has(trials[i], self.blocks) for i in (GIVEN, *goes_on(self, trials)))

    @property
    def first_look(self) -> tuple[int, ...]:
        """Blocks spread over all: of five, numbers 1 and 3."""
        count = len(self.blocks)
        return tuple(count * (2 * i + 1) // (2 * FIRST_LOOK) for i in range(FIRST_LOOK))


@dataclass(frozen=True)
class Pace:
    """How far a search is."""

    done: int  # fits
    of: int  # with those that are left to do
    trial: int  # that was just measured
    best: int  # so far
    score: float  # of that


@dataclass(frozen=True)
class Means:
    """How a search is gone about; none of it changes a score."""

    seconds: float | None = None  # after which no trial is begun
    known: Trials = field(default_factory=dict)  # of an earlier run of this search
    keep: Callable[[Trials], None] = lambda trials: None  # after each trial
    tell: Callable[[Pace], None] = lambda pace: None


class Executor(Protocol):
    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]": ...


@dataclass(frozen=True)
class _Order:
    trial: int
    blocks: tuple[int, ...]


def run(search: Search, means: Means = Means()) -> dict[int, Measured]:
    """Every trial as far as it came. Raises what the recipe as it is fails with."""
    running = _Running(search, means)
    rest = [i for i in range(len(search.recipes)) if i != GIVEN]
    look = [_Order(GIVEN, tuple(search.blocks)), *(_Order(i, search.first_look) for i in rest)]
    count = min(machine.workers(), len(look), MOST_PROCESSES)
    with _executor(count) as executor:
        running.through(executor, count, look, LOOKING)
        some = True
        while some:  # again where one fails that went on: the next takes its place
            further = [_Order(i, tuple(search.blocks)) for i in goes_on(search, running.trials)]
            some = running.through(executor, count, further, 1.0)
    return running.trials


def goes_on(search: Search, trials: Trials) -> list[int]:
    """The best third of what was looked at, the best first, without the recipe as it is.

    Of equals the cheapest: where nothing is trusted all are the last value, and equal to the last bit.
    """
    means = {i: one.mean(search.first_look) for i, one in trials.items() if i != GIVEN}
    seen = [(mean, multiply_adds(search.recipes[i]), i) for i, mean in means.items() if mean < float("inf")]
    return [i for _, _, i in sorted(seen)[: _going_on(search)]]


def to_do(search: Search, trials: Trials) -> int:
    """Fits that are left, also of trials of which it is not known yet whether they go on."""

    def missing(trial: int, blocks: Sequence[int]) -> int:
        one = trials.get(trial, Measured())
        return 0 if one.failed else sum(block not in one.scores for block in blocks)

    first, rest = search.first_look, [i for i in range(len(search.recipes)) if i != GIVEN]
    looks = sum(missing(i, first) for i in rest) + missing(GIVEN, search.blocks)
    further, known = [block for block in search.blocks if block not in first], goes_on(search, trials)
    failed = sum(bool(one.failed) for one in trials.values())
    unknown = min(_going_on(search), len(rest) - failed) - len(known)
    return looks + sum(missing(i, further) for i in known) + unknown * len(further)


def _going_on(search: Search) -> int:
    """How many trials are measured at all blocks."""
    return -(-(len(search.recipes) - 1) // KEPT)


def _has(one: Measured | None, blocks: Sequence[int]) -> bool:
    return one is not None and (bool(one.failed) or all(block in one.scores for block in blocks))


class _Running:
    """A search while it goes on: what is measured, what is kept of it and told."""

    def __init__(self, search: Search, means: Means) -> None:
        self.trials = dict(means.known)
        self._search, self._means = search, means
        self._begun = time.monotonic()

    def through(self, executor: Executor, count: int, orders: Sequence[_Order], share: float) -> bool:
        """Measure what of the orders is not known yet, while this share of the time lasts; say if any was."""
        left = [one for order in orders if (one := self._left(order)) is not None]
        some = False
        for trial, found in self._measured(executor, count, left, share):
            if trial == GIVEN:
                _require_whole(found)
            self.trials[trial] = self.trials.get(trial, Measured()).and_then(found)
            self._means.keep(self.trials)
            self._means.tell(self._pace(trial))
            some = True
        return some

    def _left(self, order: _Order) -> _Order | None:
        had = self.trials.get(order.trial, Measured())
        blocks = tuple(block for block in order.blocks if block not in had.scores)
        return _Order(order.trial, blocks) if blocks and not had.failed else None

    def _measured(
        self, executor: Executor, count: int, orders: Sequence[_Order], share: float
    ) -> Iterator[tuple[int, Measured]]:
        """As they are done, `count` at a time."""
        waiting, under_way = deque(orders), dict[Future[Measured], _Order]()
        while True:
            while waiting and len(under_way) < count and self._in_time(waiting[0], share):
                order = waiting.popleft()
                recipe = self._search.recipes[order.trial]
                future = executor.submit(measure, self._search.ground, recipe, order.blocks)
                under_way[future] = order
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                order = under_way.pop(future)
                yield order.trial, _result(future)

    def _in_time(self, order: _Order, share: float) -> bool:
        limit = self._means.seconds
        return limit is None or order.trial == GIVEN or time.monotonic() - self._begun < share * limit

    def _pace(self, trial: int) -> Pace:
        whole = tuple(self._search.blocks)
        finished = [i for i, one in self.trials.items() if one.mean(whole) < float("inf")]
        blocks = whole if len(finished) > 1 else self._search.first_look
        score, best = min((one.mean(blocks), i) for i, one in self.trials.items())
        done = sum(len(one.scores) for one in self.trials.values())
        return Pace(done, done + to_do(self._search, self.trials), trial, best, score)


def _require_whole(given: Measured) -> None:
    """Raise TrainingError, or DataError, where all others would be held against nothing."""
    if given.failed:
        raise TrainingError(f"the recipe as it is: {given.failed}", "Change the recipe, or the rows.")
    if sum(score is not None for score in given.scores.values()) < LEAST_BLOCKS:
        raise DataError(
            f"there are prices that move after fewer than {LEAST_BLOCKS} of {len(given.scores)} blocks of "
            "origins before the test part.",
            "Add rows, leave out tickers that have few, or raise --origins.",
        )


def _result(future: "Future[Measured]") -> Measured:
    try:
        return future.result()
    except WorkerLost as lost:  # out of memory: of this trial's size
        return Measured(failed=f"it could not be fitted: {lost}")


def _executor(count: int) -> AbstractContextManager[Executor]:
    """Processes, or this one where there is one."""
    if count < 2:
        return nullcontext(_Here())
    return WorkerPool(count, Limits(megabytes=machine.WORKER_MEGABYTES), sharing(count))


class _Here:
    """Does at once, in this process, what it is given."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future
