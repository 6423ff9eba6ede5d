"""Tenants: the customers of an application, whose people know nothing of each other's people and rooms.

People see those of their own tenant, and find its rooms; the application sees all. A person's tenant never changes, and
a room has that of the person who created it. To the rest, they do not exist: what names them is `NotFound`, and lists
leave them out. Members of a room, or of a conversation, are of one tenant, so what they share needs no more than their
membership.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, true

from chatrooms import names
from chatrooms.errors import Conflict
from chatrooms.pipeline.act import Caller
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import groups, rooms, users

_me = users.alias()
_mine = func.coalesce(select(_me.c.tenant).where(_me.c.username == bindparam("me")).scalar_subquery(), "")
_of = Prepared(select(users.c.tenant).where(users.c.username == bindparam("username")))
_room = Prepared(select(rooms.c.name).where(rooms.c.name == bindparam("room"), rooms.c.tenant == _mine))
_others = Prepared(
    select(users.c.username).where(
        users.c.username.in_(select(values("usernames").c.value)),
        users.c.tenant != _mine,
        users.c.username != names.APPLICATION,
    )
)


def of(db: Connection, username: str) -> str:
    """Return the tenant of a person; empty for those without one, and for the application."""
    row = _of.one(db, {"username": username})
    return str(row["tenant"]) if row else ""


def hidden(db: Connection, me: Caller, usernames: Sequence[str]) -> set[str]:
    """Return those of some people whom the caller does not see."""
    if me.host:
        return set()
    return {row["username"] for row in _others.all(db, {"me": me.username, "usernames": packed(list(usernames))})}


def watchable(db: Connection, me: Caller, usernames: Sequence[str]) -> set[str]:
    """Return those of some people whom the caller sees, or, where nobody has a tenant, who are still to come."""
    seen_now = select(users.c.username).where(users.c.username.in_(usernames), seen(me))
    has_tenants = select(users.c.username).where(users.c.tenant > "").limit(1)  # found by an index
    return set(db.scalars(seen_now)) if db.scalar(has_tenants) else set(usernames)


def has_room(db: Connection, me: Caller, room: str) -> bool:
    """Return whether a shared room is of the caller's tenant."""
    return me.host or _room.one(db, {"me": me.username, "room": room}) is not None


def seen(me: Caller) -> ColumnElement[bool]:
    """Return the condition that a row of ``users`` is a person whom the caller sees; they see the application too."""
    return users.c.tenant == _tenant(me) if not me.host else true()


def ours(me: Caller) -> ColumnElement[bool]:
    """Return the condition that a row of ``rooms`` is of the caller's tenant."""
    return rooms.c.tenant == _tenant(me) if not me.host else true()


def our_groups(me: Caller) -> ColumnElement[bool]:
    """Return the condition that a row of ``groups`` is of the caller's tenant."""
    return groups.c.tenant == _tenant(me) if not me.host else true()


def require_same(db: Connection, room: str, username: str) -> None:
    """Raise `Conflict` unless a person and a shared room are of one tenant; only the application can try others."""
    if not has_room(db, Caller(username), room):
        raise Conflict("This person is of another tenant than the room.", field="username")


def _tenant(me: Caller) -> ColumnElement[str]:
    return func.coalesce(select(_me.c.tenant).where(_me.c.username == me.username).scalar_subquery(), "")
