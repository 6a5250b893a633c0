"""What a search for a recipe found → how it is said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.tuning.one_standard_error import GIVEN
from rnn_forecast.tuning.space import in_words, shown
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
    tried = counted(sum(bool(row.measured.scores) for row in found.rows[1:]), "trial")
    own = f"{figure(given.score, 3)} of the last value's RMSE"
    if not found.kept:
        yield (
            f"{in_words(found.changed(chosen))}: {figure(chosen.score, 3)} of the last value's RMSE, "
            f"better by {_gain(chosen)} than {AS_IT_IS} ({figure(given.score, 3)})"
        )
        luck = (chosen.gain or 0.0) < LITTLE * (chosen.gain_error or 0.0)
        how = "which may be luck" if luck else "which flatters it"
        yield f"it was chosen among {tried}, {how}: what it is worth, the test part says"
    elif best is given:
        yield f"keep the recipe as it is ({own}): none of {tried} was better"
    else:
        yield (
            f"keep the recipe as it is ({own}): none of {tried} was better by more than its error (the best, "
            f"{in_words(found.changed(best))}: by {_gain(best)})"
        )
    if (cheap := found.cheaper) is not None:
        times = given.multiply_adds / cheap.multiply_adds
        yield (
            f"as good within its error, at 1/{times:.2g} of the work: {in_words(found.changed(cheap))} "
            f"({figure(cheap.score, 3)})"
        )
    if not found.done:
        yield "the time was up before all trials were scored: the same command goes on with the others"


def title(found: "Tuned") -> str:
    scored = sum(row.gain is not None for row in found.rows) - 1
    looked = sum(bool(row.measured.scores) for row in found.rows) - 1
    return (
        f"{counted(looked, 'trial')}, {scored:,} of them scored at all {len(found.spans)} blocks of origins, "
        f"from {found.spans[0][0]} to {found.spans[-1][1]}\n"
        "ratio: RMSE over that of the last value; better by: than the recipe as it is, ± one standard error"
    )


def rows(found: "Tuned") -> Iterator[list[str]]:
    """The headings, the recipe as it is, and the best trials; the chosen one among them, marked."""
    given = found.rows[GIVEN]
    scored = [row for row in found.rows[1:] if row.gain is not None]
    ranked = sorted(scored, key=lambda row: (row.score or 0.0, row.trial))
    chosen = found.rows[found.choice.chosen]
    taken = ranked[:SHOWN] if found.kept or chosen in ranked[:SHOWN] else [*ranked[: SHOWN - 1], chosen]
    yield ["", "trial", *given.values, "ratio", "better by", "work", "s"]
    for row in (given, *taken):
        better = "" if row is given else _gain(row)
        work = f"{row.multiply_adds / given.multiply_adds:.2g}"
        mark = "*" if row is chosen else ""
        values = map(shown, row.values.values())
        yield [
            mark, str(row.trial), *values, figure(row.score), better, work, f"{row.measured.seconds:.0f}"
        ]  # fmt: skip


def pace_line(pace: "Pace") -> str:
    """`12 of 95 fits, best so far trial 7: 0.981`."""
    which = AS_IT_IS if pace.best == GIVEN else f"trial {pace.best}"
    return f"{pace.done:,} of {pace.of:,} fits, best so far {which}: {figure(pace.score, 3)}"


def _gain(row: "Row") -> str:
    """`0.0121 ± 0.0034`."""
    return f"{row.gain or 0.0:.4f} ± {row.gain_error or 0.0:.4f}"
