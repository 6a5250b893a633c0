"""Jobs → outcomes, in the order in which they end. The same loop for local workers and for a cluster."""

import concurrent.futures
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from rnn_forecast.batch.workers.crew import Crew
from rnn_forecast.batch.workers.job import Failure, Job, Outcome
from rnn_forecast.errors import StartError, TrainingError

MOST_REFUSALS = 3  # the machine may recover, and the jobs are tried again at the end
LOST = "Look at this ticker's length and the worker's memory; a longer --ticker-timeout may help."


Task = Callable[[Job], Outcome]


def outcomes(
    crew: Crew, jobs: Iterator[Job], task: Task, stopped: Callable[[], bool]
) -> Iterator[list[Outcome]]:
    """Hand out jobs, a few ahead, and yield what comes back, all that has ended since together.

    A job whose worker is lost is tried once more, at the end and alone: a job that kills its worker
    then harms no other, and one that was only beside it succeeds. Lost again, it has failed; but where the
    system gives no thread or process that is no ticker's fault: StartError is raised.
    `stopped` is asked at least once a second, and when all that came back was taken; when it is time to stop,
    what is under way is given up: it is done again by the next run, with the same result.
    """
    lost: list[Job] = []
    failed: list[Outcome] = []
    yield from _handed_out(crew, jobs, task, lambda job, _: lost.append(job), stopped)
    alone = replace(crew, workers=lambda: 1, ahead=0)
    again = iter(lost)
    yield from _handed_out(alone, again, task, lambda job, e: failed.append(_lost(job, e)), stopped, most=0)
    if failed:
        yield failed


def _handed_out(
    crew: Crew,
    jobs: Iterator[Job],
    task: Task,
    on_lost: Callable[[Job, BaseException], None],
    stopped: Callable[[], bool],
    most: int = MOST_REFUSALS,
) -> Iterator[list[Outcome]]:
    refused = 0  # jobs in a row that the system gave no thread or process for
    waiting: dict[concurrent.futures.Future[Outcome], Job] = {}
    while not stopped():
        free = crew.workers() + crew.ahead - len(waiting)
        for job in itertools.islice(jobs, max(free, 0)):
            waiting[crew.executor.submit(task, job)] = job
        if not waiting:
            return
        ended, _ = concurrent.futures.wait(waiting, 1, concurrent.futures.FIRST_COMPLETED)
        crew.check()
        good: list[Outcome] = []
        for future in ended:
            job = waiting.pop(future)
            try:
                good.append(future.result())
            except (Exception, concurrent.futures.CancelledError) as error:
                refused += isinstance(error, StartError)
                if refused > most and isinstance(error, StartError):
                    raise
                on_lost(job, error)
        if good:
            refused = 0
            yield good
    for future in waiting:
        future.cancel()


def _lost(job: Job, error: BaseException) -> Outcome:
    what = " ".join((str(error) or type(error).__name__).split()).rstrip(".")
    failure = Failure(TrainingError.exit_code, f"{job.ticker}: {what} (2 tries).", LOST)
    return Outcome(job.ticker, failure)
