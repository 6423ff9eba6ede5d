"""What is defined at the top of a module is used there or by another module, or registered by a decorator."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import chatrooms

PACKAGE = Path(chatrooms.__file__).parent
GENERATED = {PACKAGE / "client" / name for name in ("commands.py", "rows.py")}
MIGRATIONS = PACKAGE / "storage" / "migrations" / "versions"
FOR_PYTEST = PACKAGE / "testing"
PATHS = [path for path in sorted(PACKAGE.rglob("*.py")) if MIGRATIONS not in path.parents]
HANDWRITTEN = [path for path in PATHS if path not in GENERATED and FOR_PYTEST not in path.parents]
OF_OTHERS = {
    ("chatrooms.outbox", "ddl"),
    ("chatrooms.outbox", "message"),
    ("chatrooms.outbox", "sql"),
    ("chatrooms.storage.migrations", "upgrade"),
}
"""What host applications call, and a test that compares the migrations with the tables."""

Name = tuple[str, str]
"""A module, and what it defines."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions and classes without decorators, and of constants, at the top of a module."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if not node.decorator_list:
                yield node.name
            case ast.Assign():
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def imported(tree: ast.Module) -> dict[str, set[str]]:
    """Return what a module imports: the names by which it knows something, and their paths, one in each function."""
    known: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        for each in node.names if isinstance(node, ast.ImportFrom | ast.Import) else ():
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            path = inside + each.name
            name = each.asname or each.name
            top = name.partition(".")[0]
            known.setdefault(top, set()).add(path if name == top else top)
    return known


def used(module: str, tree: ast.Module) -> Iterator[Name]:
    """Yield what a module uses: names of its own that it reads, what it imports, and what it reads of modules."""
    known = imported(tree)
    for path in chain.from_iterable(known.values()):
        yield path.rpartition(".")[0], path.rpartition(".")[2]
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Load()):
                yield module, node.id
            case ast.Attribute():
                top, *rest = ast.unparse(node).split(".")
                for path in known.get(top, ()):
                    parts = [*path.split("."), *rest]
                    yield from ((".".join(parts[:at]), parts[at]) for at in range(1, len(parts)))


def unused(sources: dict[str, str]) -> list[Name]:
    """Return what some modules define and none of them uses."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    found = {name for module, tree in trees.items() for name in used(module, tree)}
    return [
        (module, name)
        for module, tree in trees.items()
        for name in defined(tree)
        if (module, name) not in found and not name.startswith("__")
    ]


@pytest.fixture(scope="module")
def ours() -> list[Name]:
    return unused({module_of(path): path.read_text() for path in PATHS})


@pytest.mark.slow
def test_a_module_defines_nothing_that_nobody_uses(ours):
    handwritten = {module_of(path) for path in HANDWRITTEN}
    assert {name for name in ours if name[0] in handwritten} == OF_OTHERS


def test_what_nobody_uses_is_found_although_other_modules_have_the_same_names():
    one = "LEFT = 1\nKEPT = 2\nSHARED = 3\nlog = 1\n@on\ndef heard(): ...\ndef left(): return KEPT\nclass Left: ..."
    two = "from a import one\nfrom a.one import SHARED\nlog = 2\nprint(log, one.left)\nLeft = LEFT = SHARED"
    assert unused({"a.one": one, "a.two": two}) == [
        *(("a.one", name) for name in ("LEFT", "log", "Left")),
        *(("a.two", name) for name in ("Left", "LEFT")),
    ]
