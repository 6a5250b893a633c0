"""Signals that come too late: what was asked for is in its place, so the run has succeeded.

A program that turns signals into exceptions asks `counts` first. Nothing here changes what a signal does to
anybody else: a notebook that calls a verb keeps its own Ctrl-C.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class _State:
    output: Path | None = None  # that this process holds the lock of
    held: bool = False  # it is being put in its place: nothing may come between that and `done`
    done: bool = False
    waiting: BaseException | None = None  # came while held


_state = _State()


def counts(stop: BaseException) -> bool:
    """Whether a signal is to end the run, by raising `stop`, now. One that has to wait is raised later."""
    if _state.held:
        _state.waiting = stop
    return not (_state.held or _state.done)


@contextlib.contextmanager
def for_output(target: Path) -> Iterator[None]:
    """What the block puts in place at `target` (absolute) is all that was asked for."""
    _state.output = target
    try:
        yield
    finally:
        _state.output = None


def in_place(target: Path) -> "contextlib.AbstractContextManager[None]":
    """The block puts something in place at `target`; the last step where that is what was asked for."""
    return last_step() if target == _state.output else contextlib.nullcontext()


@contextlib.contextmanager
def last_step() -> Iterator[None]:
    """A short block after which the run has succeeded. Signals wait; they count if the block fails."""
    if threading.current_thread() is not threading.main_thread():  # only that one hears signals
        yield
        return
    _state.held = True
    try:
        yield
        _state.done = True
    finally:
        _state.held = False
        stop, _state.waiting = _state.waiting, None
        if stop is not None and not _state.done:
            raise stop


@contextlib.contextmanager
def not_yet() -> Iterator[None]:
    """A block, such as writing to a slow reader, before whose end the run has not succeeded after all."""
    _state.done = False
    yield
    _state.done = True
