"""A refusal of a command names a field that the command declares, or none: a form shows it there.

The fields are those that the code can name, found by following its calls from the permission, the locks and the body.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from types import FunctionType
from typing import Any, NamedTuple, get_type_hints

import pytest

from chatrooms.errors import Refusal
from chatrooms.pipeline.commands import Command
from tests.direct import CONTRACT, DECLARED

Named = frozenset[tuple[type[Refusal], str]]
"""The refusals that a function can raise, each with the field that it names."""
NEVER = {"session.password": {"invite"}}
"""What a command would name only if it were given what it does not take: an invitation."""


class Scope(NamedTuple):
    """Where a name is looked up: a function, what it was given as ``field``, and the types of its parameters."""

    function: FunctionType
    field: str | None
    types: dict[str, Any]

    def value(self, node: ast.AST) -> Any:
        """Return what an expression stands for: a function, a class, a module, an instance's type; or None."""
        match node:
            case ast.Name(id=name):
                return self.types.get(name) or self.function.__globals__.get(name)
            case ast.Attribute(value=of, attr=name):
                return inspect.getattr_static(self.value(of), name, None)
        return None

    def given(self, node: ast.AST | None) -> str | None:
        """Return the field that an argument names, if it is known."""
        match node:
            case ast.Constant(value=str(name)):
                return name
            case ast.Name(id="field"):
                return self.field
        return None


def ours(found: Any) -> FunctionType | None:
    """Return a function of the chat."""
    found = getattr(found, "__func__", found)
    return found if isinstance(found, FunctionType) and found.__module__.startswith("chatrooms.") else None


@cache
def body_of(function: FunctionType) -> list[ast.stmt]:
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body


@cache
def types_of(function: FunctionType) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except NameError:  # an import for types alone
        return {}


_found: dict[tuple[FunctionType, str | None], Named] = {}


def named_by(function: FunctionType, field: str | None = None) -> Named:
    """Return what a function can raise that is given ``field``, or its default."""
    default = inspect.signature(function).parameters.get("field")
    if field is None and default is not None and isinstance(default.default, str):
        field = default.default
    key = function, field
    if key not in _found:
        _found[key] = frozenset()  # while it is followed
        scope = Scope(function, field, types_of(function))
        _found[key] = frozenset(each for node in body_of(function) for each in raised(node, scope))
    return _found[key]


def raised(node: ast.AST, scope: Scope) -> Iterator[tuple[type[Refusal], str]]:
    """Yield what a piece of a function can raise."""
    match node:
        case ast.Try():
            inside = [each for part in node.body for each in raised(part, scope)]
            caught = tuple(each for handler in node.handlers for each in handled(handler, scope))
            yield from (each for each in inside if not issubclass(each[0], caught))
            for part in (*node.handlers, *node.orelse, *node.finalbody):
                yield from raised(part, scope)
            return
        case ast.With():
            inside = [each for part in node.body for each in raised(part, scope)]
            caught = tuple(each for item in node.items for each in suppressed(item.context_expr, scope))
            yield from (each for each in inside if not issubclass(each[0], caught))
            return
        case ast.Call():
            yield from called(node, scope)
        case ast.Name() | ast.Attribute() if function := ours(scope.value(node)):
            yield from named_by(function)
            return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Call) and child is node.func):
            yield from raised(child, scope)


def handled(handler: ast.ExceptHandler, scope: Scope) -> Iterator[type[BaseException]]:
    """Yield what a handler catches and does not raise again."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    if not any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler)):
        yield from (value for each in types if each and isinstance(value := scope.value(each), type))


def suppressed(node: ast.expr, scope: Scope) -> Iterator[type[BaseException]]:
    """Yield what a block catches that begins with this."""
    if isinstance(node, ast.Call) and scope.value(node.func) is suppress:
        yield from map(scope.value, node.args)


def called(node: ast.Call, scope: Scope) -> Iterator[tuple[type[Refusal], str]]:
    """Yield what a call can raise: the refusal itself, or what the function called can."""
    callee, arguments = scope.value(node.func), node.args
    if callee is partial and arguments:
        callee, *arguments = scope.value(arguments[0]), *arguments[1:]
    keywords = {each.arg: each.value for each in node.keywords}
    if isinstance(callee, type) and issubclass(callee, Refusal):
        if field := scope.given(keywords.get("field")):
            yield callee, field
    elif function := ours(callee):
        names = list(inspect.signature(function).parameters)
        at = names.index("field") if "field" in names else len(arguments)
        yield from named_by(
            function, scope.given(keywords.get("field", arguments[at] if at < len(arguments) else None))
        )


def fields(command: Command[Any]) -> set[str]:
    """Return the fields that a command can name, beside those that parsing names."""
    return {field for part in (command.may, command.locks, command.body) for _, field in named_by(part)}


@pytest.mark.parametrize("command", CONTRACT.all, ids=lambda command: command.name)
def test_a_command_names_no_field_that_it_does_not_declare(command):
    assert fields(command) - command.params.model_fields.keys() == NEVER.get(command.name, set())


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "signal": {"to"},
        "invite.accept": {"code"},
        "applicant.approve": {"id"},
        "password.set": {"password", "current"},
        "user.restore": {"username", "password"},
    }.items(),
)
def test_what_commands_name_is_found(name, expected):
    assert fields(DECLARED[name]) == expected
