import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.errors import BusyError, ForecastError, InputError, OutputError, WriteError
from rnn_forecast.system import files
from rnn_forecast.system.files import create_file, new_folder, write_file
from rnn_forecast.system.locks import locked
from rnn_forecast.system.output_paths import output_error


def make(path: Path, **contents: str) -> None:
    with new_folder(path) as draft:
        for name, text in contents.items():
            (draft / name).write_text(text)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != "MANIFEST.json"}


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@given(st.lists(st.binary(max_size=2000), max_size=3))
def test_a_file_holds_what_was_written_last(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("out")
    for content in data:
        write_file(folder / "deep" / "out.csv", content)
        assert (folder / "deep" / "out.csv").read_bytes() == content
    assert everything(folder) <= {"deep", "deep/out.csv"}


def test_modes_are_those_of_a_plain_open(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_file(tmp_path / "new.csv", b"x")
        make(tmp_path / "folder", a="1")
        kept = tmp_path / "kept.csv"
        kept.touch()
        kept.chmod(0o604)
        write_file(kept, b"x")
        (tmp_path / "folder").chmod(0o755)
        make(tmp_path / "folder", a="2")
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {
        "new.csv": 0o640,
        "kept.csv": 0o604,
        "folder": 0o755,
        "a": 0o640,
        "MANIFEST.json": 0o640,
    }


def test_links_are_followed_and_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link, folder_link, dangling = tmp_path / "link.csv", tmp_path / "model", tmp_path / "dangling.csv"
    link.symlink_to("real/out.csv")
    folder_link.symlink_to("real/model")
    dangling.symlink_to("real/none/out.csv")
    for text in ("1", "2"):
        write_file(link, text.encode())
        make(folder_link, a=text)
        write_file(dangling, text.encode())
    assert link.is_symlink() and folder_link.is_symlink() and dangling.is_symlink()
    assert (tmp_path / "real/out.csv").read_text() == "2" == (tmp_path / "real/none/out.csv").read_text()
    assert texts(tmp_path / "real/model") == {"a": "2"}


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError):
        write_file(tmp_path / "loop", b"x")
    with pytest.raises(OutputError), new_folder(tmp_path / "loop"):
        pass


def test_devices_and_pipes_are_written_straight(tmp_path: Path) -> None:
    before = Path("/dev/null").stat()
    with locked(Path("/dev/null")), locked(Path("/dev/null")):
        write_file(Path("/dev/null"), b"x")
    assert os.path.samestat(before, Path("/dev/null").stat())
    with pytest.raises(WriteError):
        write_file(Path("/dev/full"), b"x")
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_file(tmp_path / "pipe", b"x" * 100_000)
    reader.join(30)
    assert got == [b"x" * 100_000]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_a_shells_process_substitution_is_written(tmp_path: Path) -> None:
    read, write = os.pipe()
    with locked(Path(f"/dev/fd/{write}")):
        write_file(Path(f"/dev/fd/{write}"), b"x")
    os.close(write)
    assert os.read(read, 10) == b"x"
    os.close(read)


@pytest.mark.parametrize("name", ["file/out", "x" * 300, "file/a/b"])
def test_what_cannot_be_created_is_an_output_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("old")
    path = tmp_path / name
    with pytest.raises(OutputError):
        write_file(path, b"x")
    with pytest.raises(OutputError), new_folder(path):
        pass
    with pytest.raises(OutputError), locked(path):
        pass
    assert texts(tmp_path) == {"file": "old"}


def test_a_file_and_a_folder_do_not_replace_each_other(tmp_path: Path) -> None:
    make(tmp_path / "folder", a="1")
    write_file(tmp_path / "file", b"1")
    with pytest.raises(OutputError, match="must be a file"):
        write_file(tmp_path / "folder", b"x")
    with pytest.raises(OutputError, match="must be a folder"):
        make(tmp_path / "file", a="2")


@pytest.fixture
def nobody_in(tmp_path_factory: pytest.TempPathFactory):
    """A folder of a user without privileges, and that user's rights (a superuser may write anywhere)."""
    if os.geteuid() != 0:
        yield tmp_path_factory.mktemp("mine")
        return
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        os.chown(name, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


def test_a_read_only_place_is_an_output_error(nobody_in: Path) -> None:
    write_file(nobody_in / "out.csv", b"old")
    make(nobody_in / "model", a="old")
    nobody_in.chmod(0o555)
    for attempt in (
        lambda: write_file(nobody_in / "out.csv", b"x"),
        lambda: make(nobody_in / "model", a="x"),
        lambda: locked(nobody_in / "out.csv").__enter__(),
        lambda: write_file(nobody_in / "deep" / "out.csv", b"x"),
    ):
        with pytest.raises(OutputError) as caught:
            attempt()
        assert "Permission denied" in caught.value.message
    nobody_in.chmod(0o755)
    assert (nobody_in / "out.csv").read_text() == "old"
    assert texts(nobody_in / "model") == {"a": "old"}


def test_write_protected_outputs_stay(nobody_in: Path) -> None:
    write_file(nobody_in / "out.csv", b"old")
    make(nobody_in / "model", a="old")
    (nobody_in / "out.csv").chmod(0o444)
    (nobody_in / "model").chmod(0o555)
    with pytest.raises(OutputError, match="write-protected"):
        write_file(nobody_in / "out.csv", b"x")
    with pytest.raises(OutputError, match="write-protected"):
        make(nobody_in / "model", a="x")
    assert (nobody_in / "out.csv").read_text() == "old"
    (nobody_in / "model").chmod(0o755)


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    make(tmp_path / "m", a="1", b="1")
    assert texts(tmp_path / "m") == {"a": "1", "b": "1"}
    (tmp_path / "m" / ".DS_Store").touch()  # a file manager looked in
    make(tmp_path / "m", b="2", c="2")
    assert texts(tmp_path / "m") == {"b": "2", "c": "2"}
    assert everything(tmp_path) == {"m", "m/b", "m/c", "m/MANIFEST.json"}
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty", a="1")
    assert texts(tmp_path / "empty") == {"a": "1"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "notes.txt").write_text("mine"),
        lambda folder: (folder / ".git").mkdir(),
        lambda folder: (folder / "MANIFEST.json").unlink(),
        lambda folder: (folder / "MANIFEST.json").write_text("{}"),
        lambda folder: (folder / "MANIFEST.json").write_text("[" * 100_000),
        lambda folder: (folder / "MANIFEST.json").write_text('{"made_by": "rnn-forecast", "files": 3}'),
        lambda folder: (folder / "MANIFEST.json").write_text('{"made_by": "somebody", "files": {"a": {}}}'),
    ],
)
def test_a_folder_that_holds_anything_else_is_not_replaced(tmp_path: Path, spoil) -> None:
    make(tmp_path / "m", a="1")
    spoil(tmp_path / "m")
    before = everything(tmp_path)
    with pytest.raises(OutputError, match="not replaced"):
        make(tmp_path / "m", a="2")
    assert everything(tmp_path) == before
    assert texts_of_files(tmp_path / "m")["a"] == "1"


def texts_of_files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_file_that_appears_during_the_run_saves_the_folder(tmp_path: Path) -> None:
    make(tmp_path / "m", a="1")
    with pytest.raises(OutputError, match="notes"), new_folder(tmp_path / "m"):
        (tmp_path / "m" / "notes").write_text("mine")
    assert texts(tmp_path / "m") == {"a": "1", "notes": "mine"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError, InputError("a", "b")])
def test_a_body_that_fails_leaves_what_was_there(tmp_path: Path, error) -> None:
    make(tmp_path / "m", a="1")
    kind = error if isinstance(error, type) else type(error)
    with pytest.raises(kind), locked(tmp_path / "m"), new_folder(tmp_path / "m") as draft:
        (draft / "a").write_text("2")
        raise error
    assert texts(tmp_path / "m") == {"a": "1"}
    assert everything(tmp_path) == {"m", "m/a", "m/MANIFEST.json"}


def test_a_write_that_fails_inside_a_library_is_a_write_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught, new_folder(tmp_path / "m"):
        raise OSError("3 requested and 0 written")  # NumPy's, without a number
    assert caught.value.exit_code == 74
    assert everything(tmp_path) == set()


def test_a_folder_in_the_folder_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain file"), new_folder(tmp_path / "m") as draft:
        (draft / "sub").mkdir()
    assert everything(tmp_path) == set()


def test_errors_are_two_lines_that_name_the_path() -> None:
    for number, kind in [
        (28, WriteError),
        (5, WriteError),
        (27, WriteError),
        (13, OutputError),
        (30, OutputError),
    ]:
        error: ForecastError = output_error("a/b", OSError(number, os.strerror(number)))
        assert type(error) is kind
        assert error.message.startswith("a/b ")
        assert "\n" not in error.message + error.remedy


def test_the_lock_names_its_holder_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "m"
    with locked(path):
        with pytest.raises(BusyError, match=rf"process {os.getpid()} since 20\d\d-") as caught, locked(path):
            pass
        assert caught.value.exit_code == 75
        with locked(tmp_path / "new" / "n"):  # another output
            pass
        link = tmp_path / "link"
        link.symlink_to(path)
        with pytest.raises(BusyError), locked(link):  # the same output by another name
            pass
    with locked(path):
        pass
    assert everything(tmp_path) == {"new", "link"}


def test_the_lock_sweeps_up_after_killed_runs(tmp_path: Path) -> None:
    make(tmp_path / "m", a="1")
    (tmp_path / ".m.0123abcd.tmp").mkdir()
    (tmp_path / ".m.0123abcd.tmp" / "half").touch()
    (tmp_path / ".m.01230000.tmp").touch()
    (tmp_path / ".m.0123ffff.old").mkdir()
    (tmp_path / ".m.lock").write_text("process 1 since long ago\n")
    other = {".m2.0123abcd.tmp", ".m.tmp", ".m.0123.tmp", "m.0123abcd.tmp"}
    for name in other:
        (tmp_path / name).touch()
    with locked(tmp_path / "m"):
        assert everything(tmp_path) == {"m", "m/a", "m/MANIFEST.json", ".m.lock"} | other


def test_without_the_kernels_exchange_the_old_is_never_lost(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(files, "swap_folders", lambda first, second: False)
    make(tmp_path / "m", a="1")
    make(tmp_path / "m", a="2")
    assert texts(tmp_path / "m") == {"a": "2"}
    assert everything(tmp_path) == {"m", "m/a", "m/MANIFEST.json"}
    (tmp_path / "m").rename(tmp_path / ".m.0123abcd.old")  # killed between the two renames
    with locked(tmp_path / "m"):
        assert texts(tmp_path / "m") == {"a": "2"}
    assert everything(tmp_path) == {"m", "m/a", "m/MANIFEST.json"}


def test_a_new_file_never_overwrites(tmp_path: Path) -> None:
    create_file(tmp_path / "a", b"1")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "a", b"2")


def test_only_a_model_takes_the_place_of_a_model(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with new_folder(tmp_path / "m") as draft:
            (draft / "model.json").write_text(text)
    with pytest.raises(OutputError, match="holds a model"), new_folder(tmp_path / "m") as draft:
        (draft / "metrics.json").write_text("{}")
    assert (tmp_path / "m" / "model.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
