"""The verb prepare: sources → clean prices, windows, and a report, in a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.model.provenance import rows_used
from rnn_forecast.prices import ReadOptions
from rnn_forecast.recipe import Recipe
from rnn_forecast.system.files import new_folder
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.beside.recipe_columns import roles
from rnn_forecast.verbs.context import Run, dataset_of, read_dataset, read_sources
from rnn_forecast.verbs.prepared.prepared_folder import MOST_WINDOWS, write_prepared
from rnn_forecast.windows.dataset import Dataset


@dataclass(frozen=True)
class Prepared:
    out: Path
    report: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"prepared": str(self.out), **self.report}


def prepare(
    sources: Sequence[str],
    options: ReadOptions,
    recipe: Recipe,
    out: Path,
    run: Run = Run(),
    *,
    windows: bool = False,
) -> Prepared:
    """Read, check, clean, split and cut windows, and write all of it to the folder `out`."""
    dataset, reading = read_dataset(sources, options, recipe, run)
    count = sum(len(part) for part in (dataset.fit, dataset.validation, dataset.calibrate, dataset.test))
    with_windows = windows or count <= MOST_WINDOWS
    if not with_windows:
        left_out = f"windows.npz is left out: {count:,} windows are over a million (--windows writes them)."
        run.tell(Notice(left_out))
    report = replace(reading.decisions, parts=_parts(dataset)).to_json()
    with locked(out, wait=run.wait), new_folder(out) as folder:
        write_prepared(folder, reading.series, dataset, report, windows=with_windows)
    return Prepared(out, report)


@dataclass(frozen=True)
class Checked:
    """What `prepare` would have decided; `refusal` where it would not go on from there."""

    report: Mapping[str, Any]
    refusal: DataError | None = None

    def to_json(self) -> dict[str, Any]:
        return dict(self.report)


def check(sources: Sequence[str], options: ReadOptions, recipe: Recipe, run: Run = Run()) -> Checked:
    """Read, check, clean and split as `prepare` does, and write nothing.

    Raises what reading would raise. What is read and then found too short, say, is understood all the same.
    """
    reading = read_sources(sources, options, run, recipe.data)
    try:
        dataset = dataset_of(reading, recipe, run)
    except DataError as refusal:
        return Checked(reading.decisions.to_json(), refusal)
    return Checked(replace(reading.decisions, parts=_parts(dataset)).to_json())


def _parts(dataset: Dataset) -> dict[str, Any]:
    """How many windows each part has, and between which dates: the report's part of the split."""
    counts = {
        "fit": len(dataset.fit),
        "stopping": len(dataset.validation),
        "calibration": len(dataset.calibrate),
        "test": len(dataset.test),
    }
    columns = roles(dataset.recipe.data)
    parts = {"dated": dataset.series[0].dated, "windows": counts, "rows_used": rows_used(dataset)}
    return {**parts, "columns": columns} if columns else parts
