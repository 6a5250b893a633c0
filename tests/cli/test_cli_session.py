"""What is said, and where: off a terminal, on one, as JSON, to a log."""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from fakes import METRICS, environ, table

from rnn_forecast.forecasts.formats import write_table

FAKES = str(Path(__file__).with_name("fakes.py"))
VERBS = ("prepare", "train", "predict", "evaluate")
VERDICT = "forecast 2.013 vs last value 2.009 RMSE: no better than last value (p = 0.41)"


@pytest.mark.parametrize("verb", VERBS)
def test_off_a_terminal_a_verb_says_one_line(here: Any, verb: str) -> None:
    code, out, errors = here(verb, "stock_prices.csv", plan={"epochs": 3, "tell": ["the prices are odd"]})
    assert (code, out) == (0, "")
    *above, line = errors.splitlines()
    assert len(above) == (verb == "predict")  # its one ticker
    assert line.endswith(" (the prices are odd)")
    two = here(verb, "stock_prices.csv", plan={"tell": ["odd.", "older than a week."]})[2]
    assert two.splitlines()[-1].endswith(" (2 notices; see --verbose)")
    if verb in ("train", "evaluate"):
        assert VERDICT in line


@pytest.mark.parametrize(
    ("told", "doubted", "end"),
    [
        ([], ["a jump."], " (warning: a jump)"),
        (["odd."], ["a jump."], " (warning: a jump; 1 notice; see --verbose)"),
        ([], ["a jump.", "a gap."], " (2 warnings, the first: a jump; see --verbose)"),
        (["a", "b", "c"], ["a jump."], " (warning: a jump; 3 notices; see --verbose)"),
    ],
)
def test_a_warning_is_not_lost_among_notices(
    here: Any, told: list[str], doubted: list[str], end: str
) -> None:
    words = ("train", "stock_prices.csv", "--log-file", "x.log")
    (line,) = here(*words, plan={"tell": told, "doubt": doubted})[2].splitlines()
    assert line.endswith(end)
    kinds = [line.split()[1] for line in Path("x.log").read_text().splitlines()]
    assert (kinds.count("warning"), kinds.count("notice")) == (len(doubted), len(told))


def test_the_only_notice_stays_on_the_one_line(here: Any) -> None:
    (line,) = here("prepare", "stock_prices.csv", plan={"tell": ["\x1b[2J\nodd."]})[2].splitlines()
    assert line.endswith(r" (\x1b[2J\nodd)")


@pytest.mark.parametrize("verb", ["train", "evaluate"])
@pytest.mark.parametrize("shrinkage", [[0.0, 0.0], [0.0, 0.5], [0.0]])
def test_the_one_line_says_when_the_forecast_is_the_last_value(
    here: Any, verb: str, shrinkage: list[float]
) -> None:
    (line,) = here(verb, "stock_prices.csv", plan={"metrics": {"shrinkage": shrinkage}})[2].splitlines()
    said = " (validation found nothing to trust; the forecast is the last value)"
    assert line.endswith(VERDICT + ("" if any(shrinkage) else said))


@pytest.mark.parametrize("verb", VERBS)
def test_quiet_is_quiet(here: Any, verb: str) -> None:
    assert here(verb, "stock_prices.csv", "--quiet", plan={"epochs": 3, "tell": ["odd"]}) == (0, "", "")


@pytest.mark.parametrize("verb", VERBS)
def test_json_is_one_object_on_standard_output(here: Any, verb: str) -> None:
    record = {"x": [1.5, None, "[/] \x1b"]}
    code, out, errors = here(verb, "stock_prices.csv", "--json", "-q", plan={"record": record})
    assert (code, errors, out.count("\n")) == (0, "", 1)
    assert json.loads(out)["x"] == record["x"]


def test_verbose_says_every_notice_and_epoch_made_harmless(here: Any) -> None:
    _, _, errors = here(
        "train", "stock_prices.csv", "-v", plan={"epochs": 2, "tell": ["\x1b[2J\nticker [/]"]}
    )
    assert errors.splitlines() == [
        "\\x1b[2J\\nticker [/]",
        "member 1 epoch 1/2 loss 1.000 validation 0.9000",
        "member 1 epoch 2/2 loss 0.5000 validation 0.9000",
        f"trained models/stock_prices: {VERDICT}",
    ]


def test_the_log_file_is_appended_to_with_utc_times(here: Any) -> None:
    words = ("stock_prices.csv", "-q", "--log-file", "x.log")
    for verb in ("train", "predict"):
        assert here(verb, *words, plan={"tell": ["odd\n"]})[0] == 0
    here("train", *words, plan={"raise": "DataError"})
    lines = Path("x.log").read_text().splitlines()
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (start|notice|done|error) ")
    assert all(form.match(line) for line in lines)
    assert [line.split()[1] for line in lines] == [*("start", "notice", "done") * 2, "start", "error"]
    assert lines[-1].endswith("TSLA has 41 prices; lookback 60 needs 61. Lower --lookback or add rows.")


def test_a_log_file_that_cannot_be_is_an_error_before_anything_is_done(here: Any) -> None:
    assert here("train", "stock_prices.csv", "--log-file", "no/such/x.log")[0] == 73
    assert here("train", "stock_prices.csv", "--log-file", "/dev/full")[0] == 74
    assert not Path("started").exists()


@pytest.mark.parametrize(
    ("words", "name", "form"),
    [
        ([], "forecasts/stock_prices.csv", "csv"),
        (["--format", "jsonl"], "forecasts/stock_prices.jsonl", "jsonl"),
        (["--out", "a/b.parquet"], "a/b.parquet", "parquet"),
        (["--out", "b.csv", "--format", "json"], "b.csv", "json"),
        (["--out", "b.txt"], "b.txt", "csv"),
        (["--out", "b"], "b", "csv"),
        (["--out", "B.JSONL"], "B.JSONL", "jsonl"),
        (["--out", "b.xlsx", "--format", "csv"], "b.xlsx", "csv"),  # what was said is meant
    ],
)
def test_the_table_is_written_where_and_as_asked(here: Any, words: list[str], name: str, form: str) -> None:
    assert here("predict", "stock_prices.csv", *words)[0] == 0
    assert Path(name).read_bytes() == write_table(table(), form)


@pytest.mark.parametrize(
    ("words", "name", "form"),
    [
        (["--out", "b.csv.gz"], "b.csv.gz", "csv"),
        (["--out", "b.JSON.GZ"], "b.JSON.GZ", "json"),
        (["--out", "b.gz"], "b.gz", "csv"),
        (["--out", "b.gz", "--format", "parquet"], "b.gz", "parquet"),
    ],
)
def test_a_name_that_ends_in_gz_is_compressed_and_says_no_time(
    here: Any, words: list[str], name: str, form: str
) -> None:
    assert here("predict", "stock_prices.csv", *words)[0] == 0
    data = Path(name).read_bytes()
    assert gzip.decompress(data) == write_table(table(), form)
    assert data[4:8] == bytes(4)


@pytest.mark.parametrize("name", ["x.xlsx", "x.feather", "x.tsv", "x.csv.bz2", "x.xlsx.gz", "BRK.B"])
def test_an_ending_that_means_no_format_of_ours_is_refused(here: Any, name: str) -> None:
    code, _, errors = here("predict", "stock_prices.csv", "--out", name)
    assert code == 2
    assert ".csv, .json, .jsonl, .parquet or .txt, also with .gz, or have no ending, got " + name in errors
    assert not Path(name).exists() and not Path("started").exists()


@pytest.mark.parametrize(
    "words", [["--out", "x/"], ["--out", "x/."], ["--out", "x/.."], ["--log-file", "x/"]]
)
def test_a_folder_where_a_file_is_meant_is_refused(here: Any, words: list[str]) -> None:
    code, _, errors = here("predict", "stock_prices.csv", *words)
    assert code == 2
    assert f"expected a file, got the folder '{words[1]}'; name a file in it" in errors
    assert not Path("x").exists() and not Path("started").exists()


@pytest.mark.parametrize("verb", ["predict", "batch"])
def test_steps_are_bounded_and_the_bound_is_said(here: Any, verb: str) -> None:
    for steps in ("10001", "10000000", "999999999999999999"):
        code, _, errors = here(verb, "stock_prices.csv", "--out", "x", "--steps", steps)
        assert code == 2
        assert f"at least 1, at most 10,000, got '{steps}'" in errors
    assert not Path("started").exists()


def test_standard_output_holds_the_table_and_nothing_else(here: Any) -> None:
    words = ("predict", "stock_prices.csv", "--out", "-")
    _, out, errors = here(*words, "--format", "jsonl", plan={"tell": ["odd"]})
    assert out.encode() == write_table(table(), "jsonl")
    assert len(errors.splitlines()) == 1
    assert not Path("forecasts").exists()
    assert here(*words, "--json")[:2] == (2, "")


def on_terminal(folder: Path, *words: str, plan: dict[str, Any], **environment: str) -> tuple[str, int]:
    """What a terminal of 100 columns shows, escape sequences included, and the exit code."""
    child = pexpect.spawn(
        sys.executable, [FAKES, *words], cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(40, 100),
        env={**environ(), "TERM": "xterm-256color", "FAKE": json.dumps(plan), **environment},
    )  # fmt: skip
    shown = child.read()
    child.close()
    return shown, child.exitstatus


def plain(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)


def test_data_on_a_terminal_stands_on_lines_of_its_own(folder: Path) -> None:
    plan = {"sleep": 0.3, "tell": [f"odd {i}" for i in range(12)]}
    shown, code = on_terminal(folder, "predict", "stock_prices.csv", "--out", "-", plan=plan)
    before, header, after = shown.partition("ticker,origin,")
    assert (code, header) == (0, "ticker,origin,")
    assert "Forecasting" in before and before.endswith("\x1b[2K")  # the bar's line is cleared
    assert "Forecasting" not in after and "and 2 more notices" in after
    assert plain(after).count("2024-03-04") == 1  # no table with the same rows follows


def test_a_terminal_shows_epochs_scores_verdict_and_what_to_type_next(folder: Path) -> None:
    (folder / "my prices.csv").write_text("price\n1\n")
    metrics = {"shrinkage": [0.0]}
    plan = {"epochs": 6, "pace": 0.15, "tell": ["a notice with [/] in it"], "metrics": metrics}
    shown, code = on_terminal(folder, "train", "my prices.csv", plan=plan)
    text = plain(shown)
    assert code == 0
    assert "Training" in text and "loss 0.5000" in text and "validation 0.9000" in text
    assert "a notice with [/] in it" in text
    assert re.search(r"forecast +2\.013 ", text) and re.search(r"last value +2\.009 ", text)
    assert VERDICT in text
    assert "so its forecast is the last value" in text
    assert "next: rnn-forecast predict 'my prices.csv'" in text


def test_a_terminal_shows_forecasts_and_the_last_prices(folder: Path) -> None:
    shown, code = on_terminal(folder, "predict", "stock_prices.csv", plan={"ticker": "[/]\x1b[2J"})
    assert code == 0
    assert "[/]\\x1b[2J" in plain(shown) and "\x1b[2J" not in shown
    assert "2024-03-04" in shown and "100.25" in shown
    assert "the last 3 prices and the forecast; dotted: the 80 % band" in plain(shown)
    assert any(0x2800 < ord(c) < 0x2900 for c in shown) and "▁" not in shown
    shown, code = on_terminal(folder, "predict", "stock_prices.csv", "--no-picture", plan={})
    assert "▁" in shown and not any(0x2800 < ord(c) < 0x2900 for c in shown)
    shown, code = on_terminal(folder, "predict", "stock_prices.csv", plan={}, TERM="linux")
    assert code == 0 and "*" in shown and not any(0x2800 < ord(c) < 0x2900 for c in shown)


@pytest.mark.parametrize("verb", ["prepare", "evaluate"])
def test_a_terminal_shows_tables(folder: Path, verb: str) -> None:
    shown, code = on_terminal(folder, verb, "stock_prices.csv", plan={"record": {"windows": {"[/x]": 7}}})
    assert code == 0
    assert (VERDICT if verb == "evaluate" else "[/x]") in plain(shown)


@pytest.mark.parametrize(("tickers", "width"), [(1, ", 1.451 wide on average"), (2, "")])
def test_widths_of_different_shares_are_not_averaged(folder: Path, tickers: int, width: str) -> None:
    untold = {"coverage": None}
    bands = {"80": {"coverage": 0.871, "mean_width": 1.451, "tests": untold}}
    found = {"tickers": tickers, "intervals": bands}
    shown, code = on_terminal(folder, "evaluate", "stock_prices.csv", plan={"metrics": found})
    (line,) = (line for line in plain(shown).splitlines() if line.startswith("80 %"))
    assert (code, line) == (0, f"80 % interval: held 87.1 % of the prices{width}")


def test_a_terminal_may_be_quiet_dumb_or_ascii(folder: Path) -> None:
    assert on_terminal(folder, "train", "stock_prices.csv", "-q", plan={"epochs": 3}) == ("", 0)
    dumb, _ = on_terminal(folder, "train", "stock_prices.csv", plan={"epochs": 3}, TERM="dumb")
    assert dumb.splitlines() == [f"trained models/stock_prices: {VERDICT}"]
    plan = {"ticker": "株"}
    shown, code = on_terminal(folder, "predict", "stock_prices.csv", plan=plan, PYTHONIOENCODING="ascii")
    assert code == 0, shown


def test_an_error_on_a_terminal_takes_the_bar_away_first(folder: Path) -> None:
    shown, code = on_terminal(folder, "train", "stock_prices.csv", plan={"epochs": 2, "raise": "DataError"})
    assert code == 65
    assert plain(shown).splitlines()[-2:] == [
        "Error: TSLA has 41 prices; lookback 60 needs 61.", "Lower --lookback or add rows.",
    ]  # fmt: skip
    coloured = "\x1b[1;31mError:\x1b[0m"
    assert coloured in shown
    plan = {"raise": "DataError"}
    assert coloured not in on_terminal(folder, "train", "stock_prices.csv", plan=plan, NO_COLOR="1")[0]


@pytest.mark.parametrize("verb", VERBS)
def test_quiet_lets_warnings_through(here: Any, verb: str) -> None:
    plan = {"epochs": 3, "tell": ["odd"], "doubt": ["a \x1b jump.", "a gap."]}
    code, out, errors = here(verb, "stock_prices.csv", "--quiet", plan=plan)
    assert (code, out, errors) == (0, "", "warning: a \\x1b jump.\nwarning: a gap.\n")
    line = here(verb, "stock_prices.csv", plan=plan)[2].splitlines()[-1]
    assert line.endswith("(2 warnings, the first: a \\x1b jump; 1 notice; see --verbose)")


def test_quiet_says_ten_warnings_and_how_many_more(here: Any) -> None:
    plan = {"doubt": [f"jump {n}." for n in range(25)]}
    errors = here("train", "stock_prices.csv", "-q", plan=plan)[2].splitlines()
    assert errors[:10] == [f"warning: jump {n}." for n in range(10)]
    assert errors[10:] == ["and 15 more warnings; -v names all, --log-file FILE gets all of them"]


def test_verbose_and_the_log_get_every_line_that_a_warning_sums_up(here: Any) -> None:
    lines = [f"jump {n}." for n in range(25)]
    plan = {"doubt": [["jump 0, and 24 more like it.", *lines]]}
    words = ("train", "stock_prices.csv", "--log-file", "x.log")
    assert here(*words, plan=plan)[2].endswith(" (warning: jump 0, and 24 more like it; see --verbose)\n")
    logged = [line.partition(" warning ")[2] for line in Path("x.log").read_text().splitlines()]
    assert [line for line in logged if line] == lines
    assert here(*words, "-q", plan=plan)[2] == "warning: jump 0, and 24 more like it.\n"
    for chosen in (["-q", "-v"], ["-v"]):
        shown = here(*words, *chosen, plan=plan)[2].splitlines()
        assert [line for line in shown if line.startswith("warning")] == [f"warning: {one}" for one in lines]


def test_quiet_says_warnings_before_the_error(here: Any) -> None:
    code, _, errors = here(
        "train", "stock_prices.csv", "-q", plan={"doubt": ["a jump."], "raise": "DataError"}
    )
    assert code == 65
    assert [line.split(":")[0] for line in errors.splitlines()[:2]] == ["warning", "Error"]


def test_a_quiet_terminal_shows_warnings(folder: Path) -> None:
    shown, code = on_terminal(
        folder, "train", "stock_prices.csv", "-q", plan={"epochs": 3, "doubt": ["a jump."]}
    )
    assert (code, shown.splitlines()) == (0, ["warning: a jump."])


BANDS = {
    "80": {
        "coverage": 0.9, "mean_width": 1.451,
        "tests": {
            "coverage": 0.9, "coverage_from": 0.8, "coverage_to": 0.95, "p_clusters": 0.04,
            "missed_after_miss": 0.5, "days": 40, "unit": "day",
        },
    }
}  # fmt: skip
HELD = "80 % bands held 90.0 % of 40 days (between 80.0 and 95.0); their misses came in clusters (p = 0.04)"


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_bands_have_a_line_below_the_table(folder: Path, verb: str) -> None:
    plan = {"metrics": {"intervals": BANDS, "by_step": METRICS["by_step"][:1]}}
    shown, code = on_terminal(folder, verb, "stock_prices.csv", plan=plan)
    assert code == 0
    assert f"{HELD}; 1.451 wide on average" in " ".join(plain(shown).split())


def test_off_a_terminal_evaluate_has_a_second_line_and_train_none(here: Any) -> None:
    plan = {"metrics": {"intervals": BANDS}}
    lines = here("evaluate", "stock_prices.csv", "--log-file", "log", plan=plan)[2].splitlines()
    held = HELD.replace(" (between", " one step ahead (between")
    assert lines == [VERDICT, held]
    assert held in Path("log").read_text(encoding="utf-8")
    assert len(here("train", "stock_prices.csv", plan=plan)[2].splitlines()) == 1
    assert here("evaluate", "stock_prices.csv", "--quiet", plan=plan)[2] == ""
