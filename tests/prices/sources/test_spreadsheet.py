"""A workbook is the text of its one sheet with a table, within a bound, or refused with what to do."""

import builtins
import datetime
import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from catalogue import DAYS, PRICES

from rnn_forecast.cli.messages.understood import understood
from rnn_forecast.errors import DataError
from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.sources.spreadsheet import sheet_text

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SERIAL = datetime.date(1899, 12, 30)  # day 0 of a workbook
TABLE = [["Date", "Close"], *([day, price] for day, price in zip(DAYS, PRICES, strict=True))]


def cell(value: object, place: str) -> str:
    if isinstance(value, datetime.date):
        return f'<c r="{place}" s="1"><v>{(value - SERIAL).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def workbook(sheets: dict[str, Sequence[Sequence[object]]], extra: str = "") -> bytes:
    """The least that is an .xlsx; `extra` cells stand in a last row of every sheet."""
    names = "".join(f'<sheet name="{t}" sheetId="{i}" r:id="r{i}"/>' for i, t in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    dates = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    top = f'<Relationship Id="r0" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", f"<Relationships {RELATIONS}>{top}</Relationships>")
        archive.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        styles = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships {RELATIONS}>{links}{styles}</Relationships>"
        )
        archive.writestr("xl/styles.xml", f"<styleSheet {MAIN}>{dates}</styleSheet>")
        for i, rows in enumerate(sheets.values(), 1):
            cells = [
                [cell(v, f"{chr(65 + c)}{n}") for c, v in enumerate(r) if v] for n, r in enumerate(rows, 1)
            ]
            lines = "".join(f'<row r="{n}">{"".join(row)}</row>' for n, row in enumerate(cells, 1))
            sheet = f"<worksheet {MAIN}><sheetData>{lines}{extra}</sheetData></worksheet>"
            archive.writestr(f"xl/worksheets/sheet{i}.xml", sheet)
    return out.getvalue()


@pytest.mark.parametrize("title", [[], [["Prices of Example"], [""]]])
def test_dates_and_prices_of_a_workbook(
    title: list[list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a long path would take two lines of what is said
    path = Path("AAPL.xlsx")
    path.write_bytes(workbook({"Prices": [*title, *TABLE]}))
    (series,) = (reading := read_prices([str(path)])).series
    assert (series.ticker, series.prices.tolist()) == ("AAPL", PRICES)
    assert series.dates.astype("datetime64[D]").tolist() == DAYS
    assert understood(reading.decisions.to_json())[1] == "  written     a workbook, sheet 'Prices'"


def test_a_sheet_of_words_is_no_table(tmp_path: Path) -> None:
    words = [["Source", "Example Exchange"], ["Units", "Dollars"], ["Read me", "Daily, Close"]]
    text, title = sheet_text(workbook({"README": words, "Daily": TABLE}), "x", 10**8)
    assert text.startswith(b"Date,Close\n2023-11-01,") and title == "Daily"


def test_two_tables_are_named() -> None:
    with pytest.raises(DataError, match="one sheet with a table; it has 'One', 'Two'"):
        sheet_text(workbook({"One": TABLE, "Two": TABLE}), "x", 10**8)


@pytest.mark.parametrize("place", ["XFD1048576", "ZZ200000", "B1048576", "XFD60000"])
def test_a_cell_far_away_is_refused_before_a_place_is_made_for_each(place: str) -> None:
    row = "".join(filter(str.isdigit, place))
    bomb = workbook({"Prices": TABLE}, f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')
    assert len(bomb) < 10_000
    with pytest.raises(DataError, match=r"a sheet of [\d,]+ rows and [\d,]+ columns, is larger than"):
        sheet_text(bomb, "x", 10**8)


def test_a_workbook_is_bounded_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook({"Prices": TABLE}, " " * 5_000_000))
    assert path.stat().st_size < 50_000
    with pytest.raises(DataError, match=r"x\.xlsx, unpacked, is larger than 1,000,000 bytes"):
        read_prices([str(path)], ReadOptions(max_bytes=1_000_000))


@pytest.mark.parametrize("start", [b"\xd0\xcf\x11\xe0" + b"x" * 600, workbook({"P": TABLE})[:-200]])
def test_what_is_damaged_is_refused(start: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xls").write_bytes(start)
    with pytest.raises(DataError, match="damaged"):
        read_prices([str(tmp_path / "x.xls")])


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_calamine(name: str, *rest: object) -> object:
        if name == "python_calamine":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "python_calamine", raising=False)
    monkeypatch.setattr(builtins, "__import__", no_calamine)
    with pytest.raises(DataError) as caught:
        sheet_text(workbook({"Prices": TABLE}), "x.xlsx", 10**8)
    assert 'pip install "rnn-forecast[excel]"' in caught.value.remedy
