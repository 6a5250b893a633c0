"""What a size costs, and whether costs by size lie on a straight line."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

BAR = 1.3  # of what one more costs in the last step, over the step before


class Cost(NamedTuple):
    """Of one size; the median over so many runs."""

    seconds: float
    megabytes: float = math.nan  # at the peak of the largest process; not known of a part of one
    runs: int = 1


Lines = Mapping[str, Mapping[int, Cost]]  # by what was done, then by size


class Units(NamedTuple):
    """In what is said what one more costs."""

    of: str  # "windows"
    time: str
    times: float  # how many of them are a second
    memory: str
    memories: float  # how many of them are a megabyte


def steps(sizes: Sequence[float], values: Sequence[float]) -> list[float]:
    """What one more costs from each size to the next: one fewer than there are sizes."""
    pairs = zip(sizes, values, strict=True)
    return [(b - a) / (n - m) for (m, a), (n, b) in itertools.pairwise(pairs)]


def ratio(sizes: Sequence[float], values: Sequence[float]) -> float:
    """What one more costs in the last step over the step before: 1 on a straight line, more where costs grow
    faster; infinite where only the last step costs anything. NaN where there are fewer than three sizes, or
    where neither does.
    """
    *_, before, last = [math.nan, math.nan, *steps(sizes, values)]
    if before > 0:
        return last / before
    return math.inf if last > 0 >= before else math.nan


def table(lines: Lines, units: Units) -> list[str]:
    """A row for every size, with what one more costs since the size before."""
    one_more = f"{units.time} for one more | peak MB | {units.memory} for one more"
    found = [f"| | {units.of} | seconds | {one_more} | runs |", f"|{' --- |' * 7}"]
    for name, costs in lines.items():
        sizes, (seconds, megabytes) = list(costs), _columns(costs)
        more = [math.nan, *(units.times * x for x in steps(sizes, seconds))]
        memory = [math.nan, *(units.memories * x for x in steps(sizes, megabytes))]
        for i, (size, cost) in enumerate(costs.items()):
            cells = (f"{cost.seconds:.2f}", _cell(more[i]), _cell(cost.megabytes, "{:.0f}"), _cell(memory[i]))
            found.append(f"| {name} | {size:,} | {' | '.join(cells)} | {cost.runs} |")
    return found


def verdicts(lines: Lines) -> list[str]:
    """By how much the last step of each is steeper than the one before, and which are beyond the bar."""
    found = [f"| last step over the one before ({BAR}) | time | memory |", "| --- | --- | --- |"]
    beyond = []
    for name, costs in lines.items():
        ratios = [ratio(list(costs), column) for column in _columns(costs)]
        found.append(f"| {name} | {' | '.join(_cell(x, '{:.2f}') for x in ratios)} |")
        beyond += [f"{name}, {what}" for what, x in zip(("time", "memory"), ratios, strict=True) if x > BAR]
    return [*found, "", f"Beyond the bar: {'; '.join(beyond) or 'none'}."]


def _columns(costs: Mapping[int, Cost]) -> tuple[list[float], list[float]]:
    return [cost.seconds for cost in costs.values()], [cost.megabytes for cost in costs.values()]


def _cell(x: float, form: str = "{:.3g}") -> str:
    if not math.isfinite(x):
        return "∞" if x > 0 else ""
    return f"{x:,.0f}" if form == "{:.3g}" and abs(x) >= 100 else form.format(x)
