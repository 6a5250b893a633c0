"""`tune` on the command line: what reaches the verb, and what is said of it."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnn_forecast.cli.main import call
from rnn_forecast.cli.messages.tunings import pace_line, rows, sentences, tuned
from rnn_forecast.errors import UsageError
from rnn_forecast.recipe import Recipe
from rnn_forecast.tuning.halving import Pace
from rnn_forecast.tuning.one_standard_error import Choice
from rnn_forecast.tuning.standings import Row, Standings
from rnn_forecast.tuning.trial import Measured
from rnn_forecast.verbs import tune as verb_tune
from rnn_forecast.verbs.tune import Tuned, Wish

SEEN = Measured(dict.fromkeys(range(5), 0.99), 12.4)


def row(trial: int, score: float, gain: tuple[float, float] | None, cost: int = 1000, **values: Any) -> Row:
    numbers = (score, 0.004, *gain) if gain else (score, None, None, None)
    told = {"cell": "simple_rnn", "lookback": 60, **values}
    return Row(trial, told, "scored" if gain else "dropped", *numbers, cost, SEEN)


GIVEN = row(0, 0.993, (0.0, 0.0))
GRU = row(1, 0.981, (0.012, 0.003), cell="gru", lookback=40)
SMALL = row(2, 0.994, (-0.001, 0.002), 100, lookback=10)
DROPPED = row(3, 1.02, None, cell="lstm")


def found(choice: Choice, *, done: bool = True) -> Tuned:
    spans = [("2024-01-02", "2024-03-01")] * 5
    searched = {"cell": ("simple_rnn", "gru"), "lookback": (10, 40, 60)}
    stands = Standings([GIVEN, GRU, SMALL, DROPPED], choice)
    return Tuned(stands, Recipe(), searched, spans, 60.0, done, Path("tuned/a"))


CHANGED, KEPT, BEATEN = Choice(1, 1, (1,)), Choice(0, 1, (0, 1, 2)), Choice(0, 0, (0,))


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (found(CHANGED), [
            "cell gru, lookback 40: 0.981 of the last value's RMSE, better by 0.0120 ± 0.0030 than the "
            "recipe as it is (0.993)",
            "it was chosen among 3 trials, which flatters it: what it is worth, the test part says",
        ]),
        (found(KEPT), [
            "keep the recipe as it is (0.993 of the last value's RMSE): none of 3 trials was better by more "
            "than its error (the best, cell gru, lookback 40: by 0.0120 ± 0.0030)",
            "as good within its error, at 1/10 of the work: lookback 10 (0.994)",
        ]),
        (found(BEATEN, done=False), [
            "keep the recipe as it is (0.993 of the last value's RMSE): none of 3 trials was better",
            "the time was up before all trials were scored: the same command goes on with the others, for as "
            "long again",
        ]),
    ],
)  # fmt: skip
def test_what_is_chosen_is_said_in_words(result: Tuned, lines: list[str]) -> None:
    assert [*sentences(result)] == lines
    assert tuned(result, "next").line == lines[0]


def test_a_search_of_one_trial_or_of_none_is_said_so() -> None:
    alone = replace(found(BEATEN), standings=Standings([GIVEN], Choice(0, 0, (0,))))
    assert [*sentences(alone)] == [
        "keep the recipe as it is (0.993 of the last value's RMSE): no other was scored"
    ]
    two = replace(found(BEATEN), standings=Standings([GIVEN, DROPPED], Choice(0, 0, (0,))))
    assert next(sentences(two)).endswith(": the other one was not better")


def test_work_has_no_exponent_and_a_trial_that_failed_is_named() -> None:
    tiny = replace(SMALL, multiply_adds=8)
    bad = replace(DROPPED, outcome="failed", measured=Measured(failed="The loss is not finite."))
    result = replace(found(KEPT), standings=Standings([GIVEN, GRU, tiny, bad], KEPT))
    assert [*sentences(result)][1:] == [
        "as good within its error, at 1/125 of the work: lookback 10 (0.994)",
        "1 trial failed, the first by this: The loss is not finite",
    ]
    heavy = replace(found(KEPT), standings=Standings([GIVEN, replace(GRU, multiply_adds=125_000)], KEPT))
    assert [line[4] for line in rows(heavy)] == ["work", "1.0", "125"]


def test_the_table_has_the_given_recipe_and_marks_the_chosen_one() -> None:
    from rich.console import Console

    table = [*rows(found(CHANGED))]
    assert [(line[0], line[1]) for line in table[1:]] == [("", "0"), ("*", "1"), ("", "2")]
    console = Console(file=io.StringIO(), width=80)
    paint = tuned(found(CHANGED), "next").paint
    assert paint is not None
    console.print(paint())
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in shown
    assert "2 of them scored at all 5 blocks of origins" in " ".join(shown.split())


def test_the_pace_in_a_line() -> None:
    assert pace_line(Pace(12, 95, 4, 7, 0.98123)) == "12 of 95 fits, best so far trial 7: 0.981"
    assert pace_line(Pace(5, 95, 0, 0, 1.0)).endswith("best so far the recipe as it is: 1.000")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Any, ...]]:
    """What `tune` was called with, instead of what it does."""
    made: list[tuple[Any, ...]] = []

    def fake(sources: Any, options: Any, recipe: Any, out: Path, run: Any, *, wish: Wish) -> Tuned:
        run.on_trial(Pace(5, 17, 0, 0, 1.0))
        made.append((sources, recipe, out, wish))
        return found(CHANGED)

    monkeypatch.setattr(verb_tune, "tune", fake)
    monkeypatch.chdir(tmp_path)
    return made


def test_without_options_the_wish_is_the_default_one(calls: list[Any]) -> None:
    call(["tune", "stock_prices.csv", "-q"])
    assert calls == [(["stock_prices.csv"], Recipe(), Path("tuned/stock_prices"), Wish())]


def test_every_option_reaches_the_verb(
    calls: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNN_FORECAST_ORIGINS", "9")  # backtest's: another thing
    words = ["--search", "cell,units=8,16", "--search", "skip", "--trials", "7", "--time-limit", "30m"]
    call(["tune", "a.csv", *words, "--origins", "6", "--units", "9", "--out", "best.toml"])
    ((_, recipe, out, wish),) = calls
    assert wish == Wish(("cell,units=8,16", "skip"), 7, 6, 1800.0)
    assert (recipe.network.units, out) == (9, Path("best.toml"))
    told = capsys.readouterr().err.splitlines()
    assert told == [*sentences(found(CHANGED))]
    monkeypatch.setenv("RNN_FORECAST_SEARCH", "cell,units=8,16")
    call(["tune", "a.csv", "-q"])
    assert calls[1][3] == Wish(("cell", "units=8", "16"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--origins", "4"], "--origins must be"),
        (["--out", "a.csv"], "--out is the source"),
        (["b.csv"], "--out is required"),
    ],
)
def test_what_cannot_be_is_refused(calls: list[Any], words: list[str], message: str) -> None:
    Path("a.csv").touch()
    with pytest.raises(UsageError, match=message):
        call(["tune", "a.csv", *words])
    assert not calls
