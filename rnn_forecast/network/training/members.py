"""Several networks with different seeds, at once where that is faster."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING

from rnn_forecast.network.cell_kinds import GATES
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.network.training.epochs import fit
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.system import machine
from rnn_forecast.system.pool import results

if TYPE_CHECKING:
    from rnn_forecast.windows.windows import Windows

FitMember = Callable[[int, int, Callable[[Epoch], None]], FittedNetwork]  # (member, lane, on_epoch)

# Multiply-adds of a whole training above which a second program, two seconds to compile, is worth it.
WORTH_A_PROGRAM = 1e11


class _GivenUp(Exception):  # noqa: N818  nothing went wrong in this member
    pass


def fit_members(
    draw: "Callable[[int, int], Windows]",
    validation: "Windows | None",
    recipe: Recipe,
    *,
    on_epoch: Callable[[Epoch], None],
    epochs: Sequence[int] | None = None,
) -> tuple[FittedNetwork, ...]:
    """`recipe.training.members` networks, each with seeds of its own (`seeds`).

    `draw(epoch, member)`, from 1 and from 0, gives the windows that a member learns from in an epoch.
    `epochs`: how many for each member, with no early stopping, in place of what the recipe says of both.

    Long trainings share the cores, one thread each, in this process: the compiled program runs outside
    Python's lock, and a process of its own would import TensorFlow again. The weights are the same, to the
    bit, and `on_epoch` is called in this thread, whichever way.

    Raises TrainingError when a loss or a weight of any member is not finite.
    """
    members = recipe.training.members
    recipes = [recipe] * members if epochs is None else [_for_epochs(recipe, count) for count in epochs]

    def one(member: int, lane: int, tell: Callable[[Epoch], None]) -> FittedNetwork:
        return fit(
            lambda epoch: draw(epoch, member),
            validation,
            recipes[member],
            on_epoch=tell,
            member=member,
            lane=lane,
        )

    longest = max(recipes, key=lambda r: r.training.epochs)
    lanes = _lanes(longest, len(draw(1, 0))) if members > 1 else 1
    if lanes == 1:
        return tuple(one(member, 0, on_epoch) for member in range(members))
    return _at_once(one, members, lanes, on_epoch)


def _for_epochs(recipe: Recipe, epochs: int) -> Recipe:
    return with_choices(recipe, {"epochs": epochs, "patience": 0})


def _lanes(recipe: Recipe, windows: int) -> int:
    from rnn_forecast.network.training.backend import start

    network, training = recipe.network, recipe.training
    of_a_step = 3 * GATES[network.cell] * network.units**2 * (2 * network.layers - 1)  # and back
    if of_a_step * recipe.window.steps * windows * training.epochs < WORTH_A_PROGRAM:
        return 1
    most = min(training.members, machine.threads())
    return min(most, start(most)[1])


def _at_once(
    one: FitMember, members: int, lanes: int, on_epoch: Callable[[Epoch], None]
) -> tuple[FittedNetwork, ...]:
    """The members, `lanes` at a time; what goes wrong, here or in one of them, ends all of them."""
    given_up, free = threading.Event(), SimpleQueue[int]()
    said = SimpleQueue[Epoch]()
    for lane in range(lanes):
        free.put(lane)

    def tell(epoch: Epoch) -> None:
        if given_up.is_set():
            raise _GivenUp
        said.put(epoch)

    def in_a_free_lane(member: int) -> FittedNetwork:
        lane = free.get()
        try:
            return one(member, lane, tell)
        finally:
            free.put(lane)

    with ThreadPoolExecutor(lanes) as threads:
        try:
            futures = [threads.submit(in_a_free_lane, member) for member in range(members)]
            return tuple(results(futures, said, on_epoch))
        except BaseException:
            given_up.set()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
