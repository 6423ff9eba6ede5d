"""The committed generated files are current and complete."""

from __future__ import annotations

import ast
import inspect
import re
import typing

import pytest
from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.client import Change, Client, rows
from chatrooms.client.commands import REPEATABLE, Commands
from chatrooms.client.methods import Methods
from chatrooms.client.state_view import StateView
from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.generated import PAGE, contract, files
from chatrooms.doors.docs.python_client import BY_HAND, commands, method_name
from chatrooms.doors.docs.python_types import annotation
from chatrooms.doors.docs.typescript import declarations
from chatrooms.errors import refusals
from chatrooms.features import FEATURES
from chatrooms.pipeline.commands import Command, Params
from chatrooms.storage.synced import SYNCED
from chatrooms.types import AnyRoom, Id

CONTRACT = contract()
COMMANDS = {command.name: command for command in CONTRACT.commands}

OF_NAMES = {
    ("create-room.js", 48),
    ("custom-emoji.js", 20),
    ("groups.js", 64),
    ("manage-group.js", 64),
    ("name-field.js", 64),
    ("service-keys.js", 1000),
    ("sign-in.js", 64),
}
"""The fields for names, and lists of them: a name as somebody writes it can be longer than it is then."""


def test_the_committed_generated_files_are_current():
    for path, text in files().items():
        assert path.read_text() == text, f"{path.name}: run python -m chatrooms.doors.docs"


def test_a_field_of_the_page_takes_as_much_text_as_the_command():
    """So its length is in `lengths.js`; the type checker finds that of no command."""
    found = {
        (path.name, int(most))
        for path in PAGE.rglob("*.js")
        for most in re.findall(r'maxlength="(\d+)"', path.read_text())
    }
    assert found == OF_NAMES


def test_every_command_and_refusal_is_in_the_typescript_declarations():
    text = declarations(CONTRACT)
    assert all(
        f'"{name}": {{' in text or f"  {name}: {{" in text for name in (command.name for command in CONTRACT.all)
    )
    assert all(f'  | "{refusal.code}"' in text for refusal in refusals())


@pytest.mark.parametrize("command", [command for name, command in COMMANDS.items() if name not in BY_HAND])
def test_every_command_is_a_method_of_the_python_client_with_its_parameters(command):
    method = getattr(Commands, method_name(command))
    given = inspect.signature(method).parameters
    assert set(given) - {"self"} == set(command.params.model_fields)
    required = {name for name, field in command.params.model_fields.items() if field.is_required()}
    assert {name for name, parameter in given.items() if parameter.default is parameter.empty} - {"self"} == required


def test_the_client_runs_by_hand_only_commands_that_exist():
    assert set(COMMANDS) >= BY_HAND


def test_the_client_repeats_the_commands_that_are_declared_as_repeatable():
    assert {name for name, command in COMMANDS.items() if command.repeatable} == REPEATABLE


def test_handwritten_methods_only_override_generated_ones_on_purpose():
    generated = {name for name in vars(Commands) if not name.startswith("_")}
    by_hand = {name for kind in (Client, StateView, Methods) for name in vars(kind)}
    assert generated & by_hand == {"run", "watch", "open_thread", "close_thread"}


def test_the_rows_of_each_table_of_a_change_have_their_type():
    types = {}
    for overload in typing.get_overloads(Change.rows):
        hints = typing.get_type_hints(overload, vars(rows))
        table = typing.get_args(hints["table"])[0] if hints["table"] is not str else "any other"
        types[table] = typing.get_args(hints["return"])[0]
    assert types.pop("any other") is typing.Any
    assert set(types) == set(SYNCED)
    for table, row in types.items():
        parts = {part.name for feature in FEATURES for part in feature.parts if table == "messages"}
        parts |= {column.name for column in SYNCED[table].computed}
        assert set(row.__annotations__) == {*SYNCED[table].columns, "rev"} | parts


class Where(Params):
    """A place."""

    id: Id = Field(description="The id of a door.")
    room: AnyRoom
    until: int = Field(5, description="The `seq` to end at.")


class Done(TypedDict):
    """Success."""


class Marked(TypedDict):
    """A position, and what it means."""

    seq: int
    unread: int


class Page(TypedDict):
    """Some of them."""

    names: list[str]
    more: bool


def generated(result: type) -> ast.AsyncFunctionDef:
    """Return the generated method of a new command with that result."""

    def body(act, p):
        """Close the `door` of a room.

        It opens again.
        """

    close = declared("door.close", result, body)
    [kind] = [node for node in ast.parse(commands(Contract([close]))).body if isinstance(node, ast.ClassDef)]
    assert isinstance(kind.body[-1], ast.AsyncFunctionDef)
    return kind.body[-1]


def declared(name: str, result: type, body, **how) -> Command:
    return Command(
        name, "change", Where, result, lambda _: None, body, lambda _db, _me, _p: (), "other", None, (), **how
    )


def test_a_new_command_becomes_a_method_with_the_last_word_of_its_name():
    method = generated(Done)
    assert method.name == "close"
    assert ast.unparse(method.args) == "self, id: str, room: str, until: int | None=None"
    assert ast.get_docstring(method) == (
        "Close the ``door`` of a room.\n\nIt opens again.\n\n"
        "- ``id``: The id of a door.\n- ``until``: The ``seq`` to end at (default ``5``)."
    )
    assert ast.unparse(method.body[-1]) == (
        "await self.run('door.close', id=id, room=await self._room_of(room), until=until)"
    )


def test_two_commands_cannot_have_the_same_method():
    def close(act, p):
        """Close it."""

    two = [declared(name, Done, close) for name in ("door.close", "window.close")]
    with pytest.raises(ValueError, match="the method close"):
        commands(Contract(two))
    assert "def close_window(" in commands(
        Contract([two[0], declared("window.close", Done, close, method="close_window")])
    )


def test_two_results_cannot_have_the_same_name():
    other = TypedDict("Marked", {"seq": int, "doors": int})  # noqa: UP013 - a second type of that name
    two = [declared(name, kind, lambda _act, _p: None) for name, kind in (("door.mark", Marked), ("door.see", other))]
    with pytest.raises(ValueError, match="two results are called Marked"):
        commands(Contract(two))
    assert commands(Contract(two[:1]))


@pytest.mark.parametrize(("result", "returned"), [(Done, "None"), (Marked, "int"), (Page, "Page")])
def test_a_method_returns_nothing_the_main_field_or_a_page(result, returned):
    assert ast.unparse(generated(result).returns) == returned


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"type": "string"}, "str"),
        ({}, "object"),
        ({"enum": ["a", "b"], "type": "string"}, "Literal['a', 'b']"),
        ({"anyOf": [{"$ref": "#/components/schemas/Room"}, {"type": "null"}]}, "Room | None"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, "list[list[int]]"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "dict[str, bool]"),
    ],
)
def test_a_schema_is_written_as_a_python_type(schema, written):
    assert annotation(schema) == written


def test_a_method_takes_any_sequence():
    assert annotation({"type": "array", "items": {"type": "string"}}, given=True) == "Sequence[str]"
