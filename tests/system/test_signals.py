"""Which signals come too late, and that those which do not are heard."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_forecast.system import signals
from rnn_forecast.system.files import new_folder, write_file
from rnn_forecast.system.locks import locked


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(signals, "_state", signals._State())
    yield


def counts() -> bool:
    return signals.counts(KeyboardInterrupt())


def test_the_output_that_is_locked_is_the_last_step(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with locked(out):
        write_file(tmp_path / "other.csv", b"x")
        assert counts()
        write_file(out, b"x")
        assert not counts()
    assert not counts()


def test_a_folder_too_and_not_before_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with locked(out):
        with new_folder(out) as draft:
            (draft / "a").touch()
            assert counts()
        assert not counts()


def test_without_a_lock_every_signal_counts(tmp_path: Path) -> None:
    write_file(tmp_path / "out.csv", b"x")
    assert counts()


def test_a_signal_waits_for_the_step_and_counts_when_it_fails() -> None:
    with pytest.raises(KeyboardInterrupt), signals.last_step():
        assert not counts()
        raise OSError
    with signals.last_step():
        assert not counts()
    assert not counts()


def test_a_slow_reader_of_the_result_may_be_left() -> None:
    with signals.last_step():
        pass
    with signals.not_yet():
        assert counts()
    assert not counts()


def test_a_model_that_a_batch_publishes_is_no_last_step() -> None:
    def publish() -> None:
        with signals.last_step():
            assert counts()

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()
    assert counts()
