"""Objects are complete when made: what they call back is given to the constructor, or registered by a method."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatrooms

PACKAGE = Path(chatrooms.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "wire")


def late_callbacks(source: str) -> Iterator[str]:
    """Yield the assignments of a function to an attribute of another object than ``self``."""
    tree = ast.parse(source)
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
            if any(_of_another(target) and _callable(value, functions) for target, value in pairs):
                yield ast.unparse(node)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what is assigned to what; of a tuple each."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _of_another(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and ast.unparse(target.value) != "self"


def _callable(value: ast.expr, functions: set[str]) -> bool:
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "partial":
        value = value.args[0]
    named = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return isinstance(value, ast.Lambda) or named in functions


@pytest.mark.slow
def test_no_callback_is_assigned_to_a_finished_object():
    assert {path: found for path in FILES if (found := list(late_callbacks(path.read_text())))} == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("server.heard = self.hear", True),
        ("self.server.heard = hear", True),
        ("server.heard = lambda: None", True),
        ("server.heard, server.name = hear, 1", True),
        ("server.heard = partial(hear, 1)", True),
        ("self.heard = hear", False),
        ("server.heard = partial(1)", False),
        ("job.result = 1", False),
        ("server.on_heard(hear)", False),
    ],
)
def test_the_rule_finds_what_it_is_about(line, found):
    assert bool(list(late_callbacks(f"def hear(): ...\n{line}"))) == found
