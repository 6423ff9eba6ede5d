"""What the broadcast of a node shares with the rest of it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, null, select, union_all

from chatrooms import names
from chatrooms.pipeline.bus import Bus
from chatrooms.pipeline.bus.messages import Spent
from chatrooms.pipeline.nodes.heads import Heads
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import follows
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, rooms


@dataclass
class Others:
    """The way to the other nodes, the revs that this one has broadcast, and the turn of those that broadcast.

    Without a turn, two that broadcast at the same time could mix up the order of a room.
    """

    bus: Bus
    heads: Heads = field(default_factory=Heads)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self) -> None:
        """Start over, possibly on another event loop."""
        self.turn = asyncio.Lock()
        self.heads.clear()

    def spent(self, rate: str, network: str) -> None:
        """Have the others count a request of an address, too."""
        self.bus.publish([Spent(rate, network)])

    def follow(self, revs: Mapping[str, int], rooms: Collection[str]) -> None:
        """Broadcast the changes of rooms from these revs on, and hear what sockets in ``rooms`` receive."""
        self.heads.begin(revs)
        self.bus.follow(rooms)

    def follow_all(self, username: str, revs: Revs, rooms: Collection[str]) -> None:
        """Broadcast the changes of a person's rooms, and hear what their sockets in ``rooms`` receive.

        Sockets that just connected ask for everything up to now themselves. Those that were here receive of rooms that
        the person came into what brought them there, and all that followed: the database can be ahead of the bus.
        """
        self.follow(revs.before if username in self.heads else revs.now, {*rooms, username})


class Revs(NamedTuple):
    """The revs of a person's rooms ``now``, and the last ones ``before`` the person came into them."""

    now: Mapping[str, int]
    before: Mapping[str, int]


def revs_of(db: Connection, username: str) -> Revs:
    """Return the revs of all rooms whose changes a person receives: their own, those they belong to, and threads."""
    found = _of_person.tuples(db, {"username": username})
    return Revs({room: rev for room, rev, _ in found}, {room: before for room, _, before in found})


def revs(db: Connection, rooms: Iterable[str]) -> dict[str, int]:
    """Return the revs of those of these rooms that exist."""
    return dict(_of_rooms.tuples(db, {"names": packed(list(rooms))}))


def revs_received(db: Connection, rooms: Collection[str]) -> dict[str, int]:
    """Return the revs of these rooms, and for personal ones of all rooms whose changes their person receives."""
    found = revs(db, [room for room in rooms if names.kind(room) != "personal"])
    for room in rooms:
        if names.kind(room) == "personal":
            found |= revs_of(db, room).now
    return found


_counter = func.coalesce(rooms.c.counter, 0)
_theirs = union_all(
    select(members.c.room, (members.c.rev - 1).label("before")).where(
        members.c.username == bindparam("username"), members.c.gone.is_(False)
    ),
    select(follows.c.room, null().label("before")).where(
        follows.c.username == bindparam("username"), follows.c.gone.is_(False)
    ),
).subquery()
_of_person = Prepared(
    select(_theirs.c.room, _counter, func.coalesce(_theirs.c.before, _counter))
    .select_from(_theirs.outerjoin(rooms, rooms.c.name == _theirs.c.room))
    .union_all(select(rooms.c.name, rooms.c.counter, rooms.c.counter).where(rooms.c.name == bindparam("username")))
)
_of_rooms = Prepared(select(rooms.c.name, rooms.c.counter).where(rooms.c.name.in_(select(values("names").c.value))))
