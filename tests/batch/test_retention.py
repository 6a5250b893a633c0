"""`--keep`: what is old and nobody's goes, nothing else; a run that is killed meanwhile is made good."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from batch_fakes import Market
from batch_runs import again, batch, counts, ledger_rows, tickers_in

from rnn_forecast.batch import run as running
from rnn_forecast.batch.choices import DAY
from rnn_forecast.batch.status import status_of

YEAR = 400 * DAY


def aged(out: Path, days: int = 500) -> None:
    """As if all in the ledger had been done so many days ago."""
    with sqlite3.connect(out / "ledger.sqlite") as do:
        for name in ("started", "ended"):
            do.execute(f"UPDATE runs SET {name} = strftime('%Y-%m-%dT%H:%M:%SZ', {name}, '-{days} days')")
        do.execute("UPDATE models SET trained = trained - ?", (days * DAY,))
        do.execute("DROP TRIGGER forecasts_stay")
        do.execute("UPDATE forecasts SET made = made - ?", (days * DAY,))


def models(out: Path) -> list[str]:
    return sorted(p.name for p in (out / "models").iterdir())


@pytest.fixture
def old(market: Market, out: Path) -> tuple[list[str], Path]:
    """AAA and BBB of 500 days ago; today's sources have AAA only."""
    batch(market("AAA", "BBB"), out)
    aged(out)
    return market("AAA", rows=125), out


def test_what_is_old_goes_and_what_is_current_stays(old: tuple[list[str], Path]) -> None:
    files, out = old
    kept = batch(files, out, retrain_after=9e9)
    assert (kept["pruned"], kept["unseen"]) == ({"runs": 0, "forecasts": 0, "models": 0}, 1)
    assert status_of(out).to_json()["kept"]["unseen"] == 1
    assert "2 runs, 2 models (1 of tickers that no source has any more)" in status_of(out).lines()[-1]
    before = (out / "forecasts.csv").read_bytes()
    summary = again(files, out, retrain_after=9e9, keep=YEAR)
    assert summary["pruned"] == {"runs": 1, "forecasts": 4, "models": 1}
    assert (models(out), summary["unseen"]) == (["AAA"], 0)
    assert (out / "forecasts.csv").read_bytes() == before
    assert ledger_rows(out, "SELECT run FROM runs") == [(2,), (3,)]
    assert ledger_rows(out, "SELECT DISTINCT run FROM tickers") == [(2,), (3,)]
    assert ledger_rows(out, "SELECT ticker FROM models") == [("AAA",)]
    assert "pruned: 1 run, 4 forecast rows, 1 model" in status_of(out).lines()[3]
    kept_now = status_of(out).to_json()["kept"]
    assert kept_now == {
        "runs": 2,
        "models": 1,
        "unseen": 0,
        "bytes": sum(p.stat().st_size for p in out.rglob("*") if p.is_file()),
    }


def test_a_current_forecast_stays_however_old(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    aged(out)
    assert again(files, out, retrain_after=9e9, keep=YEAR)["pruned"]["forecasts"] == 0
    assert tickers_in(out) == ["AAA"]
    assert len(ledger_rows(out, "SELECT * FROM forecasts")) == 2


@pytest.mark.parametrize("choice", [{"only": ("AAA",)}, {"exclude": ("BBB",)}])
def test_what_is_not_chosen_is_not_gone(market: Market, out: Path, choice: dict) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    aged(out)
    assert batch(files, out, keep=YEAR, **choice)["pruned"]["models"] == 0
    assert models(out) == ["AAA", "BBB"]


def test_no_model_goes_that_is_younger_or_may_be_in_what_cannot_be_read(market: Market, out: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    batch(files, out)
    assert batch(files[:1], out, keep=YEAR)["pruned"]["models"] == 0
    aged(out)
    Path(files[1]).write_text("<html>")
    summary = batch(files[:2], out, keep=YEAR)
    assert (summary["failed"], summary["pruned"]["models"], summary["unseen"]) == (1, 0, None)
    assert models(out) == ["AAA", "BBB", "CCC"]


@pytest.mark.parametrize("what", ["altered", "more", "link", "inner link", "elsewhere", "models linked"])
def test_a_folder_that_is_not_ours_stays(old: tuple[list[str], Path], tmp_path: Path, what: str) -> None:
    files, out = old
    folder, other = out / "models" / "BBB", tmp_path / "other"
    if what == "altered":
        (folder / "model.json").write_text("{}")
    elif what == "more":
        (folder / ".notes").write_text("mine")
    elif what == "link":
        folder.rename(other)
        folder.symlink_to(other)
    elif what == "inner link":
        (folder / "model.json").rename(other)
        (folder / "model.json").symlink_to(other)
    elif what == "models linked":
        (out / "models").rename(other)
        (out / "models").symlink_to(other)
    else:
        folder.rename(other)
        with sqlite3.connect(out / "ledger.sqlite") as do:
            do.execute("UPDATE models SET folder = '../../other' WHERE ticker = 'BBB'")
    there = sorted(os.fspath(p) for p in tmp_path.rglob("*BBB*/*")) + sorted(map(str, other.rglob("*")))
    summary = batch(files, out, keep=YEAR)
    assert (summary["failed"], summary["pruned"]["models"]) == (0, 0)
    after = sorted(os.fspath(p) for p in tmp_path.rglob("*BBB*/*")) + sorted(map(str, other.rglob("*")))
    assert [p for p in there if p not in after] == []
    assert ledger_rows(out, "SELECT ticker FROM models WHERE ticker = 'BBB'")


@pytest.mark.parametrize("moment", ["folder", "rows", "end"])
def test_a_run_that_is_killed_meanwhile_is_made_good(
    old: tuple[list[str], Path], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    files, out = old
    batch(files, out)
    table = (out / "forecasts.csv").read_bytes()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    place = {
        "folder": "rnn_forecast.batch.retention.remove",
        "rows": "rnn_forecast.batch.run.prune",
        "end": "rnn_forecast.batch.run.write_file",
    }
    monkeypatch.setattr(place[moment], killed)
    with pytest.raises(KeyboardInterrupt):
        batch(files, out, keep=YEAR)
    monkeypatch.undo()
    assert (out / "forecasts.csv").read_bytes() == table
    assert status_of(out).lines()
    summary = again(files, out, keep=YEAR)
    assert (counts(summary), models(out)) == ((0, 0, 1, 0, 0), ["AAA"])
    assert ledger_rows(out, "SELECT ticker FROM models") == [("AAA",)]


def test_a_ticker_that_comes_back_between_folder_and_row_is_trained(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    shutil.rmtree(out / "models" / "BBB")
    assert counts(batch(files, out, keep=0.0)) == (1, 0, 1, 0, 0)


def test_a_run_that_a_limit_stopped_prunes_nothing(old: tuple[list[str], Path]) -> None:
    files, out = old
    assert batch(files, out, keep=YEAR, force=True, time_limit=0)["pruned"]["runs"] == 0
    assert "BBB" in models(out)
    assert running.NOTHING == {"runs": 0, "forecasts": 0, "models": 0}


def test_the_last_success_stays_however_old(market: Market, out: Path) -> None:
    batch(market("AAA"), out)
    aged(out)
    assert batch(market("AAA", "BAD1"), out, keep=YEAR)["status"] == "failed"
    assert status_of(out).succeeded is not None
