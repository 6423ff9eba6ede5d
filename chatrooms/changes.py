"""What one command changes: the revs that it spends and the rows that it has to tell."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Annotated, Any, TypeAlias

from sqlalchemy import Connection, bindparam, update

from chatrooms.prepared import Prepared
from chatrooms.tables import Change as Shape
from chatrooms.tables import rooms

Change: TypeAlias = Annotated[dict[str, Any], Shape]
"""``{"room": name, "rev": n, <table>: [rows...]}``, as clients get it."""

_advance = Prepared(
    update(rooms)
    .where(rooms.c.name == bindparam("room"))
    .values(counter=rooms.c.counter + bindparam("revs"), posted=rooms.c.posted + bindparam("messages"))
    .returning(rooms.c.counter, rooms.c.posted)
)


class RoomNotLocked(Exception):
    """A command changes a room that its ``locks`` do not name: a mistake in its declaration."""


class Changes:
    """The changes of one command, at most one rev a room, and only to rooms that are ``locked``."""

    def __init__(self, db: Connection, locked: Container[str] = ()) -> None:
        self._db, self._locked = db, locked
        self._changes: dict[str, Change] = {}

    def __iter__(self) -> Any:
        return iter(self._changes.values())

    def rev(self, room: str) -> int:
        """The rev that this command gives to ``room``: one more than the room's last."""
        if room not in self._changes:
            self._spend(room, revs=1, messages=0)
        return int(self._changes[room]["rev"])

    def number_message(self, room: str) -> tuple[int, int]:
        """The rev of this command in ``room``, and which message of the room a new one is."""
        revs = 0 if room in self._changes else 1
        posted = self._spend(room, revs=revs, messages=1)
        return self.rev(room), posted

    def tell(self, room: str, table: str, row: Mapping[str, Any]) -> None:
        """Those who hear ``room`` shall get ``row`` of ``table``, once it is committed."""
        self.rev(room)
        self._changes[room].setdefault(table, []).append(dict(row))

    def _spend(self, room: str, *, revs: int, messages: int) -> int:
        if room not in self._locked:
            raise RoomNotLocked(room)
        spent = {"room": room, "revs": revs, "messages": messages}
        spent_now = _advance.one(self._db, spent)
        if spent_now is None:
            raise LookupError(f"there is no room {room}")
        self._changes.setdefault(room, {"room": room, "rev": spent_now["counter"]})
        return int(spent_now["posted"])
