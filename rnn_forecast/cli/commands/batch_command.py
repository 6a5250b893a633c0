"""The verb batch on the command line: many tickers, every night."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import Session, session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import Places, batch_places, read_places
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.pages import ReportFile, named_report, write_beside
from rnn_forecast.cli.options.recipe_options import RecipeChoices
from rnn_forecast.errors import ForecastError, UsageError
from rnn_forecast.system.file_names import STDIN

if TYPE_CHECKING:
    from rnn_forecast.batch.choices import Choices, Means
    from rnn_forecast.prices import ReadOptions
    from rnn_forecast.verbs.context import Progress

BETWEEN_LINES = 60.0  # seconds, off a terminal


@dataclass(frozen=True)
class WhatToDo:
    """What to train, and when to stop."""

    retrain_after: Annotated[
        Any,
        option(
            "--retrain-after", metavar="TIME", parser=quantities.age, default="30d",
            help="Train a ticker anew when its model is older, such as 12h or 30d.",
        ),
    ] = None  # fmt: skip
    global_model: Annotated[
        Path | None,
        option("--global", metavar="MODEL", help="Forecast every ticker with this one model; train none."),
    ] = None
    only: Annotated[
        list[str] | None,
        option("--only", metavar="TICKER", help="Do only this ticker; may be repeated.", default="all"),
    ] = None
    force: Annotated[bool, option("--force", help="Train every ticker, fresh or not.")] = False
    retry_failed: Annotated[
        bool, option("--retry-failed", help="Train again what failed before with the same prices.")
    ] = False
    steps: Annotated[
        int | None,
        option(
            "--steps", metavar="N", parser=quantities.steps, help="Steps to forecast, at most 10,000.",
            default="the model's horizon",
        ),
    ] = None  # fmt: skip
    time_limit: Annotated[
        Any,
        option(
            "--time-limit", metavar="TIME", parser=quantities.seconds, help="Stop after a time, such as 2h."
        ),
    ] = None
    max_failures: Annotated[
        Any,
        option(
            "--max-failures", metavar="N|N%", parser=quantities.count_or_share,
            help="Stop when more than this failed, such as 20 or 5%.",
        ),
    ] = None  # fmt: skip

    keep: Annotated[
        Any,
        option(
            "--keep", metavar="TIME", parser=quantities.age, default="all",
            help="At the end delete runs and past forecasts older than this, such as 400d, and models of "
            "tickers that have been gone as long.",
        ),
    ] = None  # fmt: skip

    def choices(self, tickers: tuple[str, ...]) -> "Choices":
        from rnn_forecast.batch.choices import Choices, Limit

        count, share = self.max_failures or (None, None)
        chosen = {"retrain_after": self.retrain_after, "time_limit": self.time_limit, "keep": self.keep}
        return Choices(
            only=(*(self.only or ()), *tickers), retry_failed=self.retry_failed, force=self.force,
            model=self.global_model, steps=self.steps, max_failures=Limit(count, share),
            **{name: value for name, value in chosen.items() if value is not None},
        )  # fmt: skip


@dataclass(frozen=True)
class Workers:
    """Workers."""

    workers: Annotated[
        int | None,
        option(
            "--workers", metavar="N", parser=quantities.positive, help="Processes that train.",
            default="the cores, fewer where memory is short",
        ),
    ] = None  # fmt: skip
    ticker_timeout: Annotated[
        Any,
        option(
            "--ticker-timeout", metavar="TIME", parser=quantities.seconds, default="1h",
            help="End a worker that takes longer for one ticker; the ticker gets one more try.",
        ),
    ] = None  # fmt: skip
    cluster: Annotated[
        str | None,
        option("--cluster", metavar="dask://HOST:PORT", help="Train on the workers of this Dask scheduler."),
    ] = None

    def means(self) -> "Means":
        from rnn_forecast.batch.choices import Means

        if self.ticker_timeout == 0:
            raise UsageError("--ticker-timeout must be above 0.", "Leave it out for an hour.")
        if self.cluster is not None:
            from rnn_forecast.batch.workers.cluster import scheduler_address

            scheduler_address(self.cluster)  # checked even when there is nothing to train today
            if self.workers is not None:
                raise UsageError(
                    "--workers is for this machine and does not go with --cluster.",
                    "Leave it out: a cluster has as many workers as were started there.",
                )
        if self.ticker_timeout is None:
            return Means(self.workers, cluster=self.cluster)
        return Means(self.workers, self.ticker_timeout, self.cluster)


@verb
def batch(  # noqa: PLR0913, PLR0917  groups of options
    sources: Sources,
    what: WhatToDo,
    workers: Workers,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    out: Annotated[Path | None, option("--out", metavar="DIR", help="Folder to write; required.")] = None,
    dry_run: Annotated[
        bool, option("--dry-run", help="Say what would be done, and why; write nothing.")
    ] = False,
    report: ReportFile = None,
) -> None:
    """Train one model for each ticker that has no fresh one, then forecast every ticker."""
    folder = _required(out)
    reads = read_places(sources, recipe=recipe.recipe, model=what.global_model)
    with session(
        common, "Batch", Places(reads, (*batch_places("--out", folder), *named_report(report)))
    ) as now:
        from rnn_forecast.batch.run import Order, plan_batch, run_batch
        from rnn_forecast.cli.messages import batch_results

        asked = reading.options()
        choices = replace(what.choices(asked.tickers), exclude=asked.exclude)
        if both := set(choices.only) & set(choices.exclude):
            raise UsageError(f"--only and --exclude both name {min(both)!r}.", "Leave it out of one of them.")
        order = Order(sources, _without_tickers(asked), recipe.chosen(), folder, choices)
        if dry_run:
            plan = plan_batch(order)
            now.make_way()
            batch_results.write_plan(plan, common)
            return
        done = run_batch(order, workers.means(), replace(now.run(), on_progress=_teller(now)))
        if report is not None:
            write_beside(report, _page(folder, sources, reading), common)
        now.finish(batch_results.batched(done))
        batch_results.require_all(done)


def _page(folder: Path, sources: list[str], reading: ReadingChoices) -> bytes:
    """With the prices that are drawn, where they can be read once more."""
    from rnn_forecast.verbs.report import report as make_report

    options = replace(reading.options(), strict=False)
    if STDIN not in sources:
        with suppress(ForecastError):  # all that is wrong with them was said
            return make_report([str(folder), *sources], options).page
    return make_report([str(folder)], options).page


def _required(out: Path | None) -> Path:
    if out is None:
        raise UsageError("--out is required.", "Add --out and a folder, such as --out batch.")
    return out


def _without_tickers(options: "ReadOptions") -> "ReadOptions":
    """--ticker means --only here, and --exclude is of all: that one of many files lacks one is no error."""
    return replace(options, tickers=(), exclude=())


def _teller(session: Session) -> "Callable[[Progress], None]":
    """Reports progress: on a terminal at once, else in a line every minute."""
    from rnn_forecast.cli.messages import batch_results

    last = time.monotonic()

    def tell(progress: "Progress") -> None:
        nonlocal last
        if session.many(progress) or time.monotonic() - last < BETWEEN_LINES:
            return
        last = time.monotonic()
        session.aside(batch_results.progress_line(progress))

    return tell
