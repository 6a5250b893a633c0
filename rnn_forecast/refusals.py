"""What each key of a recipe may hold, in words; and what is said where it holds something else.

The recipe's own type comes in as `kind`, a model of sections that are models of keys: this module knows how
its bounds are said, and `recipe` what they are.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from rnn_forecast.errors import RecipeError

NAMES = ("past", "known")  # lists of columns
MOST_OF = {"levels": 100, "quantiles": 1, "risk": 100}  # lists of numbers between 0 and that
EVERY_KEY = "rnn-forecast train --help lists every key."
LONGEST = 80  # characters of a value that is shown
TYPES = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "a text"}
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def sections_of(kind: type[BaseModel]) -> dict[str, str]:
    """The section of each key."""
    return {key: section for section in kind.model_fields for key in _section(kind, section).model_fields}


def field_of(kind: type[BaseModel], section: str, key: str) -> FieldInfo:
    return _section(kind, section).model_fields[key]


def allowed(kind: type[BaseModel], key: str) -> str:
    """The allowed values of `section.key`, in words: `a whole number, at least 2, at most 10000`."""
    section, _, name = key.partition(".")
    if name in MOST_OF:
        return f"a list of numbers in (0, {MOST_OF[name]}), each once"
    if name in NAMES:
        return "a list of columns' names, each once"
    schema = _section(kind, section).model_json_schema()["properties"][name]
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    bounds = [f"{word} {schema[bound]}" for bound, word in BOUNDS.items() if bound in schema]
    return ", ".join([TYPES[schema["type"]], *bounds])


def must_be(kind: type[BaseModel], error: ValidationError) -> str:
    """`must be a number, at least 0, below 1, got 1.5`, of the first key that is wrong."""
    return f"must be {allowed(kind, _key(error))}, got {shown(error.errors()[0]['input'])}"


def explained(kind: type[BaseModel], error: ValidationError, source: str) -> RecipeError:
    return RecipeError(f"{source}: {_key(error)} {must_be(kind, error)}.", EVERY_KEY)


def require_known_keys(kind: type[BaseModel], document: Mapping[str, Any], source: str) -> None:
    """Raise RecipeError for a section or a key that there is none of, with the nearest there is."""
    section_of = sections_of(kind)
    for section, keys in document.items():
        if section not in kind.model_fields:
            raise _unknown(section, source, section_of, sections=[*kind.model_fields])
        if not isinstance(keys, Mapping):
            raise RecipeError(f"{source}: [{section}] must be a table of keys.", EVERY_KEY)
        for key in keys:
            if section_of.get(key) != section:
                raise _unknown(f"{section}.{key}", source, section_of)


def shown(value: object) -> str:
    """A value from a file as one short line, whatever it holds."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _section(kind: type[BaseModel], section: str) -> type[BaseModel]:
    return cast("type[BaseModel]", kind.model_fields[section].annotation)


def _unknown(
    key: str, source: str, section_of: Mapping[str, str], *, sections: Sequence[str] = ()
) -> RecipeError:
    last = key.rpartition(".")[2]
    name = key if _PLAIN.fullmatch(key) else shown(key)
    if last in section_of:
        section = section_of[last]
        hint = f"Did you mean {section}.{last}? It belongs under [{section}]."
    else:
        keys = difflib.get_close_matches(last, section_of, n=1)
        near = difflib.get_close_matches(key, sections, n=1) or [f"{section_of[one]}.{one}" for one in keys]
        hint = f"Did you mean {near[0]}?" if near else EVERY_KEY
    return RecipeError(f"{source}: there is no key {name}.", hint)


def _key(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.errors()[0]["loc"][:2])
