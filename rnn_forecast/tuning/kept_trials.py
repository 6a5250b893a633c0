"""What is kept of a search that is not done yet, so that the same search goes on after a kill."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import __version__
from rnn_forecast.recipe import to_toml
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import beside
from rnn_forecast.system.files import write_file
from rnn_forecast.tuning.halving import Search
from rnn_forecast.tuning.trial import Measured

LARGEST = 2**26  # bytes


def place_of(out: Path) -> Path:
    """The hidden file beside the output: what stands there stays whole until the search is done."""
    return beside(out, "trials")


def identity(search: Search) -> str:
    """A sha256 of all that scores depend on: prices before the test part, trials, origins, version.

    The recipes of the trials say the seed, the space and how many there are.
    """
    digest = hashlib.sha256(__version__.encode())
    for recipe in search.recipes:
        digest.update(to_toml(recipe).encode())
    rolling = search.ground.rolling
    arrays: list[NDArray[Any]] = [rolling.known, rolling.included, rolling.fits]
    for one in search.ground.series:
        digest.update(json.dumps([one.ticker, *one.columns]).encode())
        arrays += [one.dates.astype(np.int64), one.prices, *(c.values for c in one.columns.values())]
        for dates, columns in [(one.ahead.dates, one.ahead.columns)] if one.ahead is not None else []:
            arrays += [dates.astype(np.int64), *columns.values()]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(str(array.shape).encode())
    return digest.hexdigest()


def keep(place: Path, search: str, trials: Mapping[int, Measured]) -> None:
    """Write the trials of the search of that identity; raises WriteError, and the old file is there still."""
    found = {
        str(trial): {
            "scores": {str(block): score for block, score in one.scores.items()},
            "seconds": one.seconds,
            "failed": one.failed,
        }
        for trial, one in trials.items()
    }
    write_file(place, strict_json.dumps({"search": search, "trials": found}))


def kept(place: Path, search: str) -> dict[int, Measured] | None:
    """The trials that are kept of this search; None where the file is of another one, or of none."""
    try:
        if place.stat().st_size > LARGEST:
            return None
        document = strict_json.loads(place.read_bytes())
        if document["search"] != search:
            return None
        return {int(trial): _measured(one) for trial, one in document["trials"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def forget(place: Path) -> None:
    with suppress(FileNotFoundError):
        place.unlink()


def _measured(one: Mapping[str, Any]) -> Measured:
    scores = {int(block): None if x is None else float(x) for block, x in one["scores"].items()}
    return Measured(scores, float(one["seconds"]), str(one["failed"]))
