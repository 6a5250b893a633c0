"""How a fit went: its loss and that of validation, by epoch."""

import math
from collections.abc import Sequence

from rnn_forecast.report.markup import svg
from rnn_forecast.report.values import Losses
from rnn_forecast.words.figures import counted, figure

MOST_MEMBERS = 10  # in a picture


def losses_body(losses: Sequence[Losses]) -> str:
    """A line for each member and each of the two losses."""
    shown = losses[:MOST_MEMBERS]
    every = [x for one in shown for column in (one.fit, one.validation) for x in column.tolist()]
    epochs = max(len(one.fit) for one in shown)
    up, over = svg.upwards(every), svg.across(1, max(epochs, 2))
    parts = [svg.grid(up)]
    for one in shown:
        for column, class_ in ((one.fit, "line"), (one.validation, "forecast")):
            values = column.tolist()
            points = [(over(i + 1), up(values[i])) for i in svg.thinned(values)]
            parts.append(svg.line(points, class_))
    return "".join(parts) + svg.below([(over(1), "epoch 1"), (over(epochs), f"epoch {epochs:,}")])


def epochs_sentence(losses: Sequence[Losses]) -> str:
    """Where both began and ended, and which epoch was the best."""
    return " ".join(_one(one, len(losses) > 1) for one in losses[:MOST_MEMBERS])


def _one(one: Losses, many: bool) -> str:
    fit, validation = one.fit.tolist(), one.validation.tolist()
    said = f"{f'Member {one.member + 1}: ' if many else ''}{counted(len(fit), 'epoch')}; "
    said += f"the loss of the fit (in the colour of text) went from {figure(fit[0])} to {figure(fit[-1])}"
    finite = [i for i, x in enumerate(validation) if math.isfinite(x)]
    if not finite:
        return f"{said}."
    best = min(finite, key=validation.__getitem__)
    first, lowest = figure(validation[finite[0]]), figure(validation[best])
    return f"{said}, that of validation (blue) from {first} to {lowest}, its lowest, in epoch {best + 1:,}."
