"""Every shape that crosses the wire, by name: rows, events, each command's parameters and result."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from chatrooms.doors.docs.events import EVENTS, ConnectError, Error
from chatrooms.doors.docs.meanings import meaning
from chatrooms.doors.docs.shapes import Schema, Schemas, fields, given, ref, shape
from chatrooms.errors import Refusal, refusals
from chatrooms.features import FEATURES
from chatrooms.identity import tokens
from chatrooms.identity.gate import Joining, Payload
from chatrooms.pipeline.commands import Command

OK: Schema = {
    "type": "object",
    "description": "It went well.",
    "properties": {"ok": {"const": True}},
    "required": ["ok"],
}


@cache
def components() -> Schemas:
    """All named schemas; made once, so all commands have to be declared before."""
    named: Schemas = {}
    for typed in (*EVENTS.values(), Error, ConnectError):
        shape(typed, named)
    for owner in ("Error", "RefusedConnection"):
        named[owner]["properties"]["code"]["enum"] = codes()
    named |= {"Refused": _refused(), "Ok": OK, "Handshake": given(Payload), "Joining": given(Joining)}
    for command in commands():
        named[pascal(command.name) + "Params"] = given(command.params)
        named[pascal(command.name) + "Result"] = fields(command.result, named)
    for part in (part for feature in FEATURES for part in feature.parts):
        named["Message"]["properties"][part.name] = shape(part.type, named) | {"description": part.doc}
        named["Message"]["required"].append(part.name)
    for name, schema in named.items():
        _explain(name, schema)
    return dict(sorted(named.items()))


def rows() -> Schemas:
    """The named schemas that are neither parameters nor results: rows, and what events are made of."""
    own = {pascal(command.name) + part for command in commands() for part in ("Params", "Result")}
    doors = {"Ok", "Refused", "Handshake", "Joining", "RefusedConnection", "ConnectError"}
    return {name: schema for name, schema in components().items() if name not in own | doors}


def commands() -> list[Command[Any]]:
    """Every declared command, by name."""
    declared = [command for feature in (*FEATURES, tokens.feature(0)) for command in feature.commands]
    return sorted(declared, key=lambda command: command.name)


def groups() -> dict[str, list[Command[Any]]]:
    """The commands by their first word."""
    return {word: list(group) for word, group in groupby(commands(), lambda c: first_word(c.name))}


def codes() -> list[str]:
    """Every code that a refusal can have."""
    return [refusal.code for refusal in by_status()]


def by_status() -> list[type[Refusal]]:
    """Every refusal, by HTTP status."""
    return sorted(refusals(), key=lambda refusal: refusal.status)


def params(command: Command[Any]) -> Schema:
    """The parameters of a command."""
    return components()[pascal(command.name) + "Params"]


def result(command: Command[Any]) -> Schema:
    """The result of a command."""
    return components()[pascal(command.name) + "Result"]


def answered(result: Schema) -> Schema:
    """The answer of both doors when all went well."""
    return {
        "type": "object",
        "properties": {"ok": {"const": True}, "result": result},
        "required": ["ok", "result"],
    }


def pascal(command: str) -> str:
    """``message.post`` as ``MessagePost``."""
    return "".join(word.capitalize() for word in command.split("."))


def first_word(command: str) -> str:
    """What a command is about."""
    return command.split(".", maxsplit=1)[0]


def first_sentence(doc: str) -> str:
    """The beginning of a docstring, in one line."""
    return " ".join(doc.split("\n\n", maxsplit=1)[0].split()).split(". ")[0].rstrip(".") + "."


def _refused() -> Schema:
    return {
        "type": "object",
        "description": "It was refused.",
        "properties": {"ok": {"const": False}, "error": ref("Error")},
        "required": ["ok", "error"],
    }


def _explain(owner: str, schema: Schema) -> None:
    for key, field in schema.get("properties", {}).items():
        known = meaning(owner, key)
        if known and "$ref" not in field:
            field["description"] = known
