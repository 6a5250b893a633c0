"""Pages in a browser: nothing wider than the screen, text large enough, the reader's scheme, no complaint.

Each page stands in a frame of the width of a screen, as it is, its policy included; what is measured of it is
written into the document around it, which the browser prints.
"""

import html
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from report_toys import ahead, prices, whole_report

from rnn_forecast.report.batch_page import batch_page
from rnn_forecast.report.fan import fan_body, fan_sentence
from rnn_forecast.report.markup.page import alone
from rnn_forecast.report.ticker_page import ticker_page
from rnn_forecast.report.values import BatchReport, Forecasts, Prices, TickerReport

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DARK = "--blink-settings=preferredColorScheme=0"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom")
MEASURE = """
<script>
const found = {}, screens = SCREENS;
const measure = (name, frame) => {
  const page = frame.contentDocument, all = [...page.querySelectorAll("body *")];
  page.querySelectorAll("details").forEach(one => { one.open = true; });
  const seen = one => one.getBoundingClientRect();
  const inFrame = one => !one.closest(".scroll");
  const text = page.querySelector("svg.picture text"), picture = page.querySelector("svg.picture");
  const drawn = seen(picture).width / picture.viewBox.baseVal.width;
  found[name] = {
    wide: page.documentElement.scrollWidth,
    beyond: all.filter(one => inFrame(one) && seen(one).right > frame.clientWidth + 1).map(one => one.outerHTML.slice(0, 99)),
    cut: [...page.querySelectorAll("svg.picture text")].filter(
      one => seen(one).left < seen(one.closest("svg")).left - 0.5 || seen(one).right > seen(one.closest("svg")).right + 0.5
    ).map(one => one.textContent),
    letters: parseFloat(getComputedStyle(text).fontSize) * drawn,
    picture: [seen(picture).width, seen(picture).height],
    ground: getComputedStyle(page.body).backgroundColor,
    ran: typeof frame.contentWindow.ran,
    shown: page.body.innerText.length,
  };
  if (Object.keys(found).length == screens.length) document.title = JSON.stringify(found);
};
for (const [name, width, text] of screens) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  frame.onload = () => measure(`${name} ${width}`, frame);
  frame.srcdoc = text;
  document.body.append(frame);
}
</script>
"""  # noqa: E501

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here: apt-get install chromium")
HOSTILE = "<script>ran = 1</script><img src=x onerror='ran = 1'>" + "W" * 200


PAGES, WIDTHS = ("ticker", "batch", "dear", "cheap"), (375, 1280)
TIMES = {"dear": 1234.5, "cheap": 1e-6}


def times(factor: float) -> tuple[Prices, Forecasts]:
    """The prices and the forecast of a share that costs so many times as much."""
    one, two = prices(), ahead()
    bands = {level: (low * factor, high * factor) for level, (low, high) in two.bands.items()}
    more = replace(two, forecast=two.forecast * factor, last=two.last * factor, bands=bands)
    return Prices(one.dates, one.values * factor), more


@cache
def page(name: str) -> bytes:
    if name == "ticker":
        return ticker_page(whole_report())
    if name in TIMES:
        return ticker_page(TickerReport("T", *times(TIMES[name])))
    return batch_page(BatchReport("night", [whole_report(), TickerReport(HOSTILE, prices(), ahead())]))


def measured(folder: Path, screens: Sequence[tuple[str, int]], *more: str) -> dict[str, Any]:
    """What is measured of pages on screens of so many pixels, by `name width`; all in one browser."""
    asked = json.dumps([(name, width, page(name).decode()) for name, width in screens])
    script = MEASURE.replace("SCREENS", asked.replace("</", "<\\/").replace("<!--", "<\\!--"))
    (folder / "around.html").write_text(f"<!DOCTYPE html><meta charset=utf-8><title></title><body>{script}")
    assert BROWSER is not None
    words = [BROWSER, *FLAGS, *more, f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000"]
    done = subprocess.run(
        [*words, (folder / "around.html").as_uri()], capture_output=True, text=True, timeout=100, check=True
    )
    found = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert found and found[1], done.stderr[-2000:]
    measures: dict[str, Any] = json.loads(html.unescape(found[1]))
    return measures


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return measured(tmp_path_factory.mktemp("light"), list(itertools.product(PAGES, WIDTHS)))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_its_screen_and_can_be_read(light: dict[str, Any], name: str, width: int) -> None:
    found = light[f"{name} {width}"]
    assert found["wide"] <= width and found["beyond"] == []
    assert found["letters"] >= 10 and found["shown"] > 500
    assert found["picture"][0] > min(width * 0.6, 300) and found["picture"][1] > 100
    assert found["cut"] == []
    assert found["ran"] == "undefined"


def test_a_page_is_dark_where_its_reader_is(light: dict[str, Any], tmp_path: Path) -> None:
    assert light["ticker 1280"]["ground"] == "rgb(255, 255, 255)"
    dark = measured(tmp_path, [("ticker", 1280)], DARK)
    assert dark["ticker 1280"]["ground"] == "rgb(20, 23, 27)"


def printed(folder: Path, markup: bytes) -> tuple[int, str]:
    """How many sheets, and their text where there is a reader of PDF."""
    (folder / "page.html").write_bytes(markup)
    pdf = folder / "page.pdf"
    assert BROWSER is not None
    words = [BROWSER, *FLAGS[:3], f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={pdf}"]
    subprocess.run([*words, (folder / "page.html").as_uri()], capture_output=True, timeout=100, check=True)
    sheets, reader = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())), shutil.which("pdftotext")
    if reader is None:
        return sheets, ""
    done = subprocess.run([reader, pdf, "-"], capture_output=True, text=True, timeout=100, check=True)
    return sheets, done.stdout


def test_folded_pages_are_printed_where_they_are_few(tmp_path: Path) -> None:
    whole = whole_report()
    few, many = ([replace(whole, ticker=f"N{i}") for i in range(n)] for n in (3, 60))
    sheets, text = printed(tmp_path, batch_page(BatchReport("night", few)))
    assert sheets >= 6 and (not text or text.count("Can it be trusted?") == 3)
    sheets, text = printed(tmp_path, batch_page(BatchReport("night", many)))
    assert sheets <= 5 and "Can it be trusted?" not in text


def test_a_picture_alone_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "fan.svg"
    path.write_bytes(alone("T", fan_body(prices(), ahead()), fan_sentence(ahead())))
    assert BROWSER is not None
    words = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout.count("<polygon") == 2 and "parsererror" not in done.stdout
