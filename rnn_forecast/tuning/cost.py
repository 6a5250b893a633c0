"""What a forecast by a recipe costs: what "simpler" means, where two recipes do equally well."""

import math

from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.recipe import Recipe


def multiply_adds(recipe: Recipe) -> int:
    """Multiplications of one forecast of `horizon` steps: those of each step of the window, then the head's.

    Index example, two units, lookback 10, no skip: 10 (2 · 1 + 2 · 2) + 2 = 62; in patches of 5 rows
    2 (2 · 5 + 2 · 2) + 2 = 30. Biases are left out.
    """
    window = recipe.window
    shapes = weight_shapes(recipe.network, window, len(recipe.data.inputs))
    kernels = {name: math.prod(shape) for name, shape in shapes.items() if not name.endswith("bias")}
    of_a_step = sum(count for name, count in kernels.items() if name.startswith("rnn"))
    head = sum(count for name, count in kernels.items() if name.startswith("head"))
    return recipe.training.members * (window.steps * of_a_step + head)
