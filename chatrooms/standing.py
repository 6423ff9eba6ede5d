"""How a person stands to a room: the one membership predicate that everything asks.

A room is found through the person who asks for it, and only if they belong to it, so permission cannot be forgotten.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, select

from chatrooms import names, policy
from chatrooms.commands import Caller
from chatrooms.errors import NotFound
from chatrooms.policy import Standing
from chatrooms.prepared import Prepared
from chatrooms.tables import Role, members, rooms, users

_standing = Prepared(
    select(
        rooms.c.access,
        rooms.c.archived,
        rooms.c.posted,
        rooms.c.rev,
        members.c.role,
    )
    .select_from(
        rooms.outerjoin(
            members,
            and_(
                members.c.room == rooms.c.name,
                members.c.username == bindparam("username"),
                members.c.gone.is_(False),
            ),
        )
    )
    .where(rooms.c.name == bindparam("room"))
)


def find(db: Connection, me: Caller, room: str) -> Standing:
    """Return how ``me`` stands to ``room``; raises `NotFound` or `NotAMember` if they may not know what is in it."""
    here = peek(db, me, room)
    policy.belong(here)
    return here


def peek(db: Connection, me: Caller, room: str) -> Standing:
    """Return how ``me`` stands to ``room``, also to a shared one of others: for joining alone. Raises `NotFound`."""
    match names.kind(room):
        case "shared":
            return _shared(db, me, room)
        case "personal":
            return _personal(db, me, room)
        case _:
            return _conversation(db, me, room)


def person(db: Connection, username: str, field: str = "username") -> str:
    """``username``, if there is such a person; else raises `NotFound`."""
    if db.scalar(select(users.c.username).where(users.c.username == username)) is None:
        raise NotFound("There is nobody of that name.", field=field)
    return username


def _shared(db: Connection, me: Caller, room: str) -> Standing:
    row = _standing.one(db, {"room": room, "username": me.username})
    if row is None:
        raise NotFound(room=room)
    role: Role | None = "owner" if me.host else row["role"]
    return Standing(room, row["access"], role, archived=row["archived"], posted=row["posted"], rev=row["rev"])


def _personal(db: Connection, me: Caller, room: str) -> Standing:
    if room != me.username and not me.host:
        raise NotFound(room=room)
    row = _standing.one(db, {"room": room, "username": me.username})
    if row is None:
        raise NotFound("There is nobody of that name.", field="room")
    return Standing(room, "personal", "owner", posted=row["posted"], rev=row["rev"])


def _conversation(db: Connection, me: Caller, room: str) -> Standing:
    if me.username not in names.people(room):
        raise NotFound(room=room)
    row = _standing.one(db, {"room": room, "username": me.username})
    if row is not None:
        return Standing(room, "conversation", "member", posted=row["posted"], rev=row["rev"])
    for username in names.people(room):
        person(db, username, field="room")
    return Standing(room, "conversation", "member", exists=False)
