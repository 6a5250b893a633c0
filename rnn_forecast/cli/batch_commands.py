"""The verbs for many tickers: `batch`, and `status` of what a batch has left."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_forecast.cli import quantities
from rnn_forecast.cli.app import verb
from rnn_forecast.cli.options import Common, ReadingChoices, RecipeChoices, Sources, option
from rnn_forecast.cli.session import session
from rnn_forecast.errors import UsageError

if TYPE_CHECKING:
    from rnn_forecast.batch.choices import Choices, Means


@dataclass(frozen=True)
class WhatToDo:
    """What is done."""

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
            "--steps", metavar="N", parser=quantities.positive, help="Steps to forecast.",
            default="the model's horizon",
        ),
    ] = None  # fmt: skip
    time_limit: Annotated[
        Any,
        option("--time-limit", metavar="TIME", parser=quantities.seconds, help="Stop after, such as 2h."),
    ] = None
    max_failures: Annotated[
        Any,
        option(
            "--max-failures", metavar="N|N%", parser=quantities.count_or_share,
            help="Stop when more tickers than this failed, such as 20 or 5%.",
        ),
    ] = None  # fmt: skip

    def choices(self, tickers: tuple[str, ...]) -> "Choices":
        from rnn_forecast.batch.choices import Choices, Limit

        count, share = self.max_failures or (None, None)
        chosen = {"retrain_after": self.retrain_after, "time_limit": self.time_limit}
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
            help="End a worker that takes longer for one ticker; it gets one more try.",
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

            scheduler_address(self.cluster)  # said even when there is nothing to train today
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
        bool, option("--dry-run", help="Say what would be done for each ticker, and why; write nothing.")
    ] = False,
) -> None:
    """Train one model for each ticker that has no fresh one, then forecast every ticker."""
    with session(common, "Batch") as now:
        from rnn_forecast.batch.choices import Watch
        from rnn_forecast.batch.run import Order, plan_batch, run_batch
        from rnn_forecast.cli import batch_results

        folder = batch_results.required(out)
        options, only = batch_results.without_tickers(reading.options())
        order = Order(sources, options, recipe.chosen(), folder, what.choices(only))
        if dry_run:
            batch_results.write_plan(plan_batch(order), common)
            return
        watch = Watch(tell=now.tell, progress=batch_results.teller(now), wait=common.wait or 0.0)
        done = run_batch(order, workers.means(), watch)
        now.finish(batch_results.batched(done))
        batch_results.require_all(done)


@verb
def status(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The --out of a batch.", show_default=False)],
    common: Common,
    max_age: Annotated[
        Any,
        option(
            "--max-age",
            metavar="TIME",
            parser=quantities.age,
            help="End with 3 when the last success is older, such as 26h or 2d.",
        ),
    ] = None,
) -> None:
    """Say when a batch last succeeded, what failed and why."""
    with session(common, None) as now:  # it reads one small file
        from rnn_forecast.batch.status import require_recent, status_of
        from rnn_forecast.cli import batch_results

        found = status_of(Path(folder))
        now.finish(batch_results.status(found, common))
        if max_age is not None:
            require_recent(found, max_age)
