"""The parts of the page that are made from the registry, the refusals and the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from chatrooms.doors.docs import schemas
from chatrooms.doors.docs.events import EVENTS
from chatrooms.doors.docs.limits import limits
from chatrooms.doors.docs.markup import article, code, inline, prose, section, table, typed
from chatrooms.doors.docs.meanings import meaning
from chatrooms.doors.docs.notation import notation
from chatrooms.doors.docs.schemas import pascal
from chatrooms.doors.docs.shapes import Schema
from chatrooms.pipeline.commands import Command
from chatrooms.settings import Settings


def row_anchors() -> dict[str, str]:
    """Where on the page each row is."""
    return {name: f"row-{name}" for name in schemas.rows()}


def anchors() -> dict[str, str]:
    """Where on the page each command and each row is."""
    return {command.name: f"command-{command.name}" for command in schemas.commands()} | row_anchors()


def commands() -> str:
    """Every command: what it does, takes and gives."""
    return section("commands", "Commands", *(_command(command) for command in schemas.commands()))


def events() -> str:
    """What the server sends by itself."""
    return section("events", "Events", *(_event(event) for event in EVENTS))


def rows() -> str:
    """What answers and events are made of."""
    told = {payload.__name__ for payload in EVENTS.values()}
    return section("rows", "Rows", *(_row(name, name) for name in schemas.rows() if name not in told))


def errors() -> str:
    """Every way in which something can be refused."""
    known = (
        (code(refusal.code), str(refusal.status), inline(refusal.__doc__ or "", anchors()))
        for refusal in schemas.by_status()
    )
    return section("errors", "Errors", prose(ERRORS), table(("Code", "Status", "Meaning"), known))


def settings() -> str:
    """Everything that an operator can set."""
    known = (
        (code(name), _default(field), inline(field.description or "")) for name, field in Settings.model_fields.items()
    )
    return section("settings", "Settings", prose(SETTINGS), table(("Setting", "Default", "Meaning"), known))


def _command(command: Command[Any]) -> str:
    said = schemas.result(command)
    return article(
        f"command-{command.name}",
        command.name,
        prose(command.doc, anchors()),
        _params(pascal(command.name) + "Params", schemas.params(command)),
        f"<p class=result><b>Result</b> {typed(notation(said), row_anchors())}</p>",
        prose(said["description"], anchors()) if "\n\n" in said["description"] else "",
        f'<p class=rate>Limited by <a href="#settings">{code(f"rate_{command.rate}")}</a></p>',
    )


def _params(owner: str, schema: Schema) -> str:
    fields = schema.get("properties", {})
    if not fields:
        return "<p class=none>No parameters.</p>"
    headers = ("Parameter", "Type", "Required", "Limits", "Meaning")
    required = schema.get("required", ())
    return table(headers, (_param(owner, name, field, name in required) for name, field in fields.items()))


def _param(owner: str, name: str, field: Schema, required: bool) -> tuple[str, ...]:  # noqa: FBT001
    kind = notation(field).removesuffix(" | null")
    known = inline(field.get("description", ""), anchors())
    return (
        code(name),
        typed(kind, row_anchors()),
        "required" if required else "",
        inline(limits(owner, name, field)),
        known,
    )


def _event(event: str) -> str:
    return _row(EVENTS[event].__name__, event)


def _row(name: str, title: str) -> str:
    schema = schemas.components()[name]
    required = schema.get("required", ())
    known = (
        (
            code(key),
            typed(notation(field), row_anchors()),
            "" if key in required else "optional",
            inline(meaning(name, key), anchors()),
        )
        for key, field in schema["properties"].items()
    )
    told = table(("Field", "Type", "Optional", "Meaning"), known)
    return article(f"row-{name}", title, prose(schema["description"], anchors()), told)


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    if isinstance(value, Path):
        return "the user's own"
    return code(", ".join(value) if isinstance(value, tuple) else value) if value not in ("", ()) else ""


ERRORS = (
    'By both doors a refusal is `{"ok": false, "error": {"code", "message", "details"}}`; by HTTP it has '
    "this status. A refused connection is `connect_error` of Socket.IO, with the code in `data.code`."
)
SETTINGS = (
    "Each is a flag (`--rate-post`), a variable (`CHATROOMS_RATE_POST`) or a line of the TOML file (`rate_post`). "
    "A flag wins over the environment, the environment over the file."
)
