"""A job that trains nothing: random weights by the ticker's seed, and what a ticker's name asks for.

Run as a script it is a batch with that job: `python batch_fakes.py OUT WORKERS FILE…`; it prints the summary.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toys import small_recipe, toy_model, walk

from rnn_forecast.batch.choices import Means
from rnn_forecast.batch.run import Order, run_batch
from rnn_forecast.batch.workers.job import Failure, Job, Outcome, failure_of
from rnn_forecast.errors import StartError
from rnn_forecast.model.model_document import model_bytes
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Recipe

Market = Callable[..., list[str]]
Here = Callable[..., tuple[int, str, str]]


def write_prices(path: Path, *, seed: int, rows: int = 120, last: float | None = None) -> str:
    """A file of one ticker's prices; the same seed gives the same first rows, whatever `rows` is."""
    s = walk(400, seed=seed)
    lines = [f"{d},{p!r}" for d, p in zip(iso(s.dates[:rows]), s.prices[:rows].tolist(), strict=True)]
    if last is not None:
        lines.append(f"{iso(s.dates[rows : rows + 1])[0]},{last!r}")
    path.write_text("\n".join(["date,price", *lines]) + "\n")
    return str(path)


def fake_job(job: Job) -> Outcome:
    """What the ticker asks for.

    CRASH dies, FLAKY once (by a file in $FAKES), CRAMPED gets no thread, LATE once no, STUCK never ends,
    SLOW is slow, BAD fails, BUG is one.
    """
    kind = job.ticker.rstrip("0123456789")
    if kind == "CRASH" or (kind == "FLAKY" and not _was_here(job.ticker)):
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "CRAMPED" or (kind == "LATE" and not _was_here(job.ticker)):
        raise StartError("TensorFlow needs 28 threads.", "Raise the limit.")
    if kind == "STUCK":
        time.sleep(600)
    if kind == "SLOW":
        time.sleep(0.15)
    if kind == "BAD":
        return Outcome(job.ticker, Failure(65, f"{job.ticker} has {len(job.series)} prices.", "Add rows."))
    if kind == "BUG":
        return Outcome(
            job.ticker, failure_of(ArithmeticError(f"node gradient_tape/{job.ticker}/while_7 is no"))
        )
    recipe = Recipe.model_validate_json(job.recipe)
    series = job.series
    model = toy_model([series], seed=recipe.training.seed)
    files = {**model_bytes(model), "metrics.json": b"{}\n"}
    return Outcome(job.ticker, files=files, rows=model.source.tickers[job.ticker].rows, epochs=1)


def refuse_job(job: Job) -> Outcome:
    """For runs that have nothing to train."""
    raise AssertionError(f"{job.ticker} was given to a worker")


def sleep_job(job: Job) -> Outcome:
    time.sleep(0.05)
    return Outcome(job.ticker, Failure(65, "slept", "Wake up."))


def _was_here(ticker: str) -> bool:
    mark = Path(os.environ["FAKES"]) / ticker
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return True
    return False


def run_fake(files: list[str], out: Path, workers: int = 2) -> dict[str, Any]:
    order = Order(files, ReadOptions(), small_recipe(shrink=False), out)
    return run_batch(order, Means(workers=workers), work=fake_job).summary


if __name__ == "__main__":
    # under the module's own name, by which the workers know the job too
    from batch_fakes import run_fake as run_by_name

    from rnn_forecast.cli.terminal.boundary import guarded

    place, count, *paths = sys.argv[1:]
    guarded(lambda: print(json.dumps(run_by_name(paths, Path(place), int(count)))))
