"""Do the tests of skill reject a true null as rarely as they say, and what do they see of a false one?

    python benchmarks/skill_tests.py

Loss differentials of two forecasts that are equally good, of horizon h from n neighbouring origins, tested at
5 % by the program and by what it replaced: h - 1 autocovariances with the correction of Harvey, Leybourne and
Newbold 1997. Prices move by normal, heavy-tailed (t with 4) or clustered (GARCH) steps; forecasts are new a
day, persistent (AR(1)) or nearly constant. Then the pooled test on calendars that differ, and the direction.
Writes docs/PERFORMANCE.md. About two minutes.
"""

from collections.abc import Callable, Iterator

import numpy as np
from _common import PERFORMANCE, machine, write_section
from numpy.typing import NDArray

from rnn_forecast.scores.outcomes.overlaps import Overlap
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.outcomes.skill import diebold_mariano, pesaran_timmermann
from rnn_forecast.scores.scores import score
from rnn_forecast.statistics import student_two_sided

Array = NDArray[np.float64]

RUNS = 2000  # a rate of 5 % then has a standard error of 0.5 %
PANELS = 500
ISSUE = ((41, 20), (61, 20), (100, 20), (38, 13))
CASES = (
    *((n, 1) for n in (20, 60, 250, 1000)),
    *((20, 2), (36, 5), (60, 5), (250, 5), (92, 13), (150, 13), (141, 20), (300, 20), (421, 60), (2000, 60)),
)
NULLS = {  # persistence of the forecasts and their size beside the outcome's; None: so small that e f is all
    "new each day": (0.0, None),
    "AR 0.95": (0.95, None),
    "AR 0.99": (0.99, None),
    "two AR 0.9 of a fifth": (0.9, 0.2),
}
POWER = 3.2  # standard errors that a false null is from zero: a test that knew them would see nine in ten
DAY = np.timedelta64(86_400, "s")
MONDAY = np.datetime64("2020-01-06", "s") + np.arange(800) * DAY
CALENDARS = {
    "weekly on five weekdays, 100 weeks, 1 ahead": ([MONDAY[k : 700 + k : 7] for k in range(5)], 1),
    "the same, 4 ahead": ([MONDAY[k : 700 + k : 7] for k in range(5)], 4),
    "a share (5 days of 7) and a coin, 5 ahead": ([MONDAY[np.arange(800) % 7 < 5][:250], MONDAY[:350]], 5),
    "three exchanges' closes, 120 days, 1 ahead": ([MONDAY[:121] + k * DAY // 3 for k in range(3)], 1),
    "monthly, first and last day, 1 ahead": (
        [
            (np.arange("2005-01", "2020-01", dtype="datetime64[M]") + k).astype("datetime64[s]") - k * DAY
            for k in (0, 1)
        ],
        1,
    ),
}


def steps(rng: np.random.Generator, kind: str, runs: int, n: int) -> Array:
    """Moves of a price from one row to the next."""
    if kind == "t(4)":
        return rng.standard_t(4, (runs, n))
    noise = rng.normal(size=(runs, n + 100))
    if kind == "GARCH":
        variance = np.ones(runs)
        for t in range(n + 100):
            noise[:, t] *= np.sqrt(variance)
            variance = 0.05 + 0.1 * noise[:, t] ** 2 + 0.85 * variance
    return noise[:, 100:]


def persistent(rng: np.random.Generator, phi: float, runs: int, n: int) -> Array:
    """An AR(1) of variance one, from its stationary start."""
    values = rng.normal(size=(runs, n))
    for t in range(1, n if phi else 0):
        values[:, t] = phi * values[:, t - 1] + np.sqrt(1 - phi * phi) * values[:, t]
    return values


def differentials(rng: np.random.Generator, n: int, h: int) -> Iterator[tuple[str, Array]]:
    """(runs, n) of true nulls."""
    for kind in ("normal", "t(4)", "GARCH"):
        walk = steps(rng, kind, RUNS, n + h).cumsum(axis=1)
        outcome = (walk[:, h:] - walk[:, :-h]) / np.sqrt(h)
        for name, (phi, size) in NULLS.items():
            one, other = (persistent(rng, phi, RUNS, n) for _ in range(2))
            if size is None:
                yield f"{kind}, {name}", outcome * one
            else:
                yield f"{kind}, {name}", (outcome - size * one) ** 2 - (outcome - size * other) ** 2


def harvey(d: Array, h: int) -> Array:
    """The p-values (runs,) of the test as it was, its Bartlett weights where the flat ones are below zero."""
    n, centered = d.shape[1], d - d.mean(axis=1, keepdims=True)
    gamma = [(centered[:, k:] * centered[:, : n - k]).sum(axis=1) / n for k in range(min(h, n))]
    flat, rest = gamma[0].copy(), gamma[0].copy()
    for k in range(1, len(gamma)):
        flat += 2 * gamma[k]
        rest += 2 * (1 - k / h) * gamma[k]
    variance = np.where(flat > 0, flat, rest)
    small_sample = (n + 1 - 2 * h + h * (h - 1) / n) / n
    t = d.mean(axis=1) / np.sqrt(variance / n) * np.sqrt(max(small_sample, 0))
    return np.array([student_two_sided(float(each), n - 1) for each in t])


def ours(d: Array, h: int) -> Array:
    return np.array([p if (p := diebold_mariano(row, h)) is not None else 1.0 for row in d])


def rejected(test: Callable[[Array, int], Array], d: Array, h: int) -> float:
    return float(100 * np.mean(test(d, h) < 0.05))


def row(rng: np.random.Generator, n: int, h: int) -> str:
    before, after, power = [], [], []
    for name, d in differentials(rng, n, h):
        false = d - POWER * d.mean(axis=1).std()
        before.append(rejected(harvey, d, h))
        after.append((rejected(ours, d, h), name))
        power.append((rejected(harvey, false, h), rejected(ours, false, h)))
    worst, which = max(after)
    said = "yes" if Overlap(h, float(h)).suffices(n, Overlap(1, 1.0)) else "too few to say"
    mean = np.mean(power, axis=0)
    return (
        f"| {n} | {h} | {(n + h - 1) / h:.1f} | {np.mean(before):.1f}, {max(before):.1f} | "
        f"{np.mean([rate for rate, _ in after]):.1f}, {worst:.1f} ({which}) | "
        f"{mean[0]:.0f} | {mean[1]:.0f} | {said} |"
    )


def panel(rng: np.random.Generator, calendars: list[NDArray[np.datetime64]], horizon: int) -> Pairs:
    """A ticker for each calendar, moves correlated 0.8; network and drift are two forecasts, both as good."""
    clock = np.unique(np.concatenate(calendars))
    common, guesses = rng.normal(size=len(clock)).cumsum(), persistent(rng, 0.98, 2, len(clock))
    columns: list[list[NDArray[np.generic]]] = []
    for i, dates in enumerate(calendars):
        own = np.sqrt(0.8) * common + np.sqrt(0.2) * rng.normal(size=len(clock)).cumsum()
        prices = 1000 + own[np.searchsorted(clock, dates)]
        at = np.arange(len(dates) - horizon)
        later = at[:, None] + np.arange(1, horizon + 1)
        said = prices[at, None] + 0.1 * guesses[:, np.searchsorted(clock, dates[at])][:, :, None]
        said = said + np.zeros(horizon)
        columns.append([np.full(len(at), i), dates[at], prices[at], prices[later], dates[later], *said])
    ticker, origin, last, actual, ahead, one, other = (np.concatenate(c) for c in zip(*columns, strict=True))
    scale = np.ones(len(calendars))
    tickers = tuple(map(str, range(len(calendars))))
    return Pairs(
        tickers,
        ticker,
        origin,
        actual,
        one,
        last,
        other,
        scale,
        scale,
        ahead=ahead,
    )


def pooled_rows(rng: np.random.Generator) -> Iterator[str]:
    for name, (calendars, horizon) in CALENDARS.items():
        luck: list[tuple[float, float]] = []
        for _ in range(PANELS):
            pairs = panel(rng, calendars, horizon)
            found = score(pairs, model="m", span=(None, None))["skill"]
            assert found is not None
            p_value = found["against_drift"]["dm_p_value"]
            squares = [np.square(pairs.actual - f).mean(axis=1) for f in (pairs.forecast, pairs.drift)]
            _, day = np.unique(pairs.origin, return_inverse=True)
            daily = np.bincount(day, weights=squares[0] - squares[1]) / np.bincount(day)
            luck.append((1.0 if p_value is None else p_value, float(harvey(daily[None], horizon)[0])))
        new, old = (100 * np.mean(np.array(luck) < 0.05, axis=0)).tolist()
        yield f"| {name} | {old:.1f} | {new:.1f} |"


def direction_rows(rng: np.random.Generator) -> Iterator[str]:
    for n in (20, 60, 250):
        for rises, said in ((0.5, 0.5), (0.55, 0.8), (0.7, 0.9)):
            p_values = [pesaran_timmermann(rng.random(n) < rises, rng.random(n) < said) for _ in range(RUNS)]
            rate = 100 * np.mean([p is not None and p < 0.05 for p in p_values])
            yield f"| {n} | {100 * rises:.0f} % | {100 * said:.0f} % | {rate:.1f} |"


def ar_rows(rng: np.random.Generator) -> Iterator[str]:
    """One step ahead, forecasts so persistent and so large that days depend although nothing overlaps."""
    for n in (60, 250, 1000):
        cells = []
        for phi, size in ((0.9, 0.1), (0.9, 0.2), (0.9, 0.3), (0.5, 1.0), (0.95, 1.0)):
            outcome = rng.normal(size=(RUNS, n))
            one, other = (size * persistent(rng, phi, RUNS, n) for _ in range(2))
            cells.append(f"{rejected(ours, (outcome - one) ** 2 - (outcome - other) ** 2, 1):.1f}")
        yield f"| {n} | {' | '.join(cells)} |"


def main() -> None:
    rng = np.random.default_rng(1)
    lines = [
        "## The tests of skill: how often a true null is rejected at 5 %, and what is seen of a false one",
        "",
        f"Mean and worst of {3 * len(NULLS)} kinds of prices and forecasts, {RUNS:,} runs each, in %; power",
        "against the same false null: before, some of it was owed to the true nulls that were rejected too.",
        "",
        "| origins | horizon | spans | before: mean, worst | now: the same | power before | now | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(row(rng, n, h) for n, h in (*ISSUE, *CASES)),
        "",
        f"The pooled test, moves correlating 0.8 between tickers, persistent forecasts, {PANELS} runs:",
        "",
        "| calendars | before, by exact dates | now |",
        "| --- | --- | --- |",
        *pooled_rows(rng),
        "",
        "The direction one step ahead, one-sided; too few to say below 20:",
        "",
        "| moves | rises | said | rejected |",
        "| --- | --- | --- | --- |",
        *direction_rows(rng),
        "",
        "Where the test does overstate: one step ahead, against a forecast with nothing in common, both",
        "AR(1) and as large, beside the outcome, as the heading says. Days are then dependent although",
        "nothing overlaps. A network shrunk towards the last value differs from it by a tenth or less.",
        "",
        "| origins | AR 0.9, a tenth | AR 0.9, a fifth | AR 0.9, 0.3 | AR 0.5, equal | AR 0.95, equal |",
        "| --- | --- | --- | --- | --- | --- |",
        *ar_rows(rng),
        "",
        f"Written by `benchmarks/skill_tests.py`, {machine()}.",
    ]
    print("\n".join(lines))
    write_section(PERFORMANCE, "skill tests", "\n".join(lines))


if __name__ == "__main__":
    main()
