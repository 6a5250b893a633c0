"""A named column is read as numbers, shares and flags; anything else is refused with its row."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.named_values import named_values
from rnn_forecast.prices.cells.numbers import PLAIN, NumberFormat

CELLS = {
    "yes": 1.0, "NO": 0.0, "true": 1.0, "False": 0.0, "1": 1.0, "0": 0.0, "": np.nan, "n/a": np.nan, "-": np.nan,
    "1.5K": 1500.0, "2 Mio.": 2e6, "3B": 3e9, "-0.25": -0.25, "25 %": 0.25, "1,234.5": 1234.5, "1e-3": 1e-3,
}  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_what_it_says(cell: str) -> None:
    np.testing.assert_allclose(named_values(pa.array([cell]), 0, PLAIN), [CELLS[cell]])


@given(st.lists(st.sampled_from([*CELLS]), min_size=1))
def test_cells_of_all_kinds_stand_in_one_column(cells: list[str]) -> None:
    np.testing.assert_allclose(named_values(pa.array(cells), 0, PLAIN), [CELLS[cell] for cell in cells])


def test_the_file_s_decimal_comma_holds() -> None:
    found = named_values(pa.array(["1.234,5", "1,5"]), 0, NumberFormat(",", "."))
    assert found.tolist() == [1234.5, 1.5]


@given(
    st.lists(st.sampled_from([*CELLS]), max_size=5), st.sampled_from(["abc", "maybe", "12 apples", "1..2"])
)
def test_any_other_cell_is_refused_with_its_row(before: list[str], bad: str) -> None:
    with pytest.raises(BadCell) as caught:
        named_values(pa.array([*before, bad]), 3, PLAIN)
    assert (caught.value.row, caught.value.column, caught.value.whole) == (len(before), 3, False)
