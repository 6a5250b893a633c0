"""Sources of a batch that are parts of one ticker."""

from pathlib import Path

import pytest
from batch_fakes import Market, fake_job, refuse_job
from batch_runs import RECIPE, again, batch, counts, tickers_in

from rnn_forecast.batch.choices import Means
from rnn_forecast.batch.run import Order, run_batch
from rnn_forecast.errors import DataError
from rnn_forecast.prices import ReadOptions


def test_years_of_one_ticker_are_one(tmp_path: Path, market: Market, out: Path) -> None:
    """Joined by their names alone, also when the files are only hashed; a whole file is the same prices."""
    (whole,) = market("AAA")
    header, *rows = Path(whole).read_text().splitlines()
    files = []
    for name, part in (("AAA-2024-01", rows[:70]), ("AAA-2024-02", rows[70:])):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([header, *part]) + "\n")
        files.append(str(path))
    batch([whole], out)
    assert counts(again(files, out)) == (0, 0, 1, 0, 0)
    assert counts(again(files, out)) == (0, 0, 1, 0, 0)
    assert tickers_in(out) == ["AAA"]
    read_as = Order(files, ReadOptions(as_ticker="AAA"), RECIPE, out)
    assert counts(run_batch(read_as, Means(1), work=refuse_job).summary) == (0, 0, 1, 0, 0)


def test_files_that_contradict_their_names_are_tickers_with_a_warning(
    tmp_path: Path, market: Market, out: Path
) -> None:
    (whole,) = market("AAA")
    files = [str(tmp_path / f"AAA-{year}.csv") for year in (2023, 2024)]
    for file in files:
        Path(file).write_text(Path(whole).read_text())
    summary = batch(files, out)
    assert tickers_in(out) == ["AAA-2023", "AAA-2024"]
    assert "--as NAME joins them" in summary["warnings"]["AAA-2023"][0]


def test_a_bad_file_of_one_ticker_fails_it(market: Market, out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    files = [*market("AAA"), str(tmp_path / "empty.csv")]
    with pytest.raises(DataError, match="empty"):
        run_batch(Order(files, ReadOptions(as_ticker="X"), RECIPE, out), Means(1), work=fake_job)
