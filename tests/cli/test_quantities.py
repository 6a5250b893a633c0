"""What a number, a size or a time on the command line means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.read_out import ReadOut
from rnn_forecast.errors import UsageError
from rnn_forecast.forecasts.wanted import Wanted


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_are_read_as_written(number: int) -> None:
    assert quantities.whole(str(number)) == number


@given(st.floats(allow_nan=False))
def test_numbers_are_read_as_written(number: float) -> None:
    assert quantities.decimal(repr(number)) == number


@given(st.text(max_size=8))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    readers = (
        quantities.whole, quantities.positive, quantities.decimal, quantities.levels, quantities.size,
        quantities.seconds, quantities.days,
    )  # fmt: skip
    for read in readers:
        try:
            read(text)
        except ValueError as error:
            assert "expected" in str(error)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True).map(repr))
def test_a_share_is_no_percentage(share: str) -> None:
    for text in (share, f"95,{share}"):
        with pytest.raises(ValueError, match=r"expected percent such as 99, got .*; for a share use --quan"):
            quantities.levels(text)
    assert quantities.shares(share) == (float(share),)
    assert quantities.levels("1,99.5") == (1, 99.5)


def test_percentages_of_one_name_are_refused() -> None:
    """Both were columns lo_100."""
    with pytest.raises(ValueError, match="at most six digits, so that columns differ"):
        quantities.levels("99.99999,99.999999")
    assert quantities.levels("99.99,99.999") == (99.99, 99.999)
    for option in ("levels", "risk"):
        said_twice = ReadOut(**{option: [(99.99999,), (99.999999,)]})  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=f"two of --{option} have columns of one name"):
            said_twice.choose(Wanted())
    assert ReadOut(risk=[(99,), (99,)]).choose(Wanted()) == Wanted(risk=(99,))


def test_sizes_and_times() -> None:
    sizes = ("1", "500MB", "500M", "4GiB", "2kib", "3 KB")
    assert [quantities.size(s) for s in sizes] == [1, 500_000_000, 500_000_000, 4 * 2**30, 2048, 3000]
    assert [quantities.seconds(t) for t in ("90", "90s", "1.5m", "2h", "1d")] == [90, 90, 90, 7200, 86400]
    assert [quantities.days(t) for t in ("7", "7d", "12h", "2w")] == [7, 7, 0.5, 14]
