"""The keys of a recipe as flags: kind, default, precedence, and what is refused."""

import dataclasses
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import typer
from fakes import FakeVerbs

from rnn_forecast.cli.main import call
from rnn_forecast.cli.options.recipe_options import LISTS, RecipeChoices
from rnn_forecast.errors import ModelError
from rnn_forecast.recipe import SECTION_OF, Recipe
from rnn_forecast.refusals import allowed
from rnn_forecast.system.file_names import PREPARED
from rnn_forecast.system.files import new_folder

KEYS = sorted(SECTION_OF)


def recipe_of(verbs: FakeVerbs, *words: str) -> Recipe:
    call(["train", "stock_prices.csv", "-q", *words])
    return next(a for a in verbs.calls[-1][1] if isinstance(a, Recipe))


def info_of(group: type, name: str) -> typer.models.OptionInfo:
    return get_args(get_type_hints(group, include_extras=True)[name])[1]


def default_of(key: str) -> Any:
    return getattr(getattr(Recipe(), SECTION_OF[key]), key)


def test_every_recipe_key_has_a_flag_of_its_name_and_no_flag_has_no_key() -> None:
    flags = {field.name for field in dataclasses.fields(RecipeChoices)} - {"recipe"}
    assert flags == set(KEYS)
    for key in KEYS:
        info = info_of(RecipeChoices, key)
        assert str(info.default).partition("/")[0] == f"--{key.replace('_', '-')}"


@pytest.mark.parametrize("key", KEYS)
def test_the_default_that_help_shows_is_the_recipe_s(key: str) -> None:
    shown = re.search(r"\[default: (.*)\]$", str(info_of(RecipeChoices, key).help))
    assert shown is not None
    default = default_of(key)
    if isinstance(default, bool):
        assert shown[1] == ("" if default else "no-") + key
    elif key in LISTS:
        assert tuple(map(float, shown[1].replace("none", "").split(",") if default else ())) == default
    else:
        assert type(default)(shown[1].replace("none", "")) == default


@pytest.mark.parametrize("key", KEYS)
def test_the_kind_that_help_shows_is_the_recipe_s(key: str) -> None:
    shown, words = info_of(RecipeChoices, key).metavar, allowed(Recipe, f"{SECTION_OF[key]}.{key}")
    if words.startswith("one of "):
        assert set(str(shown).split("|")) == set(words.removeprefix("one of ").split(", "))
    else:
        kinds = {
            "N": "a whole number",
            "X": "a number",
            "LIST": "a list",
            "TEXT": "a text",
            None: "true or false",
        }
        assert words.startswith(kinds[shown])


@pytest.mark.parametrize("key", KEYS)
def test_a_flag_sets_its_key_and_nothing_else(key: str, verbs: FakeVerbs) -> None:
    word, value = other_value(key)
    flag = f"--{key.replace('_', '-')}"
    words = [flag if value else flag.replace("--", "--no-")] if isinstance(value, bool) else [flag, word]
    recipe = recipe_of(verbs, *words)
    expected = Recipe().model_dump()
    expected[SECTION_OF[key]][key] = value
    assert recipe.model_dump() == expected


@pytest.mark.parametrize("key", KEYS)
def test_flag_then_environment_then_file_then_default(
    key: str, verbs: FakeVerbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    word, value = other_value(key)
    section = SECTION_OF[key]

    def now(*words: str) -> Any:
        return getattr(getattr(recipe_of(verbs, *words), section), key)

    assert now() == default_of(key)
    Path("r.toml").write_text(f"[{section}]\n{key} = {toml(value)}\n")
    assert now("--recipe", "r.toml") == value
    monkeypatch.setenv(f"RNN_FORECAST_{key.upper()}", as_word(default_of(key)))
    assert now("--recipe", "r.toml") == default_of(key)
    flag = f"--{key.replace('_', '-')}"
    words = [flag if value else flag.replace("--", "--no-")] if isinstance(value, bool) else [flag, word]
    assert now("--recipe", "r.toml", *words) == value


def other_value(key: str) -> tuple[str, Any]:
    """A value that is not the default, as a word of the command line and as the recipe holds it."""
    default = default_of(key)
    words = allowed(Recipe, f"{SECTION_OF[key]}.{key}")
    if isinstance(default, bool):
        return "", not default
    if key in LISTS:
        others = {"quantiles": ("0.01,0.5", (0.01, 0.5)), "past": ("volume,my vix", ("volume", "my vix"))}
        others["known"] = others["past"]
        return others.get(key, ("50,99.5", (50, 99.5)))
    if words == "a text":
        return "SPY", "SPY"
    if words.startswith("one of "):
        other = words.split(", ")[-1]
        return other, other
    if isinstance(default, int):
        return str(default + 1), default + 1
    return "0.25", 0.25


def as_word(value: Any) -> str:
    return (",".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value).lower() or "none"


def toml(value: Any) -> str:
    if isinstance(value, tuple):
        return str(list(value)).replace("'", '"')
    return as_word(value) if isinstance(value, bool) else repr(value).replace("'", '"')


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--epochs", "0"], "'--epochs': must be a whole number, at least 1, at most 1000000, got 0."),
        (["--units", "five"], "'--units': must be a whole number, at least 1, at most 4096, got 'five'."),
        (["--dropout", "nan"], "'--dropout': must be a number, at least 0, below 1, got nan."),
        (["--learning-rate", "inf"], "'--learning-rate': must be a number, above 0, at most 10, got inf."),
        (["--cell", "rnn"], "'--cell': must be one of simple_rnn, lstm, gru, got 'rnn'."),
        (["--level", "80", "--level", "80"], "each once, got [80, 80]."),
    ],
)
def test_a_value_out_of_range_names_flag_and_range(verbs: FakeVerbs, words: list[str], named: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        recipe_of(verbs, *words)
    assert caught.value.format_message().endswith(named)
    assert not verbs.calls


def wrong_word(key: str) -> str | None:
    """What no recipe takes for this key, as a word of the command line; None where every word will do."""
    if key in ("past", "known"):
        return "a,a"
    words = allowed(Recipe, f"{SECTION_OF[key]}.{key}")
    return None if words in ("a text", "true or false") else "-1"  # in no range, and no choice


@pytest.mark.parametrize("verb", ["prepare", "train", "backtest", "batch"])
@pytest.mark.parametrize("key", [key for key in KEYS if wrong_word(key)])
def test_a_wrong_value_by_flag_is_a_usage_error_that_names_the_flag(here: Any, verb: str, key: str) -> None:
    flag = f"--{key.replace('_', '-')}"
    code, out, errors = here(verb, "stock_prices.csv", f"{flag}={wrong_word(key)}")
    assert (code, out) == (2, "")
    assert f"'{flag}'" in errors and "got" in errors


@pytest.mark.parametrize("key", [key for key in KEYS if key != "market"])
def test_a_wrong_value_by_environment_is_one_too_and_names_the_variable(
    here: Any, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv(f"RNN_FORECAST_{key.upper()}", wrong_word(key) or "-1")
    code, out, errors = here("train", "stock_prices.csv")
    assert (code, out) == (2, "")
    assert f"for RNN_FORECAST_{key.upper()}:" in errors and "--" not in errors.splitlines()[0]


@pytest.mark.parametrize("key", KEYS)
def test_a_wrong_value_in_a_file_is_a_bad_recipe_and_names_file_key_and_range(here: Any, key: str) -> None:
    name = f"{SECTION_OF[key]}.{key}"
    Path("r.toml").write_text(f"{name} = [[]]\n")  # of a wrong type for any
    code, out, errors = here("train", "stock_prices.csv", "--recipe", "r.toml")
    assert (code, out) == (78, "")
    assert errors.startswith(f"Error: r.toml: {name} must be {allowed(Recipe, name)}, got [[]].")


AT_ODDS = "[data]\nknown = ['e']\n[window]\nlookback = 5\nhorizon = 9\n"


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        ([], 78, "r.toml: columns"),
        (["--horizon", "8"], 2, "--horizon with r.toml: columns that are known ahead need a lookback of at "
         "least the horizon, 8; it is 5."),
        (["--horizon", "8", "--lookback", "6", "--known", "f"], 2, "--lookback, --horizon, --known: columns"),
        (["--horizon", "5", "--past", "e"], 2, "--past with r.toml: past and known both name 'e'."),
        (["--horizon", "5"], 0, ""),
        (["--known", "none"], 0, ""),
        (["--horizon", "5", "--patch", "2"], 2, "--patch with r.toml: the lookback, 5, must be a multiple of "
         "the patch, 2."),
        (["--horizon", "5", "--patch", "5"], 0, ""),
    ],
)  # fmt: skip
def test_what_is_at_odds_names_who_said_it(here: Any, words: list[str], code: int, named: str) -> None:
    """The file alone: a bad recipe. Flags had a part in it: a usage error; and a flag may put it right."""
    Path("r.toml").write_text(AT_ODDS)
    ended, _, errors = here("train", "stock_prices.csv", "-q", "--recipe", "r.toml", *words)
    assert ended == code
    assert errors.startswith(f"Error: {named}" if named else "") and bool(errors) is bool(named)


@pytest.mark.parametrize("word", ["1_0", "١٠", "1.5", "ten", "", "0x10", "1e3"])
def test_a_text_that_is_no_whole_number_is_a_usage_error(verbs: FakeVerbs, word: str) -> None:
    with pytest.raises(typer.BadParameter):
        recipe_of(verbs, "--epochs", word)


@pytest.mark.parametrize(("key", "text"), [("levels", "80,100"), ("quantiles", "1"), ("risk", "0,99")])
def test_a_number_that_is_no_level_is_a_usage_error(verbs: FakeVerbs, key: str, text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"expected numbers in \(0, 1"):
        recipe_of(verbs, f"--{key}", text)


def test_levels_are_one_list_however_they_are_given(verbs: FakeVerbs) -> None:
    assert recipe_of(verbs, "--levels", "95, 50").forecast.levels == (50, 95)
    assert recipe_of(verbs, "--level", "50", "--level", "95").forecast.levels == (50, 95)


def test_a_prepared_folder_brings_its_recipe_which_flags_and_a_recipe_file_go_before(
    verbs: FakeVerbs,
) -> None:
    folder = Path("prepared/stock_prices")
    with new_folder(folder) as draft:
        for name in PREPARED:
            (draft / name).touch()
        (draft / "recipe.toml").write_text("[window]\nlookback = 7\nhorizon = 3\n")

    def windows(*words: str) -> tuple[int, int]:
        call(["train", str(folder), "-q", *words])
        assert verbs.calls[-1][1][3] == Path("models/stock_prices")
        recipe = verbs.calls[-1][1][2]
        return recipe.window.lookback, recipe.window.horizon

    assert windows() == (7, 3)
    assert windows("--lookback", "9") == (9, 3)
    Path("other.toml").write_text("[window]\nhorizon = 2\n")
    assert windows("--recipe", "other.toml") == (60, 2)
    (folder / "recipe.toml").write_text("[window]\nlookback = 8\nhorizon = 3\n")
    with pytest.raises(ModelError, match="altered"):
        windows()


@pytest.mark.parametrize(
    "key", [key for key in KEYS if allowed(Recipe, f"{SECTION_OF[key]}.{key}").startswith("one of ")]
)
def test_a_word_is_taken_in_any_case(key: str, verbs: FakeVerbs, monkeypatch: pytest.MonkeyPatch) -> None:
    word, value = other_value(key)
    section, flag = SECTION_OF[key], f"--{key.replace('_', '-')}"

    def now(*words: str) -> Any:
        return getattr(getattr(recipe_of(verbs, *words), section), key)

    assert now(flag, word.upper()) == now(flag, word.title()) == value
    Path("r.toml").write_text(f'[{section}]\n{key} = "{word.upper()}"\n')
    assert now("--recipe", "r.toml") == value
    monkeypatch.setenv(f"RNN_FORECAST_{key.upper()}", word.upper())
    assert now() == value
