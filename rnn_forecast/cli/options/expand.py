"""A command's groups of options → flat Typer parameters, so that an option is declared once.

    @dataclass(frozen=True)
    class Common:
        quiet: Annotated[bool, option("--quiet", …)] = False

    @flat
    def train(sources: Sources, common: Common) -> None: …

is to Typer `def train(sources: Sources, quiet: Annotated[bool, …] = False)`; called with flat values, it
makes each group and calls the function. A group's docstring is the heading of its options in `--help`.
Two groups with a field of one name do not go together.
"""

import copy
import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import OptionInfo


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with the fields of its dataclass-typed parameters in place of those parameters.

    Raises ValueError where two of these have one name.
    """
    hints = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters.values()
    kinds: dict[str, Any] = get_type_hints(command)
    groups = {name: kinds[name] for name in kinds if dataclasses.is_dataclass(kinds[name])}
    parameters = [
        flattened
        for p in own
        for flattened in (_fields(groups[p.name]) if p.name in groups else [_keyword(p, hints[p.name])])
    ]

    @functools.wraps(command)
    def called_flat(**values: Any) -> None:
        made = {
            name: group(**{f.name: values.pop(f.name) for f in dataclasses.fields(group)})
            for name, group in groups.items()
        }
        command(**values, **made)

    del called_flat.__wrapped__  # Typer would read the groups again
    called_flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called_flat.__annotations__ = {p.name: p.annotation for p in parameters}
    return called_flat


def _fields(group: Any) -> list[inspect.Parameter]:
    hints = _headed_hints(group)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in dataclasses.fields(group)
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
