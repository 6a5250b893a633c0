"""The verb report: which place is what, and what a page is made of."""

import contextlib
import json
import re
import sqlite3
from pathlib import Path

import pytest
from model_folders import seal
from toys import toy_model, walk

from rnn_forecast.cli.main import call
from rnn_forecast.errors import DataError, InputError, ModelError, UsageError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import PriceSeries, ReadOptions
from rnn_forecast.prices.series import iso
from rnn_forecast.record.ledger import ForecastRow, opened
from rnn_forecast.record.schema import LEDGER
from rnn_forecast.report.folders import report_record
from rnn_forecast.scores.evaluation import evaluation_files, evaluation_of_dataset
from rnn_forecast.verbs.pictures import outcomes_picture
from rnn_forecast.verbs.report import report
from rnn_forecast.windows.dataset import make_dataset

HISTORY = b"member,epoch,loss,val_loss,seconds\n0,1,1.5,1.7,0.1\n"


def csv_of(series: PriceSeries) -> str:
    rows = zip(series.dates.astype("datetime64[D]"), series.prices, strict=True)
    return "date,price\n" + "".join(f"{date},{price:.6f}\n" for date, price in rows)


def saved(folder: Path, *tickers: str) -> list[PriceSeries]:
    series = [walk(400, ticker=ticker, seed=i) for i, ticker in enumerate(tickers)]
    model = toy_model(series)
    evaluation = evaluation_of_dataset(model, make_dataset(series, model.recipe), "m")
    save_model(model, folder, {**evaluation_files(evaluation), "history.csv": HISTORY})
    return series


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of T, its prices, a forecast of it, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (series,) = saved(tmp_path / "m", "T")
    (tmp_path / "T.csv").write_text(csv_of(series))
    model = toy_model([series])
    for form in ("csv", "json", "jsonl", "parquet"):
        (tmp_path / f"f.{form}").write_bytes(write_table(forecast(model, [series], 2), form))
    return tmp_path


def page(*places: str) -> str:
    return report(places, ReadOptions()).page.decode()


@pytest.mark.usefixtures("here")
def test_a_model_alone_shows_the_last_forecast_that_came_true() -> None:
    assert "What was forecast last, and what came?" in page("m")
    assert "How was it made?" in page("m")


@pytest.mark.usefixtures("here")
def test_a_model_with_prices_shows_what_is_forecast() -> None:
    found = page("m", "T.csv")
    assert "What is forecast?" in found and "was forecast last" not in found
    assert found.count("<polyline") > page("f.csv").count("<polyline")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_a_forecast_file_and_its_prices(form: str) -> None:
    found = page(f"f.{form}", "T.csv")
    assert "What is forecast?" in found and "The last 120 prices" in found
    assert "Can it be trusted?" not in found and "Can it be trusted?" in page(f"f.{form}", "m", "T.csv")


def test_several_tickers_of_one_model_are_a_list(tmp_path: Path) -> None:
    saved(tmp_path / "m", "A", "B", "C")
    found = page(str(tmp_path / "m"))
    heads = ["Can it be trusted?", "All tickers, the most surprising first", "How was it made?"]
    assert found.count("<details") == 3
    assert re.findall("<h2>(.*?)</h2>", found) == heads


@pytest.mark.usefixtures("here")
def test_what_cannot_be_reported_is_refused(here: Path) -> None:
    with pytest.raises(InputError, match="nothing at"):
        page("nowhere")
    with pytest.raises(DataError, match="no forecast"):
        page("T.csv")
    (here / "b").mkdir()
    (here / "b/summary.json").write_text("{}")
    with pytest.raises(ModelError, match="no summary"):
        page("b")
    with pytest.raises(UsageError, match="of its own"):
        page("b", "m")


@pytest.mark.parametrize("name", ["metrics.json", "predictions.csv", "history.csv", "model.json"])
def test_a_changed_byte_is_refused(here: Path, name: str) -> None:
    path = here / "m" / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(ModelError, match=name):
        page("m")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metrics.json", "{}"),
        ("metrics.json", '{"tickers": 1, "per_ticker": 3}'),
        ("metrics.json", '{"by_step": 3}'),
        ("history.csv", "a\n1\n"),
    ],
)
def test_a_forged_document_is_no_bug(here: Path, name: str, text: str) -> None:
    (here / "m" / name).write_text(text)
    seal(here / "m")
    with pytest.raises(ModelError):
        page("m")


def test_a_comparison_of_recipes_is_no_report(here: Path) -> None:
    (here / "c").mkdir()
    (here / "c" / "comparison.json").write_text("{}")
    with pytest.raises(InputError, match="c compares recipes"):
        page("c")


def test_a_search_is_no_place_of_a_report(here: Path) -> None:
    """Its trials.csv would be read as prices."""
    (here / "t").mkdir()
    (here / "t" / "trials.csv").write_text("trial,score\n0,1.0\n")
    with pytest.raises(InputError, match="t is a search for a recipe") as caught:
        page("t")
    assert "recipe.toml" in caught.value.remedy


def test_scores_of_early_folders_were_called_the_networks(here: Path) -> None:
    now, path = page("m"), here / "m" / "metrics.json"
    path.write_text(path.read_text().replace('"forecast"', '"network"'))
    seal(here / "m")
    assert page("m") == now


def batch_folder(folder: Path, *tickers: str) -> None:
    """What a batch of these tickers leaves, without its ledger."""
    texts = []
    for ticker in tickers:
        (series,) = saved(folder / "models" / ticker, ticker)
        model = toy_model([series])
        texts.append(write_table(forecast(model, [series], 2), "csv"))
    rows = b"".join([texts[0], *(text.partition(b"\n")[2] for text in texts[1:])])
    (folder / "forecasts.csv").write_bytes(rows)
    failure = {"count": 1, "reason": "TICKER has N prices.", "remedy": "Add rows.", "tickers": ["X"]}
    summary = {"tickers": len(tickers) + 1, "trained": len(tickers), "failed": 1, "failures": [failure]}
    (folder / "summary.json").write_text(json.dumps(summary))


def test_a_batch_and_a_model_of_it_that_is_damaged(tmp_path: Path) -> None:
    batch_folder(tmp_path, "A", "B")
    found = page(str(tmp_path))
    assert "TICKER has N prices. Add rows." in found and found.count("Can it be trusted?") == 2
    (tmp_path / "models/A/metrics.json").write_text("{")
    assert page(str(tmp_path)).count("Can it be trusted?") == 1


def kept(folder: Path, nights: int, ticker: str = "T", run: str | None = None) -> None:
    """A record of that many nights, each with a forecast of one step."""
    series = walk(400, ticker=ticker, seed=0)
    with opened(folder) as ledger:
        for n in range(400 - nights, 400):
            last, (origin, date) = float(series.prices[n - 1]), iso(series.dates[n - 1 : n + 1])
            made = int(series.dates[n - 1].astype(int)) + 79_200
            bands = {"80": (last * 0.99, last * 1.01)}
            row = ForecastRow(ticker, origin, 1, "ab" * 8, f"{n:016x}", date, last, last, bands, made)
            ledger.record([(series.until(n), [row])])
    if run is not None:
        with contextlib.closing(sqlite3.connect(folder / LEDGER)) as do:
            do.execute("INSERT INTO runs (started, status) VALUES ('2025-07-01T02:00:00Z', ?)", (run,))
            do.commit()


@pytest.mark.usefixtures("here")
def test_a_record_stands_in_the_page_of_its_ticker() -> None:
    Path("rec").mkdir()
    kept(Path("rec"), 30)
    found = page("m", "T.csv", "rec")
    heads = re.findall("<h2>(.*?)</h2>", found)
    assert heads[2] == "What came of earlier forecasts?" and len(heads) == 4
    assert "30 forecasts of 1 ticker" in found and "29 came true, 1 to come" in found
    assert "Of 29 that came true, one step ahead" in found
    assert "What is forecast?" in page("rec") and "Of 29 that came true" in page("rec")
    with pytest.raises(UsageError, match="one record"):
        page("m", "rec", "rec")


def test_a_record_of_other_tickers_says_nothing_of_this_one(here: Path) -> None:
    Path("rec").mkdir()
    kept(Path("rec"), 30, "OTHER")
    assert "None of them can be scored yet." in page("m", "rec")


def test_a_batch_says_what_its_record_says_and_that_a_run_was_killed(tmp_path: Path) -> None:
    batch_folder(tmp_path, "A", "B")
    kept(tmp_path, 30, "A", run="running")
    found = page(str(tmp_path))
    assert found.index("TICKER has N prices") < found.index("1 July 2025, 02:00 UTC has not ended")
    assert found.index("has not ended") < found.index("Of 29 that came true") < found.index("All tickers")


def test_the_first_run_was_killed(tmp_path: Path) -> None:
    kept(tmp_path, 0, run="running")
    found = page(str(tmp_path))
    assert (
        "has not ended" in found and "The record is empty." in found and "No ticker has a forecast" in found
    )


def test_of_a_long_record_the_last_year_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, 300)
    whole = page(str(tmp_path))
    assert "Of 299 that came true" in whole and "rnn-forecast track-record" not in whole
    batch_folder(tmp_path, "A", "T")
    monkeypatch.setattr(report_record, "MANY", 298)
    assert "Of 250 that came true" in page(str(tmp_path))
    assert "rnn-forecast track-record scores all" in page(str(tmp_path))


def test_the_command_writes_a_page_and_pictures(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(["report", "m", "T.csv"])
    assert (here / "report.html").read_bytes().startswith(b"<!DOCTYPE html>")
    capsys.readouterr()
    call(["report", "m", "--out", "-"])
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")
    call(["predict", "T.csv", "--model", "m", "--picture", "fan.svg"])
    assert (here / "fan.svg").read_text().count("<polygon") == 2
    with pytest.raises(UsageError, match="svg"):
        call(["predict", "T.csv", "--model", "m", "--picture", "fan.png"])
    with pytest.raises(UsageError, match="lies in the place"):
        call(["report", "m", "--out", "m/report.html"])


def test_a_picture_is_of_one_ticker(tmp_path: Path) -> None:
    saved(tmp_path / "one", "A")
    saved(tmp_path / "two", "A", "B")
    assert b"<polyline" in (outcomes_picture(tmp_path / "one") or b"")
    assert outcomes_picture(tmp_path / "two") is None
    for i, ticker in enumerate("AB"):
        (tmp_path / f"{ticker}.csv").write_text(csv_of(walk(400, ticker=ticker, seed=i)))
    files = [str(tmp_path / f"{ticker}.csv") for ticker in "AB"]
    words = ["predict", *files, "--model", str(tmp_path / "two"), "--out", str(tmp_path / "f.csv")]
    with pytest.raises(UsageError, match="there are 2"):
        call([*words, "--picture", str(tmp_path / "f.svg")])
    assert not (tmp_path / "f.csv").exists()
