"""Jobs → outcomes, in the order in which they end. The same loop for local workers and for a cluster."""

import concurrent.futures
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnn_forecast.batch.crew import Crew
from rnn_forecast.batch.job import Failure, Job, Outcome
from rnn_forecast.errors import TrainingError

LOST = "Look at this ticker's length and the worker's memory; a longer --ticker-timeout may help."


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    done: int
    of: int  # that have to be trained
    failed: int
    left: float | None = None  # seconds, by the pace so far


Task = Callable[[Job], Outcome]


def outcomes(
    crew: Crew, jobs: Iterator[Job], task: Task, *, stopped: Callable[[], bool], tick: Callable[[], None]
) -> Iterator[Outcome]:
    """Hand out jobs, a few ahead, and yield what comes back.

    A job whose worker is lost is tried once more, then it has failed; the others are not touched. `stopped`
    is asked, and `tick` called, at least once a second; when it is time to stop, what is under way is given
    up: it is done again by the next run, with the same result.
    """
    waiting: dict[concurrent.futures.Future[Outcome], tuple[Job, int]] = {}
    while not stopped():
        room = crew.workers() + crew.ahead - len(waiting)
        for job in itertools.islice(jobs, max(room, 0)):
            waiting[crew.executor.submit(task, job)] = (job, 1)
        if not waiting:
            return
        ended, _ = concurrent.futures.wait(waiting, 1, concurrent.futures.FIRST_COMPLETED)
        crew.check()
        for future in ended:
            job, tried = waiting.pop(future)
            try:
                yield future.result()
            except (Exception, concurrent.futures.CancelledError) as error:
                if tried < crew.tries:
                    waiting[crew.executor.submit(task, job)] = (job, tried + 1)
                else:
                    yield _lost(job, error, tried)
        tick()
    for future in waiting:
        future.cancel()


def _lost(job: Job, error: BaseException, tried: int) -> Outcome:
    what = " ".join((str(error) or type(error).__name__).split()).rstrip(".")
    times = f" ({tried} tries)" if tried > 1 else ""
    return Outcome(job.ticker, Failure(TrainingError.exit_code, f"{job.ticker}: {what}{times}.", LOST))
