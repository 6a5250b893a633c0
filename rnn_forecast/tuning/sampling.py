"""Values that are tried together: drawn so that each value of each key is tried as often as any other."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_forecast.arrays import Array


def sampled(
    values: Mapping[str, tuple[Any, ...]], own: Mapping[str, Any], count: int, chance: np.random.Generator
) -> list[dict[str, Any]]:
    """At most `count` different combinations of a value for each key, and never `own`: the recipe as it is.

    Where there are few more combinations than that, or fewer, they are a draw of all, in order; else a Latin
    hypercube: of n draws each 1/n of a key's values is met once (McKay, Beckman and Conover 1979,
    Technometrics 21, 239-245).
    """
    mine = tuple(own[key] for key in values)
    if math.prod(len(some) for some in values.values()) <= 2 * count:
        grid = [one for one in itertools.product(*values.values()) if one != mine]
        taken = sorted(chance.permutation(len(grid))[:count].tolist())
        return [dict(zip(values, grid[i], strict=True)) for i in taken]
    found: dict[tuple[Any, ...], None] = {}
    while len(found) < count:
        for point in latin_hypercube(count, len(values), chance):
            pairs = zip(values.values(), point.tolist(), strict=True)
            one = tuple(some[int(x * len(some))] for some, x in pairs)
            if one != mine:
                found[one] = None
    return [dict(zip(values, one, strict=True)) for one in itertools.islice(found, count)]


def latin_hypercube(n: int, dimensions: int, chance: np.random.Generator) -> Array:
    """(n, dimensions) points in [0, 1): each column has one in each of n intervals of one length."""
    strata = np.tile(np.arange(n), (dimensions, 1))
    return np.asarray((chance.permuted(strata, axis=1) + chance.random((dimensions, n))).T / n)
