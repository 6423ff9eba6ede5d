"""The sections of the page about commands, rows, errors and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from chatrooms.doors.docs.contract import Contract, by_status
from chatrooms.doors.docs.limits import limits
from chatrooms.doors.docs.markup import article, code, inline, prose, section, table, typed
from chatrooms.doors.docs.notation import notation
from chatrooms.doors.docs.own import Described
from chatrooms.doors.docs.schemas import Schema
from chatrooms.events import EVENTS
from chatrooms.pipeline.commands import Command
from chatrooms.settings import Settings

ERRORS = (
    'An error is `{"ok": false, "error": {"code", "message", "details"}}`, over HTTP with this status. A rejected '
    "connection gets Socket.IO's `connect_error`, with the code in `data.code`."
)
HTTP_ONLY = "By HTTP only; you need not be known yet."
OWN = (
    "Your page sends them on its socket, or by `POST /api/` and the name, as it sends commands. What the application "
    "returns is the `result`. They are limited by `rate_other`, and count as one for each 4 KiB."
)
SETTINGS = (
    "Set each with a flag (`--rate-post`), a variable (`CHATROOMS_RATE_POST`) or a key of the TOML file (`rate_post`). "
    "Flags override the environment, which overrides the file."
)


class Sections:
    """The sections of the page for one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._rows = {name: f"row-{name}" for name in contract.rows}
        self._anchors = {command.name: f"command-{command.name}" for command in contract.all} | self._rows

    def all(self) -> str:
        """Return all sections, as HTML."""
        own = (self._own,) if self._contract.own else ()
        parts = (self._commands, *own, self._events, self._types, self._errors, _settings)
        return "\n".join(part() for part in parts)

    def _commands(self) -> str:
        return section("commands", "Commands", *(self._command(command) for command in self._contract.all))

    def _own(self) -> str:
        return section(
            "application", "Events of this application", prose(OWN), *map(self._own_event, self._contract.own)
        )

    def _own_event(self, event: Described) -> str:
        params = self._params(event.fields) if event.schemas else prose(event.fields["description"])
        return article(f"own-{event.name}", event.name, prose(event.doc, self._anchors), params)

    def _events(self) -> str:
        return section("events", "Events", *(self._row(kind.__name__, event) for event, kind in EVENTS.items()))

    def _types(self) -> str:
        payloads = {kind.__name__ for kind in EVENTS.values()}
        return section("rows", "Rows", *(self._row(name, name) for name in self._contract.rows if name not in payloads))

    def _errors(self) -> str:
        known = (
            (code(refusal.code), str(refusal.status), inline(refusal.__doc__ or "", self._anchors))
            for refusal in by_status()
        )
        return section("errors", "Errors", prose(ERRORS), table(("Code", "Status", "Meaning"), known))

    def _command(self, command: Command[Any]) -> str:
        result = self._contract.result(command)
        return article(
            f"command-{command.name}",
            command.name,
            prose(command.doc, self._anchors),
            prose(HTTP_ONLY) if command.kind == "entry" else "",
            self._params(self._contract.params(command)),
            f"<p class=result><b>Result</b> {typed(notation(result), self._rows)}</p>",
            prose(result["description"], self._anchors) if "\n\n" in result["description"] else "",
            f'<p class=rate>Limited by <a href="#settings">{code(f"rate_{command.rate}")}</a></p>',
        )

    def _params(self, schema: Schema) -> str:
        fields = schema.get("properties", {})
        if not fields:
            return "<p class=none>No parameters.</p>"
        headers = ("Parameter", "Type", "Required", "Limits", "Meaning")
        required = schema.get("required", ())
        return table(headers, (self._param(name, field, required) for name, field in fields.items()))

    def _param(self, name: str, field: Schema, required: list[str]) -> tuple[str, ...]:
        return (
            code(name),
            typed(notation(field).removesuffix(" | null"), self._rows),
            "required" if name in required else "",
            inline(limits(field)),
            self._meaning(field),
        )

    def _row(self, name: str, title: str) -> str:
        schema = self._contract.rows[name]
        described = prose(schema["description"], self._anchors)
        if "properties" not in schema:
            return article(f"row-{name}", title, described, f"<p>{typed(notation(schema), self._rows)}</p>")
        required = schema.get("required", ())
        fields = (
            (
                code(key),
                typed(notation(field), self._rows),
                "" if key in required else "optional",
                self._meaning(field),
            )
            for key, field in schema["properties"].items()
        )
        return article(f"row-{name}", title, described, table(("Field", "Type", "Optional", "Meaning"), fields))

    def _meaning(self, field: Schema) -> str:
        return inline(field.get("description", ""), self._anchors)


def _settings() -> str:
    known = (
        (code(name), _default(field), inline(field.description or "")) for name, field in Settings.model_fields.items()
    )
    return section("settings", "Settings", prose(SETTINGS), table(("Setting", "Default", "Meaning"), known))


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    if isinstance(value, Path):
        return "the user's data directory"
    return code(", ".join(value) if isinstance(value, tuple) else value) if value not in ("", ()) else ""
