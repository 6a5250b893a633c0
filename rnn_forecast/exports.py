"""The names that a folder hands out: each module is loaded when the first of its names is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazily(package: str, **homes: str) -> Callable[[str], Any]:
    """A package's `__getattr__`: `lazily(__name__, series="PriceSeries iso", reader="Reading")`.

    So that whoever wants a series does not load pyarrow. Type checkers see the same names in a block below
    `TYPE_CHECKING`; a test compares the two.
    """
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return get
