"""What a person asks of a batch, besides how to read and what to fit."""

from dataclasses import dataclass
from pathlib import Path

DAY = 86_400.0


@dataclass(frozen=True)
class Limit:
    """So many failures are too many: a count, or a share of all tickers."""

    count: int | None = None
    share: float | None = None

    def passed(self, failed: int, of: int) -> bool:
        if self.count is not None:
            return failed > self.count
        return self.share is not None and failed > self.share * of


@dataclass(frozen=True)
class Choices:
    retrain_after: float = 30 * DAY  # seconds; an older model is trained anew
    only: tuple[str, ...] = ()  # tickers; () = all
    exclude: tuple[str, ...] = ()  # tickers that are as if no source had them
    retry_failed: bool = False
    force: bool = False
    model: Path | None = None  # forecast every ticker with this one
    steps: int | None = None
    time_limit: float | None = None  # seconds
    max_failures: Limit = Limit()
    keep: float | None = None  # seconds; what is older leaves the folder; None keeps all


@dataclass(frozen=True)
class Means:
    """Who does the work."""

    workers: int | None = None
    ticker_timeout: float = 3600.0  # seconds that a worker may take for one ticker
    cluster: str | None = None  # dask://HOST:PORT
