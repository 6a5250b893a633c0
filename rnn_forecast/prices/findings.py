"""What a check has found about prices, how it is said, and what `--strict` makes of it."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.prices.cells.cell_positions import plain

JOINED = "files joined as"  # in the notice of files that are parts of one ticker


@dataclass(frozen=True)
class Finding:
    """One finding about one ticker's prices."""

    ticker: str
    kind: str  # constant (column), split, unit, level, spike, flat tail, gap, ended, stale, … or a guess
    date: str
    what: str

    def __str__(self) -> str:
        return f"{plain(self.ticker)}: {self.what}."


def warnings(findings: Iterable[Finding]) -> list[Notice]:
    """One for each ticker and kind, which says the first finding, how many there are more, and holds all.

    Every ticker's first kind comes before any ticker's second: where only a few lines are shown, a ticker
    with many findings takes one of them.
    """
    by_ticker: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        by_ticker.setdefault(finding.ticker, {}).setdefault(finding.kind, []).append(finding)
    ranked = itertools.zip_longest(*(kinds.values() for kinds in by_ticker.values()))
    return [_warning(these) for rank in ranked for these in rank if these is not None]


def _warning(alike: Sequence[Finding]) -> Notice:
    first, more = alike[0], len(alike) - 1
    if not more:
        return Notice(str(first), "warning")
    said = f"{str(first).removesuffix('.')}, and {more:,} more like it."
    return Notice(said, "warning", tuple(map(str, alike)))


def left_out_notices(left_out: Sequence[Mapping[str, str]], sources: int, tickers: int) -> list[Notice]:
    """`left out 1 of 3 sources: c.csv is empty.`, and the same of tickers; the counts are of those taken."""
    said = []
    for what, taken in (("source", sources), ("ticker", tickers)):
        why = tuple(one["why"] for one in left_out if what in one)
        if why:
            count = f"left out {len(why):,} of {len(why) + taken:,} {what}s"
            first = f": {why[0]}" if len(why) == 1 else f", the first: {why[0]}"
            said.append(Notice(count + first, "warning", why if len(why) > 1 else ()))
    return said


def sentences(findings: Iterable[Finding]) -> list[str]:
    """The same as text: what is kept of them where the findings themselves are, or are too many."""
    return [warning.text for warning in warnings(findings)]


def refuse_findings(findings: Sequence[Finding], remedy: str) -> None:
    """Raises DataError at the first finding, with the number of the others, if there is one."""
    if findings:
        more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
        raise DataError(f"{findings[0]}{more}", remedy)
