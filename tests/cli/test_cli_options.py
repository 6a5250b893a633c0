"""Options of all verbs: their names, their environment, and what each verb hands to the verbs."""

import dataclasses
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from fakes import FakeVerbs

from rnn_forecast.cli.commands.app import ORDER
from rnn_forecast.cli.main import call, command
from rnn_forecast.cli.options.expand import flat
from rnn_forecast.cli.options.groups import Common, ReadingChoices
from rnn_forecast.cli.options.recipe_options import RecipeChoices


def test_reading_choices_reach_the_reader(verbs: FakeVerbs) -> None:
    Path("closed.txt").write_text("2025-12-24\n2024-12-24  # Christmas Eve\n", encoding="utf-8")
    call([
        "prepare", "stock_prices.csv", "-q", "--price-column", "p", "--date-column", "d",
        "--ticker-column", "t", "--ticker", "A B", "--ticker", "[/]", "--exclude", "C",
        "--exclude", "D", "--date-format", "%d/%m/%Y",
        "--max-bytes", "5kB", "--max-age", "2w", "--allow-nonpositive", "--allow-last-jump",
        "--strict", "--windows", "--decimal", ",", "--columns", "a, b",
        "--calendar", "XNYS", "--holidays", "closed.txt",
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
        "past": (), "known": (), "calendar": "XNYS", "holidays": ("2024-12-24", "2025-12-24"),
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
    own = {
        "status": ("--max-age", "--check", "--ignore", "--max-failures"),
        "export": ("--to",),
        "tune": ("--origins", "--time-limit"),
    }

    for verb in command().commands.values():  # type: ignore[attr-defined]
        for parameter in verb.params:
            if parameter.param_type_name == "option":
                flag = next(o for o in parameter.opts if o.startswith("--"))
                before = f"{verb.name}-" if flag in own.get(verb.name, ()) else ""
                assert parameter.envvar == "RNN_FORECAST_" + f"{before}{flag[2:]}".replace("-", "_").upper()
                assert parameter.help


SHARED = {  # means the same to every verb, said in its own words
    "RNN_FORECAST_OUT": "where the verb writes",
    "RNN_FORECAST_MODEL": "the model: train writes it, the others read it",
    "RNN_FORECAST_RECIPE": "the recipe's file; backtest takes several",
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


def test_two_groups_with_a_field_of_one_name_are_refused() -> None:
    def both(often: Often, recipe: RecipeChoices) -> None: ...

    with pytest.raises(ValueError, match="'refit'"):
        flat(both)


def test_the_age_that_reading_warns_of_does_not_arm_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> Any:
        return command().commands["status"].make_context("status", ["night"]).params["max_age"]  # type: ignore[attr-defined]

    monkeypatch.setenv("RNN_FORECAST_MAX_AGE", "5")
    assert asked() is None
    monkeypatch.setenv("RNN_FORECAST_STATUS_MAX_AGE", "26h")
    assert asked() == 26 * 3600


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
