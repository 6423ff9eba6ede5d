"""The contract as TypeScript declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatrooms.doors.docs.contract import Contract, codes
from chatrooms.doors.docs.events import EVENTS
from chatrooms.doors.docs.notation import members, notation
from chatrooms.doors.docs.schemas import Schema, first_sentence
from chatrooms.pipeline.commands import Command

HEAD = """\
/**
 * The wire contract: the rows, the commands with their parameters and results, the events.
 * Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
 */
"""

TAIL = """\
export type Tables = Omit<Change, "room" | "rev">;

/** A refusal; the client adds codes of its own, such as `offline`. */
export type WireError = { code: ErrorCode | (string & {}); message: string; details?: Details };
export type Answer<R> = { ok: true; result: R } | { ok: false; error: WireError };

export type CommandName = keyof Commands;
export type Params<C extends CommandName> = Commands[C]["params"];
export type Result<C extends CommandName> = Commands[C]["result"];

/** What the HTTP door serves: the commands, and those that run before it is known who you are. */
export type Requests = Commands & Entries;
"""


def declarations(contract: Contract) -> str:
    """Return the text of ``wire.d.ts``."""
    rows = [_row(name, schema) for name, schema in contract.rows.items() if name != "Error"]
    commands = (_commands("Commands", contract.commands, contract), _commands("Entries", contract.entries, contract))
    return "\n".join([HEAD, *rows, _error_codes(), _events(), *commands, TAIL])


def _row(name: str, schema: Schema) -> str:
    comment = _comment(schema["description"])
    if "properties" not in schema:
        return f"{comment}\nexport type {name} = {notation(schema)};\n"
    extra = ["  [other: string]: any;"] if name == "Details" else []
    body = [*(f"  {line};" for line in members(schema)), *extra]
    return "\n".join([comment, f"export interface {name} {{", *body, "}", ""])


def _error_codes() -> str:
    return "\n".join(["export type ErrorCode =", *(f'  | "{code}"' for code in codes())]) + ";\n"


def _events() -> str:
    body = [f"  {event}: {payload.__name__};" for event, payload in EVENTS.items()]
    return "\n".join(["export interface Events {", *body, "}", ""])


def _commands(name: str, commands: Iterable[Command[Any]], contract: Contract) -> str:
    body = [line for command in commands for line in _command(command, contract)]
    return "\n".join([f"export interface {name} {{", *body, "}", ""])


def _command(command: Command[Any], contract: Contract) -> Iterator[str]:
    key = command.name if command.name.isidentifier() else f'"{command.name}"'
    yield f"  {_comment(command.doc)}"
    yield f"  {key}: {{"
    yield f"    params: {notation(contract.params(command))};"
    yield f"    result: {notation(contract.result(command))};"
    yield "  };"


def _comment(doc: str) -> str:
    return f"/** {first_sentence(doc).replace('``', '`').replace('*/', '* /')} */"
