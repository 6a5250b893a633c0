"""The Typer application. A verb is a function below `@verb` in the module `NAME_command` beside this one.

A verb's module is imported, and its options are made, when the verb is asked for: all options of all verbs
would take as long as Typer's own import, and the program's help has only what `VERBS` says.
"""

import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from rnn_forecast.cli.terminal.streams import write_stderr, write_stdout
from rnn_forecast.errors import UsageError

PROGRAM = "rnn-forecast"
# in the order of their use; what each does is the first line of its function's docstring, too
VERBS = {
    "prepare": "Read, check, clean, split by time, normalise and cut windows.",
    "train": "Fit one model on all series found. A folder written by prepare is a source too.",
    "predict": "Forecast the next prices of every series found.",
    "evaluate": "Score the model on rows that it has not seen, beside baselines.",
    "backtest": "Forecast from rolling origins, each by a model that knew only earlier prices, "
    "and score it all.",
    "tune": "Search for a recipe that forecasts better, on rows before the test part; or "
    "keep the one as it is.",
    "batch": "Train one model for each ticker that has no fresh one, then forecast every ticker.",
    "status": "Say when a batch last completed, when each ticker last succeeded, what failed and why.",
    "track-record": "Say what came of the forecasts in a record, beside the last value and what "
    "their bands promised.",
    "report": "Write one page for a person: what is forecast, whether to trust it, how it was made.",
    "export": "Write a model as one file that other programs run, and a sheet that says how to use it.",
    "schema": "Print the JSON schema of a file that verbs write, or of what a verb says with --json.",
}
ORDER = tuple(VERBS)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
EPILOG = (
    "Every option also comes from the environment (--batch-size from RNN_FORECAST_BATCH_SIZE). "
    "Precedence: flag, environment, recipe file, default."
)


class Verbs(Mapping[str, TyperCommand]):
    """Every verb's command by its name, made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, TyperCommand] = {}

    def __getitem__(self, name: str) -> TyperCommand:
        if name not in VERBS:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _made(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


class Program(TyperGroup):
    """The verbs in the order of their use, not of the alphabet; each is made when it is asked for."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.commands = Verbs()  # type: ignore[assignment]

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        return _light(super().get_help_option(ctx))

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(VERBS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        return self.commands[cmd_name] if cmd_name in VERBS else None

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        room = formatter.width - 6 - max(map(len, VERBS))
        named = [TyperCommand(name, help=what) for name, what in VERBS.items()]
        with formatter.section("Commands"):
            formatter.write_dl([(verb.name, verb.get_short_help_str(room)) for verb in named])


app = typer.Typer(
    name=PROGRAM,
    cls=Program,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,  # its options would load pydantic for --version
    context_settings=SETTINGS,
    epilog="Start with: rnn-forecast train PRICES.csv, then predict PRICES.csv, then evaluate PRICES.csv.",
)


# by verb: options of other verbs, and what does the same here
INSTEAD = {
    "batch": {"--model": "--global"},
    "train": {"--out": "--model"},
}


# by verb: switches that are taken for an option with a number, and that option
COUNTED = {"backtest": {"--refit": "--refit-every"}}


# of a group that several verbs share, one verb's help explains the options; that of the others names them
EXPLAINED_BY = {"Recipe": "train"}


# by verb: options that may stand alone, what that means, and the words that follow them where they do not
ALONE = {"evaluate": {"--audit": ("forecasts", ("full",))}}


def valued(verb: str, words: Sequence[str]) -> list[str]:
    """The words of a command, with a value for options that may stand alone: Typer wants one or never one.

    `--audit FILE` → `--audit=forecasts FILE`; `--audit full FILE` → `--audit=full FILE`.
    """
    alone, found, rest = ALONE.get(verb, {}), list[str](), list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*found, word, *rest]
        if word in alone:
            value, others = alone[word]
            word += "=" + (rest.pop(0) if rest and rest[0].lower() in others else value)
        found.append(word)
    return found


class VerbCommand(TyperCommand):
    """A command whose options stand in `--help` under the heading of their group."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        from rnn_forecast.cli.options import quantities

        super().__init__(*arguments, **named)
        for parameter in self.params:
            if getattr(parameter, "multiple", False):  # Typer would split names that hold a blank
                parameter.split_envvar_value = quantities.names  # type: ignore[method-assign, assignment]

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        self._refuse_repeated(ctx, args)
        _refuse_counted(self.name or "", args)
        try:
            return super().parse_args(ctx, valued(self.name or "", args))
        except typer.TyperException as error:
            _name_variable(error, ctx)
            instead = INSTEAD.get(self.name or "", {}).get(getattr(error, "option_name", ""))
            if instead is None:
                raise
            message = f"{self.name} has no option {getattr(error, 'option_name', '')}: here it is {instead}."
            raise UsageError(message, f"Try '{ctx.command_path} --help'.") from error

    def _refuse_repeated(self, ctx: typer.Context, args: list[str]) -> None:
        """An option that takes one value is given once: the last would win, and nobody is told.

        `-v -v` says nothing else than `-v`; `--log --no-log` does.
        """
        try:
            given: list[Any] = [*self.make_parser(ctx).parse_args(args=list(args))[2]]
        except typer.TyperException:
            return  # a command line that cannot be parsed is told by who parses it
        for option in given:
            once = option.param_type_name == "option" and not option.multiple
            plain = option.is_flag and not option.secondary_opts if once else False
            if once and not plain and given.count(option) > 1:
                raise UsageError(
                    f"{'/'.join((option.opts[0], *option.secondary_opts))} is given more than once.",
                    "Give it once.",
                )

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        return _light(super().get_help_option(ctx))

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        sections: dict[str, list[Any]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            sections.setdefault(_heading(parameter), []).append(parameter)
        for heading, parameters in sections.items():  # of each verb: never empty, --help is an option
            verb = EXPLAINED_BY.get(heading, self.name)
            if verb == self.name:
                with formatter.section(heading):
                    formatter.write_dl([_help_row(parameter, ctx) for parameter in parameters])
            else:
                with formatter.section(f"{heading}, explained by '{PROGRAM} {verb} --help'"):
                    formatter.write(_flags(parameters, formatter.width - 2))


def _refuse_counted(verb: str, words: Sequence[str]) -> None:
    """`backtest --refit 20`: the number would be taken for a file, which is not there."""
    counted = COUNTED.get(verb, {})
    for word, after in itertools.pairwise([*words, ""]):
        flag, _, value = word.partition("=")
        value = value or after
        if flag in counted and value.isdecimal() and not Path(value).exists():
            raise UsageError(
                f"{flag} takes no value, got {value}: it is the recipe's, and how often is {counted[flag]}.",
                f"Give {counted[flag]} {value}.",
            )


def _name_variable(error: Any, context: typer.Context) -> None:
    """What is refused of the environment is named as it is called there: nobody typed the option."""
    parameter = getattr(error, "param", None)
    source = context.get_parameter_source(parameter.name) if parameter else None
    if source is not None and source.name == "ENVIRONMENT":
        error.param_hint = parameter.envvar  # type: ignore[union-attr]


def _light(help_option: Any) -> Any:
    """`--help` with the default False: for None, Typer would load pydantic to see that it is no boolean."""
    if help_option is not None:
        help_option.default = False
        help_option.callback = _show_help
    return help_option


def _show_help(context: Any, _option: Any, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        write_stdout((context.get_help() + "\n").encode())
        context.exit()


def _help_row(parameter: Any, context: Any) -> tuple[str, str]:
    if parameter.param_type_name == "argument":  # Typer would add Python's name of the type
        return parameter.metavar, parameter.help
    row: tuple[str, str] = parameter.get_help_record(context)
    return row


def _flags(options: list[Any], width: int) -> str:
    """The names of options, indented by two: `--recipe, --log/--no-log, …`."""
    names = ", ".join("/".join((option.opts[0], *option.secondary_opts)) for option in options)
    return textwrap.indent(textwrap.fill(names, width, break_on_hyphens=False), "  ") + "\n"


def _heading(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    return getattr(parameter, "rich_help_panel", None) or "Options"


_functions: dict[str, Callable[..., None]] = {}


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """Name a function as the verb of its name. Returns it as it was."""
    _functions[command.__name__.replace("_", "-")] = command
    return command


def _made(name: str) -> Any:
    """A verb's command, its groups of options flattened."""
    from rnn_forecast.cli.options.expand import flat

    import_module(f"rnn_forecast.cli.commands.{name.replace('-', '_')}_command")
    alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    alone.command(cls=VerbCommand, context_settings=SETTINGS, epilog=EPILOG)(flat(_functions[name]))
    return typer.main.get_command(alone)


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Forecast prices with recurrent networks, with the last value beside every score."""
    if version:
        from rnn_forecast import __version__

        write_stdout(f"{PROGRAM} {__version__}\n".encode())
        raise typer.Exit
    if context.invoked_subcommand is None:
        write_stderr(context.get_help())
        raise typer.Exit(2)
