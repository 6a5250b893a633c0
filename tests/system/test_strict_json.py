import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.system import strict_json

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    scalars | text, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=20
)


@given(documents)
def test_what_is_written_is_read_back_equal(document: object) -> None:
    data = strict_json.dumps(document)
    assert strict_json.loads(data) == document
    assert json.loads(data) == document  # the oracle: everybody else's reader


@given(st.binary(max_size=60) | st.text(st.sampled_from('[]{}",:\\u1eNatrue ')).map(str.encode))
def test_any_bytes_are_a_value_that_json_agrees_with_or_a_value_error(data: bytes) -> None:
    try:
        value = strict_json.loads(data)
    except ValueError as error:
        assert not isinstance(error, RecursionError)
    else:
        assert json.loads(data.decode()) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"1e400",
        b"-1e400",
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b'"\\ud800"',
        b'{"\\udc00": 1}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'"\xff"',
        b'"a\nb"',
        b"{'a': 1}",
        b"[1,]",
        b"1 2",
        b"9" * 5000,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 33 + b"]" * 33,
        b"[{]}",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_json_loads_takes_or_dies_of_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.loads(data)


def test_brackets_in_strings_do_not_count() -> None:
    document = {"[" * 1000: "}" * 1000, "\\": ['"[' * 100, "\\" * 99]}
    assert strict_json.loads(strict_json.dumps(document)) == document
    assert strict_json.loads(b"[" * 32 + b"]" * 32)


def test_a_hostile_string_takes_linear_time() -> None:
    with pytest.raises(ValueError):
        strict_json.loads(b'"' + b'\\"' * 2_000_000)  # never ends if each quote begins a new search


@pytest.mark.parametrize("document", [math.nan, [math.inf], {"a": "\ud800"}, {"a": {1, 2}}])
def test_what_json_cannot_say_is_not_written(document: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        strict_json.dumps(document)
