"""Flags against the recipe, precedence, and what each verb hands to the verbs."""

import dataclasses
import re
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import pytest
import typer
from fakes import FakeVerbs

from rnn_forecast.cli.app import ORDER
from rnn_forecast.cli.main import call, command
from rnn_forecast.cli.options.expand import LeftOut, flat
from rnn_forecast.cli.options.groups import Common, ReadingChoices
from rnn_forecast.cli.options.recipe_options import LISTS, RecipeChoices
from rnn_forecast.errors import ModelError, RecipeError
from rnn_forecast.recipe import SECTION_OF, Recipe, allowed
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
    shown, words = info_of(RecipeChoices, key).metavar, allowed(f"{SECTION_OF[key]}.{key}")
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
    words = allowed(f"{SECTION_OF[key]}.{key}")
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
        (["--epochs", "0"], "--epochs: training.epochs must be a whole number, at least 1"),
        (["--dropout", "nan"], "--dropout: network.dropout must be a number"),
        (["--learning-rate", "inf"], "--learning-rate: training.learning_rate must be a number"),
        (["--cell", "rnn"], "--cell: network.cell must be one of simple_rnn, lstm, gru"),
        (["--level", "80", "--level", "80"], "--levels: forecast.levels must be"),
    ],
)
def test_a_value_out_of_range_names_flag_key_and_range(
    verbs: FakeVerbs, words: list[str], named: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_of(verbs, *words)
    assert caught.value.message.startswith(named)
    assert not verbs.calls


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


def test_reading_choices_reach_the_reader(verbs: FakeVerbs) -> None:
    call([
        "prepare", "stock_prices.csv", "-q", "--price-column", "p", "--date-column", "d",
        "--ticker-column", "t", "--ticker", "A B", "--ticker", "[/]", "--exclude", "C",
        "--exclude", "D", "--date-format", "%d/%m/%Y",
        "--max-bytes", "5kB", "--max-age", "2w", "--allow-nonpositive", "--allow-last-jump",
        "--strict", "--windows", "--decimal", ",", "--columns", "a, b",
    ])  # fmt: skip
    verb, (sources, options, _, out, _), named = verbs.calls[-1]
    assert (verb, sources, out, named) == (
        "prepare", ["stock_prices.csv"], Path("prepared/stock_prices"), {"windows": True},
    )  # fmt: skip
    assert dataclasses.asdict(options) == {
        "price_column": "p", "date_column": "d", "ticker_column": "t", "tickers": ("A B", "[/]"),
        "exclude": ("C", "D"), "wide": False, "date_format": "%d/%m/%Y", "max_bytes": 5000, "max_age": 14.0,
        "allow_nonpositive": True, "allow_last_jump": True, "strict": True,
        "decimal": ",", "columns": ("a", "b"), "as_ticker": None, "drop_nonpositive": False, "optional": (),
        "past": (), "known": (),
    }  # fmt: skip


def test_every_option_of_the_reader_has_a_flag() -> None:
    from rnn_forecast.prices.fields.read_options import ReadOptions

    # what a model says of its own options, and what its recipe names
    own = {"tickers", "optional", "past", "known"}
    known = {field.name for field in dataclasses.fields(ReadOptions)} - own | {"ticker"}
    assert {field.name for field in dataclasses.fields(ReadingChoices)} == known


def test_options_of_every_verb_are_on_every_verb() -> None:

    for name, verb in command().commands.items():  # type: ignore[attr-defined]
        parameters = {parameter.name for parameter in verb.params}
        assert {field.name for field in dataclasses.fields(Common)} <= parameters, name


def test_every_option_comes_from_the_environment_by_its_own_name() -> None:

    for verb in command().commands.values():  # type: ignore[attr-defined]
        for parameter in verb.params:
            if parameter.param_type_name == "option":
                flag = next(o for o in parameter.opts if o.startswith("--"))
                own = f"{verb.name}-" if verb.name == "status" and flag in ("--max-age", "--check") else ""
                assert parameter.envvar == "RNN_FORECAST_" + f"{own}{flag[2:]}".replace("-", "_").upper()
                assert parameter.help


SHARED = {  # means the same to every verb, said in its own words
    "RNN_FORECAST_OUT": "where the verb writes",
    "RNN_FORECAST_MODEL": "the model: train writes it, the others read it",
    "RNN_FORECAST_LEVELS": "what is read of a distribution: the recipe says it, predict has the last word",
    "RNN_FORECAST_QUANTILES": "the same",
    "RNN_FORECAST_RISK": "the same",
    "RNN_FORECAST_MARKET": "the recipe names it; predict and evaluate where it is now",
}


def test_one_environment_variable_means_one_thing_to_all_verbs() -> None:
    meanings = defaultdict(set)
    for verb in command().commands.values():  # type: ignore[attr-defined]
        for parameter in verb.params:
            info = parameter.type_descriptor.parameter_info
            if parameter.param_type_name == "option" and parameter.envvar not in SHARED:
                assert info.envvar == parameter.envvar
                meanings[parameter.envvar].add((info.help, info.metavar, info.parser, parameter.is_flag))
    assert len(meanings) > 50
    assert not {name: these for name, these in meanings.items() if len(these) > 1}


def test_a_verb_has_each_flag_once() -> None:
    for verb in command().commands.values():  # type: ignore[attr-defined]
        flags = [flag for p in verb.params for flag in (*p.opts, *p.secondary_opts)]
        assert len(flags) == len(set(flags))


@dataclasses.dataclass(frozen=True)
class Often:
    """Often."""

    refit: Annotated[int, typer.Option("--refit")] = 3


def test_two_groups_with_a_field_of_one_name_are_refused_unless_one_is_left_out() -> None:
    called: list[Any] = []

    def both(often: Often, recipe: RecipeChoices) -> None: ...

    def one(often: Often, recipe: Annotated[RecipeChoices, LeftOut("refit")]) -> None:
        called.append((often, recipe))

    with pytest.raises(ValueError, match="'refit'"):
        flat(both)
    keys = {field.name for field in dataclasses.fields(RecipeChoices)} - {"refit"}
    flat(one)(refit=7, **dict.fromkeys(keys))
    assert called == [(Often(7), RecipeChoices())]


def test_the_age_that_reading_warns_of_does_not_arm_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> Any:
        return command().commands["status"].make_context("status", ["night"]).params["max_age"]  # type: ignore[attr-defined]

    monkeypatch.setenv("RNN_FORECAST_MAX_AGE", "5")
    assert asked() is None
    monkeypatch.setenv("RNN_FORECAST_STATUS_MAX_AGE", "26h")
    assert asked() == 26 * 3600


@pytest.mark.parametrize(
    "key", [key for key in KEYS if allowed(f"{SECTION_OF[key]}.{key}").startswith("one of ")]
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


def test_a_format_is_taken_in_any_case(verbs: FakeVerbs) -> None:
    call(["predict", "stock_prices.csv", "-q", "--format", "JSON"])
    assert Path("forecasts/stock_prices.json").is_file()


def test_every_verb_has_its_place_in_the_order_of_help() -> None:
    program = command()
    assert tuple(program.list_commands(None)) == ORDER  # type: ignore[arg-type]
    assert set(program.commands) == set(ORDER)


@pytest.mark.parametrize(
    ("text", "tickers"),
    [
        ("AAA", ("AAA",)),
        ("AAA BBB\tCCC ", ("AAA", "BBB", "CCC")),
        ("AAA,BBB", ("AAA", "BBB")),
        ("BRK B, AAA,,", ("BRK B", "AAA")),
        ("BRK B,", ("BRK B",)),
        ("BRK B\nAAA\n", ("BRK B", "AAA")),
    ],
)
def test_several_tickers_come_from_the_environment(
    verbs: FakeVerbs, monkeypatch: pytest.MonkeyPatch, text: str, tickers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("RNN_FORECAST_EXCLUDE", text)
    call(["prepare", "stock_prices.csv", "-q"])
    assert verbs.calls[-1][1][1].exclude == tickers
    monkeypatch.delenv("RNN_FORECAST_EXCLUDE")
    monkeypatch.setenv("RNN_FORECAST_TICKER", text)
    call(["prepare", "stock_prices.csv", "-q"])
    assert verbs.calls[-1][1][1].tickers == tickers
    call(["prepare", "stock_prices.csv", "-q", "--ticker", "A B, C"])
    assert verbs.calls[-1][1][1].tickers == ("A B, C",)
