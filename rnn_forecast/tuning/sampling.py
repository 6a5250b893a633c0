"""Values that are tried together: drawn so that each value of each key is tried as often as any other."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnn_forecast.arrays import Array

ROUNDS = 100  # hypercubes, at most: what they have not met by then is drawn from all that there are
LISTED = 10_000  # combinations, at most, that are listed for that


def sampled(
    values: Mapping[str, tuple[Any, ...]],
    own: Mapping[str, Any],
    count: int,
    chance: np.random.Generator,
    *,
    allowed: Callable[[dict[str, Any]], bool] = lambda choices: True,
) -> list[dict[str, Any]]:
    """`count` different combinations of a value for each key, that are allowed, and never `own`; or all.

    `own` is the recipe as it is. A Latin hypercube after the other: of n draws each 1/n of a key's values is
    met once (McKay, Beckman and Conover 1979, Technometrics 21, 239-245). Fewer than `count` are all that
    there are, of LISTED combinations; of more, those that were met in ROUNDS hypercubes.
    """
    found: list[dict[str, Any]] = []
    met = {tuple(own[key] for key in values)}

    def meet(one: tuple[Any, ...]) -> None:
        if one not in met:
            met.add(one)
            if allowed(choices := dict(zip(values, one, strict=True))):
                found.append(choices)

    size = math.prod(map(len, values.values()))
    for _ in range(ROUNDS):
        if len(found) >= count or len(met) > size:
            break
        for point in latin_hypercube(count, len(values), chance).tolist():
            meet(tuple(some[int(x * len(some))] for some, x in zip(values.values(), point, strict=True)))
    if len(found) < count and size <= LISTED:
        every = [*itertools.product(*values.values())]
        for i in chance.permutation(size).tolist():
            meet(every[i])
    return found[:count]


def latin_hypercube(n: int, dimensions: int, chance: np.random.Generator) -> Array:
    """(n, dimensions) points in [0, 1): each column has one in each of n intervals of one length."""
    strata = np.tile(np.arange(n), (dimensions, 1))
    return np.asarray((chance.permuted(strata, axis=1) + chance.random((dimensions, n))).T / n)
