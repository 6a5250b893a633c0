"""A backtest's fits in processes of their own."""

import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from test_backtest import A, fit_by_hash, run_plan, without_keras  # noqa: F401  a fixture
from toys import small_recipe

from rnn_forecast.errors import TrainingError
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.fitting import parallel_fits
from rnn_forecast.fitting.parallel_fits import fit_in_processes, fit_known
from rnn_forecast.verbs.backtest import rolled
from rnn_forecast.verbs.context import Run
from rnn_forecast.windows.rolling_origins import Plan, datasets_of, roll


class Calls:
    """Unpickled, it is the result of a call."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


@pytest.fixture
def counted(monkeypatch):
    """`counted(seconds)`: fits that take so long an epoch; gives the list of (fits, processes) started."""
    counts = []

    def slow(draw, stop, recipe, *, on_epoch):
        fits = fit_by_hash(draw, stop, recipe, on_epoch=on_epoch)
        epochs = tuple(replace(e, seconds=seconds[0]) for e in fits[0].history)
        return tuple(replace(fit, history=epochs) for fit in fits)

    def in_processes(datasets, count, on_epoch):
        counts.append((len(datasets), count))
        for number, dataset in enumerate(datasets):
            yield fit_known(dataset, lambda epoch, number=number: on_epoch(number, epoch))
            on_epoch(number, None)

    monkeypatch.setattr(fit_module, "fit_members", slow)
    monkeypatch.setattr(parallel_fits, "fit_in_processes", in_processes)
    seconds = []
    return lambda each: seconds.append(each) or counts


@pytest.mark.parametrize(("seconds", "apart"), [(0.001, False), (1000.0, True)])
def test_processes_are_started_where_they_save_more_than_they_cost(monkeypatch, counted, seconds, apart):
    counts, heard = counted(seconds), []
    monkeypatch.setattr(parallel_fits.machine, "workers", lambda: 3)
    found = run_plan([A], Plan(20, 1, 5), Run(on_epoch=heard.append))
    assert counts == ([(3, 3)] if apart else [])
    assert [e.model for e in heard] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found.metrics["backtest"]["models"][-1]["model"] == 3
    monkeypatch.setattr(parallel_fits.machine, "workers", lambda: 1)  # one core: nothing is won
    run_plan([A], Plan(20, 1, 5))
    assert len(counts) == apart


@pytest.mark.parametrize(
    ("name", "content", "most"),
    [("cpu.max", "200000 100000", 2), ("cpu.max", "max 100000", 3), ("memory.max", str(2000 << 20), 2)],
)
def test_a_container_s_share_bounds_the_processes(monkeypatch, counted, tmp_path, name, content, most):
    """Eight cores of the machine, and three fits to share out: two CPUs of it, or 2,000 MB, are for two."""
    (tmp_path / "memory.current").write_text("0")
    (tmp_path / name).write_text(content)
    monkeypatch.setattr(parallel_fits.machine, "CGROUP", tmp_path)
    monkeypatch.setattr(parallel_fits.machine, "_machine", lambda: None)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    counts = counted(1000.0)
    run_plan([A], Plan(20, 1, 5))
    assert counts == [(3, most)]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ((signal.raise_signal, 9), TrainingError, "died of signal 9"),
        ((int, "x"), ValueError, "invalid literal"),
    ],
)
def test_a_fit_that_fails_in_its_process_ends_the_others(call, error, said):
    """What is given to it ends the process as it is loaded, or cannot be loaded; the other one never ends."""
    start = time.monotonic()
    with pytest.raises(error, match=said):
        fit_in_processes([Calls(time.sleep, 600), Calls(*call)], 2, lambda *_: None)
    assert time.monotonic() - start < 100


@pytest.mark.keras
def test_with_keras_fits_in_a_process_are_the_fits_made_here_to_the_bit():
    """In one of its own; that several at once give what one gives is tested beside the search."""
    recipe = small_recipe(epochs=2)
    rolling = roll([A], recipe, Plan(20, 1, 10))
    datasets = datasets_of([A], recipe, rolling)
    heard = []
    apart = fit_in_processes(datasets, 1, lambda number, epoch: heard.append(number))
    here = [fit_known(dataset, lambda epoch: None) for dataset in datasets]
    for one, other in zip(apart, here, strict=True):
        for name, weight in one.model.members[0].items():
            np.testing.assert_array_equal(weight, other.model.members[0][name])
        np.testing.assert_array_equal(one.model.shrinkage, other.model.shrinkage)
        assert one.model.intervals == other.model.intervals
        assert one.best_epochs == other.best_epochs
    assert sorted(heard) == [0, 0, 0, 1, 1, 1]  # two epochs and the end, of each
    found = rolled([A], datasets, rolling, "toy", Run())
    assert [m["epochs"] for m in found.metrics["backtest"]["models"]] == [2, 2]
    assert found.metrics["windows"] == 20
