"""Keyword arguments → a recipe and how prices are read; the types that an editor shows."""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypedDict, get_type_hints

from rnn_forecast.errors import RecipeError, UsageError
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.recipe import Recipe, at_odds, load_recipe, with_choices


class Reading(TypedDict, total=False):
    """How prices are read: as the options of the command line of these names."""

    price_column: str
    date_column: str
    ticker_column: str
    tickers: Sequence[str]
    exclude: Sequence[str]
    wide: bool
    date_format: str
    decimal: Literal[".", ","]
    columns: Sequence[str]
    as_ticker: str
    calendar: str
    holidays: str | os.PathLike[str] | Sequence[str | date]
    drop_nonpositive: bool
    allow_nonpositive: bool
    allow_last_jump: bool
    strict: bool
    max_age: float
    max_bytes: int


class Choices(Reading, total=False):
    """The keys of a recipe, too."""

    train_fraction: float
    valid_fraction: float
    split: Literal["date", "rows", "series"]
    ranges: bool
    past: Sequence[str]
    known: Sequence[str]
    market: str
    lookback: int
    horizon: int
    season: int
    patch: int
    normalize: Literal["window", "zscore", "minmax"]
    log: bool
    cell: Literal["simple_rnn", "lstm", "gru"]
    units: int
    layers: int
    dropout: float
    skip: bool
    epochs: int
    batch_size: int
    learning_rate: float
    schedule: Literal["constant", "cosine"]
    loss: Literal["mse", "mae", "huber", "owa"]
    clip_norm: float
    patience: int
    max_windows_per_epoch: int
    origin_every: int
    members: int
    refit: bool
    seed: int
    shrink: bool
    toward: Literal["last_value", "drift"]
    levels: Sequence[float]
    quantiles: Sequence[float]
    risk: Sequence[float]


READING = frozenset(get_type_hints(Reading))
KEYS = frozenset(get_type_hints(Choices)) - READING
_LISTS = {one.name for one in fields(ReadOptions) if isinstance(one.default, tuple)} - {"holidays"}


def read_options(choices: Mapping[str, Any], own: Sequence[str] = ()) -> ReadOptions:
    """`own`: keywords beside these, named where one is unknown.

    Raises UsageError for an unknown name, and for choices that do not go together.
    """
    _refuse_unknown(choices, READING, own)
    said: dict[str, Any] = {
        name: _listed(value) if name in _LISTS else value for name, value in choices.items()
    }
    if "holidays" in choices:
        said["holidays"] = _days(choices["holidays"])
    return ReadOptions(**said)


def both(
    choices: Mapping[str, Any], recipe: Recipe | str | os.PathLike[str] | None, own: Sequence[str] = ()
) -> "Both":
    """How to read, and a recipe or its file with the keys that are given. Raises RecipeError."""
    _refuse_unknown(choices, READING | KEYS, own)
    base = _recipe(recipe)
    keys = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in choices.items()
        if name in KEYS
    }
    chosen = with_choices(base, keys, source="keyword")
    if (odds := at_odds(chosen)) is not None:
        raise RecipeError(odds.why, odds.remedy)
    return read_options({name: value for name, value in choices.items() if name in READING}), chosen


Both = tuple[ReadOptions, Recipe]


def _listed(value: Any) -> tuple[str, ...]:
    """One name is not its letters."""
    return (value,) if isinstance(value, str) else tuple(value)


def _recipe(given: Any) -> Recipe:
    if given is None:
        return Recipe()
    if isinstance(given, Recipe):
        return given
    if isinstance(given, str | os.PathLike):
        return load_recipe(Path(given))
    raise UsageError(f"recipe must be a rf.Recipe or its file, got a {type(given).__name__}.", "Give one.")


def _days(given: Any) -> tuple[str, ...]:
    """Of a file, as the command line takes it, or the days themselves."""
    if isinstance(given, str | os.PathLike):
        from rnn_forecast.prices.calendar.holiday_file import read_holidays

        return read_holidays(os.fspath(given))
    try:
        return tuple(sorted({date.fromisoformat(str(day)[:10]).isoformat() for day in given}))
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"holidays must be a file or dates: {error}.", "Give dates such as 2025-12-24, or a file of them."
        ) from error


def _refuse_unknown(choices: Mapping[str, Any], known: frozenset[str], own: Sequence[str]) -> None:
    for name in choices:
        if name not in known:
            near = difflib.get_close_matches(name, known | {*own}, 1)
            there = ", ".join([*own, *sorted(known)])
            remedy = f"Did you mean {near[0]}?" if near else f"There are: {there}."
            raise UsageError(f"there is no keyword {name!r}.", remedy)
