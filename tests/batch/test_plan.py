"""What each ticker needs: its folder is its own, whatever was chosen."""

from pathlib import Path

import pytest
from batch_fakes import Market
from batch_runs import again, batch, counts, ledger_rows, order, tickers_in

from rnn_forecast.batch.run import plan_batch


def folders(out: Path) -> dict[str, str]:
    return dict(ledger_rows(out, "SELECT ticker, folder FROM models"))


@pytest.mark.parametrize(
    "chosen",
    [{"only": ("Goog",)}, {"exclude": ("GOOG", "AAA")}, {"only": ("GOOG",)}, {"exclude": ("Goog",)}],
)
def test_a_folder_does_not_depend_on_what_was_chosen(
    market: Market, tmp_path: Path, chosen: dict[str, tuple[str, ...]]
) -> None:
    files = market("Goog", "GOOG", "AAA")
    batch(files, tmp_path / "all")
    batch(files, tmp_path / "some", **chosen)
    batch(files[::-1], tmp_path / "some")
    names = folders(tmp_path / "all")
    assert folders(tmp_path / "some") == names
    assert len({name.casefold() for name in names.values()}) == 3
    assert ledger_rows(tmp_path / "some", "SELECT max(n) FROM (SELECT count(*) AS n FROM tickers "
                       "WHERE status = 'trained' GROUP BY ticker)") == [(1,)]  # fmt: skip


@pytest.mark.parametrize("first", ["Goog", "GOOG"])
def test_one_listed_later_has_a_folder_of_its_own_and_nothing_is_trained_twice(
    market: Market, out: Path, first: str
) -> None:
    files = market("Goog", "GOOG")
    batch([file for file in files if Path(file).stem == first], out)
    assert folders(out) == {first: first}
    assert counts(batch(files, out)) == (1, 0, 1, 0, 0)
    assert folders(out)[first] == first
    assert len({name.casefold() for name in folders(out).values()}) == 2
    assert counts(again(files, out)) == (0, 0, 2, 0, 0)


def test_folders_that_an_earlier_program_named_by_the_choice_are_found(market: Market, out: Path) -> None:
    """It gave both their plain names where each was chosen alone."""
    files = market("Goog", "GOOG")
    for file in files:
        batch([file], out)
        if file == files[0]:
            (out / "models" / "Goog").rename(out / "kept")
    (out / "models" / folders(out)["GOOG"]).rename(out / "models" / "GOOG")
    (out / "kept").rename(out / "models" / "Goog")
    from sqlite3 import connect

    with connect(out / "ledger.sqlite") as connection:
        connection.execute("UPDATE models SET folder = ticker")
    assert [t.action for t in plan_batch(order(files, out))][1] == "keep"
    summary = again(files, out)
    assert summary["failed"] == summary["left"] == summary["trained"] == 0
    assert tickers_in(out) == ["Goog", "GOOG"]
