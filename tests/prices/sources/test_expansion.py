"""Folders and patterns are the tables in them, by name; what is ours stays, and nothing is an error."""

import gzip
from pathlib import Path

import pytest

from rnn_forecast.errors import InputError
from rnn_forecast.prices.sources.expansion import expanded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.parquet", "c.txt", ".hidden.csv", "notes.md", "run.log"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"x"))
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper/e.csv").write_bytes(b"x")
    return tmp_path


def test_a_folder_is_the_tables_in_it(folder: Path) -> None:
    found = [Path(one).name for one in expanded([str(folder)])]
    assert found == ["a.parquet", "b.csv", "c.txt", "d.csv.gz"]


def test_a_pattern_is_what_a_shell_would_make_of_it(folder: Path) -> None:
    assert expanded([f"{folder}/*.csv"]) == [f"{folder}/b.csv"]
    assert expanded([f"{folder}/[ac].*"]) == [f"{folder}/a.parquet", f"{folder}/c.txt"]


def test_files_and_what_is_not_there_stay_as_they_are(folder: Path) -> None:
    there = [f"{folder}/b.csv", "-", "nosuch.csv", "http://host/[x].csv", "a\0b", ""]
    assert expanded(there) == there
    (folder / "odd[1].csv").write_bytes(b"x")
    assert expanded([f"{folder}/odd[1].csv"]) == [f"{folder}/odd[1].csv"]


def test_what_is_ours_is_left_to_who_reads_it(folder: Path) -> None:
    for name in ("model.json", "prices.csv"):
        (folder / name).write_bytes(b"{}")
    assert expanded([str(folder)]) == [str(folder)]


def test_what_prepare_wrote_is_left_to_who_reads_it(folder: Path) -> None:
    for name in ("prices.csv", "report.json", "recipe.toml"):
        (folder / name).write_bytes(b"{}")
    assert expanded([str(folder)]) == [str(folder)]


def test_sources_are_in_the_order_in_which_they_are_named(folder: Path) -> None:
    found = expanded([f"{folder}/c.txt", str(folder / "deeper"), f"{folder}/?.csv"])
    assert found == [f"{folder}/c.txt", f"{folder}/deeper/e.csv", f"{folder}/b.csv"]


def test_no_table_is_an_error(folder: Path) -> None:
    (folder / "empty").mkdir()
    for source in (f"{folder}/empty", f"{folder}/deeper/*.tsv", f"{folder}/*.md"):
        with pytest.raises(InputError, match="no table of prices") as caught:
            expanded([source])
        assert caught.value.exit_code == 66


def test_what_is_packed_is_taken_whatever_its_name_says_of_the_table(tmp_path: Path) -> None:
    taken = ["AAPL.gz", "AAPL.zip", "BRK.B.zip", "b.bz2", "c.csv.zst", "d.XZ"]
    for name in (*taken, ".hidden.zip", "backup.tar.gz", "dump.sql.gz", "notes"):
        (tmp_path / name).write_bytes(b"x")
    assert [Path(one).name for one in expanded([str(tmp_path)])] == taken
    assert [Path(one).name for one in expanded([f"{tmp_path}/*.zip"])] == taken[1:3]
