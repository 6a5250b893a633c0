"""A command's groups of options → flat Typer parameters, so that an option is declared once.

    @dataclass(frozen=True)
    class Common:
        quiet: Annotated[bool, option("--quiet", …)] = False

    @flat
    def train(sources: Sources, common: Common) -> None: …

is to Typer `def train(sources: Sources, quiet: Annotated[bool, …] = False)`; called with flat values, it
makes each group and calls the function. A group's docstring is the heading of its options in `--help`.
Two groups with a field of one name do not go together, unless a command leaves it out of one of them, where
it keeps its default: `backtest --refit 20` says how often, so that command takes
`Annotated[RecipeChoices, LeftOut("refit")]`, and `refit` of the recipe is left to the recipe file.
"""

import copy
import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import OptionInfo


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A field of a group that a command has no option for."""

    field: str


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with the fields of its dataclass-typed parameters in place of those parameters.

    Raises ValueError where two of these have one name.
    """
    hints = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters.values()
    kinds: dict[str, Any] = get_type_hints(command)
    groups = {name: kinds[name] for name in kinds if dataclasses.is_dataclass(kinds[name])}
    fields = {name: _kept(group, hints[name]) for name, group in groups.items()}
    parameters = [
        flattened
        for p in own
        for flattened in (
            _fields(groups[p.name], fields[p.name]) if p.name in groups else [_keyword(p, hints[p.name])]
        )
    ]

    @functools.wraps(command)
    def called_flat(**values: Any) -> None:
        made = {
            name: group(**{f.name: values.pop(f.name) for f in fields[name]})
            for name, group in groups.items()
        }
        command(**values, **made)

    del called_flat.__wrapped__  # Typer would read the groups again
    called_flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called_flat.__annotations__ = {p.name: p.annotation for p in parameters}
    return called_flat


def _kept(group: Any, hint: Any) -> "list[dataclasses.Field[Any]]":
    """The fields of a group that the command does not leave out."""
    out = {note.field for note in get_args(hint)[1:] if isinstance(note, LeftOut)}
    return [field for field in dataclasses.fields(group) if field.name not in out]


def _fields(group: Any, fields: "list[dataclasses.Field[Any]]") -> list[inspect.Parameter]:
    hints = _headed_hints(group)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields
    ]


@functools.cache  # nearly every command has the same few groups, and all are made for each --help
def _headed_hints(group: Any) -> Mapping[str, Any]:
    heading = (inspect.getdoc(group) or "").splitlines()[0].rstrip(".")
    hints = get_type_hints(group, include_extras=True)
    return {name: _headed(hint, heading) for name, hint in hints.items()}


def _keyword(parameter: inspect.Parameter, hint: Any) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint)


def _headed(hint: Any, heading: str) -> Any:
    if get_origin(hint) is not Annotated:
        return hint
    kind, info, *_ = get_args(hint)
    if isinstance(info, OptionInfo):
        info = copy.copy(info)
        info.rich_help_panel = heading
    return Annotated[kind, info]
