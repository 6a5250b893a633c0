"""What `bands.py` has measured, as tables. Every cell has two figures, of the 80 and of the 95 % bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

LEVELS, STEPS = (80.0, 95.0), 5
FIRST, LAST = 0, STEPS - 1
NEAR = (3.5, 2.0)  # points: so far a ticker's own coverage may be off
PLAIN, CLOSES, RANGES, MARKET, CROWD, SHIPPED = (
    "plain historical",
    "ours, closes only",
    "ours, with ranges",
    "ours, with ranges and market",
    "ours, with ranges and crowd",
    "ours, as shipped",
)
BY_YEAR = (PLAIN, CLOSES, CROWD, SHIPPED, "GJR-GARCH-t")  # the others' years are near these


@dataclass(frozen=True)
class Judged:
    """Bands of one year, beside plain ones."""

    winkler: Array  # (levels, STEPS) mean of all windows, over that of plain bands
    held: Array  # (levels, STEPS, tickers) in how many windows
    windows: Array  # (tickers,) how many there are
    tickers: tuple[str, ...]
    worst_month: Array  # (levels,) percent that held at step 1, in the month in which the fewest did

    @property
    def coverage(self) -> Array:
        """(levels, STEPS) percent of all windows."""
        return np.asarray(100 * self.held.sum(axis=2) / self.windows.sum())


Year = Mapping[str, Judged]  # by the bands' name


def summary(years: Sequence[Year], bursts: Sequence[Year]) -> str:
    """A row for each kind of bands: what they cost and how often they held, then of tickers and bursts.

    Means over the years, each counting alike.
    """
    cost = ["| bands | Winkler, step 1 | step 5 | held, step 1 | in a year | held, step 5 | in a year |"]
    alone = ["| bands | a ticker held, step 1 | near | worst month, step 1 | burst: held, step 1 | step 5 |"]
    for lines, columns in ((cost, 7), (alone, 6)):
        lines.append("|" + " --- |" * columns)
    for name in years[0]:
        found, loud = [year[name] for year in years], [one[name] for one in bursts]
        cells = [_winkler(found, step) for step in (FIRST, LAST)]
        cost.append(_row(name, [*cells, *_held(found, FIRST), *_held(found, LAST)]))
        held = _of_tickers(found)
        near = 100 * (np.abs(held - LEVELS) <= NEAR).mean(axis=0)
        worst = np.min([one.worst_month for one in found], axis=0)
        cells = [_span(held), _pair(near, 0), _pair(worst), *(_held(loud, step)[0] for step in (FIRST, LAST))]
        alone.append(_row(name, cells))
    return "\n".join([*cost, "", *alone])


def in_short(years: Sequence[Year]) -> str:
    """The same for README.md."""
    lines = ["| bands | one day ahead | five days | held, one day | in a year |", "|" + " --- |" * 5]
    for name in years[0]:
        found = [year[name] for year in years]
        lines.append(_row(name, [_winkler(found, FIRST), _winkler(found, LAST), *_held(found, FIRST)]))
    return "\n".join(lines)


def by_year(years: Mapping[int, Year]) -> str:
    """Four tables: what bands cost and how often they held, one step and STEPS steps ahead."""
    names = [name for name in next(iter(years.values())) if name in BY_YEAR]
    others, parts = [name for name in names if name != PLAIN], []
    for k in (FIRST, LAST):
        cost = {
            year: {name: _pair(one[name].winkler[:, k], 3) for name in others} for year, one in years.items()
        }
        held = {
            year: {name: _pair(one[name].coverage[:, k]) for name in names} for year, one in years.items()
        }
        parts += [_table(f"Winkler, step {k + 1}", cost), _table(f"held, step {k + 1}", held)]
    return "\n\n".join(parts)


def remarks(years: Mapping[int, Year]) -> str:
    """What the tables come to, in sentences."""
    names = [*next(iter(years.values()))]
    cost = {
        name: np.array([year[name].winkler[:, [FIRST, LAST]] for year in years.values()]) for name in names
    }
    saved = 100 * (1 - cost[SHIPPED] / cost[CLOSES]).mean(axis=0)
    dearer = 100 * (cost[SHIPPED] / cost[CROWD] - 1).max(axis=0)
    lines = [
        f"Ours as shipped cost {_steps(saved, ' %')} less than closes only, mean of the years.",
        f"Following what came true cost at most {_steps(dearer, ' %')} more, in the worst year for it.",
    ]
    for name in names[names.index(SHIPPED) + 1 :]:
        won = (cost[SHIPPED] < cost[name]).sum(axis=0)
        lines.append(f"Of {len(years)} years they cost less than {name} in {_steps(won, '', 0)}.")
    return "\n".join(lines)


def _steps(values: Array, unit: str, digits: int = 1) -> str:
    """Of (levels, 2)."""
    first, last = (f"{_pair(values[:, k], digits)}{unit}" for k in (0, 1))
    return f"{first} (step 1) and {last} (step {STEPS})"


def _of_tickers(found: Sequence[Judged]) -> Array:
    """(tickers, levels) percent that one ticker's bands held at step 1, over all its years."""
    held: dict[str, Array] = {}
    windows: dict[str, int] = {}
    for one in found:
        for i, ticker in enumerate(one.tickers):
            held[ticker] = held.get(ticker, 0) + one.held[:, FIRST, i]
            windows[ticker] = windows.get(ticker, 0) + one.windows[i]
    return np.array([100 * held[ticker] / windows[ticker] for ticker in held])


def _table(title: str, years: Mapping[int, Mapping[str, str]]) -> str:
    names = [*next(iter(years.values()))]
    lines = [_row(title, [name.removeprefix("ours, ") for name in names]), "|" + " --- |" * (len(names) + 1)]
    return "\n".join([*lines, *(_row(str(year), [*cells.values()]) for year, cells in years.items())])


def _held(found: Sequence[Judged], step: int) -> list[str]:
    """The mean of some years, and the least and the most."""
    cover = np.array([one.coverage[:, step] for one in found])
    return [_pair(cover.mean(axis=0)), _span(cover)]


def _winkler(found: Sequence[Judged], step: int) -> str:
    return _pair(np.mean([one.winkler[:, step] for one in found], axis=0), 3)


def _pair(values: Array, digits: int = 1) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in values)


def _span(values: Array) -> str:
    """Of (n, levels) the least and the most."""
    return " / ".join(
        f"{low:.1f} to {high:.1f}" for low, high in zip(values.min(0), values.max(0), strict=True)
    )


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"
