"""Every option, declared once, in groups that verbs share.

Unset is None: what nobody chose comes from the recipe file, then from the recipe's own defaults. The defaults
in the texts are written out, because reading them from the recipe would load pydantic for every `--help`; a
test compares them with the recipe, flag by flag.
"""

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_forecast.cli.options import quantities

if TYPE_CHECKING:
    from rnn_forecast.prices.fields.read_options import ReadOptions

ENVIRONMENT = "RNN_FORECAST_"


def option(
    *flags: str,
    help: str,
    default: str | None = None,
    metavar: str | None = None,
    parser: Callable[[str], Any] | None = None,
    environment: str | None = None,
    callback: Callable[[Any], Any] | None = None,
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
        callback=callback,
        show_default=False,
        show_envvar=False,  # each would take a line of --help; the end of it says how they are called
    )


def _expanded(sources: list[str]) -> list[str]:
    """Folders and patterns as the files in them; what is a file, or nothing that is there, as it is."""
    if all(os.path.isfile(source) for source in sources):  # noqa: PTH113  a name with a NUL is no error here
        return sources
    from rnn_forecast.prices.sources.expansion import expanded

    return expanded(sources)


Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCES", callback=_expanded, show_default=False,
        help="Files of prices (CSV, TSV, Parquet, .xlsx, packed or not), folders, or - for standard input.",
    ),
]  # fmt: skip


@dataclass(frozen=True)
class ReadingChoices:
    """Reading."""

    price_column: Annotated[
        str | None,
        option("--price-column", metavar="TEXT", help="Column of prices.", default="found"),
    ] = None
    date_column: Annotated[
        str | None,
        option("--date-column", metavar="TEXT", help="Column of dates.", default="found"),
    ] = None
    ticker_column: Annotated[
        str | None,
        option("--ticker-column", metavar="TEXT", help="Column of tickers.", default="found"),
    ] = None
    ticker: Annotated[
        list[str] | None,
        option("--ticker", metavar="TEXT", help="Take only this ticker; may be repeated.", default="all"),
    ] = None
    exclude: Annotated[
        list[str] | None,
        option("--exclude", metavar="TEXT", help="Leave this ticker out; may be repeated."),
    ] = None
    wide: Annotated[bool, option("--wide", help="Every numeric column is a ticker.")] = False
    date_format: Annotated[
        str | None,
        option("--date-format", metavar="TEXT", help="Dates are as %d/%m/%Y, or epoch.", default="found"),
    ] = None
    decimal: Annotated[
        str | None, option("--decimal", metavar="MARK", help="Decimal mark, . or a comma.", default="found")
    ] = None
    columns: Annotated[
        str | None,
        option("--columns", metavar="LIST", help="Names of the columns, where a file has no header."),
    ] = None
    as_ticker: Annotated[
        str | None,
        option("--as", metavar="NAME", help="All sources are this one ticker."),
    ] = None
    calendar: Annotated[
        str | None,
        option(
            "--calendar", metavar="NAME", default="learn",
            help="Trading days: none, 24/7 or XNYS.",
        ),
    ] = None  # fmt: skip
    holidays: Annotated[
        Path | None,
        option(
            "--holidays", metavar="FILE", parser=quantities.file_path,
            help="Days without trade, one a line, or a column date.",
        ),
    ] = None  # fmt: skip
    drop_nonpositive: Annotated[
        bool, option("--drop-nonpositive", help="Leave out zero and negative prices.")
    ] = False
    allow_nonpositive: Annotated[
        bool,
        option(
            "--allow-nonpositive",
            help="Accept zero and negative prices; with --no-log or --normalize zscore.",
        ),
    ] = False
    allow_last_jump: Annotated[
        bool,
        option("--allow-last-jump", help="Accept last prices 100 times those before, or a 100th."),
    ] = False
    strict: Annotated[bool, option("--strict", help="Refuse data that would only be warned of.")] = False
    max_age: Annotated[
        Any,
        option(
            "--max-age", metavar="DAYS", parser=quantities.days,
            help="Warn of a last date that is older: days, or 12h.",
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
        chosen["exclude"] = tuple(chosen["exclude"] or ())
        chosen["columns"] = tuple(
            name.strip() for name in (chosen["columns"] or "").split(",") if name.strip()
        )
        if self.holidays is not None:
            from rnn_forecast.prices.calendar.holiday_file import read_holidays

            chosen["holidays"] = read_holidays(str(self.holidays))
        return ReadOptions(**{name: value for name, value in chosen.items() if value is not None})

    def words(self, *, remembered: bool = False) -> list[str]:
        """The options as another command has to be given them.

        `remembered`: to one that finds them in the model, so that what names it and what none keeps is left.
        """
        from rnn_forecast.prices.fields import read_options

        said = read_options.remembered(self.options())
        if remembered:
            said = {name: value for name, value in said.items() if name == "as_ticker"}
        elif self.holidays is not None:
            said["holidays"] = str(self.holidays)
        if self.max_bytes is not None:
            said["max_bytes"] = self.max_bytes
        if self.allow_last_jump:  # of the prices of today: no model keeps it
            said["allow_last_jump"] = True
        return read_options.flags(said)


@dataclass(frozen=True)
class Common:
    """Common options."""

    json: Annotated[bool, option("--json", help="Print the result as one JSON object.")] = False
    quiet: Annotated[
        bool,
        option("-q", "--quiet", help="Print nothing but errors and warnings of prices that may be wrong."),
    ] = False
    verbose: Annotated[
        bool, option("-v", "--verbose", help="Print every notice and epoch, and the traceback of an error.")
    ] = False
    log_file: Annotated[
        Path | None,
        option(
            "--log-file", metavar="FILE", parser=quantities.file_path,
            help="Append a log with UTC times to this file.",
        ),
    ] = None  # fmt: skip
    wait: Annotated[
        Any,
        option(
            "--wait", metavar="TIME", parser=quantities.seconds, default="0",
            help="Wait this long for another run on the same output, such as 90s.",
        ),
    ] = None  # fmt: skip
