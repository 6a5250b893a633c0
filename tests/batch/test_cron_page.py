"""docs/CRON.md: its morning lines run, on a folder such as it tells of, and its mail is what they print."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from batch_fakes import Here

from rnn_forecast.record import ledger as ledgers
from rnn_forecast.record.ledger import Entry, ForecastRow, Row, opened

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "CRON.md").read_text(encoding="utf-8")
WITH_MAIL, *TOLERANT = re.findall(
    r"^[\d* /-]+ /opt/forecast/bin/rnn-forecast (status .*)$", PAGE, re.MULTILINE
)
TIME, AGE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r"\([\d.]+ days ago\)"


def block(mark: str) -> str:
    found = re.search(rf"^<!-- {mark} -->\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, mark
    return found[1]


def timeless(text: str) -> str:
    return re.sub(AGE, "AGE", re.sub(TIME, "TIME", text))


@pytest.fixture
def forty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two nights of forty tickers; in the second, of ten hours ago, one of them failed."""
    names = ["DEAD", *(f"T{n:02}" for n in range(39))]
    for ago, failed in ((178, ""), (10, "DEAD")):
        at = datetime.now(UTC) - timedelta(hours=ago)
        monkeypatch.setattr(ledgers, "now_text", lambda at=at: f"{at:%Y-%m-%dT%H:%M:%SZ}")
        with opened(tmp_path) as ledger:
            run = ledger.begin("", 0, {})
            origin, date, made = f"{at:%Y-%m-%d}", f"{at + timedelta(days=9):%Y-%m-%d}", int(at.timestamp())
            for name in names:
                row = ForecastRow(name, origin, 1, "ab" * 8, "cd" * 8, date, 1.0, 1.0, {}, made)
                good = Entry(Row(name, "at_hand"), ("key", [row]))
                ledger.enter(run, [Entry(Row(name, "failed")) if name == failed else good])
            ledger.end(run, "failed" if failed else "done", {})
    return tmp_path


def test_the_morning_line_prints_the_mail(here: Here, forty: Path) -> None:
    words = shlex.split(WITH_MAIL.replace("/srv/forecasts", str(forty)))
    code, said, told = here(*words)
    assert (code, said) == (4, "")
    assert timeless(told.replace(str(forty), "/srv/forecasts")) == timeless(block("mail"))
    said = here("status", str(forty))[1]
    assert timeless(said).startswith(timeless(block("status")))


def test_the_lines_for_one_dead_ticker_are_silent(here: Here, forty: Path) -> None:
    assert len(TOLERANT) == 2
    for line in TOLERANT:
        assert here(*shlex.split(line.replace("/srv/forecasts", str(forty)))) == (0, "", "")
