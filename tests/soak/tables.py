"""What a soak found: a table of figures, and every fault in words."""

import importlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    title: str
    said: str  # what was done, in a sentence or two
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    faults: Sequence[str]

    def markdown(self) -> Iterator[str]:
        yield from (f"## {self.title}", "", self.said, "")
        yield "| " + " | ".join(self.header) + " |"
        yield "|" + " --- |" * len(self.header)
        for row in self.rows:
            yield "| " + " | ".join(_cell(value) for value in row) + " |"
        yield ""
        yield from (f"- **deviates**: {_cell(fault)}" for fault in self.faults[:50])
        if len(self.faults) > 50:
            yield f"- and {len(self.faults) - 50} more"
        if self.faults:
            yield ""


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return " ".join(text.replace("|", "\\|").split())


def by_way(
    title: str, said: str, good: str, ways: Iterable[str], cases: Iterable[tuple[str, str, str]]
) -> Table:
    """Of files that were changed in several `ways`: how many came out `good`, were refused, or anything else.

    A case is its way, its words, and what came of it.
    """
    counts: dict[str, Counter[str]] = {way: Counter() for way in ways}
    faults: list[str] = []
    for way, words, came in cases:
        right = came in (good, "refused")
        counts[way][came if right else "wrong"] += 1
        if not right:
            faults.append(f"{words}: {came}")
    rows = [(way, c.total(), c[good], c["refused"], c["wrong"]) for way, c in counts.items()]
    return Table(title, said, ("how", "files", good, "refused", "wrong"), rows, faults)


def timed(module: str, scale: float) -> tuple[Table, float]:
    """The table of a module's `soak`, and the seconds that it took."""
    began = time.monotonic()
    try:
        table: Table = importlib.import_module(module).soak(scale)
    except Exception as error:  # a soak that broke must not take the tables of the others with it
        table = Table(
            module, "This soak did not come to its end.", ("",), (), (f"{type(error).__name__}: {error}",)
        )
    return table, time.monotonic() - began
