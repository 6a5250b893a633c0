"""`batch` and `status` on the command line; nothing here needs a worker."""

import json
from pathlib import Path

import pytest
from batch_fakes import Here, Market, run_fake
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.batch.choices import Choices, Limit, Means
from rnn_forecast.batch.status import counts_line
from rnn_forecast.batch.summary import by_reason, reason, summarise
from rnn_forecast.cli.commands.batch_command import WhatToDo, Workers
from rnn_forecast.cli.messages.batch_results import duration, progress_line
from rnn_forecast.cli.options import quantities
from rnn_forecast.verbs.context import Progress

SMALL = ("--lookback", "12", "--units", "4", "--horizon", "2", "--no-shrink")


def test_quiet_is_silent_when_all_is_well(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA", "BBB"), tmp_path / "out"
    run_fake(files, out)
    assert here("batch", *files, "--out", str(out), "-q", *SMALL) == (0, "", "")
    code, said, told = here("batch", *files, "--out", str(out), *SMALL)
    assert (code, said) == (0, "")
    assert (
        told
        == f"{out}: 2 tickers in forecasts.csv: 0 newly trained, 0 by models at hand, 2 unchanged; 0 failed\n"
    )


def test_failures_end_with_3_and_say_why(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA", "BAD1", "BAD2"), tmp_path / "out"
    run_fake(files, out)
    code, _, told = here("batch", *files, "--out", str(out), "-q", *SMALL)
    assert code == 3
    assert told.startswith("Error: 2 of 3 tickers failed: 2 × such as BAD1 has 120 prices (BAD1, BAD2).\n")
    assert "summary.json; training that failed is tried again when" in told
    assert len(told.splitlines()) == 2


def test_advice_is_for_failures_that_are_remembered(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA"), tmp_path / "out"
    run_fake(files, out)
    code, _, told = here("batch", *files, str(tmp_path / "gone.csv"), "--out", str(out), "-q", *SMALL)
    assert code == 3
    assert told.endswith("summary.json; what failed is tried again by the next run.\n")
    assert "--retry-failed" not in told


def test_the_line_says_what_is_in_the_table_and_since_when(
    here: Here, market: Market, tmp_path: Path
) -> None:
    files, out = market("AAA", "BBB"), tmp_path / "out"
    run_fake(files[:1], out)
    assert here("batch", *files[:1], "--out", str(out), *SMALL)[2].startswith(
        f"{out}: 1 ticker in forecasts.csv"
    )
    run_fake(files, out)
    Path(files[1]).write_text("")
    told = here("batch", *files, "--out", str(out), *SMALL)[2].splitlines()
    assert told[0] == (
        f"{out}: 2 tickers in forecasts.csv: 0 newly trained, 0 by models at hand, 1 unchanged, "
        "1 from an earlier run; 1 failed"
    )
    assert "forecasts.csv has 1 ticker from an earlier run." in told[1]
    assert told[0].partition(": ")[2] in here("status", str(out))[1]


def test_a_run_that_was_interrupted_says_nothing_of_the_table() -> None:
    done = {**summarise({}, ["AAA"], None), "forecasts": None, "earlier": 0}
    line = "1 ticker: 0 newly trained, 0 by models at hand, 0 unchanged; 0 failed, 1 left"
    assert counts_line(done) == line


def test_json_is_one_record(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA"), tmp_path / "out"
    run_fake(files, out)
    code, said, _ = here("batch", *files, "--out", str(out), "--json", *SMALL)
    record = json.loads(said)
    assert (code, record["batch"], record["unchanged"]) == (0, str(out), 1)
    assert {k: v for k, v in record.items() if k != "batch"} == json.loads((out / "summary.json").read_text())


def test_a_dry_run_lists_what_would_be_done(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA", "BBB"), tmp_path / "out"
    (tmp_path / "prices" / "JUNK.csv").write_text("nothing of use\n")
    words = ("batch", *files, str(tmp_path / "prices" / "JUNK.csv"), "--out", str(out), "--dry-run", *SMALL)
    code, said, _ = here(*words)
    assert code == 0
    assert [line.split(":")[0].split() for line in said.splitlines()] == [
        ["train", "AAA"], ["train", "BBB"], ["fail", "JUNK"],
    ]  # fmt: skip
    assert not out.exists()
    assert json.loads(here(*words, "--json")[1])["plan"][0] == {
        "ticker": "AAA", "action": "train", "why": "it has no model",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("batch", "x.csv"), 2),
        (("batch", "nowhere/*.csv", "--out", "OUT"), 66),
        (("batch", "x.csv", "--out", "OUT", "--max-failures", "120%"), 2),
        (("batch", "x.csv", "--out", "OUT", "--workers", "0"), 2),
        (("batch", "x.csv", "--out", "OUT", "--ticker-timeout", "0"), 2),
        (("batch", "x.csv", "--out", "OUT", "--cluster", "10.0.0.1"), 2),
        (("batch", "x.csv", "--out", "OUT", "--cluster", "dask://10.0.0.1:8786", "--workers", "2"), 2),
        (("batch", "x.csv", "--out", "OUT", "--only", "Z"), 66),
        (("batch", "x.csv", "--out", "OUT", "--global", "nowhere"), 66),
        (("status",), 2),
    ],
)
def test_what_cannot_be(here: Here, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    ended, _, told = here(*(str(tmp_path / "out") if word == "OUT" else word for word in words))
    assert ended == code
    assert told.startswith("Error: ")


def test_an_unwritable_place(here: Here, market: Market, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert here("batch", *market("AAA"), "--out", str(tmp_path / "file"), *SMALL)[0] == 73
    assert here("batch", *market("AAA"), "--out", str(tmp_path / "file" / "in"), *SMALL)[0] == 73


def test_defaults_are_those_of_the_library() -> None:
    assert WhatToDo().choices(()) == Choices()
    assert Workers().means() == Means()
    chosen = WhatToDo(max_failures=(None, 0.05)).choices(("A",))
    assert chosen == Choices(only=("A",), max_failures=Limit(share=0.05))


def test_shares_counts_ages() -> None:
    assert [quantities.count_or_share(t) for t in ("20", "5%", "0")] == [(20, None), (None, 0.05), (0, None)]
    assert [quantities.age(t) for t in ("30", "30d", "26h")] == [30 * 86400, 30 * 86400, 26 * 3600]


@given(st.text(max_size=8))
def test_any_text_is_a_share_or_a_value_error(text: str) -> None:
    for read in (quantities.count_or_share, quantities.age):
        try:
            read(text)
        except ValueError as error:
            assert "expected" in str(error)


def test_what_progress_says() -> None:
    line = progress_line(Progress(312, 1000, 2, 2460.0))
    assert line == "312 of 1,000 tickers trained, 2 failed, 41 min left"
    assert [duration(s) for s in (5, 720, 12_000)] == ["5 s", "12 min", "3 h 20 min"]


@pytest.mark.parametrize(
    ("ticker", "error", "common"),
    [
        ("AAP", "AAP has 41 prices; lookback 60 needs 61.", "TICKER has N prices; lookback N needs N."),
        ("X", "/data/X.csv, line 7: '1,2' is not above 0.", "TICKER.csv, line N: '…' is not above N."),
        ("", "no prices.", "no prices."),
        ("(", "( is odd.", "TICKER is odd."),
    ],
)
def test_the_common_part_of_a_reason(ticker: str, error: str, common: str) -> None:
    assert reason(ticker, error) == common


def test_no_failures_no_groups() -> None:
    assert by_reason([]) == []


def split(path: str, *, at: int, times: float = 0.25) -> None:
    """Make prices of a file jump at a row, as a share does whose split nobody adjusted."""
    header, *rows = Path(path).read_text().splitlines()
    cells = [row.split(",") for row in rows]
    moved = [f"{day},{float(price) * (times if n >= at else 1)!r}" for n, (day, price) in enumerate(cells)]
    Path(path).write_text("\n".join([header, *moved]) + "\n")


def test_quiet_and_status_say_whose_prices_may_be_wrong(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA", "BBB"), tmp_path / "out"
    split(files[0], at=60)
    run_fake(files, out)
    for _night in range(2):  # also when the file is as it was and nothing is read
        code, said, told = here("batch", *files, "--out", str(out), "-q", *SMALL)
        assert (code, said) == (0, "")
        assert told.startswith("warning: AAA: ") and told.endswith("like an unadjusted 4:1 split.\n")
        assert len(told.splitlines()) == 1
    (line,) = here("batch", *files, "--out", str(out), *SMALL)[2].splitlines()
    assert line.endswith("unadjusted 4:1 split)")
    kept = json.loads((out / "summary.json").read_text())["warnings"]
    assert kept == {"AAA": [told.removeprefix("warning: ").strip()]}
    assert told.strip() in here("status", str(out))[1].splitlines()
    assert here("status", str(out), "-q") == (0, "", told)
    assert here("status", str(out), "-q", "--ignore", "AAA") == (0, "", "")
    assert json.loads(here("status", str(out), "--json")[1])["last"]["summary"]["warnings"] == kept
    split(files[0], at=60, times=4.0)  # adjusted by hand
    run_fake(files, out)
    assert here("status", str(out), "-q") == (0, "", "")


def test_many_warnings_are_ten_lines_and_a_count(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market(*(f"T{n}" for n in range(13))), tmp_path / "out"
    for path in files:
        split(path, at=40)
        split(path, at=70, times=1000)
    run_fake(files, out)
    for words in (("batch", *files, "--out", str(out), "-q", *SMALL), ("status", str(out), "-q")):
        told = here(*words)[2].splitlines()
        assert len(told) == 11 and all(line.endswith(" (1 more)") for line in told[:10])
        assert told[10].startswith("and 3 more ")
    assert len(json.loads((out / "summary.json").read_text())["warnings"]["T12"]) == 2


def test_a_jump_where_two_files_of_a_ticker_meet(here: Here, market: Market, tmp_path: Path) -> None:
    (path,), out = market("AAA"), tmp_path / "out"
    split(path, at=60)
    header, *rows = Path(path).read_text().splitlines()
    parts = [tmp_path / "a" / "AAA.csv", tmp_path / "b" / "AAA.csv"]
    for part, some in zip(parts, (rows[:60], rows[60:]), strict=True):
        part.parent.mkdir()
        part.write_text("\n".join([header, *some]) + "\n")
    assert "4:1 split" in run_fake([str(part) for part in parts], out)["warnings"]["AAA"][0]


def test_a_last_price_far_off_fails_its_ticker_only(here: Here, market: Market, tmp_path: Path) -> None:
    files, out = market("AAA", "BBB"), tmp_path / "out"
    run_fake(files, out)
    split(files[1], at=119, times=100)
    words = ("batch", *files, "--out", str(out), "-q", *SMALL)
    code, _, told = here(*words)
    assert code == 3 and "1 of 2 tickers failed: 1 × BBB: the last price, " in told
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["unchanged"], summary["forecasts"], summary["earlier"]) == (1, 2, 1)
    assert "--allow-last-jump" in summary["failures"][0]["remedy"]
    plan = here(*words, "--allow-last-jump", "--dry-run")[1]
    assert "forecast BBB" in plan or "train    BBB" in plan


def test_only_and_exclude_of_one_ticker_are_named_as_they_are(here: Here, market: Market) -> None:
    words = ("batch", *market("AAA", "BBB"), "--out", "b")
    for flag in ("--only", "--ticker"):
        code, _, told = here(*words, flag, "AAA", "--exclude", "AAA")
        assert code == 2 and told.startswith(f"Error: {flag} and --exclude both name 'AAA'.")


def test_a_batchs_page_draws_its_prices(here: Here, market: Market, tmp_path: Path) -> None:
    files, out, page = market("AAA", "BBB"), tmp_path / "out", tmp_path / "page.html"
    run_fake(files, out)
    words = ("--out", str(out), "--report", str(page), "-q")
    assert here("batch", *files, *words, *SMALL) == (0, "", "")
    drawn = page.read_text()
    assert "All tickers, the most surprising first" in drawn and drawn.count("half bands") == 2
    Path(files[1]).write_text("date,price\n2024-01-02,x\n")
    assert here("batch", *files, *words, *SMALL)[0] == 3
    assert page.read_text().count("half bands") == 1


def test_a_page_without_prices_knows_no_order(here: Here, market: Market, tmp_path: Path) -> None:
    files, out, page = market("AAA", "BBB"), tmp_path / "out", tmp_path / "page.html"
    run_fake(files, out)
    assert here("report", str(out), "--out", str(page), "-q")[0] == 0
    assert ">All tickers</h2>" in page.read_text() and "most surprising" not in page.read_text()
