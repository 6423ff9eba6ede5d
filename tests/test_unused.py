"""What is defined at the top of a module is used somewhere, or registered by a decorator."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatrooms

PACKAGE = Path(chatrooms.__file__).parent
GENERATED = {PACKAGE / "client" / name for name in ("commands.py", "rows.py")}
MIGRATIONS = PACKAGE / "storage" / "migrations" / "versions"
SOURCES = {path: path.read_text() for path in PACKAGE.rglob("*.py") if MIGRATIONS not in path.parents}
HANDWRITTEN = [path for path in SOURCES if path not in GENERATED]


def words(texts: Iterator[str]) -> Counter[str]:
    """Count how often each word occurs."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(re.findall(r"\w+", text))
    return counted


def defined(source: str) -> Iterator[str]:
    """Yield the names of functions and classes without decorators, and of constants, at the top of a module."""
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if not node.decorator_list:
                yield node.name
            case ast.Assign():
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def unused(source: str, used: Counter[str]) -> list[str]:
    """Return what a module defines that is mentioned once: where it is defined."""
    return [name for name in defined(source) if used[name] == 1 and not name.startswith("__")]


USED = words(iter(SOURCES.values()))


@pytest.mark.parametrize("path", HANDWRITTEN, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_defines_nothing_that_nobody_uses(path):
    assert unused(SOURCES[path], USED) == []


def test_what_nobody_uses_is_found():
    source = "LEFT = 1\nKEPT = 2\n@on\ndef heard(): ...\ndef left(): return KEPT\nclass Left: ..."
    assert unused(source, words(iter([source]))) == ["LEFT", "left", "Left"]
