"""The screen when a verb has ended: tables and data on lines of their own, and no bar."""

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from fakes import METRICS, environ
from screens import screen

FAKES = (str(Path(__file__).with_name("fakes.py")),)
REAL = ("-m", "rnn_forecast")
BARS = ("━", "Preparing", "Training", "Forecasting", "Evaluating", "Batch", "Checking")
PRICES = "date,price\n" + "".join(
    f"2024-{1 + d // 28:02}-{1 + d % 28:02},{100 + d % 7}\n" for d in range(300)
)


def ended(folder: Path, *words: str, width: int = 100, **plan: Any) -> list[str]:
    """The lines of the screen; the bar was there for a while."""
    child = pexpect.spawn(
        sys.executable, [*words], cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(60, width),
        env={**environ(), "TERM": "xterm-256color", "FAKE": json.dumps({"sleep": 0.3, **plan})},
    )  # fmt: skip
    written = child.read()
    child.close()
    assert child.exitstatus == 0, written
    assert "━" in written
    return screen(written)


def require_tidy(lines: list[str]) -> None:
    assert lines[0] and not lines[-1]  # the cursor stands below
    assert all(above or below for above, below in itertools.pairwise(lines))
    assert not [line for line in lines for bar in BARS if bar in line]


VERBS = ("prepare", "train", "predict", "evaluate")


@pytest.mark.parametrize("words", [*itertools.product(VERBS, ("-v", "--json"))])
def test_no_bar_is_left_and_no_gap(folder: Path, words: tuple[str, str]) -> None:
    lines = ended(folder, *FAKES, *words, "stock_prices.csv", epochs=3, tell=["odd.", "odder."])
    require_tidy(lines)
    assert lines[:2] == ["odd.", "odder."]
    data = [line for line in lines if line.startswith("{")]
    tables = [line for line in lines if "──────" in line]
    assert (len(data), bool(tables)) == ((1, False) if "--json" in words else (0, True))


def test_data_between_bar_and_table_stand_alone(folder: Path) -> None:
    lines = ended(folder, *FAKES, "predict", "stock_prices.csv", "--out", "-")
    require_tidy(lines)
    assert lines[0].startswith("ticker,origin,")


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_a_batch_would_do_stands_below_no_bar(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "AAA.csv").write_text(PRICES)
    lines = ended(folder, *REAL, "batch", "AAA.csv", "--out", "night", "--dry-run", *words)
    require_tidy(lines)
    (line, _) = lines
    assert json.loads(line)["plan"][0]["ticker"] == "AAA" if words else line.startswith("train    AAA: ")


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("words", [(), ("--check",)])
def test_prepare_says_in_words_what_it_understood(folder: Path, words: tuple[str, ...], width: int) -> None:
    (folder / "AAA.csv").write_text(PRICES.replace("2024-01-05,104", "2024-01-05,"))
    lines = ended(folder, *REAL, "prepare", "AAA.csv", *words, width=width)
    require_tidy(lines)
    assert "  written     UTF-8 text, fields end at a comma" in lines
    assert "  rows        299; left out: 1 without a price" in lines
    assert not [line for line in lines if "True" in line or "False" in line or "None" in line]


def test_a_result_has_no_empty_line_in_front_and_no_two_in_succession(folder: Path) -> None:
    whole = {**METRICS, "by_step": METRICS["by_step"] * 3}
    require_tidy(ended(folder, *FAKES, "evaluate", "stock_prices.csv", metrics=whole))
