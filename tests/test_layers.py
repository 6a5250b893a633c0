"""The shape of the house: who may import whom, how large a room may be, and what starting may load."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "rnn_forecast"

# From the bottom up: a module imports from its own folder and from folders that stand above it in this list,
# and every folder's docstring names those that it does import. The same list stands in docs/internals.
ORDER = (
    "words",
    "system",
    "prices/cells",
    "prices/fields",
    "prices/text",
    "prices/sources",
    "prices/calendar",
    "prices",
    "metrics",
    "windows",
    "intervals",
    "network",
    "network/training",
    "model",
    "forecasts",
    "exporting",
    "fitting",
    "scores/outcomes",
    "scores",
    "tuning",
    "schemas",
    "record",
    "report/markup",
    "report",
    "report/folders",
    "verbs/beside",
    "verbs/prepared",
    "verbs",
    "python",
    "batch/workers",
    "batch",
    "cli/terminal",
    "cli/options",
    "cli/messages",
    "cli/commands",
    "cli",
)
ANYBODYS = {
    "arrays",
    "errors",
    "exports",
    "recipe",
    "refusals",
    "seeds",
    "statistics",
}  # at the root: may be imported by all
MOST_AT_ROOT, MOST_IN_FOLDER, LONGEST = 9, 13, 350  # modules, and lines

# libraries that are heavy, or that only one part should know
ONLY_IN = {
    "keras": {"network/training"},
    "tensorflow": {"network/training"},
    "pandas": {"python"},  # who asks for a table has it
    "pydantic": {"recipe", "refusals", "model", "schemas"},
    "safetensors": {"model"},
    "distributed": {"batch/workers"},
    "exchange_calendars": {"prices/calendar"},
    "typer": {"cli", "cli/commands", "cli/options", "cli/terminal"},
    "rich": {"cli/messages", "cli/terminal"},
}
HEAVY = ("keras", "tensorflow", "pandas", "numpy", "rich", "pydantic", "pyarrow")

FILES = sorted(PACKAGE.rglob("*.py"))


def folder_of(module: str) -> str:
    """`rnn_forecast.prices.text.layout` → `prices/text`, as the folder itself; a root module stays one."""
    parts = module.split(".")[1:]
    while parts and not (PACKAGE / "/".join(parts)).is_dir():
        if len(parts) == 1:
            return parts[0]
        parts.pop()
    return "/".join(parts)


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> tuple[tuple[str, int], ...]:
    """Every module that a file imports, at its top or inside a function, in full, with the line."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} is a relative import"
            # `from rnn_forecast.system import files` imports rnn_forecast.system.files
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(path: Path) -> Iterator[tuple[str, int]]:
    """The folders and root modules that a file imports, with the line."""
    for module, line in imports(path):
        if module.startswith("rnn_forecast.") and not module.startswith("rnn_forecast.__"):
            yield folder_of(module), line


def is_face(path: Path) -> bool:
    return path.name in ("__init__.py", "__main__.py") and path.parent == PACKAGE


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    own = folder_of(module_of(path))
    if is_face(path):
        return
    if own in ANYBODYS:
        assert {other for other, _ in own_imports(path)} <= ANYBODYS
        return
    assert own in ORDER, f"rnn_forecast/{own} is in no layer: add it to ORDER in {Path(__file__).name}"
    below = {*ORDER[: ORDER.index(own) + 1], *ANYBODYS}
    for other, line in own_imports(path):
        assert other in below, f"{path.name}:{line}: {own} imports {other}, which stands above it"


@pytest.mark.parametrize("folder", ORDER)
def test_a_folder_says_what_it_imports(folder: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / folder / "__init__.py").read_text(encoding="utf-8")))
    said = re.search(r"Imports: ([^.]*)\.", docstring or "")
    assert said, f"{folder}/__init__.py does not say what it imports"
    found = {
        seen_from(folder, other)
        for path in (PACKAGE / folder).glob("*.py")
        for other, _ in own_imports(path)
        if other not in {folder, *ANYBODYS}
    }
    named = set(re.split(r",\s+", said[1])) - {"nothing of ours"}
    assert named == found


def seen_from(folder: str, other: str) -> str:
    """`prices/text` is `text` to its neighbours and `prices` to all others."""
    top, _, inner = other.partition("/")
    return inner or top if top == folder.partition("/")[0] else top


@pytest.mark.parametrize("folder", ORDER)
def test_a_folder_lists_its_rooms(folder: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / folder / "__init__.py").read_text(encoding="utf-8")))
    there = {p.name for p in (PACKAGE / folder).glob("*.py")} - {"__init__.py"}
    there |= {f"{p.parent.name}/" for p in (PACKAGE / folder).glob("*/__init__.py")}
    listed = set(re.findall(r"^(\S+\.py|\w+/)\s\s", docstring or "", re.MULTILINE))
    assert listed == {name if not name.endswith("_command.py") else "*_command.py" for name in there}


def test_no_module_is_in_a_circle() -> None:
    """Whole modules, not folders; names that a folder hands out count as the module that they live in."""
    graph: dict[str, set[str]] = {}
    known = {module_of(path) for path in FILES}
    for path in FILES:
        found = graph.setdefault(module_of(path), set())
        for module, _ in imports(path):
            home = module if module in known else module.rpartition(".")[0]
            if home in known and "__init__" not in home and not is_package(home):
                found.add(home)
    list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def is_package(module: str) -> bool:
    return (PACKAGE.parent / module.replace(".", "/")).is_dir()


def test_no_two_files_have_one_name() -> None:
    names = Counter(path.name for path in FILES)
    assert {name for name, times in names.items() if times > 1} <= {"__init__.py"}


def test_rooms_are_small() -> None:
    counts = Counter(path.parent for path in FILES)
    assert counts.pop(PACKAGE) <= MOST_AT_ROOT
    assert max(counts.values()) - 1 <= MOST_IN_FOLDER
    assert max(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES) <= LONGEST


def test_the_tests_mirror_the_tree() -> None:
    own = {"soak", "golden"}
    rooms = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")} - {"."}
    assert {room for room in rooms if room.partition("/")[0] not in own} <= set(ORDER)


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_where_it_belongs(library: str) -> None:
    users = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in FILES
        for module, line in imports(path)
        if module.split(".")[0] == library and folder_of(module_of(path)) not in ONLY_IN[library]
    }
    assert not users, f"only {', '.join(ONLY_IN[library]) or 'tests'} may import {library}"


@pytest.mark.parametrize("path", [p for p in FILES if "lazily(" in p.read_text(encoding="utf-8")])
def test_a_folder_hands_out_what_type_checkers_see(path: Path) -> None:
    if path.name != "__init__.py" or path.parent == PACKAGE:
        return
    module = __import__(module_of(path), fromlist=["__all__"])
    tree = ast.parse(path.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}  # type: ignore[attr-defined]
    assert sorted(seen) == sorted(module.__all__)
    for name, home in seen.items():
        assert getattr(module, name) is getattr(sys.modules[home], name)


def loaded_by(*modules: str) -> set[str]:
    """The heavy libraries that a fresh Python has loaded after importing `modules`."""
    program = f"import sys, {', '.join(modules)}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_libraries() -> None:
    assert loaded_by("rnn_forecast.cli.main") == set()


def test_a_series_is_had_without_pyarrow() -> None:
    program = "import sys; from rnn_forecast.prices import PriceSeries; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_nothing_but_the_training_loads_tensorflow() -> None:
    modules = [
        module_of(path)
        for path in FILES
        if not module_of(path).startswith("rnn_forecast.network.training") and path.name != "__main__.py"
    ]
    assert loaded_by(*modules).isdisjoint({"keras", "tensorflow", "pandas"})
