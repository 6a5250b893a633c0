"""What a person chose of the reading: kept, told again, and given to another command."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from rnn_forecast.cli.options.groups import ReadingChoices
from rnn_forecast.errors import UsageError
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.fields.read_options import flags, recalled, remembered

EACH = [
    {"price_column": "Adj Close"},
    {"date_column": "day"},
    {"ticker_column": "who"},
    {"tickers": ("A", "BRK B")},
    {"exclude": ("-rf",)},
    {"wide": True},
    {"date_format": "%d.%m.%Y"},
    {"decimal": ","},
    {"columns": ("date", "close")},
    {"as_ticker": "BF/B"},
    {"calendar": "XNYS"},
    {"holidays": ("2025-12-24", "2026-12-24")},
    {"drop_nonpositive": True},
    {"allow_nonpositive": True},
]


def test_every_option_is_of_the_sources_or_of_one_run() -> None:
    of_one_run = {"max_bytes", "strict", "max_age", "optional", "allow_last_jump"}
    of_one_run |= {"past", "known"}  # which the recipe keeps
    assert {name for some in EACH for name in some} == {one.name for one in fields(ReadOptions)} - of_one_run
    assert (
        remembered(
            ReadOptions(max_bytes=5, strict=True, max_age=3.0, allow_last_jump=True, optional=("tickers",))
        )
        == {}
    )


@pytest.mark.parametrize("options", EACH)
def test_what_was_chosen_is_read_back_from_json(options: dict) -> None:
    record = json.loads(json.dumps(remembered(ReadOptions(**options))))
    assert list(record) == list(options)
    assert recalled(record) == ReadOptions(**options)


@pytest.mark.parametrize("options", [one for one in EACH if "holidays" not in one])
def test_the_words_of_a_command_give_the_same_options(options: dict) -> None:
    from typer import Typer
    from typer.testing import CliRunner

    from rnn_forecast.cli.options.expand import flat

    app, got = Typer(), []

    @app.command()
    @flat
    def verb(reading: ReadingChoices) -> None:
        got.append(reading.options())

    ended = CliRunner().invoke(app, flags(remembered(ReadOptions(**options))))
    assert ended.exit_code == 0, ended.output
    assert got == [ReadOptions(**options)]


def test_holidays_come_from_a_file_that_the_words_of_a_command_name(tmp_path: Path) -> None:
    file = tmp_path / "closed.txt"
    file.write_text("2025-12-24\n", encoding="utf-8")
    reading = ReadingChoices(holidays=file)
    assert reading.options() == ReadOptions(holidays=("2025-12-24",))
    assert reading.words() == ["--holidays", str(file)]
    assert reading.words(remembered=True) == []


@pytest.mark.parametrize(
    "holidays", [["2025-02-30"], ["24.12.2025"], ["2025-12-24T00:00"], [20251224], "2025"]
)
def test_holidays_that_no_file_gave_are_refused(holidays: object) -> None:
    with pytest.raises(ValueError, match="options"):
        recalled({"holidays": holidays})


def test_past_and_known_name_no_column_both() -> None:
    with pytest.raises(UsageError):
        ReadOptions(past=("vix",), known=("vix",))
