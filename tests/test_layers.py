"""The shape of the package: who may import whom, and what starting the command line may load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "rnn_forecast"

# From the bottom up: a module imports only from layers below its own, or from its own as long as nothing
# there imports back. A folder counts as one module here. The same table stands in docs/ARCHITECTURE.md.
LAYERS = (
    ("arrays", "errors", "exports", "statistics"),
    ("system",),
    ("recipe",),
    ("prices",),
    ("metrics",),
    ("windows",),
    ("intervals",),
    ("network",),
    ("model",),
    ("forecasts",),
    ("fitting",),
    ("scores",),
    ("record",),
    ("verbs",),
    ("batch",),
    ("cli",),
)  # fmt: skip
LAYER_OF = {name: layer for layer, names in enumerate(LAYERS) for name in names}
TOP = len(LAYERS)  # `__init__` and `__main__` stand above all

# libraries that are heavy, or that only one part should know
ONLY_IN = {
    "keras": {"network"},
    "tensorflow": {"network"},
    "pandas": {"prices"},
    "pydantic": {"recipe", "model"},
    "safetensors": {"model"},
    "distributed": {"batch"},
    "typer": {"cli"},
    "rich": {"cli"},
}
HEAVY = ("keras", "tensorflow", "pandas", "numpy", "rich", "pydantic", "pyarrow")

FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The layer table's name of a file: `prices/series.py` belongs to `prices`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, at its top or inside a function, in full, with the line."""
    inside = ("rnn_forecast", *path.relative_to(PACKAGE).parts[:-1])  # the package that the file lies in
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else ()
            module = ".".join((*base, *((node.module,) if node.module else ())))
            # `from rnn_forecast import metrics` imports rnn_forecast.metrics
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(path: Path) -> Iterator[tuple[str, int]]:
    """The package's own modules that a file imports, by the table's names; not the file's own folder."""
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] == "rnn_forecast" and len(parts) > 1 and parts[1] != name_of(path):
            if parts[1] in LAYER_OF:
                yield parts[1], line
            elif not parts[1].startswith("__") and (PACKAGE / f"{parts[1]}.py").exists():
                pytest.fail(
                    f"{path.name}:{line} imports {parts[1]}: add it to LAYERS in {Path(__file__).name}"
                )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    name = name_of(path)
    if not name.startswith("__"):
        assert name in LAYER_OF, (
            f"rnn_forecast/{name} is in no layer: add it to LAYERS in {Path(__file__).name} "
            "and to the map in docs/ARCHITECTURE.md"
        )
    layer = LAYER_OF.get(name, TOP)
    for other, line in own_imports(path):
        assert LAYER_OF[other] <= layer, (
            f"{path.name}:{line}: {name} (layer {layer}) imports {other}, above it"
        )


def test_nothing_imports_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph.setdefault(name_of(path), set()).update(other for other, _ in own_imports(path))
    list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_where_it_belongs(library: str) -> None:
    users = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in FILES
        for module, line in imports(path)
        if module.split(".")[0] == library and name_of(path) not in ONLY_IN[library]
    }
    assert not users, f"only {', '.join(ONLY_IN[library])} may import {library}"


def loaded_by(*modules: str) -> set[str]:
    """The heavy libraries that a fresh Python has loaded after importing `modules`."""
    program = f"import sys, {', '.join(modules)}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.skipif(not (PACKAGE / "cli" / "__init__.py").exists(), reason="there is no command line yet")
def test_the_command_line_starts_without_heavy_libraries() -> None:
    assert loaded_by("rnn_forecast.cli") == set()


def test_nothing_but_the_network_loads_tensorflow() -> None:
    modules = [
        ".".join(("rnn_forecast", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in FILES
        if name_of(path) not in ("network", "__main__")
    ]
    assert loaded_by(*modules).isdisjoint({"keras", "tensorflow", "pandas"})
