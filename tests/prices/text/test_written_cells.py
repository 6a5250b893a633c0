"""Names in written tables: they act nowhere, tame ones stand as they are, and each is had back."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_forecast.prices.text.written_cells import unwritten, written

TAME = (
    *("AAPL", "^GSPC", "BRK.B", "BF/B", "EURUSD=X", "000001.SZ", "Deutsche Bank", "Ünïcode", "株", "NA"),
    *("", "a-b", "x@y", "L'Oréal", 'say "D"', "B,C", "$SPX", "#1", "_x", "[/]", "100%", "é", "Ⅳ"),
)
SIGNS = [c for c in map(chr, range(0x20000)) if unicodedata.normalize("NFKC", c)[:1] in tuple("=+-@−")]
QUOTES = "\"'“”„‘’«»`´"
ODD = st.lists(
    st.sampled_from(
        [
            "'",
            '"',
            "\\",
            ";",
            "=",
            "＝",
            " ",
            "\u00a0",
            "\t",
            "\r\n",
            "\x1b",
            "\0",
            "\u202e",
            "\ud800",
            "\\u{",
            "3b}",
            "}",
            "a",
        ]
    )
).map("".join)
NAMES = st.text(st.characters(), max_size=8) | ODD


@pytest.mark.parametrize("name", TAME)
def test_tame_names_stand_as_they_are(name: str) -> None:
    assert written(name) == unwritten(name) == name


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=q", "'=q"), ("'=q", "''=q"), ("''", "'''"), ("-rf", "'-rf"), ("＝cmd()", "'＝cmd()"),
        (" =1", "' =1"), ('"=1', "'\"=1"), ("a;=1", "a\\u{3b}=1"), ("\t=1", "\\u{9}=1"),
        ("a\\b", "a\\u{5c}b"),
        ("\x1b[31m\a", "\\u{1b}[31m\\u{7}"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u202ex", "\\u{202e}x"),
        ("a\u037e=", "a\\u{37e}="), ("\udcff", "\\u{dcff}"), ("\U000e0041", "\\u{e0041}"),
    ],
)  # fmt: skip
def test_what_would_act_is_made_harmless(name: str, cell: str) -> None:
    assert written(name) == cell
    assert unwritten(cell) == name


@given(NAMES)
@example("'")
@example("\\u{3b}")
def test_a_name_is_had_back_by_the_rule_that_the_page_states(name: str) -> None:
    cell = written(name)
    assert unwritten(cell) == name
    # what docs/FILES.md gives to a user's script
    bare = cell.removeprefix("'")
    assert re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), bare) == name


@given(NAMES)
def test_no_cell_acts(name: str) -> None:
    cell = written(name)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in cell)
    assert ";" not in unicodedata.normalize("NFKC", cell)
    bare = cell if cell.startswith("'") else "".join(c for c in cell if not c.isspace() and c not in QUOTES)
    assert not unicodedata.normalize("NFKC", bare).startswith(tuple("=+-@−"))
    cell.encode()


@pytest.mark.parametrize("before", ["", " ", '"', "\u3000", "\u200b", "\ufeff", "a;", "a\t", "\n"])
def test_every_shape_of_a_sign_is_held_back(before: str) -> None:
    assert "＝" in SIGNS and "⁻" in SIGNS and "﹢" in SIGNS
    for sign in SIGNS:
        name = f"{before}{sign}1+1"
        cell = written(name)
        assert cell.startswith("'") or re.match(r"a?\\u\{", cell), name
        assert unwritten(cell) == name


@pytest.mark.parametrize(
    "cell", ["=q", "'q", "a;b", "a\\b", "\\u{61}", "\\u{3B}", "\\u{110000}", "\x1b", "\\u{03b}"]
)
def test_a_cell_that_was_made_of_no_name_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="is no name as prepare writes it"):
        unwritten(cell)
