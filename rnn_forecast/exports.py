"""The names that a folder hands out: each module is loaded when the first of its names is asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, home_of: Mapping[str, str]) -> Callable[[str], Any]:
    """A package's `__getattr__`, by name and module: `lazily(__name__, {"PriceSeries": "series"})`.

    So that whoever wants a series does not load pyarrow. Type checkers see the same names in a block below
    `TYPE_CHECKING`; a test compares the two.
    """

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return get
