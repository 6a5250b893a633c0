"""What --search says, as keys and values; and what it may not say."""

import pytest

from rnn_forecast.errors import UsageError
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.tuning.space import USUAL, VALUES, Space, in_words, space_of, value_of


def test_nothing_said_is_the_usual_space() -> None:
    found = space_of((), Recipe())
    assert (tuple(found.values), found.given) == (USUAL, frozenset())


@pytest.mark.parametrize(
    ("asked", "values", "given"),
    [
        (["cell,lookback"], {"cell": VALUES["cell"], "lookback": VALUES["lookback"]}, set()),
        (["units=16,32, 64"], {"units": (16, 32, 64)}, {"units"}),
        (["units=16,32,cell,dropout=0,0.5"],
         {"units": (16, 32), "cell": VALUES["cell"], "dropout": (0.0, 0.5)}, {"units", "dropout"}),
        (["units=16", "32"], {"units": (16, 32)}, {"units"}),  # as the environment splits it
        (["Batch-Size = 8", "skip=false"], {"batch_size": (8,), "skip": (False,)}, {"batch_size", "skip"}),
        (["cell=GRU,lstm"], {"cell": ("gru", "lstm")}, {"cell"}),
        (["season=5,21"], {"season": (5, 21)}, {"season"}),
    ],
)  # fmt: skip
def test_keys_and_values(asked: list[str], values: dict[str, object], given: set[str]) -> None:
    found = space_of(asked, Recipe())
    assert (dict(found.values), found.given) == (values, given)
    for key, some in found.values.items():
        assert all(type(value) is type(value_of(Recipe(), key)) for value in some)


@pytest.mark.parametrize(
    ("asked", "message", "remedy"),
    [
        ("lokback", "no key 'lokback'", "Nearest: lookback"),
        ("units=16,lokback", "units must be a whole number.* got 'lokback'", "units="),
        ("cell=gru,rnn", "cell must be one of simple_rnn, lstm, gru, got 'rnn'", "cell="),
        ("units=1_6", "units must be a whole number.* got '1_6'", "units="),
        ("units=0", "units must be a whole number, at least 1", "units="),
        ("season", "season has no values", "season=5,21"),
        ("units=", "units has no values", "units=8,16"),
        ("units=8,8", "names a value twice", "once"),
        ("units,units=8", "names units twice", "once"),
        ("horizon", "does not take horizon", "Keys are"),
        ("units=50", "no other values than the recipe has", "units=8"),
        (",", "names no key", "Keys are"),
    ],
)
def test_what_cannot_be_is_refused(asked: str, message: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        space_of([asked], Recipe())
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(("key", "values"), VALUES.items())
def test_every_value_is_one_that_a_recipe_takes(key: str, values: tuple[object, ...]) -> None:
    for value in values:
        assert value_of(with_choices(Recipe(), {key: value}), key) == value


def test_a_key_of_one_value_is_left_out() -> None:
    space = Space({"lookback": (5, 10, 20), "cell": ("gru", "lstm")})
    assert space.without("lookback", [20]).values == {"lookback": (5, 10), "cell": ("gru", "lstm")}
    assert space.without("lookback", [10, 20]).values == {"cell": ("gru", "lstm")}


def test_in_words() -> None:
    assert in_words({"cell": "gru", "skip": False, "learning_rate": 0.0003}) == (
        "cell gru, skip false, learning_rate 0.0003"
    )
