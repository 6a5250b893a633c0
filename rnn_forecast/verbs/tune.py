"""The verb tune: a search for a recipe, on rolling origins before the test part."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_forecast.errors import Notice, UsageError
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Recipe, to_toml
from rnn_forecast.system.locks import locked
from rnn_forecast.tuning import kept_trials, output
from rnn_forecast.tuning.before_test import LEAST_BLOCKS, Ground, for_all, grounds
from rnn_forecast.tuning.candidates import candidates, that_rows_allow
from rnn_forecast.tuning.halving import Means, Search
from rnn_forecast.tuning.halving import run as run_search
from rnn_forecast.tuning.one_standard_error import GIVEN, Choice
from rnn_forecast.tuning.space import in_words, space_of
from rnn_forecast.tuning.standings import Row, Standings, standings
from rnn_forecast.tuning.trial import Measured
from rnn_forecast.tuning.trials_table import trials_csv
from rnn_forecast.verbs.context import Run, read_sources
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rnn_forecast.schemas.verb_results import TuneResult


@dataclass(frozen=True)
class Wish:
    """What a person asks of a search. Refused where it cannot be meant, when it is made."""

    keys: tuple[str, ...] = ()  # as `space.space_of` reads them
    trials: int = 30  # beside the recipe as it is
    origins: int = LEAST_BLOCKS  # blocks of them, each with a fit of its own
    seconds: float | None = None  # after which no trial is begun

    def __post_init__(self) -> None:
        for flag, value, least in (("--trials", self.trials, 1), ("--origins", self.origins, LEAST_BLOCKS)):
            if value < least:
                raise UsageError(
                    f"{flag} must be a whole number, at least {least}, got {value}.",
                    f"Give more, or leave out {flag}.",
                )


@dataclass(frozen=True)
class Tuned:
    """Every trial, by its number; 0 is the recipe as it is."""

    standings: Standings
    recipe: Recipe  # that was chosen
    searched: Mapping[str, tuple[Any, ...]]
    spans: Sequence[tuple[str, str]]  # first and last origin of each block
    seconds: float
    done: bool  # False: the time was up
    out: Path
    left_out: tuple[Mapping[str, str], ...] = ()

    @property
    def rows(self) -> Sequence[Row]:
        return self.standings.rows

    @property
    def choice(self) -> Choice:
        return self.standings.choice

    @property
    def files(self) -> tuple[Path, Path]:
        """The recipe, and the trials."""
        return output.files_of(self.out)

    @property
    def kept(self) -> bool:
        return self.choice.chosen == GIVEN

    @property
    def cheaper(self) -> Row | None:
        """A trial that is as good as the recipe that is kept, and costs less; the cheapest."""
        given = self.rows[GIVEN]
        cheap = [
            self.rows[i] for i in self.choice.as_good if self.rows[i].multiply_adds < given.multiply_adds
        ]
        return min(cheap, key=lambda row: row.multiply_adds, default=None) if self.kept else None

    def changed(self, row: Row) -> dict[str, Any]:
        """The keys in which a trial is not the recipe as it is."""
        given = self.rows[GIVEN].values
        return {key: value for key, value in row.values.items() if value != given[key]}

    def to_json(self) -> "TuneResult":
        recipe, trials = self.files
        cheaper = self.cheaper
        return {
            "recipe": str(recipe),
            "trials_file": str(trials),
            "kept": self.kept,
            "chosen": self.choice.chosen,
            "best": self.choice.best,
            "as_good": list(self.choice.as_good),
            "cheaper": None if cheaper is None else cheaper.trial,
            "changed": self.changed(self.rows[self.choice.chosen]),
            "searched": {key: list(values) for key, values in self.searched.items()},
            "origins": [{"from": first, "to": last} for first, last in self.spans],
            "done": self.done,
            "seconds": round(self.seconds, 3),
            "trials": [
                {
                    "trial": row.trial, "values": dict(row.values), "outcome": row.outcome,
                    "score": row.score, "error": row.error, "gain": row.gain, "gain_error": row.gain_error,
                    "multiply_adds": row.multiply_adds, "seconds": round(row.measured.seconds, 3),
                    "scores": [row.measured.scores.get(block) for block in range(len(self.spans))],
                    "why": row.measured.failed or None,
                }
                for row in self.rows
            ],
            "left_out": list(self.left_out),
        }  # fmt: skip


def tune(
    sources: Sequence[str],
    options: ReadOptions,
    recipe: Recipe,
    out: Path,
    run: Run = Run(),
    *,
    wish: Wish = Wish(),
) -> Tuned:
    """Search for a recipe that forecasts the rows before the test part better, and write it to `out`.

    `out` is a folder, recipe.toml and trials.csv in it, or the file of the recipe where it ends in .toml.
    Trials are kept beside it until the search is done: the same search goes on after a kill. Raises
    UsageError for keys that are none, DataError where there are fewer rows than the origins need.
    """
    require_trainable("tune")
    begun = time.perf_counter()
    space = space_of(wish.keys, recipe)
    reading = read_sources(sources, options, run, recipe.data)
    if recipe.data.train_fraction == 1:
        run.tell(Notice("train_fraction is 1, so there is no test part: the search sees all rows."))
    ground = grounds(reading.series, recipe, wish.origins)
    space = that_rows_allow(space, ground, recipe, run.tell)
    recipes = candidates(space, recipe, wish.trials, run.tell)
    search = Search(for_all(ground, recipes), recipes)
    with locked(out, wait=run.wait):
        output.require_room(out)
        place = kept_trials.place_of(out)
        trials = _run(search, place, wish, run)
        stands = standings(search, trials, [*space.values])
        found = Tuned(
            stands, search.recipes[stands.choice.chosen], space.values, _spans(ground),
            time.perf_counter() - begun, search.is_done(trials), out, reading.decisions.left_out,
        )  # fmt: skip
        recipe_file = f"{_head(found)}\n{to_toml(found.recipe)}".encode()
        output.write(out, recipe_file, trials_csv(found.rows, range(len(found.spans))))
        if found.done:
            kept_trials.forget(place)
    return found


def _run(search: Search, place: Path, wish: Wish, run: Run) -> dict[int, Measured]:
    """The trials, as far as they come in the time there is; what is measured is kept at every moment."""
    identity = kept_trials.identity(search)
    known = kept_trials.kept(place, identity)
    if known:
        had = f"{len(known):,} of {counted(len(search.recipes), 'recipe')}"
        run.tell(Notice(f"goes on where it was stopped, with {had} begun before."))
    elif place.exists():
        run.tell(Notice("begins anew: what was kept here is of another search (prices, recipe or keys)."))

    def keep(trials: Mapping[int, Measured]) -> None:
        kept_trials.keep(place, identity, trials)

    with _told_what_is_kept(place, run):
        return run_search(search, Means(wish.seconds, known or {}, keep, run.on_trial))


@contextmanager
def _told_what_is_kept(place: Path, run: Run) -> Iterator[None]:
    try:
        yield
    except Exception:
        raise
    except BaseException:  # Ctrl-C, or the system asks us to end
        if place.exists():
            run.tell(Notice("the trials so far are kept: the same command goes on from there."))
        raise


def _spans(ground: Ground) -> list[tuple[str, str]]:
    def date(origin: int) -> str:
        rows = ground.rolling.known[origin].tolist()
        return iso(np.array([max(s.dates[n - 1] for s, n in zip(ground.series, rows, strict=True) if n)]))[0]

    return [(date(block.start), date(block.stop - 1)) for block in ground.rolling.blocks()]


def _head(found: Tuned) -> str:
    """How the recipe was found, as comments."""
    row = found.rows[found.choice.chosen]
    what = (
        "is the recipe as it was" if found.kept else f"is trial {row.trial}: {in_words(found.changed(row))}"
    )
    tried = sum(bool(one.measured.scores) for one in found.rows[1:])
    return "\n".join([
        f"# Written by rnn-forecast tune: this {what}.",
        f"# {counted(tried, 'trial')} over {', '.join(found.searched)}, scored from {found.spans[0][0]} to "
        f"{found.spans[-1][1]}, before the test part.",
        f"# RMSE over that of the last value: {row.score:.4f}; of the recipe as it was: "
        f"{found.rows[GIVEN].score:.4f}.",
    ]) + "\n"  # fmt: skip
