"""The rooms whose changes a person receives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from chatrooms import names
from chatrooms.pipeline.nodes.others import Revs, revs_of
from chatrooms.storage.own_tables import follows
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members

NONE = Revs({}, {})


class Belonging(NamedTuple):
    """The shared rooms that a person is a member of, and the threads that they follow, also where they left.

    ``revs`` are those of all rooms whose changes they receive, if there are other nodes.
    """

    username: str
    shared: set[str]
    followed: set[str]
    revs: Revs

    def threads(self, opened: Iterable[str]) -> set[str]:
        """Return the threads whose changes a socket receives that has ``opened`` some."""
        base, shared = names.base, self.shared
        return {
            thread for thread in (*self.followed, *opened) if base(thread) in shared or self._talks_in(base(thread))
        }

    def _talks_in(self, room: str) -> bool:
        return not room.startswith("#") and self.username in names.people(room)


_shared_rooms = Prepared(
    select(members.c.room).where(
        members.c.username == bindparam("username"), members.c.gone.is_(False), members.c.room.startswith("#")
    )
)
_followed = Prepared(
    select(follows.c.room).where(follows.c.username == bindparam("username"), follows.c.gone.is_(False))
)


def read(db: Connection, username: str, *, with_revs: bool) -> Belonging:
    """Return where a person belongs."""
    shared, followed = (
        {room for (room,) in rooms.tuples(db, {"username": username})} for rooms in (_shared_rooms, _followed)
    )
    return Belonging(username, shared, followed, revs_of(db, username) if with_revs else NONE)
