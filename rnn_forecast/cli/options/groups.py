"""Every option, declared once, in groups that verbs share.

Unset is None: what nobody chose comes from the recipe file, then from the recipe's own defaults. The defaults
in the texts are written out, because reading them from the recipe would load pydantic for every `--help`; a
test compares them with the recipe, flag by flag.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_forecast.cli.options import quantities

if TYPE_CHECKING:
    from rnn_forecast.prices.fields.read_options import ReadOptions
    from rnn_forecast.recipe import Recipe

ENVIRONMENT = "RNN_FORECAST_"


def option(
    *flags: str,
    help: str,
    default: str | None = None,
    metavar: str | None = None,
    parser: Callable[[str], Any] | None = None,
    environment: str | None = None,
) -> Any:
    """A Typer option that also comes from the environment: `--max-bytes` from RNN_FORECAST_MAX_BYTES.

    `environment` ("STATUS_MAX_AGE") is its name there where another verb's flag of this name means another
    thing.
    """
    name = next(flag for flag in flags if flag.startswith("--")).partition("/")[0]
    variable = environment or name.removeprefix("--").replace("-", "_").upper()
    return typer.Option(
        *flags,
        help=help if default is None else f"{help} [default: {default}]",
        envvar=ENVIRONMENT + variable,
        metavar=metavar,
        parser=parser,
        show_default=False,
        show_envvar=False,  # each would take a line of --help; the end of it says how they are called
    )


def whole(flag: str, *, help: str, default: str) -> Any:
    return option(flag, help=help, default=default, metavar="N", parser=quantities.whole)


def number(flag: str, *, help: str, default: str) -> Any:
    return option(flag, help=help, default=default, metavar="X", parser=quantities.decimal)


def choice(flag: str, *among: str, help: str) -> Any:
    """One of a few words, the default first; the recipe checks it."""
    return option(flag, help=help, default=among[0], metavar="|".join(among))


Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCES", help="Files of prices (CSV, TSV or Parquet, also .gz), or - for standard input.",
        show_default=False,
    ),
]  # fmt: skip


@dataclass(frozen=True)
class ReadingChoices:
    """Reading."""

    price_column: Annotated[
        str | None,
        option(
            "--price-column", metavar="TEXT", help="Column of prices.",
            default="price, adj close, close, close/last, value or y, else the only numeric column",
        ),
    ] = None  # fmt: skip
    date_column: Annotated[
        str | None,
        option(
            "--date-column", metavar="TEXT", help="Column of dates.",
            default="date, datetime, timestamp, time or ds, else a first column of dates",
        ),
    ] = None  # fmt: skip
    ticker_column: Annotated[
        str | None,
        option(
            "--ticker-column", metavar="TEXT", help="Column of tickers.",
            default="ticker, symbol, name or unique_id, else the file's name is the ticker",
        ),
    ] = None  # fmt: skip
    ticker: Annotated[
        list[str] | None,
        option("--ticker", metavar="TEXT", help="Take only this ticker; may be repeated.", default="all"),
    ] = None
    wide: Annotated[bool, option("--wide", help="Every numeric column is a ticker.")] = False
    date_format: Annotated[
        str | None,
        option(
            "--date-format", metavar="TEXT", help="How dates are written, such as %d/%m/%Y.", default="found"
        ),
    ] = None
    allow_nonpositive: Annotated[
        bool, option("--allow-nonpositive", help="Accept zero and negative prices; needs --no-log.")
    ] = False
    strict: Annotated[bool, option("--strict", help="Refuse data that would only be warned of.")] = False
    max_age: Annotated[
        Any,
        option(
            "--max-age", metavar="DAYS", parser=quantities.days,
            help="Warn when the last date is older than this many days, or such as 12h.",
        ),
    ] = None  # fmt: skip
    max_bytes: Annotated[
        Any,
        option(
            "--max-bytes",
            metavar="SIZE",
            parser=quantities.size,
            help="Refuse a larger source.",
            default="4GiB",
        ),
    ] = None

    def options(self) -> "ReadOptions":
        """What the readers are told. Raises UsageError for choices that do not fit together."""
        from rnn_forecast.prices.fields.read_options import ReadOptions

        chosen = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        chosen["tickers"] = tuple(chosen.pop("ticker") or ())
        return ReadOptions(**{name: value for name, value in chosen.items() if value is not None})


@dataclass(frozen=True)
class RecipeChoices:
    """Recipe."""

    recipe: Annotated[
        Path | None,
        option(
            "--recipe", metavar="FILE",
            help="Recipe file (TOML), with a key for each option below; the option goes before the key.",
        ),
    ] = None  # fmt: skip
    # [data]
    train_fraction: Annotated[
        Any,
        number(
            "--train-fraction", help="Share of the time line to train on; the rest is tested.", default="0.8"
        ),
    ] = None
    valid_fraction: Annotated[
        Any,
        number(
            "--valid-fraction", help="Last share of the training rows, held out to validate.", default="0.1"
        ),
    ] = None
    split: Annotated[
        str | None,
        choice(
            "--split", "date", "rows", help="One cut date for all tickers, or each ticker's own last rows."
        ),
    ] = None
    # [window]
    lookback: Annotated[Any, whole("--lookback", help="Past prices that the network sees.", default="60")] = (
        None
    )
    horizon: Annotated[Any, whole("--horizon", help="Steps that it forecasts at once.", default="1")] = None
    season: Annotated[
        Any,
        whole(
            "--season",
            help="Rows in a season: it also sees the prices one and two seasons before; 0 is off.",
            default="0",
        ),
    ] = None
    # [scaling]
    normalize: Annotated[
        str | None, choice("--normalize", "window", "zscore", "minmax", help="How prices are scaled.")
    ] = None
    log: Annotated[
        bool | None, option("--log/--no-log", help="Scale logs of prices, or prices.", default="log")
    ] = None
    # [network]
    cell: Annotated[
        str | None, choice("--cell", "simple_rnn", "lstm", "gru", help="Kind of recurrent cell.")
    ] = None
    units: Annotated[Any, whole("--units", help="Units of each layer.", default="50")] = None
    layers: Annotated[Any, whole("--layers", help="Recurrent layers.", default="1")] = None
    dropout: Annotated[
        Any, number("--dropout", help="Share of units dropped in training.", default="0.0")
    ] = None
    skip: Annotated[
        bool | None,
        option(
            "--skip/--no-skip", default="skip",
            help="Add a linear map from the window to the forecast, beside the cells.",
        ),
    ] = None  # fmt: skip
    # [training]
    epochs: Annotated[
        Any, whole("--epochs", help="Passes over the training windows, at most.", default="100")
    ] = None
    batch_size: Annotated[Any, whole("--batch-size", help="Windows in a batch.", default="32")] = None
    learning_rate: Annotated[Any, number("--learning-rate", help="Step size of Adam.", default="0.001")] = (
        None
    )
    schedule: Annotated[
        str | None,
        choice(
            "--schedule", "constant", "cosine",
            help="Learning rate over the epochs: constant, or falling to zero along a cosine.",
        ),
    ] = None  # fmt: skip
    loss: Annotated[str | None, choice("--loss", "mse", "mae", "huber", help="Loss to minimise.")] = None
    clip_norm: Annotated[
        Any, number("--clip-norm", help="Clip gradients to this norm; 0 is off.", default="1.0")
    ] = None
    patience: Annotated[
        Any,
        whole(
            "--patience",
            help="Stop after so many epochs without a lower validation loss; 0 is off.",
            default="10",
        ),
    ] = None
    max_windows_per_epoch: Annotated[
        Any,
        whole("--max-windows-per-epoch", help="Windows drawn for an epoch, at most.", default="100000"),
    ] = None
    members: Annotated[
        Any, whole("--members", help="Networks with different seeds, averaged.", default="1")
    ] = None
    refit: Annotated[
        bool | None,
        option(
            "--refit/--no-refit", default="no-refit",
            help="After early stopping, fit again on all rows for the epochs found best.",
        ),
    ] = None  # fmt: skip
    seed: Annotated[
        Any, whole("--seed", help="Random seed; the same seed gives the same weights.", default="0")
    ] = None
    # [forecast]
    shrink: Annotated[
        bool | None,
        option(
            "--shrink/--no-shrink", default="shrink",
            help="Shrink the network towards the last value, as far as validation says.",
        ),
    ] = None  # fmt: skip
    toward: Annotated[
        str | None,
        choice(
            "--toward", "last_value", "drift",
            help="Shrink it towards the last value, or that moved on by the mean move of the fitted rows.",
        ),
    ] = None  # fmt: skip
    levels: Annotated[
        list[Any] | None,
        option(
            "--levels", "--level", metavar="LIST", parser=quantities.levels, default="80,95",
            help="Levels of prediction intervals, in percent.",
        ),
    ] = None  # fmt: skip

    def chosen(self, sources: Sequence[str] = ()) -> "Recipe":
        """The recipe file or the defaults, with every key that was set by flag or environment set so.

        A folder that `prepare` wrote brings its recipe file along. Raises RecipeError naming the flag, the
        key and the allowed range.
        """
        from rnn_forecast.recipe import Recipe, load_recipe, with_choices

        recipe = (load_recipe(self.recipe) if self.recipe else _prepared_recipe(sources)) or Recipe()
        for key, value in self._keys().items():
            recipe = with_choices(recipe, {key: value}, source=f"--{key.replace('_', '-')}")
        return recipe

    def _keys(self) -> dict[str, Any]:
        keys = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "recipe"}
        if keys["levels"] is not None:
            keys["levels"] = [level for some in keys["levels"] for level in some]
        return {key: value for key, value in keys.items() if value is not None}


def _prepared_recipe(sources: Sequence[str]) -> "Recipe | None":
    from rnn_forecast.verbs.prepared_folder import prepared_source, recipe_of_prepared

    folder = prepared_source(sources)
    return None if folder is None else recipe_of_prepared(folder)


@dataclass(frozen=True)
class Common:
    """Common options."""

    json: Annotated[bool, option("--json", help="Print the result as one JSON object.")] = False
    quiet: Annotated[bool, option("-q", "--quiet", help="Print nothing but errors.")] = False
    verbose: Annotated[
        bool, option("-v", "--verbose", help="Print every notice and epoch, and the traceback of an error.")
    ] = False
    log_file: Annotated[
        Path | None, option("--log-file", metavar="FILE", help="Append a log with UTC times to this file.")
    ] = None
    wait: Annotated[
        Any,
        option(
            "--wait", metavar="TIME", parser=quantities.seconds, default="0",
            help="Wait this long for another run on the same output, such as 90s.",
        ),
    ] = None  # fmt: skip
