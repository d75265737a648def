"""The house's rules about who may import whom, read off the import statements of every module."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "core", "jobs", "web", "migrations")
FEATURES = frozenset(path.parent.name for path in (ROOT / "core").glob("*/models.py"))
MAY_IMPORT = {
    "core": {"core"},
    "bot": {"bot", "core"},
    "jobs": {"jobs", "core", "bot.notices"},
    "web": {"web", "core"},
    "migrations": {"migrations", "core"},
}
HOMES_OF_LIBRARIES = {
    "sqlalchemy": ("core", "migrations"),
    "telegram": ("bot", "core.telegram"),
    "rq": ("core.queue", "jobs"),
    "stripe": ("core.providers.payments",),
    "boto3": ("core.storage",),
    "aiosmtplib": ("core.providers.email_smtp",),
}
SANDBOX = "web.sandbox"
"""Stands for vendors; the product doesn't import it."""


@dataclass(frozen=True)
class Import:
    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[Import]:
    importer = module_name(path)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (Import(importer, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer} has a relative import"
            yield from (Import(importer, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return [found for room in ROOMS for path in (ROOT / room).rglob("*.py") for found in imports_of(path)]


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_rooms_import_only_what_they_may(imports: list[Import]) -> None:
    wrong = [
        str(found)
        for found in imports
        if found.imported.partition(".")[0] in ROOMS
        and not any(inside(found.imported, allowed) for allowed in MAY_IMPORT[found.importer.partition(".")[0]])
    ]
    assert wrong == []


def test_libraries_stay_where_they_belong(imports: list[Import]) -> None:
    wrong = [
        str(found)
        for found in imports
        for library, homes in HOMES_OF_LIBRARIES.items()
        if inside(found.imported, library) and not any(inside(found.importer, home) for home in homes)
    ]
    assert wrong == []


def test_only_the_models_of_the_own_feature_are_read_and_written(imports: list[Import]) -> None:
    """A feature may name another's states (StrEnums), and its tables as the types of what queries give: no more."""
    wrong = []
    for found in imports:
        importer, imported = found.importer.split("."), found.imported.split(".")
        across = importer[0] == "core" and imported[0] == "core" and imported[1] in FEATURES and importer[1] in FEATURES
        if (
            across
            and importer[1] != imported[1]
            and imported[2:3] == ["models"]
            and is_table(found.imported)
            and not is_only_a_type(imported[-1], tree_of(path_of(found.importer)))
        ):
            wrong.append(str(found))
    assert wrong == []


def path_of(module: str) -> Path:
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def is_only_a_type(name: str, tree: ast.Module) -> bool:
    """Whether a module uses a name in annotations only."""
    annotations: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            annotations.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            annotations.append(node.returns)
    return _uses(name, [tree]) == _uses(name, annotations)


def _uses(name: str, nodes: Iterable[ast.AST]) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for top in nodes for node in ast.walk(top))


def is_table(name: str) -> bool:
    path, _, cls = name.rpartition(".")
    tree = tree_of((ROOT / Path(*path.split("."))).with_suffix(".py"))
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls]
    return bool(found) and any(isinstance(base, ast.Name) and base.id == "Base" for base in found[0].bases)


def test_the_product_does_not_know_the_sandbox(imports: list[Import]) -> None:
    wrong = [str(found) for found in imports if inside(found.imported, SANDBOX) and not inside(found.importer, SANDBOX)]
    assert wrong == []


def test_modules_of_core_have_no_import_cycles(imports: list[Import]) -> None:
    modules = {module_name(path) for path in (ROOT / "core").rglob("*.py")}
    graph: dict[str, set[str]] = {module: set() for module in modules}
    for found in imports:
        if found.importer in graph and not guarded(found):
            target = found.imported if found.imported in modules else found.imported.rpartition(".")[0]
            if target in modules and target != found.importer:
                graph[found.importer].add(target)
    assert cycle_in(graph) == []


def guarded(found: Import) -> bool:
    """Imports for annotations only."""
    module = (ROOT / Path(*found.importer.split("."))).with_suffix(".py")
    for node in tree_of(module if module.exists() else module.with_suffix("") / "__init__.py").body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            inner = [child for child in ast.walk(node) if isinstance(child, ast.ImportFrom)]
            if any(f"{child.module}.{alias.name}" == found.imported for child in inner for alias in child.names):
                return True
    return False


def cycle_in(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(module: str, trail: list[str]) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        for target in sorted(graph[module]):
            if found := visit(target, [*trail, module]):
                return found
        done.add(module)
        return []

    for module in sorted(graph):
        if found := visit(module, []):
            return found
    return []
