"""What a soak found: a table of figures, and every fault in words."""

import importlib
import time
from collections.abc import Iterator, Sequence
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
