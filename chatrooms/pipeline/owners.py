"""The owners of rooms: a room always has one, while it has members."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, suspensions

_role = Prepared(
    select(members.c.role).where(
        members.c.room == bindparam("in_room"), members.c.username == bindparam("who"), members.c.gone.is_(False)
    )
)
_longest = (
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
_is_suspended = select(suspensions.c.username).where(suspensions.c.username == members.c.username).exists()
_of_all = Prepared(_longest)
_of_others = Prepared(_longest.where(~_is_suspended))


def next_owner(db: Connection, room: str, leaving: str) -> list[str]:
    """Return the next owner, if ``leaving`` is the last one and others remain; else an empty list.

    Those who are suspended could not manage the room, and come last.
    """
    member = _role.one(db, {"in_room": room, "who": leaving})
    if member is None or member["role"] != "owner":
        return []
    for longest in (_of_others, _of_all):
        for role in ("owner", "moderator", "member"):
            first = longest.one(db, {"in_room": room, "with_role": role, "without": leaving})
            if first:
                return [] if role == "owner" else [first["username"]]
    return []


def has_other(db: Connection, room: str, username: str) -> bool:
    """Return whether the room has an owner besides ``username`` who is not suspended."""
    return _of_others.one(db, {"in_room": room, "with_role": "owner", "without": username}) is not None
