"""Sources → tickers with their prices, or why not. A bad file fails its tickers, a bad ticker only itself.

What was found in a file is kept in the ledger under the file's sha256, so that a file that is the same as
last time is hashed and not read.
"""

import functools
import glob
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast import __version__
from rnn_forecast.batch.beside import PRICES_ALONE, Beside
from rnn_forecast.batch.workers.job import Failure, failure_of
from rnn_forecast.errors import DataError, ForecastError, InputError, Notice
from rnn_forecast.prices import Decisions, PriceSeries, Reading, ReadOptions, read_prices
from rnn_forecast.prices.findings import Finding, sentences
from rnn_forecast.prices.joining import Periods, periods
from rnn_forecast.prices.merging import merge
from rnn_forecast.prices.reader import checked
from rnn_forecast.record.recorded import series_sha256
from rnn_forecast.system.file_names import stem_of

if TYPE_CHECKING:
    from collections.abc import Callable


def _nothing() -> tuple[PriceSeries, Decisions]:
    raise AssertionError("a failed ticker has no prices")


@dataclass(frozen=True)
class Found:
    """A ticker, and how to get at its prices; or why it cannot be had."""

    ticker: str
    input_sha256: str = ""
    rows: int = 0
    read: "Callable[[], tuple[PriceSeries, Decisions]]" = field(default=_nothing, compare=False)
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()  # that the prices may be wrong
    calendar: str = ""  # that says the dates to come, where a person chose one


@dataclass(frozen=True)
class Inputs:
    found: list[Found]  # in the order of the sources
    notices: list[Notice]  # of the readers, but for warnings, which are the tickers' own
    sources: dict[str, Any]  # what to remember of each file
    tickers: frozenset[str]  # all of them, also those that nobody asked for
    whole: bool  # whether every file could be read: else there may be more tickers


def expand(sources: Sequence[str]) -> list[str]:
    """Files for patterns that no shell has expanded. Raises InputError for one that matches nothing."""
    files: list[str] = []
    for source in sources:
        if source == "-" or not glob.has_magic(source) or Path(source).exists():
            files.append(source)
            continue
        matches = sorted(glob.glob(source, recursive=True))  # noqa: PTH207  Path.glob takes no absolute patterns
        if not matches:
            raise InputError(f"no file matches {source}.", "Look at the folder and the pattern.")
        files += matches
    return list(dict.fromkeys(files))


def read_inputs(
    files: Sequence[str],
    options: ReadOptions,
    known: Mapping[str, Any],
    *,
    beside: Beside = PRICES_ALONE,
    constant_too: bool = False,
    explain: "Callable[[ForecastError], ForecastError]" = lambda error: error,
) -> Inputs:
    """Every ticker of every file. `known` is what an earlier run remembered of them.

    `beside`: the columns that go with the prices. `constant_too`: one whose price never changes is no
    failure, for none is to be fitted. `explain` says more of an error that ends a file.
    """
    pieces: dict[str, list[_Piece]] = defaultdict(list)
    failed: list[Found] = []
    order: list[str] = []
    unread = 0
    notices: list[Notice] = []
    remembered: dict[str, Any] = {}
    for file in files:
        source = _Source(file, options, beside, constant_too)
        try:
            found = source.look(known)
        except ForecastError as error:
            ticker = options.as_ticker or stem_of(file)
            failed.append(Found(ticker, failure=failure_of(explain(error))))
            order.append(ticker)
            unread += 1
            continue
        if found["key"] is not None:
            remembered[found["key"]] = found
        notices += [Notice(line) for line in found["notices"]]
        order += _order(found)
        failed += [Found(ticker, failure=Failure(*why)) for ticker, why in found["refused"].items()]
        for ticker, (sha256, rows) in found["tickers"].items():
            warnings = tuple(found["warnings"].get(ticker, ()))
            pieces[ticker].append(_Piece(source, ticker, sha256, rows, warnings))
    parts = _join_periods(pieces)
    notices += map(Notice, parts.notices)
    order = [parts.one.get(ticker, ticker) for ticker in order]
    good = [_joined(ticker, parts, options) for ticker, parts in pieces.items()]
    each = _each_once(good, failed)
    in_order = [each[ticker] for ticker in dict.fromkeys(order)]
    return Inputs(in_order, notices, remembered, frozenset(each), not unread)


def _order(found: Mapping[str, Any]) -> list[str]:
    """The tickers of a file by its rows; the refused last where an earlier program remembered no order."""
    names, order = [*found["tickers"], *found["refused"]], found.get("order")
    if isinstance(order, list) and sorted(map(repr, order)) == sorted(map(repr, names)):
        return order
    return names


class _Source:
    """One file: looked up by its hash, read when somebody needs the prices."""

    def __init__(self, file: str, options: ReadOptions, beside: Beside, constant_too: bool) -> None:
        self.file, self.options, self.beside, self.constant_too = file, options, beside, constant_too

    def look(self, known: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key()
        if key is not None and _fits(known.get(key)):
            return dict(known[key])
        reading = self.reading
        by_ticker: dict[str, list[Finding]] = defaultdict(list)
        for finding in reading.decisions.checks:
            by_ticker[finding.ticker].append(finding)
        warnings = {ticker: sentences(findings) for ticker, findings in by_ticker.items()}
        said = {"notices": list(reading.decisions.notices), "warnings": warnings}
        tickers = {s.ticker: (series_sha256(s), len(s)) for s in reading.series}
        refused = {ticker: astuple(failure_of(error)) for ticker, error in reading.refused.items()}
        return {"key": key, **said, "tickers": tickers, "refused": refused, "order": list(reading.tickers)}

    @functools.cached_property
    def reading(self) -> Reading:
        found = read_prices([self.file], self.options, each_alone=True, constant_too=self.constant_too)
        series, refused = [], dict(found.refused)
        for one in found.series:
            try:
                series.append(self.beside.of(one))
            except DataError as error:
                refused[one.ticker] = error
        return replace(found, series=series, refused=refused)

    @functools.cached_property
    def _by_ticker(self) -> dict[str, PriceSeries]:
        return {s.ticker: s for s in self.reading.series}

    def series(self, ticker: str, sha256: str) -> PriceSeries:
        found = self._by_ticker.get(ticker)
        if found is not None and series_sha256(found) == sha256:
            return found
        raise DataError(f"{self.file} changed while the batch ran.", "It is read again by the next run.")

    def _key(self) -> str | None:
        """The hash of all that the result depends on; None where the day counts too, or for no plain file."""
        if self.options.max_age is not None or self.file == "-" or not Path(self.file).is_file():
            return None
        try:
            with Path(self.file).open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return None  # the reader says what is wrong
        options = {
            k: v
            for k, v in asdict(self.options).items()
            if v or k not in ("past", "known", "calendar", "holidays")
        }
        decides = [__version__, Path(self.file).name, digest, options, self.constant_too]
        decides += self.beside.key()
        return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def _fits(found: Any) -> bool:
    """Whether what an earlier run remembered of a file is what `look` gives today; else the file is read."""
    try:
        said = [*found["notices"], *(line for lines in found["warnings"].values() for line in lines)]
        each = [(sha256, rows) for sha256, rows in found["tickers"].values()]
        refused = [astuple(Failure(*why)) for why in found["refused"].values()]
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    texts = [*said, *(sha256 for sha256, _ in each), *(text for _, *texts in refused for text in texts)]
    numbers = [*(rows for _, rows in each), *(code for code, *_ in refused)]
    return all(isinstance(text, str) for text in texts) and all(isinstance(n, int) for n in numbers)


@dataclass(frozen=True)
class _Piece:
    source: _Source
    ticker: str  # there
    sha256: str
    rows: int
    warnings: tuple[str, ...]

    def series(self) -> PriceSeries:
        return self.source.series(self.ticker, self.sha256)


def _join_periods(pieces: dict[str, list[_Piece]]) -> Periods:
    """Put the pieces of tickers that are files of one, a year or a month each, under its name."""
    alone = {ticker: some[0] for ticker, some in pieces.items() if len(some) == 1}
    stems = [ticker for ticker, piece in alone.items() if stem_of(piece.source.file) == ticker]
    try:
        found = periods(stems, lambda stem: alone[stem].series())
    except DataError:  # a file has changed meanwhile: its job says so
        return Periods({}, [], [])
    for stem, common in found.one.items():
        pieces[common] += pieces.pop(stem)
    for finding in found.findings:
        piece = alone[finding.ticker]
        pieces[finding.ticker] = [replace(piece, warnings=(*piece.warnings, str(finding)))]
    return found


def _joined(ticker: str, pieces: Sequence[_Piece], options: ReadOptions) -> Found:
    calendar = " ".join([options.calendar or "", *options.holidays]).strip()
    if len(pieces) == 1:
        piece = pieces[0]

        def read() -> tuple[PriceSeries, Decisions]:
            return piece.series(), piece.source.reading.decisions

        return Found(ticker, piece.sha256, piece.rows, read, warnings=piece.warnings, calendar=calendar)
    try:
        parts = [(p.source.file, replace(p.series(), ticker=ticker)) for p in pieces]
        series, _ = merge(parts)
        series = replace(series, calendar=parts[0][1].calendar)
        warnings = tuple(sentences(checked([series], options)))  # a jump may be where two files meet
    except ForecastError as error:
        return Found(ticker, failure=failure_of(error))
    every = [p.source.reading.decisions for p in pieces]
    decisions = replace(every[0], sources=tuple(source for one in every for source in one.sources))
    return Found(
        ticker,
        series_sha256(series),
        len(series),
        lambda: (series, decisions),
        warnings=warnings,
        calendar=calendar,
    )


def _each_once(good: list[Found], failed: list[Found]) -> dict[str, Found]:
    """One entry for each ticker: one that failed in any file fails, though other files have it too."""
    bad = {f.ticker: f for f in failed}
    there = {f.ticker: f for f in good}
    return {**there, **{t: replace(there.get(t, f), failure=f.failure) for t, f in bad.items()}}
