"""Recipes: what they accept, how they are written down, and what they say about a bad key."""

import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_forecast.errors import InputError, RecipeError
from rnn_forecast.recipe import (
    SECTION_OF,
    Recipe,
    load_recipe,
    recipe_from,
    recipe_of,
    to_toml,
    with_choices,
)
from rnn_forecast.refusals import MOST_OF, allowed

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
KEYS = sorted(SECTION_OF)

positive = st.floats(0, 10, exclude_min=True)
fractions = st.floats(0, 1, exclude_max=True)

# for each key, values that are allowed and values that are not
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "train_fraction": st.floats(0, 1, exclude_min=True),
    "valid_fraction": fractions,
    "split": st.sampled_from(["date", "rows", "series"]),
    "lookback": st.integers(2, 10_000),
    "horizon": st.integers(1, 1_000),
    "season": st.integers(0, 100_000),
    "patch": st.integers(1, 10_000),
    "normalize": st.sampled_from(["window", "zscore", "minmax"]),
    "log": st.booleans(),
    "cell": st.sampled_from(["simple_rnn", "lstm", "gru"]),
    "units": st.integers(1, 4096),
    "layers": st.integers(1, 16),
    "dropout": fractions,
    "skip": st.booleans(),
    "ranges": st.booleans(),
    "past": st.lists(st.sampled_from(["volume", "vix", "my column"]), unique=True, max_size=3),
    "known": st.lists(st.sampled_from(["earnings", "holiday"]), unique=True, max_size=2),
    "market": st.sampled_from(["", "SPY", "prices/sp500.csv"]),
    "epochs": st.integers(1, 1_000_000),
    "batch_size": st.integers(1, 65_536),
    "learning_rate": positive,
    "schedule": st.sampled_from(["constant", "cosine"]),
    "loss": st.sampled_from(["mse", "mae", "huber", "owa"]),
    "clip_norm": st.floats(0, 1e300),
    "patience": st.integers(0, 10_000),
    "max_windows_per_epoch": st.integers(1, 10**9),
    "origin_every": st.integers(0, 100_000),
    "members": st.integers(1, 100),
    "refit": st.booleans(),
    "seed": st.integers(0, 2**31 - 1),
    "shrink": st.booleans(),
    "toward": st.sampled_from(["last_value", "drift"]),
    "levels": st.lists(st.integers(1, 99) | st.floats(0.5, 99.5), unique_by="{:g}".format, max_size=4),
    "quantiles": st.lists(st.floats(0.001, 0.999), unique=True, max_size=4),
    "risk": st.lists(st.integers(1, 99) | st.floats(0.5, 99.9), unique_by="{:g}".format, max_size=4),
}
BAD: dict[str, list[Any]] = {
    "train_fraction": [0, 0.0, -0.5, 1.5, "0.8", True],
    "valid_fraction": [-0.1, 1, 1.0, 2],
    "split": ["random", 1, ""],
    "ranges": ["no", 1],
    "past": ["volume", [1], [""], ["a", "a"]],
    "known": ["earnings", [True], ["a", "a"]],
    "market": [1, ["SPY"]],
    "lookback": [1, 0, -3, 10_001, 2.0, "60"],
    "horizon": [0, 1_001, 1.5],
    "season": [-1, 100_001, 52.0],
    "patch": [0, 10_001, 4.0],
    "normalize": ["none", "log", 0],
    "log": ["yes", 1, 0],
    "cell": ["rnn", "lstm ", 3],
    "units": [0, 4097, 10.0],
    "layers": [0, 17],
    "dropout": [1, -0.1, 1.5],
    "skip": ["yes", 1],
    "epochs": [0, 1_000_001, 1e2],
    "batch_size": [0, 65_537],
    "learning_rate": [0, -1e-3, 10.5],
    "schedule": ["cos", 0],
    "loss": ["rmse", "rmse"],
    "clip_norm": [-1, "off"],
    "patience": [-1, 2.5],
    "max_windows_per_epoch": [0],
    "origin_every": [-1, 100_001, 2.5],
    "members": [0, 101],
    "refit": ["no", 0],
    "seed": [-1, 2**31],
    "shrink": ["true", 1],
    "toward": ["last", 0],
    "levels": [80, "80", [0], [100], [80, 80], [True], ["80"], [[80]], [99.99999, 99.999999]],
    "quantiles": [0.5, [0], [1], [5], [0.5, 0.5], [True], ["0.5"]],
    "risk": [99, [0], [100], [99, 99], [99.99999, 99.999999]],
}
NUMBERS = [key for key in KEYS if "number" in allowed(Recipe, f"{SECTION_OF[key]}.{key}")]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Some keys, each with an allowed value, under their sections."""
    document: dict[str, dict[str, Any]] = {}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        document.setdefault(SECTION_OF[key], {})[key] = draw(GOOD[key])
    return document


def test_the_tables_above_speak_of_every_key() -> None:
    assert sorted(GOOD) == sorted(BAD) == KEYS


@given(documents())
def test_toml_and_json_give_back_the_same_recipe(document: dict[str, dict[str, Any]]) -> None:
    recipe = recipe_from(document)
    assert recipe_from(tomllib.loads(to_toml(recipe))) == recipe
    assert recipe_from(json.loads(recipe.model_dump_json())) == recipe
    assert recipe_from(recipe.model_dump()) == recipe


@given(documents())
def test_choices_say_the_same_as_sections(document: dict[str, dict[str, Any]]) -> None:
    choices = {key: value for keys in document.values() for key, value in keys.items()}
    assert with_choices(Recipe(), choices) == recipe_from(document)


@pytest.mark.parametrize(("key", "value"), [(key, value) for key in KEYS for value in BAD[key]])
def test_a_value_out_of_range_names_the_key_the_range_and_the_value(key: str, value: object) -> None:
    name = f"{SECTION_OF[key]}.{key}"
    with pytest.raises(RecipeError) as caught:
        with_choices(Recipe(), {key: value})
    assert caught.value.exit_code == 78
    assert name in caught.value.message
    assert allowed(Recipe, name) in caught.value.message
    assert repr(value) in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_may_be_nan_or_infinite(key: str, value: float) -> None:
    with pytest.raises(RecipeError, match=key):
        with_choices(Recipe(), {key: [value] if key in MOST_OF else value})


@pytest.mark.parametrize("key", KEYS)
def test_a_known_key_in_the_wrong_place_says_where_it_belongs(key: str) -> None:
    section = SECTION_OF[key]
    elsewhere = "network" if section != "network" else "training"
    for document in ({key: 3}, {elsewhere: {key: 3}}):
        with pytest.raises(RecipeError) as caught:
            recipe_from(document)
        assert caught.value.exit_code == 78
        assert f"Did you mean {section}.{key}?" in caught.value.remedy
        assert f"[{section}]" in caught.value.remedy


@pytest.mark.parametrize(
    ("document", "nearest"),
    [
        ({"training": {"epoch": 3}}, "training.epochs"),
        ({"training": {"batchsize": 3}}, "training.batch_size"),
        ({"window": {"look_back": 3}}, "window.lookback"),
        ({"network": {"cells": "gru"}}, "network.cell"),
        ({"data": {"drop_out": 0.1}}, "network.dropout"),
        ({"windows": {"lookback": 3}}, "window"),
        ({"traning": {}}, "training"),
    ],
)
def test_an_unknown_key_names_the_nearest(document: dict[str, Any], nearest: str) -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_from(document, source="mine.toml")
    assert "mine.toml: there is no key" in caught.value.message
    assert f"Did you mean {nearest}?" in caught.value.remedy


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_unknown_name_is_an_error_of_one_line(section: str, key: str) -> None:
    assume(section not in Recipe.model_fields)
    for document in ({section: {key: 1}}, {"window": {key: 1}} if key not in SECTION_OF else {section: 1}):
        with pytest.raises(RecipeError) as caught:
            recipe_from(document)
        assert len(str(caught.value).splitlines()) == 1


def test_a_section_that_is_a_value_is_refused() -> None:
    with pytest.raises(RecipeError, match="must be a table"):
        recipe_from({"window": 3})


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Recipe().window.lookback = 3  # type: ignore[misc]


def test_levels_come_out_sorted() -> None:
    assert recipe_from({"forecast": {"levels": [95, 50, 80]}}).forecast.levels == (50, 80, 95)


# --- files


def test_the_default_file_holds_every_key_with_the_codes_default() -> None:
    document = tomllib.loads((CONFIGS / "default.toml").read_text(encoding="utf-8"))
    assert load_recipe(CONFIGS / "default.toml") == Recipe()
    assert {key: section for section, keys in document.items() for key in keys} == SECTION_OF
    assert list(document) == list(Recipe.model_fields)


def test_the_article_recipe_is_the_classic_one() -> None:
    recipe = load_recipe(CONFIGS / "article.toml")
    choices = {
        "train_fraction": 0.8, "valid_fraction": 0.0, "lookback": 60, "horizon": 1, "normalize": "zscore",
        "log": False, "cell": "simple_rnn", "units": 50, "layers": 1, "dropout": 0.0, "skip": False,
        "epochs": 100, "batch_size": 1, "learning_rate": 0.001, "loss": "mse", "clip_norm": 0.0,
        "patience": 0, "shrink": False,
    }  # fmt: skip
    assert recipe == with_choices(Recipe(), choices)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.name)
def test_every_sample_recipe_loads_and_says_when_to_use_it(path: Path) -> None:
    load_recipe(path)
    head = path.read_text(encoding="utf-8").partition("[")[0]
    assert all(line.startswith("#") for line in head.strip().splitlines())
    assert len(head) > 100


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_bytes(b"\xef\xbb\xbf[window]\r\nlookback = 30\r\n")
    assert load_recipe(file).window.lookback == 30


@pytest.mark.parametrize("text", ["[window", "lookback == 3", "a = " + "[" * 60_000, "x = 1\nx = 2"])
def test_a_file_that_is_not_toml_is_a_recipe_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(text)
    with pytest.raises(RecipeError, match="is not TOML"):
        load_recipe(file)


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.toml", tmp_path, binary, Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(InputError, match="recipe"):
            load_recipe(path)


def test_a_number_of_5000_digits_is_no_recipe() -> None:
    with pytest.raises(RecipeError):
        recipe_of("[training]\nseed = " + "9" * 5000, source="r")


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 30_000) + " = 1",
        "[" + " . ".join(["'a b'"] * 8_000) + "]",
        "a = {" + '.""'.join(["b"] * 15_000) + " = 1}",
        "# " + "x" * 10_000_000,
        "a" * 65_000,
        "[training]\nseed = " + "[" * 60_000,
        '"' * 65_000,
        "a = {" * 13_000,
        "".join(f"[a{i}.b.c.d.e.f.g.h.i.j.k]\n" for i in range(2_500)),
    ],
)
def test_a_file_that_would_take_minutes_is_refused_at_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    begun = time.monotonic()
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert time.monotonic() - begun < 2
    assert len(caught.value.message) < len(str(path)) + 300


def test_comments_may_have_dots_and_fill_a_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(
        "# a.b.c; 1.2.3 ... e. g. one. two" + "." * 80 + "\n[window]\nlookback = 30\n" + "# x\n" * 15_000
    )
    assert load_recipe(path).window.lookback == 30
