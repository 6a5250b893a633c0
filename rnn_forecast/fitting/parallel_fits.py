"""Several fits, in processes of their own where that is faster, and how far all of them are."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from queue import SimpleQueue

import numpy as np

from rnn_forecast.errors import TrainingError
from rnn_forecast.fitting.fit import Fit, fit_model, refit
from rnn_forecast.network.history import Epoch
from rnn_forecast.prices import Decisions
from rnn_forecast.system import machine
from rnn_forecast.system.pool import WorkerLost, WorkerPool, results, sharing
from rnn_forecast.windows.dataset import Dataset

MOST_PROCESSES = 8
STARTING = 5.0  # seconds that a process takes, at the least, to import TensorFlow and compile its program
WORTH = 2.0  # processes are started when they save this many times what starting one takes


@dataclass(frozen=True)
class FitEpoch(Epoch):
    """An epoch of one of a backtest's fits."""

    model: int  # from 0
    models: int
    share: float  # of all the fitting, done so far; 1 at the end


def fit_known(dataset: Dataset, on_epoch: Callable[[Epoch], None]) -> Fit:
    """One fit, with the refit on all rows known where the recipe asks for it."""
    fit = fit_model(dataset, Decisions(), on_epoch=on_epoch)
    if not dataset.recipe.training.refit:
        return fit
    again = refit(fit, dataset, on_epoch=lambda epoch: None)
    return Fit(again, fit.history, fit.best_epochs)


def fit_all(datasets: Sequence[Dataset], on_epoch: Callable[[Epoch], None]) -> list[Fit]:
    """All fits: the first one here, and it tells whether the others go faster in processes of their own.

    Weights are the same either way: same seed, versions and thread count.
    """
    progress = _Progress(len(datasets), on_epoch)
    start = time.perf_counter()
    first = fit_known(datasets[0], lambda epoch: progress.epoch(0, epoch))
    progress.done(0)
    steady = _steady_seconds(first.history)
    starting = max(time.perf_counter() - start - steady, STARTING)
    rest = datasets[1:]
    count = min(machine.workers(), len(rest), MOST_PROCESSES)
    saved = steady * (len(rest) - -(-len(rest) // max(count, 1)))
    if count > 1 and saved > WORTH * starting:
        return [first, *fit_in_processes(rest, count, progress.later)]
    return [first, *(_here(progress, number, dataset) for number, dataset in enumerate(rest, 1))]


def fit_in_processes(
    datasets: Sequence[Dataset], count: int, on_epoch: Callable[[int, Epoch | None], None]
) -> list[Fit]:
    """The same fits in `count` processes; `on_epoch(number of the dataset, epoch)`, None when it is done."""
    told = SimpleQueue[tuple[int, Epoch | None]]()

    def teller(number: int) -> Callable[[Epoch | None], None]:
        return lambda epoch: told.put((number, epoch))

    with WorkerPool(count, environment=sharing(count)) as pool:
        try:
            futures = [pool.submit(_reported, d, on_report=teller(i)) for i, d in enumerate(datasets)]
            return results(futures, told, lambda said: on_epoch(*said))
        except WorkerLost as lost:
            raise TrainingError(
                f"a model could not be fitted: {lost}.", "Give it more memory, or fewer rows."
            ) from None


def _reported(dataset: Dataset, report: Callable[[Epoch | None], None]) -> Fit:
    fit = fit_known(dataset, report)
    report(None)
    return fit


def _here(progress: "_Progress", number: int, dataset: Dataset) -> Fit:
    fit = fit_known(dataset, lambda epoch: progress.epoch(number, epoch))
    progress.done(number)
    return fit


def _steady_seconds(history: Sequence[Epoch]) -> float:
    """What a fit takes once its program is compiled: the first epoch of each member counts as any other."""
    return float(np.median([epoch.seconds for epoch in history])) * len(history) if history else 0.0


class _Progress:
    """Epochs of one of several fits → epochs that know how much of all is done."""

    def __init__(self, models: int, on_epoch: Callable[[Epoch], None]) -> None:
        self._shares = np.zeros(models)
        self._on_epoch = on_epoch

    def epoch(self, model: int, epoch: Epoch) -> None:
        done = epoch.epoch / epoch.epochs / 2  # most fits stop early: the end alone counts for half
        self._shares[model] = max(self._shares[model], done)
        whole = {field.name: getattr(epoch, field.name) for field in fields(Epoch)}
        self._on_epoch(FitEpoch(**whole, model=model, models=len(self._shares), share=self._share()))

    def done(self, model: int) -> None:
        self._shares[model] = 1.0

    def later(self, number: int, epoch: Epoch | None) -> None:
        """The same of a fit that is not the first; None says that it is done."""
        if epoch is None:
            self.done(number + 1)
        else:
            self.epoch(number + 1, epoch)

    def _share(self) -> float:
        return float(self._shares.mean())
