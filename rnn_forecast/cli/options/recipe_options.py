"""The keys of a recipe as options: each key has a flag of its name."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.groups import option
from rnn_forecast.errors import RecipeError, UsageError
from rnn_forecast.system.file_names import stem_of

if TYPE_CHECKING:
    from rnn_forecast.recipe import Recipe


@dataclass(frozen=True)
class Kind:
    """How the text of an option is read; `_checked` asks the recipe what it says to that."""

    type: Any
    metavar: str | None = None  # None: of words, these
    parser: Callable[[str], Any] | None = None


def _or_text(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read`, and what is no number as it stands: the recipe refuses it, and says what may stand there."""

    def read_or_leave(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            return text

    return read_or_leave


WHOLE = Kind(Any, "N", _or_text(quantities.whole))
NUMBER = Kind(Any, "X", _or_text(quantities.decimal))
WORD = Kind(str | None)  # the first of the words is the default
SWITCH = Kind(bool | None)  # --key or --no-key
LEVELS = Kind(list[Any] | None, "LIST", quantities.levels)
SHARES = Kind(list[Any] | None, "LIST", quantities.shares)
NAMES = Kind(list[Any] | None, "LIST", quantities.columns)
TEXT = Kind(Any, "TEXT", quantities.source)

# kind, default (written out: to read it from the recipe would load pydantic for every --help), help
KEYS: Mapping[str, tuple[Kind, str, str]] = {
    # [data]
    "train_fraction": (NUMBER, "0.8", "Share of the time line to train on; the rest is tested."),
    "valid_fraction": (NUMBER, "0.1", "Last share of the training rows, held out to validate."),
    "split": (
        WORD, "date|rows|series",
        "One cut date for all tickers; each ticker's own last rows, tested after the last day that any is "
        "learnt from; or series that have nothing to do with each other, each tested on its own last rows.",
    ),
    "ranges": (
        SWITCH, "ranges", "Open, high and low serve the intervals, where they are there; or closes alone.",
    ),
    "past": (NAMES, "none", "Columns that are known up to the origin, such as volume,vix: inputs and sizes."),
    "known": (NAMES, "none", "Columns that are known ahead, such as earnings: of the rows to forecast too."),
    "market": (TEXT, "none", "A ticker of the sources, or a file, whose moves are seen beside all others'."),
    # [window]
    "lookback": (WHOLE, "60", "Past prices that the network sees."),
    "horizon": (WHOLE, "1", "Steps that it forecasts at once."),
    "season": (WHOLE, "0", "Rows in a season: it also sees the prices one and two seasons before; 0 is off."),
    "patch": (WHOLE, "1", "Rows that the cells take in at each step."),
    # [scaling]
    "normalize": (WORD, "window|zscore|minmax", "How prices are scaled."),
    "log": (SWITCH, "log", "Scale logs of prices, or prices."),
    # [network]
    "cell": (WORD, "simple_rnn|lstm|gru", "Kind of recurrent cell."),
    "units": (WHOLE, "50", "Units of each layer."),
    "layers": (WHOLE, "1", "Recurrent layers."),
    "dropout": (NUMBER, "0.0", "Share of units dropped in training."),
    "skip": (SWITCH, "skip", "Add a linear map from the window to the forecast, beside the cells."),
    # [training]
    "epochs": (WHOLE, "100", "Passes over the training windows, at most."),
    "batch_size": (WHOLE, "32", "Windows in a batch."),
    "learning_rate": (NUMBER, "0.001", "Step size of Adam."),
    "schedule": (
        WORD, "constant|cosine", "Learning rate over the epochs: constant, or falling to 0 along a cosine.",
    ),
    "loss": (WORD, "mse|mae|huber|owa", "Loss to minimise; owa: mae, weighed as the M4 competition does."),
    "clip_norm": (NUMBER, "1.0", "Clip gradients to this norm; 0 is off."),
    "patience": (WHOLE, "10", "Stop after so many epochs without a lower validation loss; 0 is off."),
    "max_windows_per_epoch": (WHOLE, "100000", "Windows drawn for an epoch, at most."),
    "origin_every": (
        WHOLE, "0", "Learn most from windows that end a multiple of so many rows before the last; 0 is off.",
    ),
    "members": (WHOLE, "1", "Networks with different seeds, averaged."),
    "refit": (
        SWITCH, "no-refit", "After the verdict, fit again on all rows, for the epochs found best; bands too.",
    ),
    "seed": (WHOLE, "0", "Random seed; the same seed gives the same weights."),
    # [forecast]
    "shrink": (SWITCH, "shrink", "Shrink the network towards the last value, as far as validation says."),
    "toward": (
        WORD,
        "last_value|drift",
        "Shrink it towards the last value, or that moved on by the mean move of the fitted rows.",
    ),
    "levels": (LEVELS, "80,95", "Levels of prediction intervals, in percent."),
    "quantiles": (SHARES, "none", "Quantiles to forecast, such as 0.05,0.95."),
    "risk": (LEVELS, "none", "Value at risk and expected shortfall, in percent such as 97.5,99."),
}  # fmt: skip
LISTS = tuple(key for key, (kind, *_) in KEYS.items() if kind in (LEVELS, SHARES, NAMES))


class Chosen:
    """What was said of a recipe; None of a key says that nothing was."""

    recipe: Path | None

    def chosen(self, sources: Sequence[str] = ()) -> "Recipe":
        """The recipe file or the defaults, with every key that was set by flag or environment set so.

        A folder that `prepare` wrote brings its recipe file along. Raises RecipeError for what is wrong in
        the file, UsageError where what was said does not go with the rest.
        """
        from rnn_forecast.recipe import Recipe, at_odds, load_recipe, with_choices

        recipe = (load_recipe(self.recipe) if self.recipe else _prepared_recipe(sources)) or Recipe()
        said = {key: _whole(key, getattr(self, key)) for key in KEYS if getattr(self, key) is not None}
        recipe = with_choices(recipe, said)
        if (odds := at_odds(recipe)) is not None:
            file = self.recipe or "recipe.toml of the folder"
            if flags := [_flag(key) for key in odds.keys if key in said]:
                beside = "" if set(odds.keys) <= set(said) or not self.recipe else f" with {file}"
                raise UsageError(f"{', '.join(flags)}{beside}: {odds.why}", odds.remedy)
            raise RecipeError(f"{file}: {odds.why}", odds.remedy)
        return recipe

    def words(self) -> list[str]:
        """The same choices, as another command has to be given them."""
        said = {"recipe": self.recipe, **{key: getattr(self, key) for key in KEYS}}
        chosen = {_flag(key): value for key, value in said.items() if value is not None}
        return [word for flag, value in chosen.items() for word in _words(flag, value)]


def _flag(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _whole(key: str, value: Any) -> Any:
    """A list is one however often the option was given."""
    return [one for some in value for one in some] if key in LISTS else value


def _checked(key: str) -> Callable[[Any], Any]:
    """Typer's callback for a key: a value that the recipe does not take is refused as the option's."""

    def check(value: Any) -> Any:
        if value is not None:
            from rnn_forecast.recipe import refusal

            if (why := refusal(key, _whole(key, value))) is not None:
                raise typer.BadParameter(f"{why}.")
        return value

    return check


def _words(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag if value else f"--no-{flag.removeprefix('--')}"]
    if isinstance(value, list | tuple):
        every = [one for some in value for one in some]
        return [flag, ",".join(one if isinstance(one, str) else f"{one:g}" for one in every)]
    return [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]


def _prepared_recipe(sources: Sequence[str]) -> "Recipe | None":
    from rnn_forecast.verbs.prepared.prepared_folder import prepared_source, recipe_of_prepared

    folder = prepared_source(sources)
    return None if folder is None else recipe_of_prepared(folder)


def _annotated(key: str) -> Any:
    kind, default, text = KEYS[key]
    flag = _flag(key)
    flags = [f"{flag}/--no-{key}"] if kind is SWITCH else [flag, *(["--level"] if key == "levels" else [])]
    metavar = default if kind is WORD else kind.metavar
    shown = default.partition("|")[0] if kind is WORD else default
    said = option(
        *flags, help=text, default=shown, metavar=metavar, parser=kind.parser, callback=_checked(key)
    )
    return Annotated[kind.type, said]


class SeveralChosen:
    """The same of a verb that takes several recipe files; what else is said goes for each of them."""

    recipes: list[Path] | None

    def each(self, sources: Sequence[str] = ()) -> "dict[str, Recipe]":
        """The recipes by the names of their files; one without a name where there is no file.

        Raises what `Chosen.chosen` raises, and UsageError for two of one name.
        """
        files: Sequence[Path | None] = self.recipes or [None]
        names = ["" if file is None else stem_of(str(file)) for file in files]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(
                f"two recipes are called {twice}: results could not be told apart.",
                "Rename one of the files.",
            )
        said = {key: getattr(self, key) for key in KEYS}
        each = (RecipeChoices(recipe=file, **said) for file in files)
        return {name: one.chosen(sources) for name, one in zip(names, each, strict=True)}


def _group(name: str, files: tuple[str, Any, Any], keys: Sequence[tuple[str, Any, Any]], base: type) -> Any:
    """A group of options: of the recipe's files, and of each of its keys; every command line makes it."""
    said = {"__doc__": "Recipe."}
    return dataclasses.make_dataclass(
        name, [files, *keys], bases=(base,), frozen=True, eq=False, repr=False, namespace=said
    )


if TYPE_CHECKING:

    @dataclass(frozen=True)
    class RecipeChoices(Chosen):
        def __init__(self, **said: Any) -> None: ...

    SeveralRecipes = SeveralChosen
else:
    FILE_HELP = "Recipe file (TOML), with a key for each option below; the option goes before the key."
    MORE_HELP = " Given several times: each from the same origins, and beside the others."
    _one = Annotated[Path | None, option("--recipe", metavar="FILE", help=FILE_HELP)]
    _more = Annotated[list[Path] | None, option("--recipe", metavar="FILE", help=FILE_HELP + MORE_HELP)]
    _keys = [(key, _annotated(key), None) for key in KEYS]
    RecipeChoices = _group("RecipeChoices", ("recipe", _one, None), _keys, Chosen)
    SeveralRecipes = _group("SeveralRecipes", ("recipes", _more, None), _keys, SeveralChosen)
