"""The changes and signals that a client receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatrooms.client.rows import Tables


@dataclass(frozen=True)
class Change(Tables):
    """The changes of a room up to ``rev``: the current rows, by table.

    The tables are ``messages``, ``members`` and ``rooms``, and in your own room also ``memberships``, ``reads``,
    ``follows``, ``inbox`` and ``users``. After a ``reset``, discard what you had of the room: the rows replace it.
    """

    room: str
    rev: int
    tables: Mapping[str, list[Any]] = field(default_factory=dict)
    reset: bool = False

    @classmethod
    def from_wire(cls, data: Mapping[str, Any], *, reset: bool = False) -> Change:
        """Return the change in an event or in a response of ``sync``."""
        tables = {table: rows for table, rows in data.items() if isinstance(rows, list)}
        return cls(data["room"], data["rev"], tables, reset)


@dataclass(frozen=True)
class Signal:
    """A live event that is never stored: ``typing``, ``presence``, or a type of your own."""

    room: str
    sender: str
    type: str
    data: Any


ROOM_OF = {
    "message": "room",
    "member": "room",
    "membership": "username",
    "room": "name",
    "read": "username",
    "follow": "username",
}
"""For each row in a result, the field with the room that its rev belongs to."""


def revs_in(result: Any) -> list[tuple[str, int]]:
    """Return the rooms and revs of the rows in a result, except of rooms that you left."""
    found = [(result[key], field) for key, field in ROOM_OF.items() if isinstance(result.get(key), dict)]
    return [(row[field], row["rev"]) for row, field in found if not row.get("gone")]
