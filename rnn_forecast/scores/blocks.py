"""What a model forecasts from its own block of rolling origins, beside what came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_forecast.arrays import Positions
from rnn_forecast.model.model import Model, first_unseen, panel_of
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.comparison import Comparison, compare
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.rolling_origins import Rolling


@dataclass(frozen=True)
class Block:
    """The origins from which one model has forecast."""

    panel: Panel
    origins: Positions  # (n,) in the panel
    learnt: Positions  # (s,) how many more there would be, had the model not learnt of their first target
    comparison: Comparison | None  # None without origins


def compared_block(model: Model, series: Sequence[PriceSeries], rolling: Rolling, block: range) -> Block:
    """The forecasts of a model from the origins of `block`, which is one of `rolling.blocks()`."""
    panel = panel_of(model, series)
    seen = first_unseen(model, series)
    origins, learnt = _positions(rolling, block, panel.offsets, seen)
    comparison = compare(model, series, panel, origins, seen) if len(origins) else None
    return Block(panel, origins, learnt, comparison)


def _positions(
    rolling: Rolling, block: range, offsets: Positions, seen: Positions
) -> tuple[Positions, Positions]:
    """Where a fit's origins are, and how many (s,) are none: their first target is of the `seen` (s,) rows.

    With each series' own line (`split = "rows"`) those that end early are to be forecast for days that
    others were fitted on.
    """
    rows = slice(block.start, block.stop)
    known, included = rolling.known[rows], rolling.included[rows]  # (block, s)
    unseen = included & (known >= seen)
    return np.sort((offsets[:-1] + known - 1)[unseen]), (included & ~unseen).sum(axis=0)
