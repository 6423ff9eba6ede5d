"""Prints the wire contract as TypeScript declarations: ``python -m chatrooms.doors.docs.typescript``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from chatrooms.doors.docs import schemas
from chatrooms.doors.docs.events import EVENTS
from chatrooms.doors.docs.notation import members, notation
from chatrooms.doors.docs.shapes import Schema
from chatrooms.pipeline.commands import Command

HEAD = """\
/**
 * The wire contract: the rows, the commands with their parameters and results, the events.
 * Made by `python -m chatrooms.doors.docs.typescript > static/js/wire.d.ts`: change the commands, not this file.
 */
"""

TAIL = """\
export type Role = Member["role"];
export type Tables = Omit<Change, "room" | "rev">;

/** A refusal; the client adds codes of its own, such as `offline`. */
export type WireError = { code: ErrorCode | (string & {}); message: string; details?: Details };
export type Answer<R> = { ok: true; result: R } | { ok: false; error: WireError };

export type CommandName = keyof Commands;
export type Params<C extends CommandName> = Commands[C]["params"];
export type Result<C extends CommandName> = Commands[C]["result"];
"""


def declarations() -> str:
    """The text of ``wire.d.ts``."""
    rows = [_interface(name, schema) for name, schema in schemas.rows().items() if name != "Error"]
    return "\n".join([HEAD, *rows, _error_codes(), _events(), _commands(), TAIL])


def _interface(name: str, schema: Schema) -> str:
    extra = ["  [other: string]: any;"] if name == "Details" else []
    body = [*(f"  {line};" for line in members(schema)), *extra]
    return "\n".join([_comment(schema["description"]), f"export interface {name} {{", *body, "}", ""])


def _error_codes() -> str:
    return "\n".join(["export type ErrorCode =", *(f'  | "{code}"' for code in schemas.codes())]) + ";\n"


def _events() -> str:
    body = [f"  {event}: {payload.__name__};" for event, payload in EVENTS.items()]
    return "\n".join(["export interface Events {", *body, "}", ""])


def _commands() -> str:
    body = [line for command in schemas.commands() for line in _command(command)]
    return "\n".join(["export interface Commands {", *body, "}", ""])


def _command(command: Command[Any]) -> Iterator[str]:
    key = command.name if command.name.isidentifier() else f'"{command.name}"'
    yield f"  {_comment(command.doc)}"
    yield f"  {key}: {{"
    yield f"    params: {notation(schemas.params(command))};"
    yield f"    result: {notation(schemas.result(command))};"
    yield "  };"


def _comment(doc: str) -> str:
    return f"/** {schemas.first_sentence(doc).replace('``', '`').replace('*/', '* /')} */"


if __name__ == "__main__":
    import_module("chatrooms.app")  # declares the commands; by name, as the documents know nothing of what they are for
    sys.stdout.write(declarations())
