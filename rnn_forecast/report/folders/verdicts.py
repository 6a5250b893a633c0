"""What a model's own test said of it, in a few words: all that who forecasts with it asks of its scores."""

import json
from pathlib import Path
from typing import Any, get_args

from rnn_forecast.errors import ForecastError
from rnn_forecast.model.model_files import LARGEST_DOCUMENT, MODEL
from rnn_forecast.scores.outcomes.skill import Verdict, judged
from rnn_forecast.system.verified_folder import OpenFolder, content, entries, read_whole

METRICS = "metrics.json"


def verdict_of(model: Path) -> str | None:
    """`no better than last value (p = 0.41)`, of the model's test part; None where there is no such score.

    What is wrong with a file of scores costs nobody the forecast.
    """
    try:
        return read_whole(model, MODEL, _said)
    except (ForecastError, LookupError, TypeError, ValueError):
        return None


def _said(folder: OpenFolder) -> str:
    listed = entries(folder, [METRICS])
    skill: Any = json.loads(content(folder, METRICS, listed[METRICS], LARGEST_DOCUMENT))["skill"]
    if skill["verdict"] not in get_args(Verdict):
        raise ValueError("a verdict that nobody gives")
    said = judged(skill["verdict"], skill["dm_p_value"])
    return f"{said}, {skill['condition']}" if "condition" in skill else said
