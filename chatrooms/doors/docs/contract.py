"""The contract between a server and its clients: its commands, and the schema of everything they exchange."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

from chatrooms.doors.docs.own import Described
from chatrooms.doors.docs.schemas import Schema, Schemas, first_word, pascal, ref, schema
from chatrooms.errors import Error, Refusal, refusals
from chatrooms.events import EVENTS, ConnectError
from chatrooms.identity.handshake import Credentials
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.part import Part

OK: Schema = {
    "type": "object",
    "description": "Success.",
    "properties": {"ok": {"const": True}},
    "required": ["ok"],
}

REFUSED: Schema = {
    "type": "object",
    "description": "Failure.",
    "properties": {"ok": {"const": False}, "error": ref("Error")},
    "required": ["ok", "error"],
}


class Contract:
    """The contract of a server: its commands, parts of messages, and its application's own events.

    Schemas are generated on first use.
    """

    def __init__(
        self, commands: Iterable[Command[Any]], parts: Iterable[Part] = (), own: Sequence[Described] = ()
    ) -> None:
        declared = sorted(commands, key=lambda command: command.name)
        self.commands = [command for command in declared if command.kind != "entry"]
        """The commands of callers, which both doors serve."""
        self.entries = [command for command in declared if command.kind == "entry"]
        """The commands that run before there is a caller, which the HTTP door serves."""
        self.all = declared
        self.parts = tuple(parts)
        self.own = own

    @cached_property
    def rows(self) -> Schemas:
        """Return the schemas of all named types in results and events."""
        named: Schemas = {}
        for typed in (*EVENTS.values(), Error):
            named[typed.__name__] = schema(typed, named)
            named[typed.__name__].setdefault("description", inspect.getdoc(typed))  # early releases leave it out
        for command in self.all:
            schema(command.result, named)
        named["Error"]["properties"]["code"]["enum"] = codes()
        messages = [
            kind
            for kind in named.values()
            if named["Message"]["properties"].keys() <= kind.get("properties", {}).keys()
        ]
        for part in self.parts:
            for message in messages:
                _add(part, message, named)
        return dict(sorted(named.items()))

    @cached_property
    def components(self) -> Schemas:
        """Return all named schemas: rows, parameters, results, and the doors' own."""
        named = self.rows | {"Ok": OK, "Refused": REFUSED}
        named["Handshake"] = schema(Credentials, named)
        named["ConnectError"] = schema(ConnectError, named)
        named["RefusedConnection"]["properties"]["code"]["enum"] = codes()
        for event in self.own:
            named |= event.schemas
        for command in self.all:
            named[pascal(command.name) + "Params"] = schema(command.params, named)
            named[pascal(command.name) + "Result"] = schema(command.result, {})
        return dict(sorted(named.items()))

    def params(self, command: Command[Any]) -> Schema:
        """Return the schema of a command's parameters."""
        return self.components[pascal(command.name) + "Params"]

    def result(self, command: Command[Any]) -> Schema:
        """Return the schema of a command's result."""
        return self.components[pascal(command.name) + "Result"]

    def nouns(self) -> list[str]:
        """Return the first words of all commands, in order."""
        return [noun for noun, _ in groupby(self.all, lambda command: first_word(command.name))]


def _add(part: Part, message: Schema, named: Schemas) -> None:
    message["properties"][part.name] = schema(part.type, named) | {"description": part.doc}
    message["required"].append(part.name)


def codes() -> list[str]:
    """Return the codes of all refusals."""
    return [refusal.code for refusal in by_status()]


def by_status() -> list[type[Refusal]]:
    """Return all refusals, ordered by HTTP status."""
    return sorted(refusals(), key=lambda refusal: refusal.status)
