"""The import rules, as sentences. Every import statement counts, also those inside functions."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "vtuber_studio"
ROOT = PACKAGE.name
TOP = 4  # the command line and the modules beside it: they see every floor
FLOORS = {
    "core": 0,
    "engine": 1,
    "artist": 1,
    "export": 1,
    "live": 1,
    "training": 2,
    "intake": 2,
    "importers": 2,
    "ui": 3,
}
CORE_MAY_IMPORT = {"numpy", "PIL", "msgspec", "platformdirs", ROOT}
HEAVY = {"PySide6", "shiboken6", "onnxruntime", "onnx", "torch", "cv2", "skia"}
MAX_LINES = 300


@dataclass(frozen=True)
class Import:
    """Module ``module`` (dotted, without the root) imports ``name`` (dotted) in ``line``."""

    module: str
    name: str
    line: int
    lazy: bool

    @property
    def library(self) -> str:
        return self.name.split(".")[0]

    def __str__(self) -> str:
        return f"{ROOT}.{self.module} line {self.line} imports {self.name}"


def _package(module: str) -> str:
    """The floor's package of a module of ours; a module beside the packages is its own."""
    return module.split(".")[0]


def _floor(module: str) -> int:
    return FLOORS.get(_package(module), TOP)


def _names(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """Dotted names that one node imports; ``from package import name`` may mean a module of that name."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            inside = [ROOT, *module.split(".")]
            kept = inside[: len(inside) - node.level + is_package]
            base = ".".join([*kept, base] if base else kept)
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__", "importorskip") and isinstance(node.args[0].value, str):
            yield node.args[0].value


def _walk(tree: ast.AST, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    for node in ast.iter_child_nodes(tree):
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield node, inside
        yield from _walk(node, inside)


def _modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts)] = path
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of every module."""
    found = []
    for module, path in _modules().items():
        name, is_package = module.removesuffix(".__init__"), path.name == "__init__.py"
        for node, lazy in _walk(ast.parse(path.read_text("utf-8"), str(path))):
            found += [
                Import(module, target, getattr(node, "lineno", 0), lazy) for target in _names(node, name, is_package)
            ]
    return tuple(found)


def _ours() -> Iterator[tuple[Import, str]]:
    """Imports of our own modules, with the imported package (empty: the root's own names)."""
    for entry in imports():
        if entry.library == ROOT and entry.name != f"{ROOT}.__version__":
            yield entry, entry.name.removeprefix(ROOT).removeprefix(".").split(".")[0]


def _none(broken: list[str]) -> None:
    assert not broken, "\n".join(broken)


def test_every_package_stands_on_a_floor() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages == set(FLOORS)


def test_the_floors_of_the_document_are_those_of_the_package() -> None:
    """Each module is named there, alone or by its folder's ``*.py``, and each name there is a module."""
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text("utf-8")
    block = text.partition("## 4. Floors")[2].partition(f"    {ROOT}/\n")[2].partition("\n    resources/")[0]
    named: set[str] = set()
    folder = ""
    for line in block.splitlines():
        if found := re.match(r" {6}(\w+)/", line):
            folder = f"{found[1]}/"
            line = line.removeprefix(f"      {folder}") if "/*.py" in line.split()[0] else line[6 + len(folder) :]
        elif re.match(r" {6}\S", line):
            folder = ""
        named |= {f"{folder}{name}".replace("//", "/") for name in re.findall(r"(?:\w+/)?(?:\w+|\*)\.py\b", line)}
    missing = [name for name in sorted(named) if not list(PACKAGE.glob(name))]
    assert not missing, f"named in the floors, but not there: {missing}"
    there = {path.relative_to(PACKAGE).as_posix() for path in _modules().values()}
    packages = {name for name in there if name.count("/") and name.endswith("/__init__.py")}
    unnamed = [name for name in sorted(there - named - packages) if f"{name.rpartition('/')[0]}/*.py" not in named]
    assert not unnamed, f"not named in the floors: {unnamed}"


def test_core_imports_only_the_standard_library_numpy_pillow_msgspec_and_platformdirs() -> None:
    allowed = CORE_MAY_IMPORT | set(sys.stdlib_module_names)
    _none([str(entry) for entry in imports() if _package(entry.module) == "core" and entry.library not in allowed])


def test_nothing_imports_upward() -> None:
    broken = []
    for entry, target in _ours():
        if _floor(entry.module) < FLOORS.get(target, TOP):
            broken.append(f"{entry}, a higher floor")
    _none(broken)


def test_siblings_on_a_floor_do_not_import_each_other() -> None:
    broken = []
    for entry, target in _ours():
        own = _package(entry.module)
        if own in FLOORS and target in FLOORS and own != target and FLOORS[own] == FLOORS[target]:
            broken.append(f"{entry}, a sibling")
    _none(broken)


def test_torch_appears_in_training_and_importers_alone() -> None:
    users = ("training", "importers")
    _none([str(entry) for entry in imports() if entry.library == "torch" and _package(entry.module) not in users])


@pytest.mark.parametrize("module", ["training.config", "training.launch"])
def test_what_starts_a_training_needs_no_torch(module: str) -> None:
    _none([str(entry) for entry in imports() if entry.module == module and entry.library in HEAVY])


def test_qt_appears_in_the_ui_alone() -> None:
    broken = [entry for entry in imports() if entry.library in ("PySide6", "shiboken6")]
    _none([str(entry) for entry in broken if FLOORS.get(_package(entry.module), TOP) < FLOORS["ui"]])


def test_skia_appears_in_the_artist_alone() -> None:
    broken = [entry for entry in imports() if entry.library == "skia" and _package(entry.module) in FLOORS]
    _none([str(entry) for entry in broken if _package(entry.module) != "artist"])


def test_onnxruntime_is_loaded_in_one_place() -> None:
    """The one that switches its telemetry off."""
    named = [entry for entry in imports() if entry.library == "onnxruntime" and entry.module != "engine.ort"]
    _none([str(entry) for entry in named if entry.line not in _type_checking_lines(entry.module)])


def test_windows_and_exporters_never_call_onnxruntime_themselves() -> None:
    """They reach it through the engine's renderer, or a render callable."""
    quiet = ("core", "artist", "export", "live", "ui")
    _none([str(entry) for entry in imports() if entry.library == "onnxruntime" and _package(entry.module) in quiet])


def test_the_command_line_imports_heavy_things_inside_functions() -> None:
    broken = []
    for entry in imports():
        if entry.module not in ("__init__", "__main__", "cli", "cli_train") or entry.lazy:
            continue
        own = entry.name.removeprefix(f"{ROOT}.").split(".")[0] if entry.library == ROOT else "core"
        if entry.library in HEAVY or FLOORS.get(own, 0) > 0:
            typing_only = _type_checking_lines(entry.module)
            broken += [str(entry)] if entry.line not in typing_only else []
    _none(broken)


def _type_checking_lines(module: str) -> set[int]:
    """Lines under ``if TYPE_CHECKING``: they are never run."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(_modules()[module].read_text("utf-8"))):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


@pytest.mark.parametrize(
    ("package", "never"),
    [
        ("core", HEAVY),
        ("engine", {"torch", "skia", "PySide6"}),
        ("ui", {"torch", "skia"}),
    ],
)
def test_importing_a_package_never_loads_what_it_does_not_need(package: str, never: set[str]) -> None:
    modules = [
        f"{ROOT}.{module.removesuffix('.__init__')}"
        for module in _modules()
        if _package(module) == package and not module.endswith("__main__")
    ]
    script = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*sorted({never!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], f"importing {ROOT}.{package} loads {done.stdout.strip()}"


def test_there_are_no_import_cycles() -> None:
    """Counted over whole modules; a lazy import that closes a cycle is a cycle."""
    modules = {module.removesuffix(".__init__"): module for module in _modules()}
    edges: dict[str, set[str]] = {name: set() for name in modules}
    for entry in imports():
        target = entry.name.removeprefix(f"{ROOT}.")
        while target and target not in modules:
            target = target.rpartition(".")[0]
        source = entry.module.removesuffix(".__init__")
        if entry.library == ROOT and target and target != source and _package(source) in FLOORS:
            edges[source].add(target)
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"import cycle: {' -> '.join((*path[path.index(name) :], name))}"
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())


def test_core_knows_no_name_of_the_starter() -> None:
    """What the starter's rows and materials are called stands in the artist's schema and in the bundle alone."""
    from vtuber_studio.artist import schema

    names = {row.name for row in schema.ATTRIBUTES + schema.MATERIALS if "_" in row.name or "." in row.name}
    for module, path in _modules().items():
        if _package(module) == "core":
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
            assert not names & texts, f"{ROOT}.{module} knows {sorted(names & texts)}"


def test_long_files_say_why() -> None:
    """Soft: a file over 300 lines gives a reason with the word "lines" in its docstring."""
    for module, path in _modules().items():
        text = path.read_text("utf-8")
        length = text.count("\n") + 1
        if length > MAX_LINES and "lines" not in (ast.get_docstring(ast.parse(text)) or ""):
            warnings.warn(f"{ROOT}.{module} has {length} lines and does not say why", stacklevel=1)
