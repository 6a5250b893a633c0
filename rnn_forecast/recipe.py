"""What a person chooses for a model: one frozen value, read from TOML, checked when it is made."""

import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from rnn_forecast.errors import InputError, RecipeError
from rnn_forecast.refusals import (
    EVERY_KEY,
    MOST_OF,
    NAMES,
    explained,
    field_of,
    must_be,
    require_known_keys,
    sections_of,
    shown,
)


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(Section):
    train_fraction: float = Field(0.8, gt=0, le=1)
    valid_fraction: float = Field(0.1, ge=0, lt=1)
    split: Literal["date", "rows", "series"] = "date"
    ranges: bool = True
    past: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    market: str = ""

    @field_validator("past", "known", mode="before")
    @classmethod
    def _names(cls, values: object) -> object:
        if not isinstance(values, list | tuple) or not all(
            isinstance(name, str) and name.strip() for name in values
        ):
            raise ValueError("each must be a column's name")
        if len(set(values)) != len(values):
            raise ValueError("each may stand there once")
        return tuple(values)

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Name and role, past, market or known, of each column that the network sees besides the price."""
        past, known = ([(name, role) for name in getattr(self, role)] for role in NAMES)
        return (*past, *([("market", "market")] if self.market else []), *known)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The role of each input that these columns are: one of them, of what is known ahead two."""
        return tuple(role for _, role in self.columns for _ in range(2 if role == "known" else 1))


class Window(Section):
    lookback: int = Field(60, ge=2, le=10_000)
    horizon: int = Field(1, ge=1, le=1_000)
    season: int = Field(0, ge=0, le=100_000)
    patch: int = Field(1, ge=1, le=10_000)

    @property
    def steps(self) -> int:
        """How many the cells take through a window: one for each patch of rows."""
        return self.lookback // self.patch

    @property
    def lags(self) -> tuple[int, ...]:
        """How many rows before each step of the window its further inputs lie; none without a season.

        The price one season before, and of the row `horizon` ahead those one and two seasons before, or the
        two latest that are known: at the origin they have just shown what followed this moment then. Index
        example, season 52, horizon 13: 39, 52 and 91; season 12, horizon 12: 12.
        """
        if not self.season:
            return ()
        ahead = -self.horizon % self.season
        return tuple(sorted({ahead, self.season, ahead + self.season} - {0}))

    @property
    def reach(self) -> int:
        """How many prices, the last one included, a forecast looks back on."""
        return self.lookback + max(self.lags, default=0)


class ScalingChoice(Section):
    normalize: Literal["window", "zscore", "minmax"] = "window"
    log: bool = True

    @property
    def takes_logs(self) -> bool:
        """Only windows are scaled in logs: zscore and minmax take the prices as they are."""
        return self.normalize == "window" and self.log


class Network(Section):
    cell: Literal["simple_rnn", "lstm", "gru"] = "simple_rnn"
    units: int = Field(50, ge=1, le=4096)
    layers: int = Field(1, ge=1, le=16)
    dropout: float = Field(0.0, ge=0, lt=1)
    skip: bool = True


class Training(Section):
    epochs: int = Field(100, ge=1, le=1_000_000)
    batch_size: int = Field(32, ge=1, le=65_536)
    learning_rate: float = Field(0.001, gt=0, le=10)
    schedule: Literal["constant", "cosine"] = "constant"
    loss: Literal["mse", "mae", "huber", "owa"] = "mse"
    clip_norm: float = Field(1.0, ge=0, allow_inf_nan=False)
    patience: int = Field(10, ge=0)
    max_windows_per_epoch: int = Field(100_000, ge=1)
    origin_every: int = Field(0, ge=0, le=100_000)
    members: int = Field(1, ge=1, le=100)
    refit: bool = False
    seed: int = Field(0, ge=0, lt=2**31)


class ForecastChoice(Section):
    shrink: bool = True
    toward: Literal["last_value", "drift"] = "last_value"
    levels: tuple[float, ...] = (80, 95)
    quantiles: tuple[float, ...] = ()
    risk: tuple[float, ...] = ()

    @field_validator("levels", "quantiles", "risk", mode="before")
    @classmethod
    def _within(cls, values: object, of: ValidationInfo) -> object:
        most = MOST_OF[str(of.field_name)]
        if not isinstance(values, list | tuple) or any(
            isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < most
            for value in values
        ):
            raise ValueError(f"each must be a number in (0, {most})")
        names = {f"{value:g}" for value in values} if most == 100 else set(values)  # as columns have them
        if len(names) != len(values):
            raise ValueError("each may stand there once")
        return tuple(sorted(values))


class Recipe(Section):
    """Everything that a person chooses for a model; see `configs/default.toml` for what each key means.

    Raises pydantic's ValidationError when made with values out of range; `recipe_from` turns that into a
    RecipeError that names the key.
    """

    data: Data = Data()
    window: Window = Window()
    scaling: ScalingChoice = ScalingChoice()
    network: Network = Network()
    training: Training = Training()
    forecast: ForecastChoice = ForecastChoice()


SECTION_OF = sections_of(Recipe)
LARGEST = 2**16  # characters of a file: `configs/default.toml`, which says what each key means, has 2,500
MOST_DOTS = 10  # of a key, which ours have one of: one of 30,000 takes tomllib 40 s
_NAME = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_MANY_DOTS = re.compile(rf"(?:{_NAME}\.[ \t]*+){{{MOST_DOTS + 1}}}")  # in a comment too, where none would be


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe file. Raises InputError when it cannot be read, RecipeError when it is not a recipe."""
    file = Path(path)
    remedy = "Give a TOML file, or leave out --recipe."
    try:
        if file.exists() and not file.is_file():  # a pipe or a device would be waited for, without end
            raise InputError(f"recipe {path} is not a regular file.", remedy)
        with file.open(encoding="utf-8-sig") as opened:
            text = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"recipe {path} cannot be read: {reason}.", remedy) from error
    if len(text) > LARGEST:
        raise RecipeError(f"recipe {path} must have at most {LARGEST:,} characters, and has more.", remedy)
    return recipe_of(text, source=str(path))


def recipe_of(text: str, *, source: str) -> Recipe:
    """The recipe that a TOML text holds. Raises RecipeError, which names `source`."""
    if (long := _MANY_DOTS.search(text)) is not None:
        raise RecipeError(
            f"recipe {source}: a key must have at most {MOST_DOTS} dots, found {shown(long[0])}.", EVERY_KEY
        )
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOMLDecodeError: a number of 5,000 digits
        raise RecipeError(f"recipe {source} is not TOML: {error}.", EVERY_KEY) from error
    return recipe_from(document, source=source)


def recipe_from(document: Mapping[str, Any], *, source: str = "recipe") -> Recipe:
    """The recipe that a document of sections and keys holds. Raises RecipeError for the first bad key."""
    require_known_keys(Recipe, document, source)
    try:
        return Recipe.model_validate(_words_in_lower_case(document))
    except ValidationError as error:
        raise explained(Recipe, error, source) from error


def with_choices(recipe: Recipe, choices: Mapping[str, Any], *, source: str = "recipe") -> Recipe:
    """The recipe with some keys (`{"lookback": 30}`, no section) set otherwise, checked as a whole again."""
    document = recipe.model_dump()
    for key, value in choices.items():
        document[SECTION_OF[key]][key] = value
    return recipe_from(document, source=source)


def refusal(key: str, value: object) -> str | None:
    """Why a key cannot have this value, `must be a number, at least 0, below 1, got 1.5`; None: it can."""
    try:
        Recipe.model_validate(_words_in_lower_case({SECTION_OF[key]: {key: value}}))
    except ValidationError as error:
        return must_be(Recipe, error)
    return None


class Odds(NamedTuple):
    """Keys whose values are allowed each, and do not go together."""

    keys: tuple[str, ...]
    why: str
    remedy: str


def at_odds(recipe: Recipe) -> Odds | None:
    """What does not go together in a recipe; None where all does."""
    data, window = recipe.data, recipe.window
    if both := set(data.past) & set(data.known):
        why = f"past and known both name {min(both)!r}."
        return Odds(("past", "known"), why, "Leave it out of one of them.")
    if data.known and window.lookback < window.horizon:
        need = "columns that are known ahead need a lookback of at least the horizon,"
        why = f"{need} {window.horizon}; it is {window.lookback}."
        return Odds(("lookback", "horizon", "known"), why, "Raise the lookback or lower the horizon.")
    if window.lookback % window.patch:
        why = f"the lookback, {window.lookback}, must be a multiple of the patch, {window.patch}."
        return Odds(("lookback", "patch"), why, "Change one of them.")
    return None


def portable(recipe: Recipe, tickers: Collection[str] = ()) -> Recipe:
    """The recipe with the market's file, if it is one and no ticker, by its own name and without a folder."""
    market = recipe.data.market
    own = Path(market).name
    if own == market or market in tickers or not (Path(own).suffix or os.path.isfile(market)):  # noqa: PTH113
        return recipe
    return with_choices(recipe, {"market": own})


def to_toml(recipe: Recipe) -> str:
    """The recipe as TOML; reading it back gives an equal recipe."""
    lines: list[str] = []
    for section, keys in json.loads(recipe.model_dump_json()).items():
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()), ""]
    return "\n".join(lines)


def _words_in_lower_case(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`LSTM` is lstm: a value that is one of a few words is taken in any case, and kept in one."""
    return {
        section: {
            key: value.lower()
            if isinstance(value, str) and get_origin(field_of(Recipe, section, key).annotation) is Literal
            else value
            for key, value in keys.items()
        }
        for section, keys in document.items()
    }
