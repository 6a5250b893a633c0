"""`backtest` and `evaluate --audit` on the command line: what reaches the verb, and what is said of it."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import METRICS, FakeVerbs

from rnn_forecast.cli.commands.app import valued
from rnn_forecast.cli.main import call
from rnn_forecast.cli.messages.results import evaluated
from rnn_forecast.errors import UsageError
from rnn_forecast.fitting.parallel_fits import FitEpoch
from rnn_forecast.report.sentences import epoch_line
from rnn_forecast.verbs import backtest as verb_backtest
from rnn_forecast.verbs import recipes_compared as verb_compared
from rnn_forecast.windows.rolling_origins import Plan

MODELS = [
    {"trained_until": "2024-01-02", "shrinkage": [0.0, 0.5]},
    {"trained_until": "2024-02-01", "shrinkage": [0.0]},
]
BACKTEST = {**METRICS, "backtest": {"origins": 40, "every": 1, "models": MODELS}}
AUDIT = {**METRICS, "audit": {"origins": 20, "compared": 1240, "changed": 0}}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Any, ...]]:
    """What `backtest` was called with, instead of what it does."""
    made: list[tuple[Any, ...]] = []

    def fake(sources: Any, options: Any, recipe: Any, run: Any, *, plan: Plan, out: Path) -> Any:
        run.on_epoch(FitEpoch(0, 3, 0.5, 0.9, 0.1, 10, model=1, models=2, share=0.6))
        made.append((sources, options, recipe, plan, out))
        return SimpleNamespace(metrics=BACKTEST, out=out, to_json=lambda: BACKTEST, risk=())

    monkeypatch.setattr(verb_backtest, "backtest", fake)
    monkeypatch.chdir(tmp_path)
    return made


def test_without_options_the_plan_is_the_default_one(calls: list[Any]) -> None:
    call(["backtest", "stock_prices.csv", "-q"])
    sources, _, recipe, plan, out = calls[0]
    assert (sources, plan, out) == (["stock_prices.csv"], Plan(), Path("backtests/stock_prices"))
    assert recipe.training.refit is False


@pytest.mark.parametrize("words", [["--refit"], ["--recipe", "r.toml"], ["--no-refit"]])
def test_refit_is_the_recipe_s_and_refit_every_says_how_often(calls: list[Any], words: list[str]) -> None:
    Path("r.toml").write_text("[training]\nrefit = true\n")
    call(["backtest", "a.csv", "-q", "--origins", "30", "--every", "5", "--refit-every", "10", *words,
          "--lookback", "20", "--out", "x"])  # fmt: skip
    sources, _, recipe, plan, out = calls[0]
    assert (sources, plan, out) == (["a.csv"], Plan(30, 5, 10), Path("x"))
    assert (recipe.training.refit, recipe.window.lookback) == ("--no-refit" not in words, 20)


@pytest.mark.parametrize("words", [["--refit", "20"], ["--refit=20"], ["--refit", "20", "-q"]])
def test_a_number_after_refit_names_the_option_that_takes_one(calls: list[Any], words: list[str]) -> None:
    for line in (["backtest", "a.csv", *words], ["backtest", *words, "a.csv"]):
        with pytest.raises(UsageError) as caught:
            call(line)
        assert caught.value.remedy == "Give --refit-every 20."
    assert not calls


def test_a_file_that_is_a_number_may_follow_refit(calls: list[Any]) -> None:
    Path("20").touch()
    call(["backtest", "--refit", "20", "-q"])
    assert (calls[0][0], calls[0][2].training.refit, calls[0][3]) == (["20"], True, Plan())


def test_the_environment_says_how_often_under_a_name_of_its_own(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNN_FORECAST_REFIT", "true")
    monkeypatch.setenv("RNN_FORECAST_REFIT_EVERY", "7")
    call(["backtest", "a.csv", "-q"])
    assert (calls[0][2].training.refit, calls[0][3]) == (True, Plan(refit_every=7))


def test_what_cannot_be_is_refused_before_anything_is_read(calls: list[Any]) -> None:
    with pytest.raises(UsageError, match="--refit-every must be a whole number, at least 0, got -1"):
        call(["backtest", "a.csv", "--refit-every", "-1"])
    with pytest.raises(UsageError, match="--out"):
        call(["backtest", "a.csv", "b.csv"])
    assert not calls


def test_audit_reaches_the_verb(verbs: FakeVerbs) -> None:
    call(["evaluate", "stock_prices.csv", "-q", "--audit"])
    assert verbs.calls[-1][2]["audit"] is True
    for full in ("full", "FULL", "Full"):
        for words in (["stock_prices.csv", "--audit", full], ["--audit", full, "stock_prices.csv"]):
            call(["evaluate", "-q", *words])
            assert verbs.calls[-1][1][0] == ["stock_prices.csv"]
            assert verbs.calls[-1][2]["audit"] == "full"
    call(["evaluate", "stock_prices.csv", "-q"])
    assert verbs.calls[-1][2]["audit"] is False


def test_an_epoch_says_which_fit_it_is_of() -> None:
    epoch = FitEpoch(0, 3, 0.5, None, 0.1, 10, model=1, models=2, share=0.6)
    assert epoch_line(epoch) == "model 2/2 member 1 epoch 3/10 loss 0.5000"


def test_the_one_line_says_what_the_audit_found_and_ends_in_the_verdict() -> None:
    said = evaluated(SimpleNamespace(metrics=AUDIT, to_json=lambda: AUDIT, risk=()), Path("e"))
    assert said.line.startswith(
        "leak audit: all prices after 20 origins changed, 0 of 1,240 forecasts moved; forecast 2.013 vs last"
    )
    assert said.line.endswith("no better than last value (p = 0.41)")


def test_the_tables_say_what_the_models_and_the_audit_were() -> None:
    from rich.console import Console

    from rnn_forecast.cli.messages.tables import scored_tables

    console = Console(file=io.StringIO(), width=120)
    console.print(scored_tables({**BACKTEST, **AUDIT}, "b", whole=True))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert (
        "40 origins, 2 models trained until 2024-01-02 to 2024-02-01, 1 of them without the network" in shown
    )
    assert "leak audit: all prices after 20 origins changed, 0 of 1,240 forecasts moved" in shown


@pytest.mark.parametrize(
    ("words", "audit"),
    [
        (["--audit", "full", "stock_prices.csv"], "full"),
        (["stock_prices.csv", "--audit=full"], "full"),
        (["--audit", "stock_prices.csv"], True),
        (["stock_prices.csv", "--audit"], True),
    ],
)
def test_audit_may_stand_alone_or_be_full(verbs: FakeVerbs, words: list[str], audit: object) -> None:
    call(["evaluate", "-q", *words])
    assert verbs.calls[-1][2]["audit"] == audit
    assert verbs.calls[-1][1][0] == ["stock_prices.csv"]


def test_behind_two_dashes_there_are_only_files() -> None:
    assert valued("evaluate", ["--audit", "--", "--audit"]) == ["--audit=forecasts", "--", "--audit"]


def test_the_environment_still_says_whether_to_audit(
    verbs: FakeVerbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word, audit in (("1", True), ("false", False), ("full", "full")):
        monkeypatch.setenv("RNN_FORECAST_AUDIT", word)
        call(["evaluate", "stock_prices.csv", "-q"])
        assert verbs.calls[-1][2]["audit"] == audit


BETWEEN = [
    {"one": "gru", "other": "lstm", "rmse_ratio": 0.99, "dm_p_value": 0.01, "verdict": "better",
     "q_value": 0.03},
    {"one": "gru", "other": "rnn", "rmse_ratio": 0.98, "dm_p_value": 0.2, "verdict": "no better",
     "q_value": 0.2},
    {"one": "lstm", "other": "rnn", "rmse_ratio": 1.0, "dm_p_value": None, "verdict": "same forecast",
     "q_value": None},
]  # fmt: skip


@pytest.fixture
def compared(calls: list[Any], monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What `compare_recipes` was called with; recipe files of three cells."""
    made: list[tuple[Any, ...]] = []

    def fake(sources: Any, options: Any, recipes: Any, run: Any, *, plan: Plan, out: Path) -> Any:
        made.append((sources, recipes, plan, out))
        held = {**BACKTEST, "intervals": {"95": {"coverage": 0.94}}}
        each = {name: SimpleNamespace(metrics=held) for name in ("gru", "lstm", "rnn")}
        return SimpleNamespace(by_recipe=each, between=BETWEEN, to_json=lambda: {"between": BETWEEN})

    monkeypatch.setattr(verb_compared, "compare_recipes", fake)
    for name, cell in (("rnn", "simple_rnn"), ("lstm", "lstm"), ("gru", "gru")):
        Path(f"{name}.toml").write_text(f'[network]\ncell = "{cell}"\n[training]\nepochs = 3\n')
    return made


def test_several_recipes_are_compared_and_what_else_is_said_goes_for_each(
    calls: list[Any], compared: list[Any]
) -> None:
    words = ["--recipe", "rnn.toml", "--recipe", "./lstm.toml", "--recipe", "gru.toml", "--units", "7"]
    call(["backtest", "a.csv", "-q", "--origins", "30", *words])
    ((sources, recipes, plan, out),) = compared
    assert (sources, plan, out) == (["a.csv"], Plan(30), Path("backtests/a"))
    assert {name: one.network.cell for name, one in recipes.items()} == {
        "rnn": "simple_rnn", "lstm": "lstm", "gru": "gru"
    }  # fmt: skip
    assert {(one.training.epochs, one.network.units) for one in recipes.values()} == {(3, 7)}
    call(["backtest", "a.csv", "-q", "--recipe", "gru.toml"])
    assert (len(compared), calls[0][2].network.cell) == (1, "gru")


def test_two_recipes_of_one_name_are_refused(compared: list[Any]) -> None:
    Path("other").mkdir()
    Path("other/gru.toml").write_text("")
    with pytest.raises(UsageError, match="two recipes are called gru"):
        call(["backtest", "a.csv", "--recipe", "gru.toml", "--recipe", "other/gru.toml"])
    assert not compared


def test_a_comparison_in_one_line_and_what_is_sure(
    compared: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    call(["backtest", "a.csv", "--recipe", "rnn.toml", "--recipe", "gru.toml"])
    line, held = capsys.readouterr().err.splitlines()
    assert line == (
        "gru 2.013, lstm 2.013, rnn 2.013, last value 2.009 RMSE; better than last value: none; "
        "gru better than lstm (q = 0.03)"
    )
    assert held == "95 % bands held: gru 94.0 %, lstm 94.0 %, rnn 94.0 %"
    call(["backtest", "a.csv", "--recipe", "rnn.toml", "--recipe", "gru.toml", "--json"])
    assert json.loads(capsys.readouterr().out) == {"between": BETWEEN}
    assert len(compared) == 2


def test_a_chance_that_is_next_to_nothing_is_said_as_everywhere_else() -> None:
    from rnn_forecast.cli.messages.comparisons import pair_lines

    sure: Any = [row | {"dm_p_value": 1e-9, "q_value": 3e-9} for row in BETWEEN[:2]]
    first, *_, last = pair_lines(sure)
    assert first == "gru better than lstm (ratio 0.9900, p < 0.001)"
    assert "gru better than lstm (q < 0.001)" in last


def test_a_comparison_fits_a_narrow_terminal(compared: list[Any], tmp_path: Path) -> None:
    from rich.console import Console

    from rnn_forecast.cli.messages.comparisons import said
    from rnn_forecast.verbs.recipes_compared import compare_recipes

    found = compare_recipes([], None, {}, None, plan=None, out=None)  # type: ignore[arg-type]
    console = Console(file=io.StringIO(), width=80)
    paint = said(found, Path("b")).paint
    assert paint is not None
    console.print(paint())
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in shown
    assert "gru better than lstm (ratio 0.9900, p = 0.01)" in shown
    assert "lstm is the same forecast as rnn" in shown
    assert "after Benjamini-Hochberg gru better than lstm (q = 0.03)" in shown
