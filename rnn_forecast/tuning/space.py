"""The keys of a recipe that are searched, and the values that each may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnn_forecast.errors import UsageError
from rnn_forecast.prices.choosing import nearest
from rnn_forecast.recipe import SECTION_OF, Recipe, refusal, with_choices

USUAL = ("cell", "lookback", "units", "learning_rate")  # searched where nobody says what
VALUES: Mapping[str, tuple[Any, ...]] = {  # of a key that is named without values
    "valid_fraction": (0.1, 0.2),
    "lookback": (5, 10, 20, 40, 60, 120),
    "season": (),  # nobody knows but who knows the prices
    "patch": (1, 2, 4, 5),  # those that the lookback is no multiple of are left out
    "normalize": ("window", "zscore"),
    "log": (True, False),
    "cell": ("simple_rnn", "lstm", "gru"),
    "units": (8, 16, 32, 64),
    "layers": (1, 2),
    "dropout": (0.0, 0.1, 0.2, 0.4),
    "skip": (True, False),
    "epochs": (30, 100, 300),
    "batch_size": (16, 32, 64, 128),
    "learning_rate": (0.0003, 0.001, 0.003, 0.01),
    "schedule": ("constant", "cosine"),
    "loss": ("mse", "mae", "huber"),
    "clip_norm": (0.0, 0.3, 1.0),
    "patience": (5, 10, 20),
    "members": (1, 3, 5),
    "refit": (False, True),
    "shrink": (True, False),
    "toward": ("last_value", "drift"),
}
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Space:
    values: Mapping[str, tuple[Any, ...]]  # by key: two at least, or one that is not the recipe's
    given: frozenset[str] = frozenset()  # keys whose values a person has named

    def without(self, key: str, values: Sequence[Any]) -> "Space":
        """The same without some values of a key; without the key where one is left."""
        left = tuple(value for value in self.values[key] if value not in values)
        kept = {name: had for name, had in self.values.items() if name != key}
        return Space({**kept, key: left} if len(left) > 1 else kept, self.given)


def value_of(recipe: Recipe, key: str) -> Any:
    return getattr(getattr(recipe, SECTION_OF[key]), key)


def in_words(values: Mapping[str, Any]) -> str:
    """`cell gru, lookback 40`."""
    return ", ".join(f"{key} {shown(value)}" for key, value in values.items())


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def space_of(asked: Sequence[str], recipe: Recipe) -> Space:
    """What `--search` says: `cell,lookback`, or with values `units=16,32,dropout=0,0.2`; USUAL if nothing.

    Raises UsageError for a key that is none or is not searched, for values that it cannot have, and where
    there is nothing beside the recipe as it is.
    """
    named = _parsed(",".join(asked)) if asked else dict.fromkeys(USUAL)
    if not named:
        raise UsageError("--search names no key.", f"Keys are {', '.join(VALUES)}.")
    values = {
        key: VALUES[key] if texts is None else tuple(_value(key, text) for text in texts)
        for key, texts in named.items()
    }
    for key, some in values.items():
        if not some:
            raise UsageError(f"--search {key} has no values to try.", f"Name them: --search {_example(key)}.")
        if len(set(some)) < len(some):
            raise UsageError(f"--search {key} names a value twice.", "Name each once.")
    if all(some == (value_of(recipe, key),) for key, some in values.items()):
        raise UsageError(
            "--search has no other values than the recipe has.",
            f"Add some: --search {_example(next(iter(values)))}.",
        )
    return Space(values, frozenset(key for key, texts in named.items() if texts is not None))


def _parsed(text: str) -> dict[str, list[str] | None]:
    """Keys with their values as they are written; None of a key that stands alone.

    `cell,units=16,32,skip`: what follows a value is a value too, unless it is a key.
    """
    found: dict[str, list[str] | None] = {}
    last: list[str] | None = None
    for word in filter(None, map(str.strip, text.split(","))):
        name, equals, value = map(str.strip, word.partition("="))
        key = name.lower().replace("-", "_")
        if not equals and key not in SECTION_OF and last is not None:
            last.append(word)
            continue
        _require_searched(key, name)
        if key in found:
            raise UsageError(f"--search names {key} twice.", "Name it once, with all its values.")
        last = list(filter(None, [value])) if equals else None
        found[key] = last
    return found


def _require_searched(key: str, written: str) -> None:
    if key in VALUES:
        return
    if key in SECTION_OF:
        raise UsageError(
            f"--search does not take {key}: it says what is asked for, not how well it is done.",
            f"Keys are {', '.join(VALUES)}.",
        )
    near = nearest(VALUES, key)
    those = f"Nearest: {', '.join(near)}." if near else f"Keys are {', '.join(VALUES)}."
    raise UsageError(f"--search: a recipe has no key {written!r}.", those)


def _value(key: str, text: str) -> Any:
    """The value as a recipe has it. Raises UsageError for one that it cannot have."""
    value = _read(text)
    if (why := refusal(key, value)) is not None:
        raise UsageError(f"--search {key} {why}.", f"Such as --search {_example(key)}.")
    return value_of(with_choices(Recipe(), {key: value}), key)


def _read(text: str) -> Any:
    """`32`, `0.1`, `true`, or a word. Python's own readers take `1_000` too: that stays a word."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for kind in (int, float) if text.isascii() and "_" not in text else ():
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _example(key: str) -> str:
    some = VALUES[key] or (5, 21)
    return f"{key}={','.join(map(shown, some[:3]))}"
