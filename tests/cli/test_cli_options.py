"""Flags against the recipe, precedence, and what each verb hands to the verbs."""

import dataclasses
import re
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import pytest
import typer
from fakes import FakeVerbs
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.cli.app import ORDER
from rnn_forecast.cli.main import call, command
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.expand import LeftOut, flat
from rnn_forecast.cli.options.groups import Common, ReadingChoices
from rnn_forecast.cli.options.recipe_options import RecipeChoices
from rnn_forecast.errors import ForecastError, InputError, ModelError, RecipeError, UsageError
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
    elif key == "levels":
        assert tuple(map(float, shown[1].split(","))) == default
    else:
        assert type(default)(shown[1]) == default


@pytest.mark.parametrize("key", KEYS)
def test_the_kind_that_help_shows_is_the_recipe_s(key: str) -> None:
    shown, words = info_of(RecipeChoices, key).metavar, allowed(f"{SECTION_OF[key]}.{key}")
    if words.startswith("one of "):
        assert set(str(shown).split("|")) == set(words.removeprefix("one of ").split(", "))
    else:
        kinds = {"N": "a whole number", "X": "a number", "LIST": "a list", None: "true or false"}
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
    if key == "levels":
        return "50,99.5", (50, 99.5)
    if words.startswith("one of "):
        other = words.split(", ")[-1]
        return other, other
    if isinstance(default, int):
        return str(default + 1), default + 1
    return "0.25", 0.25


def as_word(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def toml(value: Any) -> str:
    if isinstance(value, tuple):
        return str(list(value))
    return as_word(value) if isinstance(value, bool) else repr(value).replace("'", '"')


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--epochs", "0"], "--epochs: training.epochs must be a whole number, at least 1"),
        (["--dropout", "nan"], "--dropout: network.dropout must be a number"),
        (["--learning-rate", "inf"], "--learning-rate: training.learning_rate must be a number"),
        (["--cell", "rnn"], "--cell: network.cell must be one of simple_rnn, lstm, gru"),
        (["--levels", "80,100"], "--levels: forecast.levels must be a list of numbers in (0, 100)"),
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
        "--strict", "--windows",
    ])  # fmt: skip
    verb, (sources, options, _, out, _), named = verbs.calls[-1]
    assert (verb, sources, out, named) == (
        "prepare", ["stock_prices.csv"], Path("prepared/stock_prices"), {"windows": True},
    )  # fmt: skip
    assert dataclasses.asdict(options) == {
        "price_column": "p", "date_column": "d", "ticker_column": "t", "tickers": ("A B", "[/]"),
        "exclude": ("C", "D"), "wide": False, "date_format": "%d/%m/%Y", "max_bytes": 5000, "max_age": 14.0,
        "allow_nonpositive": True, "allow_last_jump": True, "strict": True,
    }  # fmt: skip


def test_every_option_of_the_reader_has_a_flag() -> None:
    from rnn_forecast.prices.fields.read_options import ReadOptions

    known = {field.name for field in dataclasses.fields(ReadOptions)} - {"tickers"} | {"ticker"}
    assert {field.name for field in dataclasses.fields(ReadingChoices)} == known


def test_predict_and_evaluate_find_the_model_by_the_source_s_name(verbs: FakeVerbs) -> None:
    call(["predict", "stock_prices.csv", "-q", "--steps", "5", "--any-ticker", "--wait", "2m"])
    _, (sources, _, model, run), named = verbs.calls[-1]
    assert (sources, model, run.wait) == (["stock_prices.csv"], Path("models/stock_prices"), 120.0)
    assert named == {"steps": 5, "any_ticker": True}
    assert Path("forecasts/stock_prices.csv").is_file()
    call(["evaluate", "stock_prices.csv", "-q", "--from", "2024-01-01", "--to", "2024-02-01"])
    _, (_, _, model, _), named = verbs.calls[-1]
    assert model == Path("models/stock_prices")
    assert named["out"] == Path("evaluations/stock_prices")
    assert (named["span"].since, named["span"].until) == ("2024-01-01", "2024-02-01")


def test_options_of_every_verb_are_on_every_verb() -> None:

    for name, verb in command().commands.items():  # type: ignore[attr-defined]
        parameters = {parameter.name for parameter in verb.params}
        assert {field.name for field in dataclasses.fields(Common)} <= parameters, name


def test_every_option_comes_from_the_environment_by_its_own_name() -> None:

    for verb in command().commands.values():  # type: ignore[attr-defined]
        for parameter in verb.params:
            if parameter.param_type_name == "option":
                flag = next(o for o in parameter.opts if o.startswith("--"))
                own = f"{verb.name}-" if (verb.name, flag) == ("status", "--max-age") else ""
                assert parameter.envvar == "RNN_FORECAST_" + f"{own}{flag[2:]}".replace("-", "_").upper()
                assert parameter.help


SHARED = {  # means the same to every verb, said in its own words
    "RNN_FORECAST_OUT": "where the verb writes",
    "RNN_FORECAST_MODEL": "the model: train writes it, the others read it",
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
    "words", [["--steps", "0"], ["--steps", "-1"], ["--format", "xml"], ["--wait", "long"]]
)
def test_what_cannot_be_is_a_usage_error(verbs: FakeVerbs, words: list[str]) -> None:
    with pytest.raises((typer.BadParameter, UsageError)):
        call(["predict", "stock_prices.csv", *words])
    assert not verbs.calls


@pytest.mark.parametrize("verb", ORDER)
def test_an_option_of_one_value_is_given_once(verbs: FakeVerbs, verb: str) -> None:
    for option in command().commands[verb].params:  # type: ignore[attr-defined]
        if option.param_type_name != "option" or option.multiple:
            continue
        flags = (option.opts[0], *option.secondary_opts)
        words = [flags[0], flags[-1]] if option.is_flag else [flags[0], "1", f"{flags[0]}=2"]
        if not option.is_flag or len(flags) > 1:
            with pytest.raises(UsageError, match=f"{flags[0]}.* is given more than once"):
                call([verb, "a.csv", *words])
    assert not verbs.calls


def test_what_may_be_repeated_or_says_the_same_is_taken(verbs: FakeVerbs) -> None:
    call(["prepare", "stock_prices.csv", "-q", "-q", "--quiet", "--ticker", "A", "--ticker", "B"])
    assert verbs.calls[-1][1][1].tickers == ("A", "B")


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


def test_an_unknown_option_names_the_nearest(verbs: FakeVerbs) -> None:
    with pytest.raises(typer.TyperException) as caught:
        call(["train", "stock_prices.csv", "--lookbak", "3"])
    assert "--lookback" in caught.value.format_message()


@pytest.mark.parametrize(
    ("words", "instead"),
    [(["batch", "a.csv", "--model", "m"], "--global"), (["train", "a.csv", "--out", "m"], "--model")],
)
def test_an_option_of_another_verb_names_the_one_that_does_it_here(words: list[str], instead: str) -> None:
    with pytest.raises(UsageError) as caught:
        call(words)
    assert caught.value.message == f"{words[0]} has no option {words[2]}: here it is {instead}."
    assert caught.value.remedy == f"Try 'rnn-forecast {words[0]} --help'."


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["train", "a.csv", "b.csv"], "--model"),
        (["train", "-"], "--model"),
        (["prepare", "-"], "--out"),
        (["predict", "a.csv", "b.csv"], "--model"),
        (["predict", "a.csv", "b.csv", "--model", "m"], "--out"),
        (["evaluate", "-", "--model", "m"], "--out"),
    ],
)
def test_without_a_name_the_option_that_gives_the_place_is_required(
    verbs: FakeVerbs, words: list[str], option: str
) -> None:
    with pytest.raises(UsageError, match=option):
        call(words)
    assert not verbs.calls


@pytest.mark.parametrize(
    ("words", "said", "example"),
    [
        (["predict", "-"], "--model and --out are required", "--model models/mine --out forecasts/mine.csv."),
        (["predict", "a", "b", "--format", "json"], "--model and --out are", "--out forecasts/mine.json."),
        (["evaluate", "-"], "--model and --out are required", "--model models/mine --out evaluations/mine."),
        (["evaluate", "-", "--model", "m"], "--out is required", "path, such as --out evaluations/mine."),
    ],
)
def test_all_options_that_are_missing_are_named_at_once(
    verbs: FakeVerbs, words: list[str], said: str, example: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(words)
    assert caught.value.message.startswith(said)
    assert caught.value.remedy.endswith(example)


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_missing_source_is_told_before_a_missing_model(verbs: FakeVerbs, verb: str) -> None:
    with pytest.raises(InputError, match=r"nope\.csv: there is no such file"):
        call([verb, "nope.csv"])
    Path("my prices.csv").touch()
    with pytest.raises(InputError) as caught:
        call([verb, "my prices.csv"])
    assert caught.value.message == "There is no model at models/my prices."
    assert caught.value.remedy == "Train one first: rnn-forecast train 'my prices.csv'"
    with pytest.raises(InputError) as caught:
        call([verb, "-", "--model", "m", "--out", "o"])
    assert caught.value.remedy == "Train one first: rnn-forecast train - --model m"
    assert not verbs.calls


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_are_read_as_written(number: int) -> None:
    assert quantities.whole(str(number)) == number


@given(st.floats(allow_nan=False))
def test_numbers_are_read_as_written(number: float) -> None:
    assert quantities.decimal(repr(number)) == number


@given(st.text(max_size=8))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    readers = (
        quantities.whole, quantities.positive, quantities.decimal, quantities.levels, quantities.size,
        quantities.seconds, quantities.days,
    )  # fmt: skip
    for read in readers:
        try:
            read(text)
        except ValueError as error:
            assert "expected" in str(error)


def test_sizes_and_times() -> None:
    sizes = ("1", "500MB", "500M", "4GiB", "2kib", "3 KB")
    assert [quantities.size(s) for s in sizes] == [1, 500_000_000, 500_000_000, 4 * 2**30, 2048, 3000]
    assert [quantities.seconds(t) for t in ("90", "90s", "1.5m", "2h", "1d")] == [90, 90, 90, 7200, 86400]
    assert [quantities.days(t) for t in ("7", "7d", "12h", "2w")] == [7, 7, 0.5, 14]


def test_errors_of_the_command_line_are_ours_or_typer_s() -> None:
    assert not issubclass(typer.BadParameter, ForecastError)
    assert issubclass(typer.BadParameter, typer.TyperException)


def test_every_verb_has_its_place_in_the_order_of_help() -> None:
    program = command()
    assert tuple(program.list_commands(None)) == ORDER  # type: ignore[arg-type]
    assert set(program.commands) == set(ORDER)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("predict ok.csv --model m --out ok.csv", "--out is the source ok.csv."),
        ("predict forecasts/q.csv --model m", "--out is the source forecasts/q.csv."),
        ("predict ok.csv x.csv --model m --out ./forecasts/../x.csv", "--out is the source x.csv."),
        ("predict ok.csv --model m --out link.csv", "--out is the source ok.csv."),
        ("predict link.csv --model m --out ok.csv", "--out is the source link.csv."),
        ("predict ok.csv --model m --out m/model.json", "--out, m/model.json, lies in the model's folder m."),
        ("predict ok.csv --model m --out m/new.csv", "--out, m/new.csv, lies in the model's folder m."),
        ("evaluate ok.csv --model m --out m", "--out is the model m."),
        ("train m/model.json --model m", "--model, m, is the folder that the source m/model.json lies in."),
        ("prepare m/model.json --out m", "--out, m, is the folder that the source m/model.json lies in."),
        ("batch b/forecasts.csv --out b", "--out is the source b/forecasts.csv."),
        ("batch ok.csv --global m --out m/b", "--out, m/b/forecasts.csv, lies in the model's folder m."),
        ("predict ok.csv --model m --log-file ok.csv", "--log-file is the source ok.csv."),
        ("predict ok.csv --model m --out q --log-file q", "--log-file is the --out q."),
        ("predict ok.csv --model m --log-file m/l", "--log-file, m/l, lies in the model's folder m."),
        ("train ok.csv --log-file link.csv", "--log-file is the source ok.csv."),
        ("train ok.csv --recipe r.toml --log-file r.toml", "--log-file is the recipe r.toml."),
        ("prepare ok.csv --log-file ok.csv", "--log-file is the source ok.csv."),
        ("evaluate ok.csv --model m --log-file ok.csv", "--log-file is the source ok.csv."),
        ("backtest ok.csv --log-file ok.csv", "--log-file is the source ok.csv."),
        ("batch ok.csv --out b --log-file ok.csv", "--log-file is the source ok.csv."),
        ("status b --log-file b/ledger.sqlite", "--log-file is the batch's file b/ledger.sqlite."),
    ],
)
def test_nothing_is_written_over_what_is_read(here: Any, folder: Path, words: str, said: str) -> None:
    for name in ("ok.csv", "x.csv", "forecasts/q.csv", "m/model.json", "m/MANIFEST.json", "r.toml",
                 "b/forecasts.csv", "b/ledger.sqlite"):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"what stands in {name}")
    (folder / "link.csv").symlink_to("ok.csv")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, out, errors = here(*words.split())
    assert (code, out) == (2, "")
    option = said.split(maxsplit=1)[0].rstrip(",")
    assert errors.splitlines() == [f"Error: {said}", f"Name another place with {option}."]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "words", ["--out /dev/null --log-file /dev/null", "--out new.csv --log-file new.log"]
)
def test_other_places_and_devices_may_be_written(here: Any, words: str) -> None:
    assert here("predict", "stock_prices.csv", *words.split())[0] == 0


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
