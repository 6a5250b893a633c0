"""What can stand where a file is expected: nothing hangs, nothing is fetched, nothing half read passes."""

import io
import os
import sys
from pathlib import Path

import pytest
from catalogue import CLEAN, ROWS

from rnn_forecast.errors import DataError, InputError, UsageError
from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.sources import opening as source


def refusal(path: object) -> str:
    with pytest.raises(InputError) as caught:
        read_prices([str(path)])
    return str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "prices.csv")


def test_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_a_model_folder_is_told_from_other_folders(tmp_path: Path) -> None:
    (tmp_path / "model.json").touch()
    assert refusal(tmp_path) == f"{tmp_path} is a model, not prices. Give the prices that it was trained on."


def test_a_prepared_folder_among_several_sources_names_its_file(tmp_path: Path) -> None:
    for name in ("prices.csv", "report.json", "recipe.toml"):
        (tmp_path / name).touch()
    assert refusal(tmp_path).endswith(f"is a folder that prepare wrote. Name {tmp_path}/prices.csv.")


def test_what_is_not_there_is_found_missing_without_reading(tmp_path: Path) -> None:
    for there in ("-", "https://example.org/a.csv", str(tmp_path)):
        source.require_there(there)
    for missing in (str(tmp_path / "a.csv"), "a\0b", ""):
        with pytest.raises(InputError) as caught:
            source.require_there(missing)
        assert str(caught.value) == refusal(missing)


def test_fifo_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "pipe" in refusal(tmp_path / "fifo")


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_device(device: str) -> None:
    refusal(device)


@pytest.mark.parametrize("url", ["https://example.org/a.csv", "file:///etc/passwd", "s3://bucket/a.csv"])
def test_address_is_not_fetched(url: str) -> None:
    assert "network" in refusal(url)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "new\nline.csv"])
def test_odd_name(name: str) -> None:
    assert refusal(name).isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(CLEAN)
    path.chmod(0)
    assert "cannot be opened" in refusal(path)


@pytest.mark.parametrize("change", [lambda b: b + b"x\n", lambda b: b[:-9], lambda b: b[:-3] + b"99\n"])
def test_file_that_changes_while_it_is_read(change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(CLEAN)
    real = source.read_bounded

    def read(file: io.FileIO, *rest: object) -> bytes:
        data = real(file, *rest)
        path.write_bytes(change(data))
        os.utime(path, ns=(1, 1))
        return data

    monkeypatch.setattr(source, "read_bounded", read)
    with pytest.raises(DataError, match="changed while it was read"):
        read_prices([str(path)])


def test_file_that_grows_beyond_the_limit_while_it_is_read() -> None:
    with pytest.raises(DataError, match="larger than 10 bytes"):
        source.read_bounded(io.BytesIO(b"x" * 100), "prices.csv", 10, expected=5)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CLEAN.encode())))
    reading = read_prices(["-"])
    assert reading.series[0].ticker == "stdin"
    assert reading.series[0].prices.tolist() == [p for _, p in ROWS]
    assert reading.decisions.sources[0].name == "standard input"


def test_standard_input_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CLEAN.encode())))
    with pytest.raises(DataError, match="larger than 100 bytes"):
        read_prices(["-"], ReadOptions(max_bytes=100))


def test_standard_input_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "closed" in refusal("-")


def test_standard_input_twice() -> None:
    with pytest.raises(UsageError):
        read_prices(["-", "-"])


def test_the_stem_is_the_ticker(tmp_path: Path) -> None:
    import gzip

    for name, ticker in [("BRK.B.csv", "BRK.B"), ("aapl", "aapl"), ("MSFT.csv.gz", "MSFT"), (".csv", ".csv")]:
        data = CLEAN.encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        assert read_prices([str(tmp_path / name)]).series[0].ticker == ticker


def test_a_message_is_one_line_whatever_a_ticker_holds():
    error = DataError("A\nB\x1b[31m has 3 prices.", "Add\u2028rows.")
    assert (error.message, error.remedy) == ("A\\nB\\x1b[31m has 3 prices.", "Add\\u2028rows.")
