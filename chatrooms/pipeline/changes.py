"""What one command changes: the revs that it spends and the rows that it has to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import GetPydanticSchema
from sqlalchemy import Connection, bindparam, update

from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import Change as Shape
from chatrooms.storage.tables import rooms

Change: TypeAlias = Annotated[dict[str, Any], GetPydanticSchema(lambda _source, handler: handler(Shape))]
"""``{"room": name, "rev": n, <table>: [rows...]}``, as clients get it."""

_advance = Prepared(
    update(rooms)
    .where(rooms.c.name == bindparam("room"))
    .values(counter=rooms.c.counter + bindparam("revs"), posted=rooms.c.posted + bindparam("messages"))
    .returning(rooms.c.counter, rooms.c.posted)
)


class Changes:
    """The changes of one command, at most one rev a room."""

    def __init__(self, db: Connection) -> None:
        self._db = db
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
        spent = {"room": room, "revs": revs, "messages": messages}
        spent_now = _advance.one(self._db, spent)
        if spent_now is None:
            raise LookupError(f"there is no room {room}")
        self._changes.setdefault(room, {"room": room, "rev": spent_now["counter"]})
        return int(spent_now["posted"])
