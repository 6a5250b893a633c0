"""What a search for a recipe found → how it is said."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.tuning.one_standard_error import GIVEN
from rnn_forecast.tuning.space import in_words
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.tuning.halving import Pace
    from rnn_forecast.tuning.standings import Row
    from rnn_forecast.verbs.tune import Tuned

LITTLE = 2.0  # errors: the best of many trials that are all alike is often better by one
SHOWN = 5  # trials in the table, beside the recipe as it is
AS_IT_IS = "the recipe as it is"


def tuned(found: "Tuned", then: str) -> Said:
    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.tables import tuned_tables

        return tuned_tables(title(found), [*rows(found)], [*sentences(found)], str(found.out))

    line, *further = sentences(found)
    return Said(line, found.to_json, paint, then, further="; ".join(further))


def sentences(found: "Tuned") -> Iterator[str]:
    """What is chosen and by how much; then what else there is to know."""
    given, chosen, best = (found.rows[i] for i in (GIVEN, found.choice.chosen, found.choice.best))
    count = sum(bool(row.measured.scores) for row in found.rows[1:])
    tried = counted(count, "trial")
    none = "the other one was not" if count == 1 else f"none of {tried} was"
    own = f"{_score(given.score)} of the last value's RMSE"
    if not found.kept:
        yield (
            f"{in_words(found.changed(chosen))}: {_score(chosen.score)} of the last value's RMSE, "
            f"better by {_gain(chosen)} than {AS_IT_IS} ({_score(given.score)})"
        )
        luck = (chosen.gain or 0.0) < LITTLE * (chosen.gain_error or 0.0)
        how = "which may be luck" if luck else "which flatters it"
        yield f"it was chosen among {tried}, {how}: what it is worth, the test part says"
    elif not count:
        yield f"keep the recipe as it is ({own}): no other was tried"
    elif best is given:
        yield f"keep the recipe as it is ({own}): {none} better"
    else:
        yield (
            f"keep the recipe as it is ({own}): {none} better by more than its error (the best, "
            f"{in_words(found.changed(best))}: by {_gain(best)})"
        )
    if (best.score or 0.0) >= 1:
        yield "none was better than the last value"
    if (cheap := found.cheaper) is not None:
        times = given.multiply_adds / cheap.multiply_adds
        yield (
            f"as good within its error, at 1/{figure(times, 2)} of the work: "
            f"{in_words(found.changed(cheap))} ({_score(cheap.score)})"
        )
    if not found.done:
        yield "the time was up before all trials were scored: the same command goes on with the others"


def title(found: "Tuned") -> str:
    scored = sum(row.gain is not None for row in found.rows) - 1
    looked = sum(bool(row.measured.scores) for row in found.rows) - 1
    return (
        f"{counted(looked, 'trial')}, {scored:,} of them scored at all {len(found.spans)} blocks of origins, "
        f"from {found.spans[0][0]} to {found.spans[-1][1]}\n"
        "ratio: RMSE over that of the last value; better by: than the recipe as it is"
    )


def rows(found: "Tuned") -> Iterator[list[str]]:
    """The headings, the recipe as it is, and the best trials; the chosen one among them, marked."""
    given = found.rows[GIVEN]
    scored = [row for row in found.rows[1:] if row.gain is not None]
    ranked = sorted(scored, key=lambda row: (row.score or 0.0, row.trial))
    chosen = found.rows[found.choice.chosen]
    taken = ranked[:SHOWN] if found.kept or chosen in ranked[:SHOWN] else [*ranked[: SHOWN - 1], chosen]
    yield ["", "trial", "ratio", "better by", "work", "recipe"]
    for row in (given, *taken):
        work = figure(row.multiply_adds / given.multiply_adds, 2)
        better, recipe = ("", "as it is") if row is given else (_gain(row), in_words(found.changed(row)))
        yield ["*" if row is chosen else "", str(row.trial), _score(row.score), better, work, recipe]


def pace_line(pace: "Pace") -> str:
    """`12 of 95 fits, best so far trial 7: 0.981`."""
    which = AS_IT_IS if pace.best == GIVEN else f"trial {pace.best}"
    return f"{pace.done:,} of {pace.of:,} fits, best so far {which}: {_score(pace.score)}"


def _score(ratio: float | None) -> str:
    return "n/a" if ratio is None or math.isinf(ratio) else f"{ratio:.3f}"


def _gain(row: "Row") -> str:
    """`0.0121 ± 0.0034`."""
    return f"{row.gain or 0.0:.4f} ± {row.gain_error or 0.0:.4f}"
