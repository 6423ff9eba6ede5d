"""The changes of one command: the revs it assigns and the rows it broadcasts."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, update

from chatrooms.events import Change
from chatrooms.pipeline import traits
from chatrooms.pipeline.traits import Trait
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import rooms

_advance = Prepared(
    update(rooms)
    .where(rooms.c.name == bindparam("room"))
    .values(counter=rooms.c.counter + 1)
    .returning(rooms.c.counter)
)


class RoomNotLocked(Exception):
    """A command changed a room that its ``locks`` do not name: a mistake in its declaration."""


class NotSynced(Exception):
    """A command broadcast rows of a table that is not in `SYNCED`: a mistake in its feature."""


class Changes:
    """The changes of one command: one rev per room, and only in rooms that are ``locked``."""

    def __init__(self, db: Connection, locked: Container[str] = ()) -> None:
        self._db, self.locked = db, locked
        self.by_room: dict[str, Change] = {}
        self.added = 0
        """How many rows were added so far."""
        self.tables: set[str] = set()
        """The tables of these rows."""
        self.traits: dict[int, set[Trait]] = {}
        """Those of the messages among them, by the ``id`` of the row."""

    def rev(self, room: str) -> int:
        """Return the rev that this command gives ``room``: one more than the room's last."""
        if room not in self.by_room:
            self._require_locked(room)
            row = _advance.one(self._db, {"room": room})
            if row is None:
                raise LookupError(f"there is no room {room}")
            self.by_room[room] = Change(room, row["counter"])
        return self.by_room[room].rev

    def message(self, room: str, store: Callable[[int], tuple[int, int] | None]) -> tuple[int, int] | None:
        """Store a new message; return this command's rev of ``room``, and the message's number there, from 1.

        ``store`` is given how many revs the room is to advance, which is 0 if it has changed before, and returns the
        room's rev and the number, or None if it stored nothing.
        """
        self._require_locked(room)
        stored = store(0 if room in self.by_room else 1)
        if stored:
            self.by_room.setdefault(room, Change(room, stored[0]))
        return stored

    def add(self, room: str, table: str, row: Mapping[str, Any], *more: Trait) -> None:
        """Broadcast ``row`` of ``table`` after the commit; it must have this command's rev of ``room``.

        A message has its traits, and ``more``.
        Raises `NotSynced` for a table whose rows `sync` would not return to a client that misses the change.
        """
        if table not in SYNCED:
            raise NotSynced(table)
        self.added += 1
        self.tables.add(table)
        self.by_room[room].rows.setdefault(table, []).append(row)
        if table == "messages":
            self.traits[id(row)] = traits.of(row).union(more)

    def put(self, room: str, table: str, row: Mapping[str, Any]) -> None:
        """Broadcast ``row`` instead of the one that `add` was given before, if any."""
        self.added += 1
        self.tables.add(table)
        self.by_room[room].rows[table] = [row]

    def _require_locked(self, room: str) -> None:
        if room not in self.locked:
            raise RoomNotLocked(room)
