"""What a check has found about prices, how it is said, and what `--strict` makes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import plain

_NAMED = 5  # warnings of one kind that are said one by one


@dataclass(frozen=True)
class Finding:
    """One finding about one ticker's prices."""

    ticker: str
    kind: str  # constant, split, unit, level, spike, flat tail, gap, ended or stale
    date: str
    what: str

    def __str__(self) -> str:
        return f"{plain(self.ticker)}: {self.what}."


def sentences(findings: Iterable[Finding]) -> list[str]:
    """One line for each finding; where a kind has many, the first few and a count."""
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    said = []
    for kind, these in by_kind.items():
        said += [str(finding) for finding in these[:_NAMED]]
        if len(these) > _NAMED:
            said.append(f"{len(these) - _NAMED} more of this kind ({kind}) are in the report.")
    return said


def refuse_findings(findings: Sequence[Finding], remedy: str) -> None:
    """Raises DataError at the first finding, with the number of the others, if there is one."""
    if findings:
        more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
        raise DataError(f"{findings[0]}{more}", remedy)
