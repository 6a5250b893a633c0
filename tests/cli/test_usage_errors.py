"""Command lines that cannot be meant, and what is said of them."""

import pytest
import typer
from fakes import FakeVerbs

from rnn_forecast.cli.commands.app import ORDER
from rnn_forecast.cli.main import call, command
from rnn_forecast.errors import ForecastError, UsageError


@pytest.mark.parametrize(
    "words", [["--steps", "0"], ["--steps", "-1"], ["--format", "xml"], ["--wait", "long"]]
)
def test_what_cannot_be_is_a_usage_error(verbs: FakeVerbs, words: list[str]) -> None:
    with pytest.raises((typer.BadParameter, UsageError)):
        call(["predict", "stock_prices.csv", *words])
    assert not verbs.calls


@pytest.mark.parametrize("verb", [verb for verb in ORDER if verb != "schema"])
def test_a_verb_alone_is_a_usage_error(verbs: FakeVerbs, verb: str) -> None:
    with pytest.raises(typer.BadParameter, match="Missing parameter"):
        call([verb])
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


def test_errors_of_the_command_line_are_ours_or_typer_s() -> None:
    assert not issubclass(typer.BadParameter, ForecastError)
    assert issubclass(typer.BadParameter, typer.TyperException)
