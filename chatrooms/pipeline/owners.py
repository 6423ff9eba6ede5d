"""The owners of rooms: a room always has one, while it has members."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members

_role = Prepared(
    select(members.c.role).where(
        members.c.room == bindparam("in_room"), members.c.username == bindparam("who"), members.c.gone.is_(False)
    )
)
_longest = Prepared(
    select(members.c.username)
    .where(
        members.c.room == bindparam("in_room"),
        members.c.role == bindparam("with_role"),
        members.c.username != bindparam("without"),
        members.c.gone.is_(False),
    )
    .order_by(members.c.since, members.c.username)
    .limit(1)
)


def next_owner(db: Connection, room: str, leaving: str) -> list[str]:
    """Return the next owner, if ``leaving`` is the last one and others remain; else an empty list."""
    member = _role.one(db, {"in_room": room, "who": leaving})
    if member is None or member["role"] != "owner":
        return []
    for role in ("owner", "moderator", "member"):
        first = _longest.one(db, {"in_room": room, "with_role": role, "without": leaving})
        if first:
            return [] if role == "owner" else [first["username"]]
    return []


def has_other(db: Connection, room: str, username: str) -> bool:
    """Return whether the room has an owner besides ``username``."""
    return _longest.one(db, {"in_room": room, "with_role": "owner", "without": username}) is not None
