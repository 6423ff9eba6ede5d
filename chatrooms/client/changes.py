"""The changes and signals that a client receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatrooms.client.rows import Tables


@dataclass(frozen=True)
class Change(Tables):
    """What is new in a room up to ``rev``: rows as they are now, by table.

    Tables are ``messages``, ``members`` and ``rooms``, and in your own room also ``memberships``, ``reads`` and
    ``users``. After a ``reset`` the rows are all there is: forget what you had of the room.
    """

    room: str
    rev: int
    tables: Mapping[str, list[Any]] = field(default_factory=dict)
    reset: bool = False

    @classmethod
    def told(cls, told: Mapping[str, Any], *, reset: bool = False) -> Change:
        """Return the change in an event, or in an answer to ``sync``."""
        tables = {table: rows for table, rows in told.items() if isinstance(rows, list)}
        return cls(told["room"], told["rev"], tables, reset)


@dataclass(frozen=True)
class Signal:
    """Something live that is never stored: ``typing``, ``presence``, or a type of your own."""

    room: str
    sender: str
    type: str
    data: Any


ROOM_OF = {"message": "room", "member": "room", "membership": "username", "room": "name", "read": "username"}
"""In a result, the field of each row that names the room whose rev it carries."""


def told_revs(result: Any) -> list[tuple[str, int]]:
    """Return the rooms and revs that a result tells of, except of rooms that you left."""
    found = [(result[key], field) for key, field in ROOM_OF.items() if isinstance(result.get(key), dict)]
    return [(row[field], row["rev"]) for row, field in found if not row.get("gone")]
