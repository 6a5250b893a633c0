"""Every export that people have is read to the number, or refused with the option that decides.

A wrong series is the worst outcome there is: dates, prices, their order and the tickers are compared whole.
"""

from pathlib import Path

import pytest
from shapes_of_cases import CASES
from shapes_of_cells import CELLS_AND_LINES
from shapes_of_clocks import MISREAD
from shapes_of_dates import DATES
from shapes_of_exchanges import EXCHANGES
from shapes_of_languages import LANGUAGES
from shapes_of_libraries import LIBRARIES
from sheet_outcomes import fault
from sheets import Sheet

SHEETS = [*CASES, *DATES, *MISREAD, *LANGUAGES, *LIBRARIES, *EXCHANGES, *CELLS_AND_LINES]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_read_to_the_number_or_refused_with_a_remedy(sheet: Sheet, tmp_path: Path) -> None:
    assert fault(sheet, tmp_path) == ""


def test_no_sheet_is_there_twice() -> None:
    assert len({sheet.name for sheet in SHEETS}) == len(SHEETS)
