"""The contract as Python source for `chatrooms.client`: its row types, and a method for each command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from textwrap import fill, indent
from typing import Any

from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.limits import default
from chatrooms.doors.docs.python_types import annotation, is_optional
from chatrooms.doors.docs.schemas import Schema, Schemas, references
from chatrooms.pipeline.commands import Command

NAMES = {
    "message.delete": "delete",
    "message.edit": "edit",
    "message.pin": "pin",
    "message.unpin": "unpin",
    "presence.watch": "watch",
    "read.mark": "mark_read",
    "room.archive": "archive",
    "room.close": "close_conversation",
    "room.create": "create",
    "room.invite": "invite",
    "room.join": "join",
    "room.leave": "leave",
    "room.list": "joinable",
    "room.members": "members",
    "room.pins": "pins",
    "room.remove": "remove",
    "room.update": "update",
    "session.list": "sessions",
    "session.revoke": "revoke",
    "user.get": "user",
    "user.list": "users",
    "user.me": "me",
    "user.update": "update_me",
}
"""Methods with a short name. Any other is called like its command: ``room_close`` runs ``room.close``."""

BY_HAND = frozenset({"message.post", "sync"})
"""Commands that the client runs by its outbox and its catch-up."""

ROWS = '''\
"""The rows and results of the wire contract. Times are ISO 8601, UTC, with milliseconds.

Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict, overload

'''

TABLES = '''
class Tables:
    """The rows of a change, by table."""

    tables: Mapping[str, list[Any]]

{overloads}
    @overload
    def rows(self, table: str) -> list[Any]: ...
    def rows(self, table: str) -> list[Any]:
        """Return the rows of a table, none if it did not change."""
        return self.tables.get(table, [])
'''

COMMANDS = '''\
"""The commands of the wire contract as methods.

Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

from chatrooms.client.rows import ({types})


class Commands(ABC):
    """Each command as a method that returns the main field of its result, or for a page all of it.

    A room is ``#lobby`` (the ``#`` of a shared room may be left out where only those make sense), a conversation such
    as ``alice+bob``, another person's username for the conversation with them, or your own for your own room. Ids are
    UUIDs. What is left out, or None, is not sent. All raise `Refused`, or `Unanswered` when the connection is lost
    before the answer comes.
    """

    @abstractmethod
    async def run(self, command: str, /, **params: Any) -> Any:
        """Run any command and return its result."""

    @abstractmethod
    async def _room_of(self, room: str) -> str:
        """Return the room that is meant: for the username of another person the conversation with them."""

'''


def rows(contract: Contract) -> str:
    """Return the source of ``rows.py``, unformatted."""
    types = [_type(name, kind) for name, kind in _types(contract).items()]
    return "\n\n".join([ROWS, *types, _tables(contract)])


def commands(contract: Contract) -> str:
    """Return the source of ``commands.py``, unformatted."""
    methods = [_method(command, contract) for command in _commands(contract)]
    body = indent("\n".join(methods), "    ")
    return COMMANDS.replace("{types}", ", ".join(_types(contract))) + body


def method_name(command: str) -> str:
    """Return the name of the method that runs a command."""
    return NAMES.get(command, command.replace(".", "_"))


def _commands(contract: Contract) -> list[Command[Any]]:
    return [command for command in contract.commands if command.name not in BY_HAND]


def _types(contract: Contract) -> Schemas:
    """Return the types of results, save for empty ones, and of all rows in them and in a change."""
    results = {command.result.__name__: contract.result(command) for command in _commands(contract)}
    types = {name: result for name, result in results.items() if result["properties"]}
    for inside in [contract.rows["Change"], *types.values()]:
        types |= {name: contract.rows[name] for name in references(inside, contract.rows)}
    return dict(sorted(types.items()))


def _type(name: str, kind: Schema) -> str:
    if "properties" not in kind:
        return f"{name} = {annotation(kind)}\n{_docstring(kind['description'])}\n"
    return "\n".join([f"class {name}(TypedDict):", indent("\n".join(_fields(kind)), "    "), ""])


def _fields(kind: Schema) -> Iterator[str]:
    yield _docstring(kind["description"]) + "\n"
    for key, field in kind["properties"].items():
        known = annotation(field)
        yield f"{key}: {known if key in kind.get('required', ()) else f'NotRequired[{known}]'}"
        if "description" in field:
            yield _docstring(field["description"])


def _tables(contract: Contract) -> str:
    """Return the base class of the client's `Change`, which knows the type of each table's rows."""
    fields = contract.rows["Change"]["properties"]
    overloads = [
        f'@overload\ndef rows(self, table: Literal["{table}"]) -> {annotation(field)}: ...'
        for table, field in fields.items()
        if field.get("type") == "array"
    ]
    return TABLES.replace("{overloads}", indent("\n".join(overloads), "    "))


def _method(command: Command[Any], contract: Contract) -> str:
    fields = contract.params(command).get("properties", {})
    result = contract.result(command)["properties"]
    signature = ", ".join(["self", *_parameters(contract.params(command))])
    return "\n".join(
        [
            f"async def {method_name(command.name)}({signature}) -> {_returned(command, result)}:",
            indent(_docstring(_described(command, fields)), "    "),
            indent(_call(command, fields, result), "    "),
            "",
        ]
    )


def _returned(command: Command[Any], result: Schemas) -> str:
    """Return the type that a method returns: a page is a result with ``more``, the main field of any other the first.

    So a field that is added to a result later does not change what the method returns.
    """
    if not result:
        return "None"
    return command.result.__name__ if "more" in result else annotation(next(iter(result.values())))


def _parameters(params: Schema) -> Iterator[str]:
    """Yield the parameters of a method; of several optional ones each has to be named."""
    required = params.get("required", [])
    optional = {name: field for name, field in params.get("properties", {}).items() if name not in required}
    for name in required:
        yield f"{name}: {annotation(params['properties'][name], given=True)}"
    if len(optional) > 1:
        yield "*"
    for name, field in optional.items():
        known = annotation(field, given=True)
        yield f"{name}: {known if is_optional(known) else f'{known} | None'} = None"


def _call(command: Command[Any], fields: Schemas, result: Schemas) -> str:
    given = [f"{name}={_argument(name, field)}" for name, field in fields.items()]
    run = f"await self.run({', '.join([repr(command.name), *given])})"
    if not result:
        return run
    returned = "result" if "more" in result else f"result[{next(iter(result))!r}]"
    return f"result: {command.result.__name__} = {run}\nreturn {returned}"


def _argument(name: str, field: Schema) -> str:
    return f"await self._room_of({name})" if (name, field.get("format")) == ("room", "room") else name


def _described(command: Command[Any], fields: Schemas) -> str:
    """Return what a method does and takes; names and ids are described once, in the class."""
    params = [f"- ``{name}``: {_meaning(field)}" for name, field in fields.items() if "format" not in field]
    return "\n\n".join(filter(None, [command.doc, "\n".join(params)]))


def _meaning(field: Schema) -> str:
    known: str = field.get("description", "")
    left_out = default(field)
    return f"{known.removesuffix('.')} ({left_out})." if left_out else known


def _docstring(text: str) -> str:
    """Return a docstring, its lines as long as they may be four spaces in, with code in double backticks."""
    marked = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", cleandoc(text))
    paragraphs = ["\n".join(map(_wrapped, _items(paragraph))) for paragraph in marked.split("\n\n")]
    whole = "\n\n".join(paragraphs)
    return f'"""{whole}\n"""' if "\n" in whole else f'"""{whole}"""'


def _items(paragraph: str) -> list[str]:
    return paragraph.split("\n") if paragraph.startswith("- ") else [paragraph]


def _wrapped(text: str) -> str:
    return fill(" ".join(text.split()), 106, subsequent_indent="  " if text.startswith("- ") else "")
