"""tools/mutants.py names what there is, its reasons are of lines that stand, the soak keeps its section."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rnn_forecast"


def loaded(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(path: Path) -> str:
    """Of a file, or of all below a folder, with a blank for each gap."""
    paths = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return " ".join(word for path in paths for word in path.read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    return loaded("tools/mutants.py", "mutants")


def test_the_modules_and_their_tests_are_there(mutants: ModuleType) -> None:
    for modules, tests in mutants.GROUPS.values():
        assert all(list(PACKAGE.glob(module)) for module in modules)
        assert all((ROOT / "tests" / test).exists() for test in tests)


def test_each_reason_is_of_a_line_that_stands(mutants: ModuleType) -> None:
    for one in mutants.reasons():
        text = text_of(PACKAGE / one.module)
        assert one.was in text, f"no line of {one.module or 'any'} has this: {one.was}"
        assert f"def {one.function.rpartition('.')[2]}" in text
        assert one.now != one.was
        assert one.why


def test_what_mutmut_shows_is_read(mutants: ModuleType) -> None:
    assert mutants.function_of("rnn_forecast.scores.outcomes.skill.x_enough__mutmut_12") == "enough"
    assert mutants.function_of("rnn_forecast.scores.outcomes.skill.xǁDailyǁadd__mutmut_1") == "Daily.add"
    diff = "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n def f(a, b):\n-    return a - b\n+    return a + b\n"
    assert mutants.changed(diff) == ("return a - b", "return a + b")
    known = mutants.Mutant("scores/outcomes/skill.py", "pesaran_timmermann", "return 1.0", "return 2.0")
    assert mutants.reason_of(known) is not None
    for other in ({"function": "pooled_direction"}, {"module": "statistics.py"}, {"now": "return 3.0"}):
        assert mutants.reason_of(known._replace(**other)) is None
    one = mutants.Mutant("a.py", "f", "return a | b", "return a & b")
    text, unexplained = mutants.section(Counter({"a.py": 50, "b.py": 0}), [one])
    assert unexplained == 1
    assert "| `a.py` | 50 | 1 | 2.0 |\n| all | 50 | 1 | 2.0 |" in text
    assert "| `a.py` | `f` | ``return a \\| b`` | ``return a & b`` | **open** |" in text


def test_the_soak_keeps_the_section(
    mutants: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])  # the soak puts its own folder first
    soak = loaded("tests/soak/__main__.py", "soak_main")
    page = tmp_path / "RELIABILITY.md"
    monkeypatch.setattr(soak, "PAGE", page)
    text, _ = mutants.section(Counter(), [])
    assert soak.page({}, {}).endswith("| ---: |\n")
    page.write_text(soak.page({}, {}) + f"\n{text}\n", encoding="utf-8")
    assert soak.page({}, {}).endswith(f"| ---: |\n\n{text}\n")
